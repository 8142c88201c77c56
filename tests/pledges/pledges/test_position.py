"""The steps of positions, when a pledge lapses, and that any sequence of both adds up; without a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.pledges.pledges import refusals
from services.pledges.pledges.domain import Pledge, Position, PositionChange, PositionStep
from services.pledges.pledges.lapsing import LapseRules, check_about_to_lapse, lapses_on
from services.pledges.pledges.terms import Editor
from shared.refusals import Refusal
from tests.pledges.builders import NOW, logged, pledge_terms
from tests.support.properties import PATIENT

TODAY = date(2026, 12, 14)
ME = uuid4()
HIRE = uuid4()


def match(pledge: Pledge, **given: Any) -> PositionStep:
    return pledge.match(1, on=TODAY, **given)


def start_trial(pledge: Pledge, **given: Any) -> PositionStep:
    return pledge.start_trial(1, starts_on=TODAY, ends_on=TODAY + timedelta(days=13), on=TODAY, **given)


def fill(pledge: Pledge, **given: Any) -> PositionStep:
    return pledge.fill(1, hire_id=HIRE, on=TODAY, **given)


def cancel(pledge: Pledge, **given: Any) -> PositionStep:
    return pledge.cancel_position(1, on=TODAY, **given)


def reopen(pledge: Pledge, **given: Any) -> PositionStep:
    return pledge.reopen_position(1, on=TODAY, **given)


def vacate(pledge: Pledge) -> PositionStep:
    return pledge.vacate(1, cancel=False, on=TODAY)


def refill(pledge: Pledge) -> PositionStep:
    return pledge.refill(1, hire_id=HIRE, on=TODAY)


REACH: dict[str, tuple[Callable[..., PositionStep], ...]] = {
    "open": (),
    "matched": (match,),
    "trial": (match, start_trial),
    "filled": (fill,),
    "cancelled": (cancel,),
}
STEPS = {
    match: ("matched", refusals.PersonMatched, refusals.PersonMatched, refusals.PositionHasHire, "not offered"),
    start_trial: (refusals.PositionNotMatched, "trial", "trial", refusals.PositionHasHire, "not offered"),
    fill: ("filled", "filled", "filled", refusals.PositionTaken, refusals.PositionTaken),
    cancel: ("cancelled", "cancelled", "cancelled", refusals.PositionHasHire, "not offered"),
    reopen: (refusals.PositionVacant, "open", "open", refusals.PositionHasHire, "open"),
    vacate: (*(3 * [refusals.PositionNotFilled]), "open", refusals.PositionNotFilled),
    refill: ("filled", refusals.PersonMatched, refusals.PersonMatched, refusals.PositionTaken, "filled"),
}


@pytest.mark.parametrize(
    ("reached", "step", "expected"),
    [
        (reached, step, refusals.PositionNotOffered if outcome == "not offered" else outcome)
        for step, outcomes in STEPS.items()
        for reached, outcome in zip(REACH, outcomes, strict=True)
    ],
)
def test_a_step_leads_from_one_status_to_another_or_is_refused_by_name(
    reached: str, step: Callable[[Pledge], PositionStep], expected: str | type[Refusal]
) -> None:
    pledge = logged()
    for earlier in REACH[reached]:
        earlier(pledge)
    before, version = pledge.positions[0], pledge.version
    assert before.status == reached

    if isinstance(expected, str):
        taken = step(pledge)
        assert (pledge.positions[0].status, taken.before, taken.after) == (expected, before, pledge.positions[0])
        assert (pledge.version, pledge.active_on) == (version + 1, TODAY)
    else:
        with pytest.raises(expected):
            step(pledge)
        assert (pledge.positions[0], pledge.version) == (before, version)


@pytest.mark.parametrize("step", [match, cancel, reopen, fill])
def test_a_step_is_refused_for_another_version_and_for_a_pledge_that_has_ended(step: Callable[..., Any]) -> None:
    pledge = logged()
    with pytest.raises(refusals.StaleVersion):
        step(pledge, seen_version=2)
    pledge.lapse(on=TODAY)
    with pytest.raises(refusals.PledgeEnded):
        step(pledge)


def test_nobody_is_matched_with_a_pledge_that_is_held() -> None:
    pledge = logged()
    pledge.review = "waiting"

    with pytest.raises(refusals.NotCounted):
        match(pledge)


def test_the_last_position_is_not_cancelled_alone_unless_its_hire_has_ended() -> None:
    pledge = logged(pledge_terms(positions=1))
    with pytest.raises(refusals.LastPosition):
        cancel(pledge)
    fill(pledge)

    pledge.vacate(1, cancel=True, on=TODAY)

    assert (pledge.status, pledge.positions[0].cancelled_on) == ("fulfilled", TODAY)


def test_a_step_is_not_undone_where_that_would_cancel_the_last_position() -> None:
    pledge = logged(pledge_terms(positions=2))
    cancel(pledge)
    change = _change(reopen(pledge))
    pledge.cancel_position(2, on=TODAY)

    with pytest.raises(refusals.LastPosition):
        pledge.undo(change, on=TODAY)

    assert (pledge.status, pledge.positions[0].status) == ("logged", "open")


def test_the_only_position_is_cancelled_again_where_its_hire_has_ended() -> None:
    pledge = logged(pledge_terms(positions=1))
    fill(pledge)
    pledge.vacate(1, cancel=True, on=TODAY)
    change = _change(reopen(pledge))

    pledge.undo(change, on=TODAY)

    assert pledge.status == "fulfilled"


def test_a_pledge_with_nothing_but_jobs_left_is_not_withdrawn() -> None:
    pledge = logged(pledge_terms(positions=2))
    pledge.cancel_position(2, on=TODAY)
    fill(pledge)

    with pytest.raises(refusals.PositionsFilled):
        pledge.withdraw("company_withdrew", on=TODAY)


@pytest.mark.parametrize(
    ("starts_in", "ends_in", "allowed"),
    [(0, 0, True), (0, 182, True), (0, 183, False), (1, 0, False), (183, 190, True), (184, 190, False)],
)
def test_a_trial_has_dates_that_can_be_right(starts_in: int, ends_in: int, allowed: bool) -> None:
    pledge = logged()
    match(pledge)
    starts_on, ends_on = TODAY + timedelta(days=starts_in), TODAY + timedelta(days=ends_in)
    if not allowed:
        with pytest.raises(refusals.TrialDatesWrong):
            pledge.start_trial(1, starts_on=starts_on, ends_on=ends_on, on=TODAY)
        return
    pledge.start_trial(1, starts_on=starts_on, ends_on=ends_on, on=TODAY)
    assert (pledge.positions[0].trial_on, pledge.positions[0].trial_ends_on) == (starts_on, ends_on)


@pytest.mark.parametrize("end", ["withdraw", "lapse", "merge"])
def test_what_a_pledge_had_reached_survives_its_end_and_the_undoing_of_that(end: str) -> None:
    pledge = logged(pledge_terms(positions=4))
    pledge.affirm(on=TODAY)
    match(pledge)
    start_trial(pledge)
    pledge.match(2, on=TODAY)
    pledge.cancel_position(3, on=TODAY)
    before = (pledge.status, list(pledge.positions), pledge.affirmed_on)

    if end == "merge":
        pledge.merge_into(uuid4())
        pledge.unmerge()
    else:
        _ = pledge.withdraw("company_withdrew", on=TODAY) if end == "withdraw" else pledge.lapse(on=TODAY)
        assert {position.status for position in pledge.positions} == {"cancelled"}
        pledge.restore(on=TODAY)

    assert (pledge.status, pledge.positions, pledge.affirmed_on) == before
    for number in (1, 2):
        pledge.reopen_position(number, on=TODAY)
    assert pledge.status == "affirmed"


def test_a_hire_that_ends_after_its_pledge_leaves_a_cancelled_position_that_counted_until_then() -> None:
    pledge = logged()
    fill(pledge)
    pledge.withdraw("company_withdrew", on=TODAY)
    later = TODAY + timedelta(days=20)

    pledge.vacate(1, cancel=False, on=later)

    assert (pledge.positions[0].status, pledge.positions[0].cancelled_on) == ("cancelled", later)
    pledge.restore(on=later)
    assert pledge.positions[0] == Position(pledge.positions[0].id, 1)


def _change(step: PositionStep, **facts: Any) -> PositionChange:
    given: dict[str, Any] = {"id": uuid4(), "by": ME, "at": NOW, "kind": step.kind}
    return PositionChange(position_id=step.after.id, before=step.before, status=step.after.status, **given | facts)


@pytest.mark.parametrize(
    ("facts", "by", "minutes", "refusal"),
    [
        ({}, Editor(ME), 15, None),
        ({}, Editor(ME), 16, refusals.TooLateToUndo),
        ({}, Editor(uuid4()), 1, refusals.UndoneByOthers),
        ({}, Editor(uuid4(), of_all=True), 15, None),
        ({"by": None}, Editor(None), 1, refusals.UndoneByOthers),
        ({"undone_at": NOW}, Editor(ME), 1, refusals.NothingToUndo),
        ({"kind": "filled"}, Editor(ME), 1, refusals.UndoneAtHire),
    ],
)
def test_whoever_made_a_step_undoes_it_within_fifteen_minutes_or_a_coordinator_does(
    facts: dict[str, Any], by: Editor, minutes: int, refusal: type[Refusal] | None
) -> None:
    change = _change(match(logged()), **facts)
    now = NOW + timedelta(minutes=minutes)
    if refusal is None:
        change.check_undo(by, now=now)
    else:
        with pytest.raises(refusal):
            change.check_undo(by, now=now)


def test_a_step_is_not_undone_after_the_next_one() -> None:
    pledge = logged()
    change = _change(match(pledge))
    start_trial(pledge)

    with pytest.raises(refusals.NothingToUndo):
        pledge.undo(change, on=TODAY)


RULES = LapseRules(after=180, warning=30)


def test_a_pledge_lapses_some_days_after_its_last_activity_unless_that_is_put_off() -> None:
    pledge = logged()
    found = [lapses_on(pledge, RULES)]
    match(pledge)
    found.append(lapses_on(pledge, RULES))
    pledge.defer_lapse(TODAY + timedelta(days=300), on=TODAY)
    found.append(lapses_on(pledge, RULES))

    assert found == [NOW.date() + timedelta(days=180), TODAY + timedelta(days=180), TODAY + timedelta(days=300)]
    check_about_to_lapse(pledge, RULES, today=TODAY + timedelta(days=270))
    with pytest.raises(refusals.NotAboutToLapse):
        check_about_to_lapse(pledge, RULES, today=TODAY + timedelta(days=269))
    pledge.lapse(on=TODAY)
    assert lapses_on(pledge, RULES) is None


@pytest.mark.parametrize(
    ("change", "is_activity"),
    [
        (lambda pledge: pledge.affirm(on=TODAY), True),
        (lambda pledge: pledge.withdraw("company_withdrew", on=TODAY) and pledge.restore(on=TODAY), True),
        (lambda pledge: pledge.defer_lapse(TODAY + timedelta(days=1), on=TODAY), False),
        (lambda pledge: pledge.merge_into(uuid4()) or pledge.unmerge(), False),
    ],
    ids=["affirmed", "restored", "put off", "merged and unmerged"],
)
def test_the_days_until_it_lapses_count_again_from_what_the_company_or_a_case_worker_does(
    change: Callable[[Pledge], object], is_activity: bool
) -> None:
    pledge = logged()

    change(pledge)

    assert pledge.active_on == (TODAY if is_activity else None)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_lapse_is_put_off_for_a_year_at_most(days: int) -> None:
    with pytest.raises(refusals.ImplausibleDeferral):
        logged().defer_lapse(TODAY + timedelta(days=days), on=TODAY)


def test_a_fulfilled_pledge_neither_lapses_nor_is_put_off() -> None:
    pledge = logged(pledge_terms(positions=1))
    fill(pledge)
    with pytest.raises(refusals.NothingToLapse):
        pledge.lapse(on=TODAY)
    with pytest.raises(refusals.NothingToLapse):
        pledge.defer_lapse(TODAY + timedelta(days=9), on=TODAY)


class Steps(RuleBasedStateMachine):
    """Any sequence of what case workers, companies and hires do to one pledge."""

    def __init__(self) -> None:
        super().__init__()
        self.pledge = logged(pledge_terms(positions=3))
        self.today = TODAY
        self.changes: list[PositionChange] = []
        self.replayed = {position.id: position for position in self.pledge.positions}

    def _try(self, step: Callable[[], PositionStep | bool]) -> PositionStep | None:
        before = (self.pledge.version, list(self.pledge.positions), self.pledge.status)
        try:
            taken = step()
        except Refusal:
            assert (self.pledge.version, self.pledge.positions, self.pledge.status) == before
            return None
        assert self.pledge.version == before[0] + (taken is not False)
        if not isinstance(taken, PositionStep):
            return None
        assert self.replayed[taken.after.id] == taken.before
        self.replayed[taken.after.id] = taken.after
        self.changes.append(_change(taken))
        return taken

    @rule(
        which=st.integers(1, 3), step=st.sampled_from(["match", "cancel_position", "reopen_position", "trial", "fill"])
    )
    def move(self, which: int, step: str) -> None:
        pledge, on = self.pledge, self.today
        if step == "trial":
            self._try(lambda: pledge.start_trial(which, starts_on=on, ends_on=on + timedelta(days=7), on=on))
        elif step == "fill":
            self._try(lambda: pledge.fill(which, hire_id=uuid4(), on=on))
        else:
            self._try(lambda: getattr(pledge, step)(which, on=on))

    @rule(which=st.integers(1, 3), cancel=st.booleans())
    def end_hire(self, which: int, cancel: bool) -> None:
        self._try(lambda: self.pledge.vacate(which, cancel=cancel, on=self.today))

    @rule(which=st.integers(1, 3))
    def resume_hire(self, which: int) -> None:
        self._try(lambda: self.pledge.refill(which, hire_id=uuid4(), on=self.today))

    @precondition(lambda self: self.changes)
    @rule(back=st.integers(1, 2))
    def undo(self, back: int) -> None:
        change = self.changes[-min(back, len(self.changes))]
        if change.kind == "filled":
            self._try(lambda: self.pledge.unfill(change.position_id, change.before, on=self.today))
        elif change.kind in {"matched", "trial_started", "cancelled", "reopened"}:
            last = [one for one in self.changes if one.position_id == change.position_id][-1]
            if last is change:
                self._try(lambda: self.pledge.undo(change, on=self.today))

    @rule(
        what=st.sampled_from(
            [
                lambda pledge, on: pledge.affirm(on=on),
                lambda pledge, on: pledge.undo_affirmation(),
                lambda pledge, on: pledge.withdraw("company_withdrew", on=on),
                lambda pledge, on: pledge.lapse(on=on),
                lambda pledge, on: pledge.restore(on=on),
                lambda pledge, on: pledge.defer_lapse(on + timedelta(days=30), on=on),
            ]
        )
    )
    def change_pledge(self, what: Callable[[Pledge, date], bool]) -> None:
        ended_before = self.pledge.ended_as
        self._try(lambda: what(self.pledge, self.today))
        if self.pledge.ended_as != ended_before:
            # The end of a pledge and its undoing are entries of the pledge's history, not of each position's.
            change = Position.ended if self.pledge.ended_as else Position.restored
            self.replayed = {key: change(position) for key, position in self.replayed.items()}

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        self.today += timedelta(days=days)

    @invariant()
    def adds_up(self) -> None:
        pledge = self.pledge
        statuses = [position.status for position in pledge.positions]
        assert len(statuses) == 3
        for position in pledge.positions:
            assert (position.status == "filled") == (position.hire_id is not None)
            assert position.status not in {"matched", "trial"} or position.matched_on
            assert position.status != "trial" or (position.trial_on and position.trial_ends_on)
            assert position.status == "cancelled" or (position.cancelled_on is None is position.status_before_end)
        if pledge.ended_as is not None:
            assert (pledge.status, pledge.has_vacant_position) == (pledge.ended_as, False)
            assert set(statuses) <= {"filled", "cancelled"}
        elif pledge.has_vacant_position:
            untouched = set(statuses) <= {"open", "cancelled"}
            affirmed = "affirmed" if pledge.affirmed_on else "logged"
            assert pledge.status == (affirmed if untouched else "in_progress")
        else:
            assert pledge.status == "fulfilled"

    @invariant()
    def history_replayed_gives_the_same(self) -> None:
        assert list(self.replayed.values()) == self.pledge.positions


TestSteps = Steps.TestCase
TestSteps.settings = settings(PATIENT, max_examples=40, stateful_step_count=30)
