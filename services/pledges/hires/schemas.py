"""Hires as they are sent (`HireIn`) and as they are read and answered (`HireOut`)."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, PlainValidator, computed_field
from pydantic_core import PydanticCustomError

from services.pledges.hires.checkpoints import AnsweredFrom, Checkpoint
from services.pledges.hires.confirmation import HireConfirmation
from services.pledges.hires.domain import Hire, public_reason
from services.pledges.hires.ladder import MOST_STEPS, Step, TypedStep
from services.pledges.pledges.domain import Contact
from services.pledges.pledges.schemas import (
    CompanyIn,
    CompanyOut,
    ContactIn,
    PlainNumber,
    TypedModel,
    WarningOut,
    WeeklyHours,
    flags_in_words,
)
from shared.contracts.pledges import CheckpointAnswer, CheckpointMonths, EndReason, JobType
from shared.fields.dates import Day
from shared.fields.numbers import TypedNumber
from shared.fields.text import Name
from shared.http.schemas import ResponseModel


def _which_position(value: object) -> int | UUID | None:
    """Return the number or the id of a position."""
    if value is None or isinstance(value, UUID):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    if isinstance(value, str) and value.isascii():
        if value.isdigit() and 0 < len(value) < 5:
            return int(value)
        with suppress(ValueError):
            return UUID(value)
    raise PydanticCustomError("position", "Must be the number or the id of a position.")


WhichPosition = Annotated[
    int | UUID | None,
    PlainValidator(_which_position, json_schema_input_type=Annotated[int, Field(ge=1)] | UUID | None),
]


def _named(value: Any) -> Any:
    """Accept a text for an object that has a name."""
    return {"name": value} if isinstance(value, str) else value


StepHours = Annotated[Decimal, Field(ge=0, le=60, decimal_places=2), TypedNumber]


class StepIn(TypedModel):
    """A step of the hours ladder. It holds until the next one."""

    starts_on: Day = Field(alias="from", examples=["2027-01-04"])
    paid_weekly_hours: StepHours = Field(Decimal(0), examples=[12])
    praktik_weekly_hours: StepHours = Field(Decimal(0), examples=[4])
    job_type: JobType | None = Field(
        None,
        description="none: as before, but hours without pay are a praktik, and paid hours after a praktik a småjob",
    )

    def typed(self) -> TypedStep:
        """Return the domain's value."""
        return TypedStep(self.starts_on, self.paid_weekly_hours, self.praktik_weekly_hours, self.job_type)


class HireIn(TypedModel):
    """A hire that a case worker confirms."""

    id: UUID
    pledge_id: UUID | None = Field(None, description="none: a hire without a pledge, which names its company")
    position: WhichPosition = Field(
        None, description="number or id; none: the pledge's first that is vacant", examples=[1]
    )
    participant_id: UUID | None = Field(
        None, description="whose job it is: a participant of the case worker's municipality; none: it names nobody"
    )
    company: Annotated[CompanyIn | None, BeforeValidator(_named, json_schema_input_type=CompanyIn | Name | None)] = (
        Field(None, description="or just its name")
    )
    start_date: Day = Field(examples=["2026-12-01"])
    weekly_hours: WeeklyHours | None = Field(
        None,
        description="from the first day; in a praktik and on a training track these are praktik hours. Left out where "
        "`steps` say it",
        examples=[12.5],
    )
    steps: list[StepIn] = Field(
        [],
        max_length=MOST_STEPS,
        description="the hours ladder, the first step on the first day; none: one step of `weekly_hours`",
    )
    job_type: JobType | None = Field(None, description="none: the pledge's, else smaajob")
    contact_person: Annotated[ContactIn, BeforeValidator(_named, json_schema_input_type=ContactIn | Name)] = Field(
        description="the municipality's fixed contact, whom employer and employee can ring; or just the name"
    )
    contact_person_id: UUID | None = Field(None, description="the contact's account, where they have one")
    training_hire_id: UUID | None = Field(
        None, description="the hire of the praktik or training track, perhaps at another company, that led to this one"
    )
    ended_on: Day | None = Field(None, description="the first day without the job, where it has ended already")
    end_reason: EndReason | None = None

    def confirmation(self) -> HireConfirmation:
        """Return the domain's value."""
        return HireConfirmation(
            id=self.id,
            start_date=self.start_date,
            weekly_hours=self.weekly_hours,
            contact_person=self.contact_person.contact(),
            pledge_id=self.pledge_id,
            position=self.position,
            participant_id=self.participant_id,
            company=self.company.typed() if self.company else None,
            job_type=self.job_type,
            steps=tuple(step.typed() for step in self.steps),
            contact_person_id=self.contact_person_id,
            training_hire_id=self.training_hire_id,
            ended_on=self.ended_on,
            end_reason=self.end_reason,
        )


