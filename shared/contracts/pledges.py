"""Messages of `pledges`: pledges of companies, and the hires that result from them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid5

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.contracts.message import Message, MunicipalityCode

JobType = Literal["smaajob", "praktik", "loentilskud", "fleksjob", "ordinaer", "traening"]
PositionStatus = Literal["open", "matched", "trial", "filled", "cancelled"]
PledgeStatus = Literal["logged", "affirmed", "in_progress", "fulfilled", "withdrawn", "lapsed", "duplicate"]
CapturedBy = Literal["phone", "web", "paper", "import", "api"]
Hours = Annotated[Decimal, Field(ge=0, le=60, max_digits=4, decimal_places=2)]
"""Hours a week."""
EndReason = Literal[
    "more_hours_elsewhere", "ordinary_job", "education", "employer", "participant", "health", "moved", "other"
]
"""Why a hire has ended."""
OutreachKind = Literal["visit", "call", "card"]
"""How the staff have been in contact with a company: a card was handed over."""
CheckpointMonths = Literal[3, 6, 12]
CheckpointAnswer = Literal["same_company", "elsewhere", "no", "unknown"]
"""Whether the person is still employed: at the same company, elsewhere, or not at all."""


class Position(BaseModel):
    """One job of a pledge."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    position_id: UUID
    number: int = Field(ge=1, description="1 for the pledge's first position")
    status: PositionStatus
    hire_id: UUID | None = None
    matched_on: date | None = Field(None, description="the day on which a person was found for it; null: it is vacant")
    trial_on: date | None = Field(None, description="the first day of the trial")
    cancelled_on: date | None = Field(
        None,
        description="the first day on which it no longer counts, because it alone was cancelled; for all cancelled "
        "positions of a pledge that has ended, `ended_on` of the pledge",
    )


class PledgeState(Message):
    """The whole public state of a pledge. The company as it was typed stays in `pledges`."""

    aggregate: ClassVar[str] = "pledges.pledge"

    pledge_id: UUID
    status: PledgeStatus
    job_type: JobType
    positions: tuple[Position, ...]
    weekly_hours_from: Hours
    weekly_hours_to: Hours
    tasks: tuple[str, ...] = Field((), description="codes of the task catalogue")
    event_id: UUID | None = None
    company_id: UUID | None = None
    municipality: MunicipalityCode | None = None
    captured_by: CapturedBy
    logged_by: UUID | None = Field(None, description="the person who logged the pledge; null if nobody signed in")
    captured_at: AwareDatetime = Field(description="when the pledge was captured, by the phone's clock")
    received_at: AwareDatetime = Field(description="when the server received the pledge")
    pledged_on: date = Field(description="the first day on which the pledge counts, in Europe/Copenhagen")
    flags: tuple[str, ...] = Field((), description="codes of what a coordinator should check")
    counted: bool = Field(
        True,
        description="false: no figure includes it, on any day. It is held or rejected, a duplicate, or was withdrawn "
        "because it had never been made",
    )
    ended_on: date | None = Field(
        None,
        description="the first day on which its cancelled positions no longer count: the company withdrew them, or the "
        "pledge lapsed",
    )
    affirmed_on: date | None = Field(None, description="the day on which the company confirmed it after it was logged")
    merged_into: UUID | None = Field(None, description="of a duplicate: the pledge that counts for it")

    @property
    def aggregate_id(self) -> UUID:
        return self.pledge_id


class PledgeLogged(PledgeState):
    """A company has pledged positions."""


class PositionFilled(PledgeState):
    """A case worker has confirmed a hire on one of the pledge's positions."""


class PledgeReviewed(PledgeState):
    """A coordinator has decided whether the pledge counts."""


class PledgeCorrected(PledgeState):
    """Somebody has corrected what was logged."""


class PledgeWithdrawn(PledgeState):
    """The company has withdrawn the pledge, or somebody has found that it was never made."""


class PledgeRestored(PledgeState):
    """A withdrawal was undone, or a lapse."""


