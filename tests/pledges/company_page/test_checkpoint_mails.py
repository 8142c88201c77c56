"""Asking companies whether somebody is still employed: on working days from 8 o'clock, about each checkpoint once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from services.pledges.company_page.checkpoint_mails import due_day, issue_checkpoints
from tests.pledges.conftest import NOW, TODAY, hire_body

if TYPE_CHECKING:
    from tests.pledges.company_page.conftest import CompanyVisitor


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 12, 1, 6, 59, tzinfo=UTC), None),
        (datetime(2026, 12, 1, 7, 0, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 7, 1, 6, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 12, 5, 12, 0, tzinfo=UTC), None),
        (datetime(2026, 12, 24, 12, 0, tzinfo=UTC), None),
    ],
)
def test_companies_are_asked_on_working_days_from_eight(now: datetime, day: date | None) -> None:
    assert due_day(now) == day


async def test_each_due_checkpoint_is_published_once_and_only_where_somebody_can_answer(
    visitor: CompanyVisitor,
) -> None:
    today = TODAY
    pledge_id = await visitor.log(captured_at=(NOW - timedelta(days=200)).isoformat())
    ids = {}
    for name, days, facts in (
        ("due", 100, {"pledge_id": pledge_id}),
        ("not yet", 80, {"pledge_id": pledge_id}),
        ("without a pledge", 100, {"company": {"name": "Smeden"}}),
    ):
        body = hire_body(start_date=(today - timedelta(days=days)).isoformat(), **facts)
        answer = await visitor.caller.confirm(body)
        assert answer.status_code == 201, answer.text
        ids[name] = body["id"]

    async def issue(day: date) -> int:
        return await issue_checkpoints(visitor.database, day, now=NOW)

    assert await issue(today - timedelta(days=30)) == 0
    assert [await issue(today), await issue(today)] == [1, 0]
    sent = await visitor.rows("select payload from outbox where type = 'tilsagn.pledges.CheckpointDue.v1'")
    assert [(row["payload"]["hire_id"], row["payload"]["months"]) for row in sent] == [(ids["due"], 3)]
    # Long after, nobody asks any more.
    assert await issue(today + timedelta(days=60)) == 0
