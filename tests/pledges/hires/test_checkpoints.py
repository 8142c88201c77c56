"""When a hire is asked about, without a database."""

from __future__ import annotations

from datetime import date

import pytest

from services.pledges.hires.checkpoints import Checkpoint, checkpoints_of
from shared.fields.dates import months_after


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2026, 1, 15), 3, date(2026, 4, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2026, 12, 31), 6, date(2027, 6, 30)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 1), -12, date(2025, 1, 1)),
    ],
)
def test_months_are_added_as_postgresql_adds_them(day: date, months: int, after: date) -> None:
    assert months_after(day, months) == after


@pytest.mark.parametrize(
    ("start", "ended_on", "expected"),
    [
        (date(2026, 12, 1), None, {3: None, 6: None, 12: None}),
        (date(2026, 12, 1), date(2027, 3, 1), {}),
        (date(2026, 12, 1), date(2027, 3, 2), {3: None}),
        (date(2025, 3, 1), None, {3: "unknown", 6: "unknown", 12: None}),
        (date(2025, 9, 1), None, {3: None, 6: None, 12: None}),
    ],
)
def test_a_hire_is_asked_about_as_long_as_somebody_may_know(
    start: date, ended_on: date | None, expected: dict[int, str | None]
) -> None:
    confirmed_on = date(2026, 12, 1)

    checkpoints = checkpoints_of(start, ended_on=ended_on, confirmed_on=confirmed_on, on=confirmed_on)

    assert {one.months: one.answer for one in checkpoints} == expected
    assert all(one.due_on == months_after(start, one.months) for one in checkpoints)
    assert all((one.answered_on == confirmed_on) == (one.answer == "unknown") for one in checkpoints)


def test_an_answer_stays_as_it_was_given() -> None:
    answered = Checkpoint(3, date(2027, 3, 1), "elsewhere", date(2027, 3, 4), "company")

    checkpoints = checkpoints_of(
        date(2026, 12, 1),
        ended_on=date(2027, 1, 1),
        confirmed_on=date(2026, 12, 1),
        on=date(2027, 4, 1),
        answered=[answered],
    )

    assert checkpoints == (answered,)
