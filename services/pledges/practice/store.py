"""SQL that saves and deletes pledges of practice. Everything takes the transaction's connection; nothing commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.pledges.pledges.domain import Pledge
    from shared.db.database import Connection


async def insert_practice_pledge(conn: Connection, pledge: Pledge, fingerprint: bytes) -> bool:
    """Save what the live page shows of a pledge, and return True; False if there is one with its id."""
    status = await conn.execute(
        """
        insert into practice_pledges (taskforce_id, id, event_id, company_id, job_type, position_count, counted,
                                      received_at, request_fingerprint)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict do nothing
        """,
        pledge.taskforce_id,
        pledge.id,
        pledge.terms.event_id,
        pledge.company_id,
        pledge.terms.job_type,
        len(pledge.positions),
        pledge.counted,
        pledge.received_at,
        fingerprint,
    )
    return status.endswith(" 1")


async def practice_pledge_of_request(
    conn: Connection, taskforce_id: UUID, pledge_id: UUID, fingerprint: bytes
) -> datetime | None:
    """Return when the request with this fingerprint logged the pledge; None if another one did."""
    received_at: datetime | None = await conn.fetchval(
        """
        select received_at
          from practice_pledges
         where taskforce_id = $1
           and id = $2
           and request_fingerprint = $3
        """,
        taskforce_id,
        pledge_id,
        fingerprint,
    )
    return received_at


async def delete_practice(
    conn: Connection, taskforce_id: UUID, *, event_id: UUID | None = None, before: datetime | None = None
) -> None:
    """Delete what practice has left: of one event or of all, and only what is older than `before`."""
    for table, moment in (
        ("practice_pledges", "received_at"),
        ("phone_captures", "received_at"),
        ("phones", "first_contact_at"),
    ):
        of_practice = "true" if table == "practice_pledges" else "practice"
        await conn.execute(
            f"""
            delete from {table}
             where taskforce_id = $1
               and {of_practice}
               and ($2::uuid is null or event_id = $2)
               and ($3::timestamptz is null or {moment} < $3)
            """,  # noqa: S608  (our own tables)
            taskforce_id,
            event_id,
            before,
        )
