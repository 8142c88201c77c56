"""Asks companies whether somebody is still employed: a background job that publishes each due checkpoint once.

At 8 o'clock on a working day, as the call lists. What the company is asked, and how, is in `notifications`.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from services.pledges.company_page import store
from shared.contracts.pledges import CheckpointDue
from shared.fields.copenhagen import COPENHAGEN
from shared.fields.working_days import is_working_day
from shared.messaging import outbox

if TYPE_CHECKING:
    from shared.db.database import Database

PAUSE_SECONDS: Final = 30.0
CLOCK: Final = time(8)
_LATEST: Final = timedelta(days=14)
"""Of a checkpoint that was due before that, the company is not asked any more: old hires that are imported, for one."""


async def ask_companies(database: Database) -> None:
    """Background job: publish the checkpoints when they are due. Any number of workers may run it."""
    handled: date | None = None
    while True:
        now = datetime.now(UTC)
        day = due_day(now)
        if day is not None and day != handled:
            await issue_checkpoints(database, day, now=now)
            handled = day
        await asyncio.sleep(PAUSE_SECONDS)


def due_day(now: datetime) -> date | None:
    """Return today in Europe/Copenhagen where companies are asked now: on a working day from 8 o'clock; else None."""
    local = now.astimezone(COPENHAGEN)
    return local.date() if local.time() >= CLOCK and is_working_day(local.date()) else None


async def issue_checkpoints(database: Database, day: date, *, now: datetime) -> int:
    """Publish the checkpoints that are due on `day` or were in the last two weeks, and nobody has answered.

    Each is published once. Where the job is not at the company that pledged it, nobody is known who could be asked.

    Returns:
        How many were published.
    """
    async with database.system() as conn:
        taskforces = await outbox.taskforces(conn)
    issued = 0
    for taskforce_id in taskforces:
        async with database.change(taskforce_id) as conn:
            messages = [
                CheckpointDue(
                    taskforce_id=taskforce_id,
                    version=1,
                    recorded_at=now,
                    hire_id=row["hire_id"],
                    pledge_id=row["pledge_id"],
                    months=row["months"],
                    due_on=row["due_on"],
                )
                for row in await store.mark_asked(conn, taskforce_id, since=day - _LATEST, until=day, at=now)
            ]
            await outbox.add_all(conn, [(message, None) for message in messages])
            issued += len(messages)
    return issued
