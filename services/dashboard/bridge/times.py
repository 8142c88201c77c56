"""Pairs of times in a URL: `2026-12-01`, or `2026-12-01@2026-12-01T17:00:00Z` as known at a moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import Depends, Query
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from services.dashboard.measures.selection import Times
from shared.fields import dates
from shared.fields.validation import FieldError
from shared.http.problems import Problem
from shared.i18n.translations import gettext as _
from shared.ui.formats import date_text

_CLOCKS_DIFFER: Final = timedelta(minutes=1)
_DAY: Final = TypeAdapter[Any](dates.Day)
_MOMENT: Final = TypeAdapter[Any](dates.StoredMoment)


def read_times(name: str, text: str) -> Times:
    """Return the pair of times that a parameter of a URL gives. Raises `Problem` (422), in words, for anything else."""
    day, at, moment = text.strip().partition("@")
    try:
        as_of: date = dates.refuse_distant(_DAY.validate_python(dates.iso_date(day)))
        # A plus sign that was not escaped arrives as a space.
        known_at: datetime | None = _MOMENT.validate_python(moment.replace(" ", "+")) if at else None
    except (ValidationError, PydanticCustomError):
        words = _("Give a day, or a day and a moment, such as 2026-12-01@2026-12-01T17:00:00Z.")
        raise _refused(name, "times", words) from None
    if known_at is not None and known_at > datetime.now(UTC) + _CLOCKS_DIFFER:
        raise _refused(name, "future_moment", _("This moment is still to come, so nobody can know what is known then."))
    return Times(as_of, known_at)


def check_beginning(beginning: date | None, **times: Times | None) -> None:
    """Raise `Problem` (422) for a day before the taskforce began. The times are named as their parameters are.

    The last day of the quarter before is no mistake: the first quarter's changes are counted from it.
    """
    if beginning is None:
        return
    earliest = date(beginning.year, (beginning.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)
    for name, pair in times.items():
        if pair is not None and pair.as_of < earliest:
            words = _("The taskforce began on %(day)s. There are no figures before that day.", day=date_text(beginning))
            raise _refused(name.rstrip("_"), "before_beginning", words)


def text_of(times: Times) -> str:
    """Return a pair of times as it stands in a URL."""
    if times.known_at is None:
        return times.as_of.isoformat()
    moment = times.known_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return f"{times.as_of.isoformat()}@{moment}"


def _refused(name: str, code: str, words: str) -> Problem:
    return Problem(422, detail=words, errors=[FieldError(f"?{name}", code, words)])


_FORM: Final = "a day, and after `@` a moment if only what was known then counts"

FromText = Annotated[
    str, Query(alias="from", max_length=80, description=f"The first pair of times: {_FORM}.", examples=["2026-09-01"])
]
ToText = Annotated[
    str,
    Query(
        alias="to",
        max_length=80,
        description=f"The second pair of times: {_FORM}.",
        examples=["2026-12-01@2026-12-01T16:00:00Z"],
    ),
]


async def _both(since: FromText, until: ToText) -> tuple[Times, Times]:
    return read_times("from", since), read_times("to", until)


BothTimes = Annotated[tuple[Times, Times], Depends(_both)]
"""The two pairs of times of a bridge, from its URL."""
