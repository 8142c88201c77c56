"""Confirming a hire: what a case worker says, and the rules for it. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from services.pledges.hires.checkpoints import checkpoints_of
from services.pledges.hires.domain import EARLIEST_START, LATEST_START, Hire
from services.pledges.hires.ladder import TypedStep, check_ladder, ladder_of, single_step
from services.pledges.hires.refusals import (
    CompanyMissing,
    EndsBeforeLastStep,
    EndsBeforeStart,
    HoursMissing,
    ImplausibleEnd,
    ImplausibleStart,
    StartsBeforePledge,
    TooManyHiredHours,
    UnknownPledge,
)
from services.pledges.register.domain import company_flags, recognise
from shared.fields.copenhagen import COPENHAGEN
from shared.fields.dates import lies_between
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from services.pledges.hires.ladder import Step
    from services.pledges.pledges.domain import Contact, Limits, Pledge
    from services.pledges.register.domain import RegisteredCompany, TypedCompany
    from shared.contracts.pledges import EndReason, JobType


@dataclass(frozen=True, slots=True)
class HireConfirmation:
    """What a case worker confirms.

    Attributes:
        weekly_hours: from the first day; None where `steps` say it.
        pledge_id: None for a hire without a pledge.
        position: its number or id; None: the first position of the pledge that can be filled.
        participant_id: whose job it is; None: nobody is named.
        company: None: the company of the pledge.
        job_type: None: the job type of the pledge, or `smaajob` without a pledge.
        steps: the hours ladder; empty: one step of `weekly_hours`.
        ended_on: the first day without the job, if the hire has ended already. Its position stays filled.
    """

    id: UUID
    start_date: date
    weekly_hours: Decimal | None
    contact_person: Contact
    pledge_id: UUID | None = None
    position: int | UUID | None = None
    participant_id: UUID | None = None
    company: TypedCompany | None = None
    job_type: JobType | None = None
    steps: tuple[TypedStep, ...] = ()
    contact_person_id: UUID | None = None
    training_hire_id: UUID | None = None
    ended_on: date | None = None
    end_reason: EndReason | None = None


def confirm_hire(
    taskforce_id: UUID,
    confirmation: HireConfirmation,
    *,
    pledge: Pledge | None,
    register: Sequence[RegisteredCompany],
    confirmed_by: UUID | None,
    now: datetime,
    limits: Limits,
    municipality: str | None = None,
    citizen_id: UUID | None = None,
    seen_version: int | None = None,
) -> Hire:
    """Return the new hire, and fill its position in `pledge` if it has one.

    Args:
        pledge: the confirmation's pledge; it is changed.
        register: registered companies to match the confirmation's company with; not used if it names none.
        municipality: of the case worker who confirms it; only colleagues of theirs see what concerns the person.
        citizen_id: of the confirmation's participant.
        seen_version: the version of the pledge that the case worker saw; None: any version is accepted.

    Raises:
        ImplausibleStart, ImplausibleEnd, EndsBeforeStart, EndsBeforeLastStep, StartsBeforePledge: the dates cannot be
            right.
        HoursMissing, TooManyHiredHours: the hours cannot be right. Of the steps: see `check_ladder`.
        UnknownPledge, CompanyMissing: the hire has neither a pledge nor a company.
        StaleVersion, PledgeEnded, UnknownPosition, PositionTaken, NoPositionOpen: see `Pledge.fill`.
    """
    today = now.astimezone(COPENHAGEN).date()
    latest = today + LATEST_START
    if not lies_between(confirmation.start_date, EARLIEST_START, latest):
        raise ImplausibleStart
    if confirmation.ended_on is not None and confirmation.ended_on <= confirmation.start_date:
        raise EndsBeforeStart
    if confirmation.ended_on is not None and not lies_between(confirmation.ended_on, EARLIEST_START, latest):
        raise ImplausibleEnd
    if confirmation.pledge_id is not None and pledge is None:
        raise UnknownPledge
    job_type = confirmation.job_type or (pledge.terms.job_type if pledge else "smaajob")
    steps = _steps_of(confirmation, job_type, latest=latest, limits=limits)
    if confirmation.ended_on is not None and confirmation.ended_on <= steps[-1].starts_on:
        raise EndsBeforeLastStep(starts_on=date_text(steps[-1].starts_on))
    if pledge is not None and confirmation.start_date < pledge.pledged_on:
        raise StartsBeforePledge(pledged_on=date_text(pledge.pledged_on))
    company = confirmation.company or (pledge.terms.company if pledge else None)
    if company is None:
        raise CompanyMissing
    position = None
    if pledge is not None:
        step = pledge.fill(confirmation.position, hire_id=confirmation.id, on=today, seen_version=seen_version)
        position = step.after
    recognised = recognise(company, register) if confirmation.company else None
    if pledge is not None and confirmation.company is None:
        company_id, company_municipality, flags = pledge.company_id, pledge.municipality, []
    else:
        company_id = recognised.id if recognised else None
        company_municipality = company.municipality or (recognised.municipality if recognised else None)
        flags = company_flags(company, recognised)
    return Hire(
        taskforce_id=taskforce_id,
        id=confirmation.id,
        company=company,
        company_id=company_id,
        municipality=company_municipality,
        steps=steps,
        contact_person=confirmation.contact_person,
        confirmed_by=confirmed_by,
        confirmed_at=now,
        flags=tuple(flags),
        pledge_id=pledge.id if pledge else None,
        position=position,
        event_id=pledge.terms.event_id if pledge else None,
        logged_by=pledge.logged_by_person if pledge else None,
        checkpoints=checkpoints_of(
            confirmation.start_date, ended_on=confirmation.ended_on, confirmed_on=today, on=today
        ),
        contact_person_id=confirmation.contact_person_id,
        caseworker_municipality=municipality,
        citizen_id=citizen_id,
        training_hire_id=confirmation.training_hire_id,
        ended_on=confirmation.ended_on,
        end_reason=confirmation.end_reason if confirmation.ended_on else None,
    )


def _steps_of(confirmation: HireConfirmation, job_type: JobType, *, latest: date, limits: Limits) -> tuple[Step, ...]:
    if confirmation.steps:
        steps = ladder_of(confirmation.steps, job_type)
        check_ladder(steps, start_date=confirmation.start_date, latest=latest, limits=limits)
        return steps
    if confirmation.weekly_hours is None:
        raise HoursMissing
    if confirmation.weekly_hours > limits.weekly_hours:
        raise TooManyHiredHours(hours=limits.weekly_hours)
    return (single_step(confirmation.start_date, confirmation.weekly_hours, job_type),)
