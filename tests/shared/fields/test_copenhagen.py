"""Danish local times as moments."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from shared.fields.copenhagen import COPENHAGEN, AmbiguousTime, NonexistentTime, local_moment

SUMMER_TIME_BEGINS = date(2026, 3, 29)
SUMMER_TIME_ENDS = date(2026, 10, 25)


@pytest.mark.parametrize(
    ("day", "clock", "moment"),
    [
        (date(2026, 12, 1), time(16, 30), datetime(2026, 12, 1, 15, 30, tzinfo=UTC)),
        (date(2026, 7, 1), time(16, 30), datetime(2026, 7, 1, 14, 30, tzinfo=UTC)),
        (SUMMER_TIME_BEGINS, time(1, 59), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        (SUMMER_TIME_BEGINS, time(3), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (SUMMER_TIME_ENDS, time(1, 59), datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        (SUMMER_TIME_ENDS, time(3), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_a_time_that_comes_once_is_one_moment_in_utc(day: date, clock: time, moment: datetime) -> None:
    for setting in (None, "summer", "winter"):
        found = local_moment(day, clock, setting)
        assert (found, found.tzinfo) == (moment, UTC)


@pytest.mark.parametrize("clock", [time(2), time(2, 30), time(2, 59)])
def test_a_time_that_clocks_skip_is_refused(clock: time) -> None:
    with pytest.raises(NonexistentTime):
        local_moment(SUMMER_TIME_BEGINS, clock, "summer")


@pytest.mark.parametrize("clock", [time(2), time(2, 30), time(2, 59)])
def test_a_time_that_comes_twice_needs_to_say_which_one_it_is(clock: time) -> None:
    with pytest.raises(AmbiguousTime):
        local_moment(SUMMER_TIME_ENDS, clock)
    first, second = local_moment(SUMMER_TIME_ENDS, clock, "summer"), local_moment(SUMMER_TIME_ENDS, clock, "winter")
    assert second - first == timedelta(hours=1)
    assert {moment.astimezone(COPENHAGEN).time() for moment in (first, second)} == {clock}
