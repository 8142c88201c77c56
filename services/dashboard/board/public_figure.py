"""The one public figure: how many citizens have got a småjob. Small counts are suppressed."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from services.dashboard.measures import queries
from services.dashboard.measures.figures import today
from services.dashboard.measures.hires import Hires
from services.dashboard.read_model.taskforces import find_taskforce

if TYPE_CHECKING:
    from datetime import date

    from services.dashboard.read_model.taskforces import Taskforce
    from shared.db.database import Database
    from shared.http.streams import Changes

CACHE_SECONDS = 5.0
"""How long a figure is cached at most. It limits the delay if a NOTIFY is lost."""


@dataclass(frozen=True, slots=True)
class PublicFigure:
    """What a taskforce's board shows.

    Attributes:
        count: hires in småjobs that a case worker has confirmed and whose first day of work lies between `since`
            and `as_of`, both included; each counts as one citizen. None if it is too small to be shown.
        below: if the count is hidden, it is at least 1 and less than this; else None.
        as_of: the day, in Europe/Copenhagen.
    """

    taskforce: Taskforce
    count: int | None
    below: int | None
    as_of: date

    @property
    def since(self) -> date:
        """The first day it counts from."""
        return self.taskforce.since


def suppressed(taskforce: Taskforce, count: int, as_of: date, *, smallest: int) -> PublicFigure:
    """Return the figure as the public may see it: counts from 1 to below `smallest` are hidden, 0 is not."""
    hidden = 0 < count < smallest
    return PublicFigure(taskforce, None if hidden else count, smallest if hidden else None, as_of)


class PublicFigures:
    """The cached figures of all boards. A figure is counted once after each change, however many clients ask.

    Args:
        smallest: the smallest count above 0 that is shown.
    """

    def __init__(self, database: Database, changes: Changes, *, smallest: int) -> None:
        self._database = database
        self._changes = changes
        self._smallest = smallest
        self._cached: dict[str, tuple[PublicFigure, tuple[int, int], float]] = {}
        self._counting: dict[str, asyncio.Task[PublicFigure | None]] = {}

    async def find(self, slug: str) -> PublicFigure | None:
        """Return the figure of the taskforce with this slug; None if there is none."""
        figure: PublicFigure | None = None
        # A count that ran during a change may have missed the change, so it is repeated.
        for _ in range(3):
            fresh = self._up_to_date(slug)
            if fresh is not None:
                return fresh
            counting = self._counting.get(slug)
            if counting is None:
                counting = self._counting[slug] = asyncio.create_task(self._count(slug))
                counting.add_done_callback(lambda _: self._counting.pop(slug, None))
            figure = await asyncio.shield(counting)
            if figure is None:
                return None
        return figure

    def _up_to_date(self, slug: str) -> PublicFigure | None:
        if slug not in self._cached:
            return None
        figure, version, counted_at = self._cached[slug]
        unchanged = version == self._changes.version(figure.taskforce.taskforce_id)
        recent = time.monotonic() - counted_at < CACHE_SECONDS
        return figure if unchanged and recent and figure.as_of == today() else None

    async def _count(self, slug: str) -> PublicFigure | None:
        counted_at = time.monotonic()
        taskforce = await find_taskforce(self._database, slug=slug)
        if taskforce is None:
            self._cached.pop(slug, None)
            return None
        # Read before the count, so that a change during the count makes its result outdated.
        version = self._changes.version(taskforce.taskforce_id)
        as_of = today()
        async with self._database.read(taskforce.taskforce_id) as conn:
            count = await queries.growth(conn, Hires, job_type="smaajob", since=taskforce.since, as_of=as_of)
        figure = suppressed(taskforce, count, as_of, smallest=self._smallest)
        self._cached[slug] = (figure, version, counted_at)
        return figure


async def _running_public_figures(request: Request) -> PublicFigures:
    figures: PublicFigures = request.app.state.public_figures
    return figures


ThePublicFigures = Annotated[PublicFigures, Depends(_running_public_figures)]
"""The application's public figures."""
