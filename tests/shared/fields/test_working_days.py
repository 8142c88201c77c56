"""Working days in Denmark."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.fields.working_days import is_working_day, next_working_day, previous_working_day


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 12, 1), date(2026, 12, 2)),  # a Tuesday
        (date(2026, 12, 4), date(2026, 12, 7)),  # a Friday
        (date(2026, 4, 1), date(2026, 4, 7)),  # the Wednesday before Maundy Thursday: Easter Monday is over, too
        (date(2026, 5, 13), date(2026, 5, 15)),  # before Ascension Day
        (date(2026, 12, 23), date(2026, 12, 28)),  # before Christmas Eve; both Christmas days, then a Sunday
        (date(2026, 12, 31), date(2027, 1, 4)),  # New Year's Day is a Friday
    ],
)
def test_the_next_working_day_skips_weekends_and_holidays(day: date, following: date) -> None:
    assert next_working_day(day) == following
    assert previous_working_day(following) <= day or not is_working_day(day)


def test_great_prayer_day_is_a_working_day_since_2024() -> None:
    assert not is_working_day(date(2023, 5, 5))
    assert is_working_day(date(2024, 4, 26))


def test_what_lies_between_a_working_day_and_the_next_is_none() -> None:
    day = date(2024, 1, 1)
    while day < date(2028, 1, 1):
        following = next_working_day(day)
        between = [day + timedelta(days=number) for number in range(1, (following - day).days)]
        assert is_working_day(following)
        assert not any(map(is_working_day, between))
        day = following
