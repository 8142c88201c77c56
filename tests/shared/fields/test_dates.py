"""Days and moments in ISO 8601."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.fields.dates import Clock, Day, Moment

DAYS: TypeAdapter[date] = TypeAdapter(Day)
MOMENTS: TypeAdapter[datetime] = TypeAdapter(Moment)
CLOCKS: TypeAdapter[time] = TypeAdapter(Clock)
NUMBERS: list[Any] = [0, 1_764_547_200, 0.5, True, "0", "20261201", "1764547200", "1764547200.5", "-1", " 20261201"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_neither_a_day_nor_a_moment(number: Any) -> None:
    for kind in (DAYS, MOMENTS):
        with pytest.raises(ValidationError) as refused:
            kind.validate_python(number)
        assert refused.value.errors()[0]["type"] in {"date_type", "datetime_type"}


def test_iso_text_is_accepted() -> None:
    assert DAYS.validate_python("2026-12-01") == DAYS.validate_python(date(2026, 12, 1)) == date(2026, 12, 1)
    moment = datetime(2026, 12, 1, 18, 0, tzinfo=UTC)
    assert MOMENTS.validate_python("2026-12-01T19:00:00+01:00") == MOMENTS.validate_python(moment) == moment


def test_the_json_schema_is_still_a_date() -> None:
    assert DAYS.json_schema() == {"type": "string", "format": "date"}
    assert MOMENTS.json_schema() == {"type": "string", "format": "date-time"}


@pytest.mark.parametrize("typed", ["09:05", "9.05", " 09.05 ", "09:05:00", time(9, 5, tzinfo=UTC)])
def test_a_clock_is_read_as_people_write_it(typed: Any) -> None:
    assert CLOCKS.validate_python(typed) == time(9, 5)


@pytest.mark.parametrize("typed", ["960", 960, "9", "24:00", "12:60", "12:3", "", "middag", "١٢:٣٠", "12:30Z"])
def test_what_no_clock_shows_is_refused(typed: Any) -> None:
    with pytest.raises(ValidationError):
        CLOCKS.validate_python(typed)
