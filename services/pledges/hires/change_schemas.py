"""Changes of hires as they are sent, and the history of a hire as it is answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from services.pledges.hires.correction import HireCorrection
from services.pledges.hires.domain import Afterwards, HireChangeKind, public_reason
from services.pledges.hires.ladder import MOST_STEPS
from services.pledges.hires.schemas import CheckpointOut, HireOut, StepIn, StepOut
from services.pledges.pledges.schemas import CompanyIn, ContactIn, TypedModel, WeeklyHours
from shared.contracts.pledges import CheckpointAnswer, EndReason, JobType
from shared.fields.dates import Day
from shared.fields.text import FreeText, Name, NoneIfBlank
from shared.http.schemas import ResponseModel

MOST_AT_ONCE: Final = 200
"""Hires that are handed over in one request."""
Note = Annotated[Annotated[FreeText, Field(max_length=500)] | None, NoneIfBlank]


def _named(value: Any) -> Any:
    """Accept a text for an object that has a name."""
    return {"name": value} if isinstance(value, str) else value


def _each_once(hires: list[HireVersion]) -> list[HireVersion]:
    if len({one.id for one in hires}) < len(hires):
        raise PydanticCustomError("repeated", "Names a hire twice.")
    return hires


class NewStepIn(StepIn):
    """A step that is added to the hours ladder, after the last one."""

    note: Note = Field(None, description="why, in words; no names", examples=["Mere at lave på lageret"])


class EndIn(TypedModel):
    """The end of a hire."""

    ended_on: Day = Field(
        description="the first day without the job, at most three months ahead", examples=["2027-03-01"]
    )
    reason: EndReason = Field(examples=["ordinary_job"])
    position: Afterwards = Field("reopen", description="what becomes of the position that it filled, at once")
    note: Note = Field(None, description="why, in words; no names")


class ResumptionIn(TypedModel):
    """Why a hire goes on."""

    note: Note = Field(None, description="why, in words; no names")


class CorrectionIn(TypedModel):
    """What was wrong about a hire. What is left out stays as it is."""

    start_date: Day | None = Field(None, description="the first step moves with it", examples=["2027-01-11"])
    weekly_hours: WeeklyHours | None = Field(None, description="from the first day")
    job_type: JobType | None = Field(None, description="from the first day")
    steps: list[StepIn] = Field([], max_length=MOST_STEPS, description="the whole hours ladder; none: it stays")
    company: Annotated[CompanyIn | None, BeforeValidator(_named, json_schema_input_type=CompanyIn | Name | None)] = (
        Field(None, description="or just its name")
    )
    training_hire_id: UUID | None = Field(None, description="the hire of the praktik or training track that led to it")
    without_training: bool = Field(False, description="no training led to it, although one is named")
    ended_on: Day | None = Field(
        None, description="the first day without the job, of a hire that has ended; its position stays as it is"
    )
    end_reason: EndReason | None = Field(None, description="of a hire that has ended", examples=["ordinary_job"])
    note: Note = Field(None, description="why, in words; no names", examples=["Startede en uge senere"])

    def correction(self) -> HireCorrection:
        """Return the domain's value."""
        return HireCorrection(
            start_date=self.start_date,
            weekly_hours=self.weekly_hours,
            job_type=self.job_type,
            steps=tuple(step.typed() for step in self.steps),
            company=self.company.typed() if self.company else None,
            training_hire_id=self.training_hire_id,
            without_training=self.without_training,
            ended_on=self.ended_on,
            end_reason=self.end_reason,
        )


class AnswerIn(TypedModel):
    """Whether the person is still employed."""

    answer: CheckpointAnswer | None = Field(description="null: take the answer back", examples=["same_company"])
    note: Note = Field(None, description="how it is known, in words; no names")


class CitizenIn(TypedModel):
    """Whose job it is."""

    participant_id: UUID | None = Field(
        description="a participant of the case worker's municipality; null: the hire names nobody"
    )


class ContactPersonIn(ContactIn):
    """The municipality's fixed contact person, whom employer and employee can ring."""

    person_id: UUID | None = Field(None, description="their account, where they have one")


class HireVersion(TypedModel):
    """A hire, and the version that the caller saw."""

    id: UUID
    version: int | None = Field(None, ge=1, le=2**31 - 1, description="another version is answered 412; none: any")


class HandOverIn(ContactPersonIn):
    """Several hires that get another contact person, all or none."""

    hires: Annotated[list[HireVersion], Field(min_length=1, max_length=MOST_AT_ONCE), AfterValidator(_each_once)]


class HandedOver(ResponseModel):
    """The hires with their new contact person."""

    items: list[HireOut]


class HireStateOut(ResponseModel):
    """What a hire was at one version, without people."""

    company_id: UUID | None
    municipality: str | None
    event_id: UUID | None
    steps: list[StepOut]
    checkpoints: list[CheckpointOut]
    names_citizen: bool
    citizen_id: UUID | None = Field(description="only for the case workers of the municipality that confirmed the hire")
    training_hire_id: UUID | None
    ended_on: date | None
    counted: bool

    def without_person(self) -> HireStateOut:
        """Return what everybody may see who reads hires."""
        return self.model_copy(update={"citizen_id": None})


class HireChangeOut(ResponseModel):
    """A change of a hire: it was `before`, and is `after`."""

    version: int = Field(description="of the hire, after the change")
    kind: HireChangeKind
    changed_by: UUID | None = Field(description="the account; null: the company by its link")
    changed_at: datetime
    reason: EndReason | None = Field(
        description="why it has ended; `health` is shown as `other` to all but those who see what concerns the person"
    )
    former_reason: EndReason | None = Field(
        description="the reason that a correction has replaced, where the history knows it; shown as `reason` is"
    )
    note: str | None = Field(
        description="why, in words; only for the case workers of the municipality that confirmed the hire"
    )
    before: HireStateOut
    after: HireStateOut

    def without_person(self) -> HireChangeOut:
        """Return what everybody may see who reads hires. Words may say more about the person than a code."""
        return self.model_copy(
            update={
                "reason": public_reason(self.reason),
                "former_reason": public_reason(self.former_reason),
                "note": None,
                "before": self.before.without_person(),
                "after": self.after.without_person(),
            }
        )


class HireHistory(ResponseModel):
    """The changes of a hire since it was confirmed, the latest first."""

    items: list[HireChangeOut]
