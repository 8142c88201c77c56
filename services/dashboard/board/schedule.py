"""When the public boards are released, and by which steps, as the settings say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from shared.fields.copenhagen import COPENHAGEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.dashboard.settings import DashboardSettings


@dataclass(frozen=True, slots=True)
class Schedule:
    """When and by which steps a board is released.

    Attributes:
        times: the set times of every day, in Europe/Copenhagen.
        step: so many must have come, or have been corrected away, since the last release.
        at_once: release as soon as `step` is reached, whatever the time.
        smallest: the smallest count above 0 that is shown.
        sign_step: the signs by the road are due when the number has moved so far since they were due last.
    """

    times: tuple[time, ...]
    step: int
    at_once: bool
    smallest: int
    sign_step: int

    def last_due(self, now: datetime) -> datetime:
        """Return the latest set time up to now; if releases are made at once, now."""
        if self.at_once:
            return now
        return max(moment for moment in self._around(now) if moment <= now)

    def next_due(self, now: datetime) -> datetime | None:
        """Return the next set time; None if releases are made at once."""
        if self.at_once:
            return None
        return min(moment for moment in self._around(now) if moment > now)

    def _around(self, now: datetime) -> Iterator[datetime]:
        today = now.astimezone(COPENHAGEN).date()
        for days in (-1, 0, 1):
            for clock in self.times:
                local = datetime.combine(today + timedelta(days=days), clock, tzinfo=COPENHAGEN)
                yield local.astimezone(now.tzinfo)


def schedule_of(settings: DashboardSettings) -> Schedule:
    """Return the schedule of every board of the installation."""
    return Schedule(
        times=settings.board_release_times,
        step=settings.board_release_step,
        at_once=settings.board_release_at_once,
        smallest=settings.board_smallest_count,
        sign_step=settings.board_sign_step,
    )
