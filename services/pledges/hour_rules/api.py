"""The API of a participant's hours: how they compare with the rules, and what a planned step would change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from services.pledges.hires.schemas import StepHours
from services.pledges.hour_rules.answers import read_hours
from services.pledges.hour_rules.schemas import HoursOut, PlanForm
from services.pledges.participants.access import (
    PARTICIPANT,
    ParticipantReader,
    ParticipantsDb,
    disclose_participants,
    reader_of,
)
from services.pledges.participants.purposes import StatedPurpose
from services.pledges.pledges.dependencies import limits
from shared.contracts.pledges import JobType
from shared.fields.dates import Day
from shared.fields.validation import FieldError
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.i18n.translations import gettext as _
from shared.ui.formats import local_date

router = APIRouter(prefix="/api/pledges/v1/participants/{participant_id}/hours", tags=["pledges"])


async def planned_step(
    starts_on: Annotated[Day | None, Query(alias="from", description="the first day of a planned step")] = None,
    paid_weekly_hours: Annotated[StepHours | None, Query(description="its paid hours a week")] = None,
    praktik_weekly_hours: Annotated[StepHours | None, Query(description="its praktik hours a week")] = None,
    job_type: Annotated[JobType | None, Query(description="none: that of the hire it continues, else smaajob")] = None,
    hire_id: Annotated[UUID | None, Query(description="the hire that it continues; none: a further job")] = None,
) -> PlanForm:
    """FastAPI dependency: the step that the caller thinks about. Nothing is saved."""
    plan = PlanForm.model_construct(
        starts_on=starts_on,
        paid_weekly_hours=paid_weekly_hours,
        praktik_weekly_hours=praktik_weekly_hours,
        job_type=job_type,
        hire_id=hire_id,
    )
    if starts_on is None and not plan.is_empty:
        raise Problem(422, errors=[FieldError("?from", "missing", _("Say on which day the planned step begins."))])
    return plan


@router.get("")
@concerns(PARTICIPANT)
async def read_hours_of_participant(
    *,
    participant_id: UUID,
    request: Request,
    db: ParticipantsDb,
    principal: ParticipantReader,
    purpose: StatedPurpose,
    plan: Annotated[PlanForm, Depends(planned_step)],
) -> HoursOut:
    """Return a participant's hours of the latest twelve months, and how they compare with each rule.

    With `from` also what a planned step would change: when each rule would be met. Nothing is saved.
    """
    today = local_date(datetime.now(UTC))
    async with disclose_participants(db, reader_of(principal), purpose=purpose) as disclosure:
        hours = await read_hours(disclosure, participant_id)
    return hours.answer(today, hours.plan(plan, today=today, limits=limits(request)))
