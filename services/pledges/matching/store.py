"""SQL that saves and loads what companies have answered about their positions. Nothing commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.pledges.matching.domain import Needs

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.db.database import Connection


async def load_needs(conn: Connection, taskforce_id: UUID, pledge_id: UUID) -> Needs:
    """Return what a company has answered about a pledge; nothing is known before its first answer."""
    row = await conn.fetchrow(
        """
        select weekdays, any_weekday, public_transport, latest_start
          from pledge_needs
         where taskforce_id = $1
           and pledge_id = $2
        """,
        taskforce_id,
        pledge_id,
    )
    if row is None:
        return Needs()
    weekdays = frozenset(row["weekdays"]) if row["weekdays"] is not None else None
    return Needs(weekdays, row["any_weekday"], row["public_transport"], row["latest_start"])


async def save_needs(conn: Connection, taskforce_id: UUID, pledge_id: UUID, needs: Needs, *, at: datetime) -> None:
    """Save what a company has answered, in place of what it answered before."""
    await conn.execute(
        """
        insert into pledge_needs
               (taskforce_id, pledge_id, weekdays, any_weekday, public_transport, latest_start, answered_at)
        values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (taskforce_id, pledge_id) do update
           set weekdays = excluded.weekdays,
               any_weekday = excluded.any_weekday,
               public_transport = excluded.public_transport,
               latest_start = excluded.latest_start,
               answered_at = excluded.answered_at
        """,
        taskforce_id,
        pledge_id,
        None if needs.weekdays is None else sorted(needs.weekdays),
        needs.any_weekday,
        needs.public_transport,
        needs.latest_start,
        at,
    )
