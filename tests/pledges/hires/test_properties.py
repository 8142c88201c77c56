"""Any sequence of changes keeps a hire consistent, and its history replayed gives the same hire."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, get_args
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.pledges.hires.checkpoints import MONTHS
from services.pledges.hires.confirmation import HireConfirmation
from services.pledges.hires.correction import HireCorrection, correct
from services.pledges.hires.domain import Hire, HireEditor
from services.pledges.hires.ladder import TypedStep
from services.pledges.pledges.domain import Contact, Limits
from services.pledges.register.domain import TypedCompany
from shared.contracts.pledges import CheckpointAnswer, EndReason, JobType
from shared.fields.dates import months_after
from shared.refusals import Refusal
from tests.pledges.builders import NOW
from tests.pledges.hires.builders import TODAY, confirmed

LIMITS = Limits()
COORDINATOR = HireEditor(None, coordinator=True)

days = st.integers(-500, 500).map(lambda number: TODAY + timedelta(days=number))
hours = st.integers(0, 38).map(Decimal)
job_types = st.none() | st.sampled_from(get_args(JobType))
steps = st.builds(TypedStep, days, hours, hours, job_types)
reasons = st.sampled_from(get_args(EndReason))


class Changes(RuleBasedStateMachine):
    """A hire, the changes that it accepted, and the states between them."""

    hire: Hire

    @initialize(start=days, ladder=st.lists(steps, max_size=2), ended_on=st.none() | days)
    def confirm(self, start: date, ladder: list[TypedStep], ended_on: date | None) -> None:
        given = HireConfirmation(
            id=UUID(int=1),
            start_date=start,
            weekly_hours=Decimal(12),
            contact_person=Contact("Jonas"),
            company=TypedCompany("B&O"),
            steps=tuple(ladder),
            ended_on=ended_on,
            end_reason="other",
        )
        try:
            self.hire = confirmed(given)
        except Refusal:
            self.hire = confirmed(
                HireConfirmation(UUID(int=1), TODAY, Decimal(12), Contact("Jonas"), company=given.company)
            )
        self.first = copy(self.hire)
        self.accepted: list[Callable[[Hire], Any]] = []
        self.states = [self.hire.snapshot()]

    def change(self, command: Callable[[Hire], Any]) -> None:
        """Carry out a command. A refused one, or one that changes nothing, leaves the hire as it was."""
        before, version = copy(self.hire), self.hire.version
        try:
            changed = command(self.hire)
        except Refusal:
            changed = False
        if changed is False:
            assert self.hire == before
            return
        assert self.hire.version == version + 1
        self.accepted.append(command)
        self.states.append(self.hire.snapshot())

    @rule(step=steps)
    def add_step(self, step: TypedStep) -> None:
        self.change(lambda hire: hire.add_step(step, today=TODAY, limits=LIMITS))

    @rule(number=st.integers(0, 3), day=st.none() | days)
    def remove_step(self, number: int, day: date | None) -> None:
        starts_on = day or self.hire.steps[min(number, len(self.hire.steps) - 1)].starts_on
        self.change(lambda hire: hire.remove_step(starts_on))

    @rule(days=st.integers(-5, 120), reason=reasons)
    def end(self, days: int, reason: EndReason) -> None:
        ended_on = self.hire.steps[-1].starts_on + timedelta(days=days)
        self.change(lambda hire: hire.end(ended_on, reason, today=TODAY))

    @rule()
    def resume(self) -> None:
        self.change(lambda hire: hire.resume(today=TODAY))

    @rule(months=st.sampled_from(MONTHS), answer=st.none() | st.sampled_from(get_args(CheckpointAnswer)))
    def answer(self, months: Any, answer: CheckpointAnswer | None) -> None:
        self.change(lambda hire: hire.answer_checkpoint(months, answer, answered_from="company", by=None, today=TODAY))

    @rule(
        start=st.none() | days,
        hours=st.none() | hours,
        job_type=job_types,
        ladder=st.lists(steps, max_size=2),
        ended_on=st.none() | days,
        reason=st.none() | reasons,
    )
    def correct(
        self,
        start: date | None,
        hours: Decimal | None,
        job_type: JobType | None,
        ladder: list[TypedStep],
        ended_on: date | None,
        reason: EndReason | None,
    ) -> None:
        end = (ended_on, reason) if self.hire.ended_on else (None, None)
        correction = HireCorrection(start, hours or None, job_type, tuple(ladder), ended_on=end[0], end_reason=end[1])
        self.change(lambda hire: correct(hire, correction, pledged_on=None, register=(), today=TODAY, limits=LIMITS))

    @rule(name=st.sampled_from(["Jonas", "Karen"]))
    def change_contact_person(self, name: str) -> None:
        self.change(lambda hire: hire.change_contact_person(Contact(name), None))

    @rule(citizen=st.none() | st.sampled_from([UUID(int=2), UUID(int=3)]))
    def change_citizen(self, citizen: UUID | None) -> None:
        self.change(lambda hire: hire.change_citizen(citizen))

    @rule(minutes=st.sampled_from([16, 16, 16, 1]))
    def revoke(self, minutes: int) -> None:
        self.change(lambda hire: hire.revoke(by=COORDINATOR, at=NOW + timedelta(minutes=minutes)))

    @invariant()
    def the_ladder_goes_forward(self) -> None:
        hire = self.hire
        assert hire.steps[0].starts_on == hire.start_date
        assert all(earlier.starts_on < later.starts_on for earlier, later in pairwise(hire.steps))
        for step in hire.steps:
            assert 0 < step.paid_weekly_hours + step.praktik_weekly_hours <= LIMITS.weekly_hours
        assert hire.ended_on is None or hire.ended_on > hire.steps[-1].starts_on
        assert (hire.ended_on is None) == (hire.end_reason is None)

    @invariant()
    def the_checkpoints_fit_the_dates(self) -> None:
        hire = self.hire
        months = [one.months for one in hire.checkpoints]
        assert months == sorted(set(months))
        for one in hire.checkpoints:
            assert (one.answer is None) == (one.answered_on is None)
            if not one.was_asked:
                assert one.due_on == months_after(hire.start_date, one.months)
                assert hire.ended_on is None or one.due_on < hire.ended_on
        if hire.counted:
            due = {one for one in MONTHS if hire.ended_on is None or months_after(hire.start_date, one) < hire.ended_on}
            assert due <= set(months)
        else:
            assert months == []

    @invariant()
    def every_change_makes_one_version(self) -> None:
        assert self.hire.version == len(self.states)

    def teardown(self) -> None:
        if not hasattr(self, "first"):
            return
        replayed = self.first
        for command, before, after in zip(self.accepted, self.states[:-1], self.states[1:], strict=True):
            assert replayed.snapshot() == before
            command(replayed)
            assert replayed.snapshot() == after
        assert replayed == self.hire


TestChanges = Changes.TestCase
TestChanges.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
