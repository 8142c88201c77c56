"""The time zone of the product's users: what their clocks show, as moments. Moments are stored in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

COPENHAGEN: Final = ZoneInfo("Europe/Copenhagen")

ClockSetting: TypeAlias = Literal["summer", "winter"]
"""Which of the two times is meant that a clock shows twice in the night when summer time ends."""


class NonexistentTime(ValueError):
    """Clocks skip this time: they are put forward from 2 to 3 in the night when summer time begins."""


class AmbiguousTime(ValueError):
    """Clocks show this time twice: they are put back from 3 to 2 in the night when summer time ends."""


def local_moment(day: date, clock: time, setting: ClockSetting | None = None) -> datetime:
    """Return the moment, in UTC, when clocks in Denmark show a time on a day.

    Args:
        clock: without a time zone.
        setting: decides where the time comes twice, first in summer time and then in winter time; ignored elsewhere.

    Raises:
        NonexistentTime: the time is skipped on this day.
        AmbiguousTime: the time comes twice on this day, and no setting says which is meant.
    """
    first, second = (datetime.combine(day, clock.replace(tzinfo=COPENHAGEN, fold=fold)) for fold in (0, 1))
    # PEP 495: the two offsets differ only where clocks are changed, and the later one is smaller where a time repeats.
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    if not comes_twice(first):
        raise NonexistentTime
    if setting is None:
        raise AmbiguousTime
    return (first if setting == "summer" else second).astimezone(UTC)


def comes_twice(local: datetime) -> bool:
    """Whether clocks in Denmark show the local time of a moment twice on that day."""
    first, second = (local.replace(tzinfo=COPENHAGEN, fold=fold).utcoffset() for fold in (0, 1))
    assert first is not None
    assert second is not None
    return first > second