class PledgeAffirmed(PledgeState):
    """The company has confirmed the pledge, or that was undone."""


class PledgeLapsed(PledgeState):
    """Nothing came of the pledge in time."""


class LapseDeferred(PledgeState):
    """Somebody has put off the day on which the pledge lapses. Its public state is the same."""


class PositionMatched(PledgeState):
    """A case worker has found a person for a position."""


class TrialStarted(PledgeState):
    """A person tries a position, before they are hired."""


class PositionCancelled(PledgeState):
    """One position is no longer offered."""


class PositionReopened(PledgeState):
    """A position is vacant again: the match came to nothing, its hire has ended, or a step was undone."""


class PledgeMerged(PledgeState):
    """A coordinator has found that the pledge is a duplicate of another one, which stays."""


class PledgeUnmerged(PledgeState):
    """A coordinator has found that the pledge is no duplicate after all."""


class HoursStep(BaseModel):
    """A step of a hire's hours ladder. It holds until the next one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    starts_on: date
    paid_weekly_hours: Hours
    praktik_weekly_hours: Hours
    job_type: JobType


class Checkpoint(BaseModel):
    """Whether the person is still employed some months after the start."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    months: CheckpointMonths
    due_on: date
    answer: CheckpointAnswer | None = Field(None, description="null: not answered yet")
    answered_on: date | None = None


class HireState(Message):
    """The whole public state of a hire. The people in it stay in `pledges`."""

    aggregate: ClassVar[str] = "pledges.hire"

    hire_id: UUID
    pledge_id: UUID | None = Field(
        None, description="the pledge; null for a hire without a pledge, which is counted separately"
    )
    position_id: UUID | None = None
    event_id: UUID | None = Field(None, description="the event at which the pledge was logged")
    company_id: UUID | None = None
    municipality: MunicipalityCode | None = None
    job_type: JobType = Field(description="of the first step")
    start_date: date
    weekly_hours: Hours = Field(description="of the first step: paid hours, or the praktik hours where none is paid")
    confirmed_at: AwareDatetime
    logged_by: UUID | None = Field(None, description="the person who logged the pledge and is notified")
    ended_on: date | None = Field(None, description="the first day after the employment")
    end_reason: EndReason | None = None
    steps: tuple[HoursStep, ...] = Field(
        (), description="the hours ladder, the earliest first; empty in messages of releases before 0.4.0"
    )
    checkpoints: tuple[Checkpoint, ...] = ()
    training_hire_id: UUID | None = Field(None, description="the training at another company that led to this hire")
    citizen_id: UUID | None = Field(
        None,
        description="the same for all hires of one citizen, and known nowhere else but in `pledges`; null: the hire "
        "names nobody, and counts as one citizen",
    )
    counted: bool = Field(
        True, description="false: no figure includes it, on any day, because the confirmation was undone"
    )

    @property
    def aggregate_id(self) -> UUID:
        return self.hire_id


class HireConfirmed(HireState):
    """A case worker has confirmed a hire."""


class HireRevoked(HireState):
    """The confirmation of a hire was undone: the hire has never been."""


class HoursChanged(HireState):
    """The hours ladder of a hire has another step, or one less."""


class HireEnded(HireState):
    """A hire has ended."""


class HireResumed(HireState):
    """A hire goes on: it has not ended after all."""


class HireCorrected(HireState):
    """A case worker has corrected a hire."""


class ContactPersonChanged(HireState):
    """A hire has another contact person, who stays in `pledges`."""


class HireCitizenChanged(HireState):
    """The hire names another citizen than before, or nobody."""


class CheckpointAnswered(HireState):
    """Somebody has answered whether the person is still employed, or that was undone."""


class CallListIssued(Message):
    """Calls are to be made after an event: the list of one person, or of those calls that nobody makes yet.

    Only the notifications service gets the list, when it requests it.
    """

    aggregate: ClassVar[str] = "pledges.call_list"

    call_list_id: UUID
    event_id: UUID
    person_id: UUID | None = Field(None, description="the person who is to ring; null: a coordinator finds one")
    calls: int = Field(ge=1, description="the number of calls to be made when it was issued")
    due_at: AwareDatetime = Field(description="8 o'clock on the next working day after the event")

    @property
    def aggregate_id(self) -> UUID:
        return self.call_list_id