class StepOut(ResponseModel):
    """A step of the hours ladder. It holds until the next one, and the last one until the hire ends."""

    starts_on: date = Field(alias="from")
    paid_weekly_hours: PlainNumber
    praktik_weekly_hours: PlainNumber
    job_type: JobType

    @classmethod
    def of(cls, step: Step) -> StepOut:
        """Return a step of a hire."""
        return cls.model_construct(
            starts_on=step.starts_on,
            paid_weekly_hours=step.paid_weekly_hours,
            praktik_weekly_hours=step.praktik_weekly_hours,
            job_type=step.job_type,
        )


class CheckpointOut(ResponseModel):
    """Whether the person is still employed some months after the first day."""

    months: CheckpointMonths
    due_on: date
    answer: CheckpointAnswer | None = Field(description="null: not answered yet")
    answered_on: date | None
    answered_from: AnsweredFrom | None = Field(
        description="null with an answer: nobody was asked, because it was due long before the hire was confirmed"
    )
    answered_by: UUID | None = Field(description="the account of the case worker")

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> CheckpointOut:
        """Return a checkpoint of a hire."""
        return cls.model_construct(
            months=checkpoint.months,
            due_on=checkpoint.due_on,
            answer=checkpoint.answer,
            answered_on=checkpoint.answered_on,
            answered_from=checkpoint.answered_from,
            answered_by=checkpoint.answered_by,
        )


class HireOut(ResponseModel):
    """A hire. `position` is the position's number."""

    id: UUID
    pledge_id: UUID | None
    position: int | None = Field(description="the position's number")
    position_id: UUID | None
    event_id: UUID | None
    company: CompanyOut
    job_type: JobType = Field(description="of the first step")
    start_date: date
    weekly_hours: PlainNumber = Field(
        description="of the first step: paid hours, or the praktik hours where none is paid"
    )
    steps: list[StepOut] = Field(description="the hours ladder, the earliest first")
    checkpoints: list[CheckpointOut] = Field(description="those that come before the end of the hire")
    contact_person: Contact | None
    contact_person_id: UUID | None = Field(description="the contact person's account, where they have one")
    assigned_to: UUID | None = Field(
        description="the colleague whose case it is; null: the contact person's, else that of who confirmed it"
    )
    names_citizen: bool = Field(description="false: it names nobody, and counts as one citizen")
    citizen_id: UUID | None = Field(
        description="the same for all hires of one citizen; only for the case workers who see what concerns the person"
    )
    training_hire_id: UUID | None = Field(description="the hire of the praktik or training track that led to this one")
    caseworker_municipality: str | None = Field(
        description="of the case worker who confirmed it: only their colleagues see what concerns the person"
    )
    confirmed_at: datetime
    confirmed_by: UUID | None
    counted: bool = Field(description="false: the confirmation was undone")
    ended_on: date | None
    end_reason: EndReason | None = Field(
        description="`health` is shown as `other` to all but the case workers who see what concerns the person"
    )
    version: int
    flags: list[str]

    @computed_field
    def warnings(self) -> list[WarningOut]:
        """The flags in words, in the current language."""
        return flags_in_words(self.flags)

    @classmethod
    def of(cls, hire: Hire) -> HireOut:
        """Return a hire that a command or a query has loaded."""
        return cls.model_construct(
            id=hire.id,
            pledge_id=hire.pledge_id,
            position=hire.position.number if hire.position else None,
            position_id=hire.position.id if hire.position else None,
            event_id=hire.event_id,
            company=CompanyOut.of(hire.company, hire.company_id),
            job_type=hire.job_type,
            start_date=hire.start_date,
            weekly_hours=hire.weekly_hours,
            steps=[StepOut.of(step) for step in hire.steps],
            checkpoints=[CheckpointOut.of(checkpoint) for checkpoint in hire.checkpoints],
            contact_person=hire.contact_person,
            contact_person_id=hire.contact_person_id,
            assigned_to=hire.assigned_to,
            names_citizen=hire.citizen_id is not None,
            citizen_id=hire.citizen_id,
            training_hire_id=hire.training_hire_id,
            caseworker_municipality=hire.caseworker_municipality,
            confirmed_at=hire.confirmed_at,
            confirmed_by=hire.confirmed_by,
            counted=hire.counted,
            ended_on=hire.ended_on,
            end_reason=hire.end_reason,
            version=hire.version,
            flags=list(hire.flags),
        )

    def without_person(self) -> HireOut:
        """Return what everybody may see who reads hires: not who it is, nor that health was why it ended."""
        return self.model_copy(update={"end_reason": public_reason(self.end_reason), "citizen_id": None})


class HirePage(ResponseModel):
    """A page of hires."""

    items: list[HireOut]
    next_page_token: str | None
