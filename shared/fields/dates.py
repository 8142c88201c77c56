"""Days and moments: as programs send them (ISO 8601), and as people in Denmark type them.

pydantic also takes a number, or text that is one, as seconds since 1970: `20261201` would silently be a day in 1970.
The types here refuse that.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

When = TypeVar("When", bound=date)

_EXACTLY: Final = timedelta(0)
CLOCK_TOLERANCE: Final = timedelta(hours=24)
"""How far a client's clock may differ from the server's. A smaller difference may come from a time zone."""

_BEGINS_WITH_A_YEAR = re.compile(r"\s*[0-9]{4}-")
_CLOCK: Final = re.compile(r"(\d{1,2})[.:](\d{2})(?:[.:]\d{2})?", re.ASCII)
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4})")


def iso_date(typed: str) -> str:
    """Return `31-12-2026`, `31.12.2026` or `31/12/2026` as `2026-12-31`; anything else unchanged."""
    found = _DAY_FIRST.fullmatch(typed.strip())
    if found is None or not typed.isascii():
        return typed
    day, month, year = map(int, found.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return typed


def refuse_distant(when: When) -> When:
    """Return the date. Raises `distant_date` near the ends of the calendar, where adding a day would overflow."""
    if not 2000 <= when.year < 2100:
        raise PydanticCustomError("distant_date", "Must be between the years 2000 and 2100.")
    return when


def lies_between(when: When, earliest: When, latest: When, *, tolerance: timedelta = _EXACTLY) -> bool:
    """Whether a day or moment that a client gives lies within its bounds, both included.

    Args:
        tolerance: how far outside it may lie, for clocks that are not right.
    """
    return earliest - tolerance <= when <= latest + tolerance


def months_after(day: date, months: int) -> date:
    """Return the same day some months later, or the last day of a month that is too short: 28.02. after 30.11.

    At the end of the calendar it is the calendar's last day.
    """
    later = day.year * 12 + day.month - 1 + months
    year, month = later // 12, later % 12 + 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC.

    Raises `datetime_range` near the ends of the calendar, where it has no UTC or no local time.
    """
    if not 1 < moment.year < 9999:
        raise PydanticCustomError("datetime_range", "Must be a date and a time.")
    return moment.astimezone(UTC)


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return not _BEGINS_WITH_A_YEAR.match(value)
    return not isinstance(value, date)


def _refuse_number_as_day(value: Any) -> Any:
    if value is not None and _is_number(value):
        raise PydanticCustomError("date_type", "Must be a date.")
    return value


def _refuse_number_as_moment(value: Any) -> Any:
    if value is not None and _is_number(value):
        raise PydanticCustomError("datetime_type", "Must be a date and a time.")
    return value


def _read_clock(value: Any) -> Any:
    if isinstance(value, time):
        return value.replace(tzinfo=None)
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("time_type", "Must be a time.")
    return f"{found[1]:0>2}:{found[2]}"


Day = Annotated[date, BeforeValidator(_refuse_number_as_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(_refuse_number_as_moment)]
"""With its time zone."""
Clock = Annotated[time, BeforeValidator(_read_clock)]
"""What a clock shows, to the minute: `16:30` or, as people in Denmark write it, `16.30`."""
StoredMoment = Annotated[Moment, AfterValidator(in_utc)]
"""With its time zone, converted to UTC."""
