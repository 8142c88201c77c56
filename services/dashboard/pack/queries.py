"""Which edition of a meeting a pack is made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.dashboard.read_model.generations import SERVED

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Connection


async def edition(conn: Connection, meeting_id: UUID) -> str:
    """Return the versions of a meeting and of its event: when one changes, the pack is made again."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        f"""
        select concat_ws('.',
                         (select max(version) from employer_events where generation = {SERVED} and event_id = $1),
                         (select max(version) from meetings where generation = {SERVED} and meeting_id = $1))
        """,  # noqa: S608  (our own words)
        meeting_id,
    )
