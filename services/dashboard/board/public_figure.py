"""What the public sees of a board: its last release, and when the next one may come. Nothing here counts anything."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from services.dashboard.board import store
from services.dashboard.read_model.taskforces import find_taskforce

if TYPE_CHECKING:
    from datetime import date

    from services.dashboard.board.domain import Release
    from services.dashboard.board.schedule import Schedule
    from services.dashboard.read_model.taskforces import Taskforce
    from shared.db.database import Database
    from shared.http.streams import Changes

CACHE_SECONDS = 5.0
"""How long a release is cached at most. It limits the delay if a NOTIFY is lost."""


@dataclass(frozen=True, slots=True)
class PublicFigure:
    """What a taskforce's board shows.

    Attributes:
        release: the last one; None before the first.
        next_release: the next set time; None: as soon as enough have come.
        step: so many have to come before the number changes.
    """

    taskforce: Taskforce
    release: Release | None
    next_release: datetime | None
    step: int

    @property
    def count(self) -> int | None:
        """Citizens who have got a småjob from `since` to `as_of`, both included; None if it is not shown.

        It counts citizens by the first day of work of the first hire that a case worker has confirmed, if it lies in
        that time. Whoever is hired again counts once.
        """
        return None if self.release is None or self.release.below is not None else self.release.counted

    @property
    def below(self) -> int | None:
        """If the count is hidden, it is at least 1 and less than this; else None."""
        return None if self.release is None else self.release.below

    @property
    def since(self) -> date:
        """The first day it counts from."""
        return self.taskforce.since if self.release is None else self.release.since

    @property
    def as_of(self) -> date | None:
        """The day of the number, in Europe/Copenhagen; None before the first release."""
        return None if self.release is None else self.release.as_of

    @property
    def released_at(self) -> datetime | None:
        """When it was released; None before the first release."""
        return None if self.release is None else self.release.released_at


class PublicFigures:
    """The cached releases of all boards.

    Args:
        changes: notified of releases, and of nothing else.
    """

    def __init__(self, database: Database, changes: Changes, schedule: Schedule) -> None:
        self._database = database
        self._changes = changes
        self._schedule = schedule
        self._cached: dict[str, tuple[Taskforce, Release | None, tuple[int, int], float]] = {}

    async def find(self, slug: str) -> PublicFigure | None:
        """Return what the board of the taskforce with this slug shows; None if there is none."""
        cached = self._up_to_date(slug) or await self._read(slug)
        if cached is None:
            return None
        taskforce, release = cached
        return PublicFigure(
            taskforce,
            release,
            self._schedule.next_due(datetime.now(UTC)),
            max(self._schedule.step, self._schedule.smallest),
        )

    def _up_to_date(self, slug: str) -> tuple[Taskforce, Release | None] | None:
        if slug not in self._cached:
            return None
        taskforce, release, version, read_at = self._cached[slug]
        unchanged = version == self._changes.version(taskforce.taskforce_id)
        return (taskforce, release) if unchanged and time.monotonic() - read_at < CACHE_SECONDS else None

    async def _read(self, slug: str) -> tuple[Taskforce, Release | None] | None:
        read_at = time.monotonic()
        taskforce = await find_taskforce(self._database, slug=slug)
        if taskforce is None:
            self._cached.pop(slug, None)
            return None
        # Looked up before the release is read, so that a release meanwhile makes this one outdated.
        version = self._changes.version(taskforce.taskforce_id)
        async with self._database.read(taskforce.taskforce_id) as conn:
            release = await store.last_release(conn)
        self._cached[slug] = (taskforce, release, version, read_at)
        return taskforce, release


async def _running_public_figures(request: Request) -> PublicFigures:
    figures: PublicFigures = request.app.state.public_figures
    return figures


ThePublicFigures = Annotated[PublicFigures, Depends(_running_public_figures)]
"""The application's public figures."""


async def _running_board_changes(request: Request) -> Changes:
    changes: Changes = request.app.state.board_changes
    return changes


TheBoardChanges = Annotated["Changes", Depends(_running_board_changes)]
"""The releases that the boards' streams follow. A stream that woke for other changes would tell when there were some: a
change puts the next heartbeat off."""
