"""The background job that releases the boards' numbers when they are due."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog

from services.dashboard.board.commands import count, release_due
from services.dashboard.disclosure import Hidden
from services.dashboard.read_model.taskforces import all_taskforces
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from uuid import UUID

    from services.dashboard.board.schedule import Schedule
    from services.dashboard.read_model.taskforces import Taskforce
    from shared.db.database import Database

CHECK_SECONDS: Final = 15.0
"""The time between two looks at the clock."""
AT_ONCE_SECONDS: Final = 1.0
"""The time between two looks at the number, where releases are made at once. It has to stand still for so long: an
import of hires is one release, and not one for every step."""
_LIMIT: Final = 10_000

_log = structlog.get_logger(__name__)


class BoardReleases:
    """Releases every board's number when it is due. Any number of workers may run it.

    Args:
        caught_up: whether the read model has every change that has been published: a board is not released while it
            lags behind.
    """

    def __init__(self, schedule: Schedule, caught_up: Callable[[], Awaitable[bool]]) -> None:
        self._schedule = schedule
        self._caught_up = caught_up
        self._seen: dict[UUID, int] = {}
        self._checked: dict[UUID, int] = {}

    async def work(self, database: Database) -> None:
        """Look again and again, for ever."""
        while True:
            await self.look(database, now=datetime.now(UTC))
            await asyncio.sleep(AT_ONCE_SECONDS if self._schedule.at_once else CHECK_SECONDS)

    async def look(self, database: Database, *, now: datetime) -> None:
        """Release what is due now."""
        if not await self._caught_up():
            return
        for taskforce in await all_taskforces(database, limit=_LIMIT):
            if self._schedule.at_once and not await self._stands_still(database, taskforce, now):
                continue
            release = await release_due(database, taskforce, self._schedule, now=now)
            if release is not None:
                hidden = isinstance(release.shown, Hidden)
                _log.info("board.released", number=release.number, hidden=hidden, as_of=release.as_of.isoformat())

    async def _stands_still(self, database: Database, taskforce: Taskforce, now: datetime) -> bool:
        """Whether the number is the one of the last look, and none that has been checked."""
        async with database.read(taskforce.taskforce_id) as conn:
            counted = await count(conn, taskforce.since, local_date(now))
        still = self._seen.get(taskforce.taskforce_id) == counted
        self._seen[taskforce.taskforce_id] = counted
        if not still or self._checked.get(taskforce.taskforce_id) == counted:
            return False
        self._checked[taskforce.taskforce_id] = counted
        return True
