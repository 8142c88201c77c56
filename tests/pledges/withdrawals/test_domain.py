"""Withdrawing a pledge and undoing it, and what that does to the figures of every day, without a database."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any, get_args
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dashboard.read_model.deltas import COUNTINGS, PLEDGED_POSITIONS
from services.pledges.pledges import refusals
from services.pledges.pledges.domain import Pledge, WithdrawalReason
from services.pledges.pledges.events_out import pledge_state
from shared.contracts.pledges import PledgeState
from shared.refusals import Refusal
from tests.pledges.builders import NOW, logged, pledge_terms
from tests.support.properties import PATIENT

REASONS = get_args(WithdrawalReason)
DAY = date(2026, 12, 14)


def statuses(pledge: Pledge) -> list[str]:
    return [position.status for position in pledge.positions]


def test_a_company_withdraws_what_is_not_filled() -> None:
    pledge = logged()
    pledge.fill(2, hire_id=uuid4())

    assert pledge.withdraw("company_withdrew", on=DAY, seen_version=2)

    assert (pledge.status, pledge.version, pledge.ended_on, pledge.counted) == ("withdrawn", 3, DAY, True)
    assert statuses(pledge) == ["cancelled", "filled", "cancelled"]
    with pytest.raises(refusals.PledgeEnded):
        pledge.fill(1, hire_id=uuid4())


@pytest.mark.parametrize("reason", ["logged_by_mistake", "not_genuine"])
def test_what_was_never_made_has_never_counted(reason: WithdrawalReason) -> None:
    pledge = logged()

    pledge.withdraw(reason, on=DAY)

    assert (pledge.status, pledge.ended_on, pledge.counted) == ("withdrawn", None, False)


def test_what_has_become_a_job_was_made() -> None:
    pledge = logged()
    pledge.fill(1, hire_id=uuid4())

    with pytest.raises(refusals.PositionsFilled):
        pledge.withdraw("logged_by_mistake", on=DAY)


def test_a_fulfilled_pledge_has_nothing_to_withdraw() -> None:
    pledge = logged()
    for _ in range(3):
        pledge.fill(None, hire_id=uuid4())

    with pytest.raises(refusals.PositionsFilled):
        pledge.withdraw("company_withdrew", on=DAY)


@pytest.mark.parametrize("reason", REASONS)
def test_a_withdrawal_is_undone_at_any_time(reason: WithdrawalReason) -> None:
    pledge = logged()
    before = (pledge.status, list(pledge.positions), pledge.counted, pledge.ended_on)
    pledge.withdraw(reason, on=DAY)

    assert pledge.restore(seen_version=2)

    assert (pledge.status, pledge.positions, pledge.counted, pledge.ended_on) == before
    assert (pledge.version, pledge.withdrawn_because) == (3, None)


def test_the_same_again_changes_nothing_even_by_a_version_that_is_old() -> None:
    pledge = logged()
    again = [
        pledge.withdraw("company_withdrew", on=DAY, seen_version=1),
        pledge.withdraw("company_withdrew", on=DAY + timedelta(days=3), seen_version=1),
        pledge.restore(seen_version=2),
        pledge.restore(seen_version=2),
    ]

    assert again == [True, False, True, False]
    assert pledge.version == 3


def test_another_version_another_reason_and_another_end_are_refused() -> None:
    pledge = logged()
    with pytest.raises(refusals.StaleVersion):
        pledge.withdraw("company_withdrew", on=DAY, seen_version=2)
    pledge.withdraw("company_withdrew", on=DAY)
    with pytest.raises(refusals.PledgeEnded):
        pledge.withdraw("not_genuine", on=DAY)
    with pytest.raises(refusals.StaleVersion):
        pledge.restore(seen_version=1)
    with pytest.raises(refusals.PledgeEnded):
        pledge.decide("accepted")
    duplicate = logged()
    duplicate.ended_as = "duplicate"
    with pytest.raises(refusals.PledgeEnded):
        duplicate.withdraw("company_withdrew", on=DAY)
    with pytest.raises(refusals.PledgeEnded):
        duplicate.restore()


CHANGES = st.one_of(
    st.tuples(st.just("withdraw"), st.sampled_from(REASONS)),
    st.tuples(st.sampled_from(["restore", "fill"]), st.none()),
    st.tuples(st.just("decide"), st.sampled_from(["accepted", "rejected"])),
)


def positions_on(message: PledgeState, day: date) -> int:
    """Return the positions that the dashboard counts on a day for the state in a message."""
    return sum(
        delta.delta
        for counting in COUNTINGS
        if issubclass(type(message), counting.messages)
        for delta in counting.deltas(message)
        if delta.measure == PLEDGED_POSITIONS and delta.day <= day
    )


@PATIENT
@given(st.integers(1, 5), st.lists(st.tuples(CHANGES, st.integers(0, 3)), max_size=12), st.integers(0, 2))
def test_the_figures_of_every_day_are_right_after_every_change(
    positions: int, changes: list[tuple[tuple[str, Any], int]], clock_ahead: int
) -> None:
    pledge = logged(pledge_terms(positions=positions))
    pledge.pledged_on = NOW.date() + timedelta(days=clock_ahead)
    today, filled, withdrawn, rejected = NOW.date(), 0, None, False
    versions = [pledge_state(PledgeState, pledge, recorded_at=NOW)]
    for (change, argument), days in changes:
        today += timedelta(days=days)
        try:
            match change:
                case "withdraw":
                    if pledge.withdraw(argument, on=today):
                        withdrawn = (argument, today)
                case "restore":
                    if pledge.restore():
                        withdrawn = None
                case "decide":
                    pledge.decide(argument)
                    rejected = argument == "rejected"
                case _:
                    pledge.fill(None, hire_id=uuid4())
                    filled += 1
        except Refusal:
            continue
        versions.append(pledge_state(PledgeState, pledge, recorded_at=NOW))
        for day in (NOW.date() + timedelta(days=number) for number in range(-1, 45)):
            never = rejected or (withdrawn is not None and withdrawn[0] != "company_withdrew")
            left = withdrawn is None or day < withdrawn[1]
            expected = 0 if never or day < pledge.pledged_on else positions if left else filled
            assert positions_on(versions[-1], day) == expected
    assert all(before.version <= after.version <= before.version + 1 for before, after in pairwise(versions))
