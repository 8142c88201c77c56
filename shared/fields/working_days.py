"""Working days in Denmark: neither a weekend nor a public holiday (the `holidays` package follows the law)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

_DAY = timedelta(days=1)


def is_working_day(day: date) -> bool:
    """Whether people are at work on a day. Christmas Eve is none: it is no public holiday, but hardly anybody is."""
    return day.weekday() < 5 and (day.month, day.day) != (12, 24) and day not in _holidays(day.year)


def next_working_day(day: date) -> date:
    """Return the first working day after a day."""
    return _walk(day, _DAY)


def previous_working_day(day: date) -> date:
    """Return the last working day before a day."""
    return _walk(day, -_DAY)


def _walk(day: date, step: timedelta) -> date:
    day += step
    while not is_working_day(day):
        day += step
    return day


@lru_cache(maxsize=8)
def _holidays(year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415  (slow to import, and only the workers need it)

    return frozenset(holidays.country_holidays("DK", years=year))
