"""Deciding on two pledges that may be the same promise, and what that does to the figures, without a database."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dashboard.read_model.deltas import COUNTINGS, PLEDGED_POSITIONS
from services.pledges.duplicates import refusals
from services.pledges.duplicates.domain import Proposal, proposal_id
from services.pledges.pledges.events_out import pledge_state
from services.pledges.pledges.refusals import PledgeEnded
from shared.contracts.pledges import PledgeState
from shared.refusals import Refusal
from tests.pledges.builders import NOW, TASKFORCE, logged, pledge_terms
from tests.support.properties import PATIENT

if TYPE_CHECKING:
    from uuid import UUID

    from services.pledges.pledges.domain import Pledge


def pair() -> tuple[Proposal, Pledge, Pledge]:
    """Return two pledges and the proposal to merge them."""
    first, second = logged(), logged()
    return proposal_of(first, second), first, second


def proposal_of(first: Pledge, second: Pledge) -> Proposal:
    """Return the proposal to merge two pledges."""
    return Proposal(TASKFORCE, proposal_id(first.id, second.id), first.id, second.id, proposed_at=NOW)


def filled(pledge: Pledge) -> Pledge:
    """Return the pledge, with its first position filled."""
    pledge.fill(1, hire_id=uuid4())
    return pledge


def state(pledge: Pledge) -> Any:
    """Return everything about a pledge but its version."""
    return pledge.status, list(pledge.positions), pledge.counted, pledge.ended_on, pledge.merged_into, pledge.review


def test_a_pair_has_one_proposal_in_whichever_order_it_is_found() -> None:
    one, other = uuid4(), uuid4()
    assert proposal_id(one, other) == proposal_id(other, one) != proposal_id(one, uuid4())


def test_the_first_stays_and_the_second_becomes_its_duplicate() -> None:
    proposal, first, second = pair()
    before = state(first)

    merged = proposal.merge(first, second, seen_version=1)

    assert merged is second
    assert (second.status, second.counted, second.merged_into, second.version) == ("duplicate", False, first.id, 2)
    assert (state(first), first.version) == (before, 1)
    assert (proposal.status, proposal.stays_id, proposal.version) == ("merged", first.id, 2)
    with pytest.raises(PledgeEnded):
        second.fill(1, hire_id=uuid4())


def test_the_one_for_which_a_person_is_found_stays() -> None:
    proposal, first, second = pair()
    second.match(1, on=NOW.date())

    assert proposal.merge(first, second) is first


def test_a_coordinator_may_let_the_second_stay() -> None:
    proposal, first, second = pair()
    assert proposal.merge(first, second, stays_id=second.id) is first


def test_a_duplicate_that_is_separated_is_what_it_was() -> None:
    proposal, first, second = pair()
    second.decide("accepted")
    before = state(second)
    proposal.merge(first, second)

    assert proposal.unmerge(second, seen_version=2)

    assert state(second) == before
    assert (second.version, proposal.status, proposal.stays_id, proposal.version) == (4, "kept", None, 3)
    assert proposal.merge(first, second) is second


def test_the_same_decision_again_changes_nothing_even_by_a_version_that_is_old() -> None:
    proposal, first, second = pair()
    kept = [proposal.keep(seen_version=1), proposal.keep(seen_version=1)]
    merged = [proposal.merge(first, second, seen_version=2), proposal.merge(first, second, seen_version=2)]
    again = proposal.merge(first, second, stays_id=first.id, seen_version=2)
    separated = [proposal.unmerge(second, seen_version=3), proposal.unmerge(second, seen_version=3)]

    assert (kept, merged, again, separated) == ([True, False], [second, None], None, [True, False])
    assert (proposal.version, second.version) == (4, 3)


def test_a_decision_on_another_version_is_refused() -> None:
    proposal, first, second = pair()
    for decide in (
        lambda: proposal.keep(seen_version=2),
        lambda: proposal.merge(first, second, seen_version=2),
        lambda: proposal.unmerge(second, seen_version=2),
    ):
        with pytest.raises(refusals.ProposalChanged):
            decide()


def test_merged_pledges_are_separated_before_anything_else_is_decided() -> None:
    proposal, first, second = pair()
    with pytest.raises(refusals.NotMerged):
        proposal.unmerge(second)
    proposal.merge(first, second)
    with pytest.raises(refusals.SeparateFirst):
        proposal.keep()
    with pytest.raises(refusals.SeparateFirst):
        proposal.merge(first, second, stays_id=second.id)
    with pytest.raises(refusals.NotOfProposal):
        proposal.merge(first, second, stays_id=uuid4())


def test_a_pledge_that_has_become_a_job_can_only_be_the_one_that_stays() -> None:
    proposal, first, second = pair()
    filled(second)
    with pytest.raises(refusals.FilledMustStay):
        proposal.merge(first, second, stays_id=first.id)
    assert proposal.merge(first, second) is first

    proposal, first, second = pair()
    with pytest.raises(refusals.BothFilled):
        proposal.merge(filled(first), filled(second))


def test_a_promise_that_counts_is_not_lost_to_one_that_is_held() -> None:
    proposal, first, second = pair()
    first.review = "waiting"
    with pytest.raises(refusals.CountedMustStay):
        proposal.merge(first, second, stays_id=first.id)

    assert proposal.merge(first, second) is first
    proposal.unmerge(first)
    assert (first.review, first.counted) == ("waiting", False)


def test_two_held_pledges_are_merged_and_the_one_that_stays_is_decided_on() -> None:
    proposal, first, second = pair()
    first.review = second.review = "waiting"
    proposal.merge(first, second)
    with pytest.raises(PledgeEnded):
        second.decide("accepted")

    first.decide("accepted")

    assert (first.counted, second.counted) == (True, False)


def test_in_a_chain_each_duplicate_has_one_pledge_that_counts_for_it() -> None:
    first, second, third = logged(), logged(), logged()
    early, late, across = proposal_of(first, second), proposal_of(second, third), proposal_of(first, third)
    early.merge(first, second)

    with pytest.raises(PledgeEnded):
        late.merge(second, third)
    across.merge(first, third, stays_id=third.id)
    assert [one.counted for one in (first, second, third)] == [False, False, True]

    early.unmerge(second)
    assert [one.counted for one in (first, second, third)] == [False, True, True]
    across.unmerge(first)
    assert [one.counted for one in (first, second, third)] == [True, True, True]


def test_a_pledge_that_was_withdrawn_is_not_merged_and_a_duplicate_not_withdrawn() -> None:
    proposal, first, second = pair()
    first.withdraw("company_withdrew", on=NOW.date())
    with pytest.raises(PledgeEnded):
        proposal.merge(first, second)
    first.restore()
    proposal.merge(first, second)
    with pytest.raises(PledgeEnded):
        second.withdraw("company_withdrew", on=NOW.date())


def test_when_the_one_that_stays_is_withdrawn_the_duplicate_can_still_be_separated() -> None:
    proposal, first, second = pair()
    proposal.merge(first, second)
    first.withdraw("not_genuine", on=NOW.date())

    proposal.unmerge(second)

    assert [one.counted for one in (first, second)] == [False, True]


PAIRS = list(combinations(range(4), 2))
STEPS = st.one_of(
    st.tuples(st.just("merge"), st.integers(0, len(PAIRS) - 1), st.sampled_from([None, 0, 1])),
    st.tuples(st.sampled_from(["keep", "unmerge"]), st.integers(0, len(PAIRS) - 1), st.none()),
    st.tuples(st.just("withdraw"), st.integers(0, 3), st.sampled_from(["company_withdrew", "not_genuine"])),
    st.tuples(st.sampled_from(["restore", "fill"]), st.integers(0, 3), st.none()),
    st.tuples(st.just("review"), st.integers(0, 3), st.sampled_from(["accepted", "rejected"])),
)


class Evening:
    """Four pledges, all proposals to merge two of them, and a model of what counts."""

    def __init__(self) -> None:
        # Different numbers of positions: a sum tells which pledges count.
        self.pledges = [logged(pledge_terms(positions=positions)) for positions in (1, 2, 4, 8)]
        self.proposals = [proposal_of(self.pledges[one], self.pledges[other]) for one, other in PAIRS]
        self.duplicates: set[UUID] = set()
        self.withdrawn: dict[UUID, tuple[str, date]] = {}
        self.rejected: set[UUID] = set()
        self.jobs = dict.fromkeys((one.id for one in self.pledges), 0)

    def take(self, step: str, which: int, choice: Any, *, today: date) -> None:
        """Do what a step says. Raises a refusal where the rules do not allow it."""
        if step in {"merge", "keep", "unmerge"}:
            self._decide(step, self.proposals[which], [self.pledges[index] for index in PAIRS[which]], choice)
            return
        pledge = self.pledges[which]
        match step:
            case "withdraw":
                if pledge.withdraw(choice, on=today):
                    self.withdrawn[pledge.id] = (choice, today)
            case "restore":
                pledge.restore()
                self.withdrawn.pop(pledge.id, None)
            case "review":
                pledge.decide(choice)
                (self.rejected.add if choice == "rejected" else self.rejected.discard)(pledge.id)
            case _:
                pledge.fill(None, hire_id=uuid4())
                self.jobs[pledge.id] += 1

    def _decide(self, step: str, proposal: Proposal, pledges: list[Pledge], choice: int | None) -> None:
        if step == "keep":
            proposal.keep()
        elif step == "merge":
            merged = proposal.merge(*pledges, stays_id=None if choice is None else pledges[choice].id)
            if merged is not None:
                self.duplicates.add(merged.id)
        else:
            duplicate = pledges[1] if proposal.stays_id == pledges[0].id else pledges[0]
            if proposal.unmerge(duplicate):
                self.duplicates.remove(duplicate.id)

    def expected_on(self, day: date) -> int:
        """Return how many positions count on a day, by the model."""
        return sum(self._expected_of(one, day) for one in self.pledges if day >= NOW.date())

    def _expected_of(self, one: Pledge, day: date) -> int:
        reason, since = self.withdrawn.get(one.id, ("", date.max))
        if one.id in self.duplicates | self.rejected or reason == "not_genuine":
            return 0
        return len(one.positions) if day < since else self.jobs[one.id]


def positions_on(messages: list[PledgeState], day: date) -> int:
    """Return the positions that the dashboard counts on a day for the states in messages, one of each pledge."""
    return sum(
        delta.delta
        for message in messages
        for counting in COUNTINGS
        if issubclass(type(message), counting.messages)
        for delta in counting.deltas(message)
        if delta.measure == PLEDGED_POSITIONS and delta.day <= day
    )


@PATIENT
@given(st.lists(STEPS, max_size=14))
def test_every_promise_counts_once_on_every_day_and_as_it_was_known_at_every_step(steps: list[Any]) -> None:
    evening = Evening()
    days = [NOW.date() + timedelta(days=number) for number in range(-1, len(steps) + 2)]
    versions: list[list[PledgeState]] = []
    expected: list[list[int]] = []
    for number, (step, which, choice) in enumerate([("keep", 0, None), *steps]):
        with suppress(Refusal):
            evening.take(step, which, choice, today=NOW.date() + timedelta(days=number))
        versions.append([pledge_state(PledgeState, one, recorded_at=NOW) for one in evening.pledges])
        expected.append([evening.expected_on(day) for day in days])
    for published, figures in zip(versions, expected, strict=True):
        assert [positions_on(published, day) for day in days] == figures
    for before, after in pairwise(versions):
        changed = [new.version - old.version for old, new in zip(before, after, strict=True)]
        assert sorted(changed) in ([0, 0, 0, 0], [0, 0, 0, 1])
        assert all(new == old for one, old, new in zip(changed, before, after, strict=True) if not one)
