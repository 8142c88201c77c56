"""Who makes a call, and what came of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.pledges.call_list.domain import Call
from services.pledges.call_list.refusals import CallAgainDayMissing, CallAgainDayPast
from services.pledges.pledges.refusals import StaleVersion
from tests.pledges.builders import NOW, TASKFORCE

MEMBER, COLLEAGUE, COORDINATOR = uuid4(), uuid4(), uuid4()
TODAY = date(2026, 12, 2)


def call(logged_by: UUID | None = MEMBER) -> Call:
    return Call(TASKFORCE, uuid4(), logged_by)


def tick_off(made: Call, outcome: Any = "reached", **changes: Any) -> bool:
    facts: dict[str, Any] = {"note": None, "again_on": None, "by": MEMBER, "at": NOW, "today": TODAY}
    return made.tick_off(outcome, **facts | changes)


def test_whoever_logged_the_pledge_rings_unless_a_coordinator_decides_otherwise() -> None:
    assert call().caller == MEMBER
    made = call()
    assert made.assign(COLLEAGUE, by=COORDINATOR, at=NOW)
    assert made.caller == COLLEAGUE
    assert not made.assign(COLLEAGUE, by=COORDINATOR, at=NOW + timedelta(hours=1))
    assert (made.version, made.assigned_at) == (1, NOW)
    assert made.assign(None, by=COORDINATOR, at=NOW)
    assert made.caller == MEMBER


def test_nobody_rings_about_a_guests_pledge_until_a_coordinator_has_decided() -> None:
    assert call(None).caller is None


def test_a_call_that_will_be_repeated_is_not_ticked_off() -> None:
    made = call()
    assert tick_off(made, "again", again_on=TODAY + timedelta(days=1), note="Holder møde")
    assert (made.ticked_off, made.again_on) == (False, TODAY + timedelta(days=1))
    assert tick_off(made, "reached", again_on=TODAY + timedelta(days=1))
    assert (made.ticked_off, made.again_on) == (True, None)


def test_the_next_call_needs_a_day_that_is_not_over() -> None:
    with pytest.raises(CallAgainDayMissing):
        tick_off(call(), "again")
    with pytest.raises(CallAgainDayPast):
        tick_off(call(), "again", again_on=TODAY - timedelta(days=1))
    assert tick_off(call(), "again", again_on=TODAY)


def test_the_same_outcome_again_changes_nothing() -> None:
    made = call()
    tick_off(made, note="Glæder sig")
    assert not tick_off(made, note="Glæder sig", by=COLLEAGUE, at=NOW + timedelta(hours=1), seen_version=0)
    assert (made.version, made.called_by, made.called_at) == (1, MEMBER, NOW)


def test_an_outcome_can_be_undone_and_the_note_stays() -> None:
    made = call()
    tick_off(made, note="Glæder sig")
    assert made.reopen()
    assert (made.outcome, made.called_by, made.called_at, made.note) == (None, None, None, "Glæder sig")
    assert not made.reopen()


def test_who_saw_an_older_version_is_refused() -> None:
    made = call()
    tick_off(made)
    with pytest.raises(StaleVersion):
        tick_off(made, "not_reached", seen_version=0)
    with pytest.raises(StaleVersion):
        made.reopen(seen_version=0)
    assert made.outcome == "reached"
    assert isinstance(made.called_at, datetime)
