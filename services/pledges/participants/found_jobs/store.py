"""SQL of jobs found for somebody. Everything takes a `Disclosure`, and is logged; nothing commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.pledges.participants.store import TABLE

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.privacy.access_log import Disclosure


async def insert_found_job(
    disclosure: Disclosure, pledge_id: UUID, participant_id: UUID, *, by: UUID | None, at: datetime
) -> None:
    """Save for whom a pledge was made, which this transaction has logged."""
    await disclosure.conn.execute(
        "update pledges set for_citizen = true where taskforce_id = $1 and id = $2", disclosure.taskforce_id, pledge_id
    )
    await disclosure.conn.execute(
        """
        insert into participants.pledges (taskforce_id, pledge_id, participant_id, found_by, found_at)
        values ($1, $2, $3, $4, $5)
        """,
        disclosure.taskforce_id,
        pledge_id,
        participant_id,
        by,
        at,
    )
    await disclosure.log(TABLE, [participant_id])


async def found_job_is_for(disclosure: Disclosure, pledge_id: UUID) -> UUID | None:
    """Return the participant for whom a pledge was made; None for nobody, or for somebody whom the transaction does not
    see."""
    participant_id: UUID | None = await disclosure.conn.fetchval(
        "select participant_id from participants.pledges where taskforce_id = $1 and pledge_id = $2",
        disclosure.taskforce_id,
        pledge_id,
    )
    if participant_id is not None:
        await disclosure.log(TABLE, [participant_id])
    return participant_id
