"""When work is due, and how long it has waited, in words: without a database."""

from __future__ import annotations

from datetime import date

import pytest

from services.pledges.queue.due import After, Ageing, OnNextWorkingDay
from services.pledges.queue.kinds.words import duration, numbers
from shared.i18n.translations import use_language

AGEING = Ageing(vacant=14)
THURSDAY, FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 11, day) for day in (26, 27, 28, 29, 30))


@pytest.mark.parametrize(("event", "due"), [(THURSDAY, FRIDAY), (FRIDAY, MONDAY), (SATURDAY, MONDAY), (SUNDAY, MONDAY)])
def test_a_call_is_due_on_the_next_working_day(event: date, due: date) -> None:
    assert OnNextWorkingDay().due_on(event, AGEING) == due


@pytest.mark.parametrize("schedule", [After(), After(lambda ageing: ageing.vacant), OnNextWorkingDay()])
@pytest.mark.parametrize("day", [THURSDAY, FRIDAY, SATURDAY, SUNDAY, MONDAY, date(2026, 12, 23), date(2027, 1, 1)])
def test_what_is_due_by_a_day_ends_with_the_last_day_for_it(schedule: After | OnNextWorkingDay, day: date) -> None:
    last = schedule.last_day(day, AGEING)

    assert schedule.due_on(last, AGEING) <= day
    assert schedule.due_on(date.fromordinal(last.toordinal() + 1), AGEING) > day


@pytest.mark.parametrize(
    ("since", "text"),
    [
        (date(2026, 11, 30), "0 dage"),
        (date(2026, 11, 29), "1 dag"),
        (date(2026, 8, 31), "91 dage"),
        (date(2026, 8, 30), "3 måneder"),
        (date(2024, 12, 1), "23 måneder"),
        (date(2024, 11, 30), "2 år"),
    ],
)
def test_a_long_time_is_told_in_months_and_years(since: date, text: str) -> None:
    with use_language("da", service="pledges"):
        assert duration(since, MONDAY) == text


@pytest.mark.parametrize(("those", "text"), [([2], "2"), ([1, 3], "1 og 3"), ([1, 2, 4], "1, 2 og 4")])
def test_numbers_are_told_as_a_list(those: list[int], text: str) -> None:
    with use_language("da", service="pledges"):
        assert numbers(those) == text
