"""The rules for correcting a hire. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from services.pledges.hires.domain import EARLIEST_START, LATEST_START
from services.pledges.hires.ladder import TypedStep, check_ladder, ladder_of, single_step
from services.pledges.hires.refusals import (
    FirstStepNotAtStart,
    ImplausibleStart,
    NoEndToCorrect,
    StartsBeforePledge,
    TooManyHiredHours,
)
from services.pledges.register.domain import company_flags, recognise
from shared.fields.dates import lies_between
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from services.pledges.hires.domain import Hire
    from services.pledges.hires.ladder import Step
    from services.pledges.pledges.domain import Limits
    from services.pledges.register.domain import RegisteredCompany, TypedCompany
    from shared.contracts.pledges import EndReason, JobType


@dataclass(frozen=True, slots=True)
class HireCorrection:
    """What was wrong; None, or no steps: it stays.

    Attributes:
        weekly_hours, job_type: from the first day.
        steps: the whole ladder. `weekly_hours` and `job_type` are then not used, except the job type for steps without
            one.
        without_training: no training led to it, although one is named.
        ended_on, end_reason: of a hire that has ended. Its position stays what the end has made of it.
    """

    start_date: date | None = None
    weekly_hours: Decimal | None = None
    job_type: JobType | None = None
    steps: tuple[TypedStep, ...] = ()
    company: TypedCompany | None = None
    training_hire_id: UUID | None = None
    without_training: bool = False
    ended_on: date | None = None
    end_reason: EndReason | None = None


def correct(
    hire: Hire,
    correction: HireCorrection,
    *,
    pledged_on: date | None,
    register: Sequence[RegisteredCompany],
    today: date,
    limits: Limits,
    seen_version: int | None = None,
) -> bool:
    """Correct a hire, as if it had been confirmed and ended so.

    Checkpoints that nobody has answered move with the first day, and are dropped or made again with the end.

    Args:
        pledged_on: the day from which its pledge counts; None for a hire without a pledge.
        register: registered companies to match the correction's company with.
        today: in Europe/Copenhagen.
        seen_version: the version that the case worker saw; None: any version is accepted.

    Returns:
        Whether it changed anything.

    Raises:
        HireRevoked, StaleHire
        ImplausibleStart, StartsBeforePledge: the first day cannot be right.
        TooManyHiredHours: more hours than `limits` allow. Of the steps: see `check_ladder`.
        EndsBeforeStart, EndsBeforeLastStep, EndsBeforeAnswer: the hire has ended, and the ladder goes on.
        EndTooFarAhead: see `Hire.end`.
        NoEndToCorrect: the hire has not ended.
    """
    steps = _corrected_steps(hire, correction, limits)
    company = correction.company or hire.company
    training_hire_id = None if correction.without_training else correction.training_hire_id or hire.training_hire_id
    ended_on, end_reason = correction.ended_on or hire.ended_on, correction.end_reason or hire.end_reason
    if hire.counted and (steps, company, training_hire_id, ended_on, end_reason) == (
        hire.steps,
        hire.company,
        hire.training_hire_id,
        hire.ended_on,
        hire.end_reason,
    ):
        return False
    hire.check_version(seen_version)
    if hire.ended_on is None and (ended_on, end_reason) != (None, None):
        raise NoEndToCorrect
    latest = today + LATEST_START
    if steps != hire.steps:
        start_date = steps[0].starts_on
        if not lies_between(start_date, EARLIEST_START, latest):
            raise ImplausibleStart
        if pledged_on is not None and start_date < pledged_on and start_date != hire.start_date:
            raise StartsBeforePledge(pledged_on=date_text(pledged_on))
        check_ladder(steps, start_date=start_date, latest=latest, limits=limits)
    if (steps, ended_on) != (hire.steps, hire.ended_on):
        hire.replace_dates(steps, ended_on, today=today)
    hire.end_reason = end_reason
    if company != hire.company:
        recognised = recognise(company, register)
        hire.company = company
        hire.company_id = recognised.id if recognised else None
        hire.municipality = company.municipality or (recognised.municipality if recognised else None)
        hire.flags = tuple(company_flags(company, recognised))
    hire.training_hire_id = training_hire_id
    hire.version += 1
    return True


def _corrected_steps(hire: Hire, correction: HireCorrection, limits: Limits) -> tuple[Step, ...]:
    if correction.steps:
        steps = ladder_of(correction.steps, correction.job_type or hire.job_type)
        if correction.start_date is not None and steps[0].starts_on != correction.start_date:
            raise FirstStepNotAtStart
        return steps
    first, *later = hire.steps
    if correction.weekly_hours is not None and correction.weekly_hours > limits.weekly_hours:
        raise TooManyHiredHours(hours=limits.weekly_hours)
    job_type = correction.job_type or first.job_type
    # Hours of one kind follow the job type: an unpaid one has praktik hours.
    of_one_kind = 0 in {first.paid_weekly_hours, first.praktik_weekly_hours}
    if correction.weekly_hours is not None or (job_type != first.job_type and of_one_kind):
        first = single_step(first.starts_on, correction.weekly_hours or first.weekly_hours, job_type)
    first = replace(first, starts_on=correction.start_date or first.starts_on, job_type=job_type)
    return (first, *later)
