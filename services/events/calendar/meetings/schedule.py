"""When the pack of a meeting is mailed: at 8 o'clock some days before it. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from shared.fields.copenhagen import COPENHAGEN, local_moment

CLOCK: Final = time(8)
MAX_AGE: Final = timedelta(hours=12)
"""Packs that are later than this are mailed the next morning."""


@dataclass(frozen=True, slots=True)
class Morning:
    """A morning on which packs are mailed.

    Attributes:
        due_at: when.
        day: in Europe/Copenhagen.
    """

    due_at: datetime
    day: date

    def is_too_late(self, now: datetime) -> bool:
        """Whether nothing is mailed any more that day."""
        return now - self.due_at > MAX_AGE


def latest_morning(now: datetime) -> Morning:
    """Return the latest 8 o'clock."""
    local = now.astimezone(COPENHAGEN)
    day = local.date() if local.time() >= CLOCK else local.date() - timedelta(days=1)
    return Morning(local_moment(day, CLOCK), day)
