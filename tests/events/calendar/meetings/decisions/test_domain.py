"""The rules about a decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from services.events.calendar.meetings.decisions.domain import (
    Decision,
    DecisionIsSettled,
    DecisionTerms,
    ReasonMissing,
    StaleDecision,
)

if TYPE_CHECKING:
    from collections.abc import Callable

MADE_AT = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)
LATER = MADE_AT + timedelta(days=7)
TERMS = DecisionTerms("Ring til havnen", UUID(int=1), date(2026, 12, 15))
OTHER_TERMS = replace(TERMS, due_on=date(2026, 12, 20))


def decision() -> Decision:
    return Decision(UUID(int=9), UUID(int=8), TERMS, MADE_AT, "karen", MADE_AT, "karen")


def test_a_decision_is_done_and_reopened() -> None:
    one = decision()
    assert one.finish(LATER, by="bo")
    assert not one.finish(LATER, by="eva")
    assert (one.status, one.settled_at, one.settled_by, one.version) == ("done", LATER, "bo", 2)
    assert one.reopen(LATER, by="eva")
    assert not one.reopen(LATER, by="eva")
    assert (one.status, one.settled_at, one.settled_by, one.changed_by, one.version) == ("open", None, None, "eva", 3)


def test_a_decision_is_dropped_with_a_reason() -> None:
    one = decision()
    with pytest.raises(ReasonMissing):
        one.drop(None, LATER, by="bo")
    assert one.drop("Lukket", LATER, by="bo")
    assert not one.drop("Lukket", LATER, by="bo")
    assert (one.status, one.reason) == ("dropped", "Lukket")
    assert one.reopen(LATER, by="bo")
    assert one.reason is None


def test_what_was_decided_changes_while_it_is_open() -> None:
    one = decision()
    assert not one.change(TERMS, LATER, by="bo")
    assert one.change(OTHER_TERMS, LATER, by="bo")
    assert (one.terms, one.made_by, one.changed_by, one.version) == (OTHER_TERMS, "karen", "bo", 2)


@pytest.mark.parametrize(
    "step",
    [
        lambda one, **more: one.change(OTHER_TERMS, LATER, by="bo", **more),
        lambda one, **more: one.drop("Nej", LATER, by="bo", **more),
    ],
)
def test_a_settled_decision_is_reopened_first_and_another_version_is_refused(step: Callable[..., bool]) -> None:
    done = decision()
    done.finish(LATER, by="bo")
    with pytest.raises(DecisionIsSettled):
        step(done)
    one = decision()
    with pytest.raises(StaleDecision):
        step(one, expected_version=7)
    assert one == decision()
