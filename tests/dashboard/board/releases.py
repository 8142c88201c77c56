"""Releases of the board, for tests: at once, or at a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from services.dashboard.board.commands import release_due
from services.dashboard.board.schedule import Schedule
from services.dashboard.read_model.taskforces import find_taskforce

if TYPE_CHECKING:
    from services.dashboard.board.domain import Release
    from shared.db.database import Database

DAILY = Schedule(times=(time(8),), step=5, at_once=False, smallest=5, sign_step=10)
AT_ONCE = replace(DAILY, at_once=True)


async def release(
    database: Database, slug: str = "struer", *, schedule: Schedule = AT_ONCE, now: datetime | None = None
) -> Release | None:
    """Release what is due, as the worker does."""
    taskforce = await find_taskforce(database, slug=slug)
    assert taskforce is not None
    return await release_due(database, taskforce, schedule, now=now or datetime.now(UTC))