class EventRegistrationRequested(Message):
    """A company has asked on its page to come to an event, or not to come after all.

    The events service decides, and answers with the registration.
    """

    aggregate: ClassVar[str] = "pledges.registration_request"

    event_id: UUID
    company_id: UUID
    wanted: bool = Field(description="false: the company does not want to come after all")

    @property
    def aggregate_id(self) -> UUID:
        return registration_request_id(self.event_id, self.company_id)


class CheckpointDue(Message):
    """The day has come on which it is asked whether somebody is still employed, and nobody has said.

    Only the notifications service gets the address of the company, when it requests it.
    """

    aggregate: ClassVar[str] = "pledges.checkpoint"

    hire_id: UUID
    pledge_id: UUID = Field(description="the pledge whose contact is asked")
    months: CheckpointMonths
    due_on: date

    @property
    def aggregate_id(self) -> UUID:
        return checkpoint_id(self.hire_id, self.months)


def registration_request_id(event_id: UUID, company_id: UUID) -> UUID:
    """Return the id of a company's request to come to an event."""
    return uuid5(event_id, f"registration request:{company_id}")


def checkpoint_id(hire_id: UUID, months: int) -> UUID:
    """Return the id of a hire's checkpoint."""
    return uuid5(hire_id, f"checkpoint {months}")


class OutreachState(Message):
    """The whole public state of a contact that the staff have made with a company.

    What came of it stays in `pledges`.
    """

    aggregate: ClassVar[str] = "pledges.outreach"

    outreach_id: UUID
    company_id: UUID
    kind: OutreachKind
    made_on: date = Field(description="the day, in Europe/Copenhagen")
    new_company: bool = Field(description="whether the company was new to the municipality")
    counted: bool = Field(True, description="false: no figure includes it, on any day, because it was withdrawn")

    @property
    def aggregate_id(self) -> UUID:
        return self.outreach_id


class OutreachLogged(OutreachState):
    """Somebody of the staff has been in contact with a company."""


class OutreachCorrected(OutreachState):
    """Somebody has corrected what was logged."""


class OutreachWithdrawn(OutreachState):
    """The contact had never been made."""


class OutreachRestored(OutreachState):
    """The withdrawal was undone."""


def call_list_id(event_id: UUID, person_id: UUID | None) -> UUID:
    """Return the id of a person's call list after an event; of that of nobody's calls for None."""
    return uuid5(event_id, f"call list {person_id}" if person_id else "call list")


def position_id(pledge_id: UUID, number: int) -> UUID:
    """Return the id of a pledge's position by its number (from 1)."""
    return uuid5(pledge_id, str(number))


PLEDGES_AND_HIRES: tuple[type[Message], ...] = (
    PledgeLogged,
    PositionFilled,
    PledgeReviewed,
    PledgeCorrected,
    PledgeWithdrawn,
    PledgeRestored,
    PledgeMerged,
    PledgeUnmerged,
    PledgeAffirmed,
    PledgeLapsed,
    LapseDeferred,
    PositionMatched,
    TrialStarted,
    PositionCancelled,
    PositionReopened,
    HireConfirmed,
    HireRevoked,
    HoursChanged,
    HireEnded,
    HireResumed,
    HireCorrected,
    ContactPersonChanged,
    HireCitizenChanged,
    CheckpointAnswered,
)
"""What figures are made of."""

OUTREACH: tuple[type[Message], ...] = (OutreachLogged, OutreachCorrected, OutreachWithdrawn, OutreachRestored)
"""Whom the staff have been in contact with."""

MESSAGES: tuple[type[Message], ...] = (
    *PLEDGES_AND_HIRES,
    CallListIssued,
    EventRegistrationRequested,
    CheckpointDue,
    *OUTREACH,
)
