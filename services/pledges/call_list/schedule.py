"""When a call list is mailed: at 8 o'clock on the next working day after its event. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from shared.fields.copenhagen import COPENHAGEN, local_moment
from shared.fields.working_days import is_working_day, previous_working_day

CLOCK: Final = time(8)
MAX_AGE: Final = timedelta(hours=24)
"""A list that is later than this is not mailed: the calls have been made or are no news."""


@dataclass(frozen=True, slots=True)
class Issue:
    """A morning on which lists are mailed.

    Attributes:
        due_at: when.
        first_day, last_day: the days, in Europe/Copenhagen, of the events whose lists these are.
    """

    due_at: datetime
    first_day: date
    last_day: date

    def is_too_late(self, now: datetime) -> bool:
        """Whether its lists are not mailed any more."""
        return now - self.due_at > MAX_AGE


def latest_issue(now: datetime) -> Issue:
    """Return the latest morning on which lists are due."""
    local = now.astimezone(COPENHAGEN)
    day = local.date()
    if not is_working_day(day) or local.time() < CLOCK:
        day = previous_working_day(day)
    return Issue(local_moment(day, CLOCK), previous_working_day(day), day - timedelta(days=1))
