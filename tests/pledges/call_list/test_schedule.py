"""The morning on which a call list is mailed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from services.pledges.call_list.schedule import latest_issue
from shared.fields.copenhagen import COPENHAGEN
from shared.fields.working_days import next_working_day


@pytest.mark.parametrize(
    ("now", "due", "first", "last"),
    [
        # A Tuesday evening's list on Wednesday; in winter Copenhagen is an hour ahead of UTC, in summer two.
        ("2026-12-02T07:00", "2026-12-02T07:00", "2026-12-01", "2026-12-01"),
        ("2026-06-03T06:00", "2026-06-03T06:00", "2026-06-02", "2026-06-02"),
        # A second before, it was the day before that was due.
        ("2026-12-02T06:59:59", "2026-12-01T07:00", "2026-11-30", "2026-11-30"),
        # On Monday, those of Friday and of the weekend, also when clocks were changed on Sunday.
        ("2026-12-07T12:00", "2026-12-07T07:00", "2026-12-04", "2026-12-06"),
        ("2026-03-30T06:00", "2026-03-30T06:00", "2026-03-27", "2026-03-29"),
        ("2026-10-26T07:00", "2026-10-26T07:00", "2026-10-23", "2026-10-25"),
        # After Easter, and after Christmas.
        ("2026-04-07T06:00", "2026-04-07T06:00", "2026-04-01", "2026-04-06"),
        ("2026-12-28T07:00", "2026-12-28T07:00", "2026-12-23", "2026-12-27"),
    ],
)
def test_lists_are_due_at_8_on_the_next_working_day(now: str, due: str, first: str, last: str) -> None:
    issue = latest_issue(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert issue.due_at == datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert (issue.first_day, issue.last_day) == (date.fromisoformat(first), date.fromisoformat(last))


def test_every_day_belongs_to_exactly_one_morning() -> None:
    day = date(2026, 1, 1)
    while day < date(2028, 1, 1):
        morning = datetime.combine(next_working_day(day), datetime.min.time(), COPENHAGEN) + timedelta(hours=9)
        issue = latest_issue(morning)
        assert issue.first_day <= day <= issue.last_day
        assert issue.due_at.astimezone(COPENHAGEN).hour == 8
        day += timedelta(days=1)


def test_a_morning_is_over_after_a_day() -> None:
    issue = latest_issue(datetime(2026, 12, 2, 7, tzinfo=UTC))
    assert not issue.is_too_late(datetime(2026, 12, 3, 7, tzinfo=UTC))
    assert issue.is_too_late(datetime(2026, 12, 3, 7, 1, tzinfo=UTC))
