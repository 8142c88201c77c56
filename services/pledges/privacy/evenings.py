"""What an evening leaves behind and nobody needs for long: practice, and the names of phones.

Deleted by the worker within hours of being due, sooner than the deadlines of the data inventory, which are in months.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from services.pledges.phones.store import forget_phones
from services.pledges.practice.store import delete_practice
from shared.messaging import outbox

if TYPE_CHECKING:
    from shared.db.database import Database

PAUSE_SECONDS: Final = 6 * 3600.0
PRACTICE_KEPT: Final = timedelta(days=1)
PHONES_KEPT: Final = timedelta(days=30)
"""After the end of their event."""


async def forget_evenings(database: Database) -> None:
    """Background job of the worker: delete what is due, at the start and then every six hours."""
    while True:
        await forget_what_is_due(database, at=datetime.now(UTC))
        await asyncio.sleep(PAUSE_SECONDS)


async def forget_what_is_due(database: Database, *, at: datetime) -> None:
    """Delete practice that is a day old, and phones 30 days after the end of their event."""
    async with database.system() as conn:
        taskforces = await outbox.taskforces(conn)
    for taskforce_id in taskforces:
        async with database.change(taskforce_id) as conn:
            await delete_practice(conn, taskforce_id, before=at - PRACTICE_KEPT)
            await forget_phones(conn, taskforce_id, ended_before=at - PHONES_KEPT)
