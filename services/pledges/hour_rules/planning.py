"""A step that somebody thinks about: whether it can be right, and which kind of job it is. Imports no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.pledges.hires.domain import LATEST_START
from services.pledges.hires.ladder import check_hours, step_of
from services.pledges.hires.refusals import StepAfterEnd, StepTooFarAhead
from services.pledges.hour_rules.hours import Plan
from services.pledges.hour_rules.refusals import PlanInThePast, UnknownHireOfPlan
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from services.pledges.hires.ladder import TypedStep
    from services.pledges.hour_rules.hours import Work
    from services.pledges.pledges.domain import Limits


def plan_of(typed: TypedStep, hire_id: UUID | None, works: Sequence[Work], *, today: date, limits: Limits) -> Plan:
    """Return the plan that was typed. Without a job type it has that of the hire it continues: see `step_of`.

    Args:
        hire_id: the hire whose ladder it continues; None: a further job.
        works: what the participant works, the steps of a hire in their order.
        today: in Europe/Copenhagen.

    Raises:
        UnknownHireOfPlan: the participant has no such hire.
        PlanInThePast, StepTooFarAhead, StepAfterEnd: its first day cannot be right.
        NoHours, TooManyStepHours: its hours cannot be right.
    """
    of_hire = [work for work in works if work.hire_id == hire_id] if hire_id is not None else []
    if hire_id is not None and not of_hire:
        raise UnknownHireOfPlan
    if typed.starts_on < today:
        raise PlanInThePast
    if typed.starts_on > today + LATEST_START:
        raise StepTooFarAhead
    ended_on = of_hire[-1].until if of_hire else None
    if ended_on is not None and typed.starts_on >= ended_on:
        raise StepAfterEnd(ended_on=date_text(ended_on))
    step = step_of(typed, of_hire[-1].job_type if of_hire else "smaajob")
    check_hours(step, limits)
    return Plan(step.starts_on, step.paid_weekly_hours, step.praktik_weekly_hours, step.job_type, hire_id)
