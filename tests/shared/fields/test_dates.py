"""Days and moments in ISO 8601."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.fields.dates import Day, Moment

DAYS: TypeAdapter[date] = TypeAdapter(Day)
MOMENTS: TypeAdapter[datetime] = TypeAdapter(Moment)
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
