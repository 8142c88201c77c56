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


class Position(BaseModel):
    """One job of a pledge."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    position_id: UUID
    number: int = Field(ge=1, description="1 for the pledge's first position")
    status: PositionStatus
    hire_id: UUID | None = None


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
        None, description="the first day on which its cancelled positions no longer count: the company withdrew them"
    )
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
    """A withdrawal was undone."""


class PledgeMerged(PledgeState):
    """A coordinator has found that the pledge is a duplicate of another one, which stays."""


class PledgeUnmerged(PledgeState):
    """A coordinator has found that the pledge is no duplicate after all."""


class HireConfirmed(Message):
    """A case worker has confirmed a hire."""

    aggregate: ClassVar[str] = "pledges.hire"

    hire_id: UUID
    pledge_id: UUID | None = Field(
        None, description="the pledge; null for a hire without a pledge, which is counted separately"
    )
    position_id: UUID | None = None
    event_id: UUID | None = Field(None, description="the event at which the pledge was logged")
    company_id: UUID | None = None
    municipality: MunicipalityCode | None = None
    job_type: JobType
    start_date: date
    weekly_hours: Hours
    confirmed_at: AwareDatetime
    logged_by: UUID | None = Field(None, description="the person who logged the pledge and is notified")
    ended_on: date | None = Field(None, description="the first day after the employment")

    @property
    def aggregate_id(self) -> UUID:
        return self.hire_id


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
    HireConfirmed,
)
"""What figures are made of."""

MESSAGES: tuple[type[Message], ...] = (*PLEDGES_AND_HIRES, CallListIssued)
