"""What a phone sends and fetches besides pledges (`pledges.schemas`)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, WithJsonSchema

from services.pledges.phones.domain import LARGEST_NUMBER
from services.pledges.pledges.schemas import PhoneName, PlainNumber, PledgeIn, TypedModel
from shared.fields.cpr import MayLookLikeCpr
from shared.http.schemas import RequestModel, ResponseModel

BATCH_MAX = 50
"""Pledges in one request."""


class OnePledgeIn(PledgeIn):
    """A pledge that is sent by itself."""

    participant_id: UUID | None = Field(
        None,
        description="for whom the job was found, if it was: a participant of the case worker's municipality. Only case "
        "workers may name one. The pledge then has one position, which is matched with them at once",
    )


class PledgeBatchIn(RequestModel):
    """Several pledges. Each is read and answered by itself, so one that is wrong does not stop the others."""

    pledges: Annotated[
        list[Any],
        Field(min_length=1, max_length=BATCH_MAX),
        MayLookLikeCpr("each is read, and searched, by itself"),
        WithJsonSchema(
            {
                "type": "array",
                "minItems": 1,
                "maxItems": BATCH_MAX,
                "items": {"type": "object"},
                "description": "each as the body of `POST /api/pledges/v1/pledges`",
            }
        ),
    ]


class BatchResult(ResponseModel):
    """What became of one pledge of a batch."""

    id: UUID | None = Field(description="of the pledge; null if it cannot be read")
    status: Literal["logged", "repeated", "refused"]
    problem: dict[str, Any] | None = Field(
        None, description="why it was refused, as the problem that the single request is answered with"
    )


class PledgeBatchOut(ResponseModel):
    """What became of each pledge, in the order of the request."""

    results: list[BatchResult]


class AnnouncementIn(TypedModel):
    """How far a phone's running numbers go."""

    name: PhoneName = Field(None, description="as its user typed it", examples=["Hannes telefon"])
    announced: int = Field(ge=0, le=LARGEST_NUMBER, description="the highest number used", examples=[7])
    discarded: Annotated[list[Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]], Field(max_length=1000)] = Field(
        default_factory=list, description="numbers of pledges that were deleted on the phone", examples=[[3]]
    )
    practice: bool = False


class PhoneOut(ResponseModel):
    """What has arrived of a phone."""

    id: UUID
    arrived: list[int]
    missing: list[int] = Field(
        description="numbers that it has told of, and that have neither arrived nor been deleted"
    )


class WhoOut(ResponseModel):
    """As whom the phone sends."""

    subject: str
    kind: Literal["guest", "person"]


class IntakeEventOut(ResponseModel):
    """The event whose intake is open."""

    id: UUID
    title: str
    place: str | None
    status: str
    starts_at: datetime
    ends_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    deliver_until: datetime = Field(description="until when a pass delivers what was captured while the event was open")


class ChoiceOut(ResponseModel):
    """A code and its label in the language of the caller."""

    code: str
    label: str


class EventChoiceOut(ResponseModel):
    """An event that a pledge can be logged for."""

    id: UUID
    title: str


class IntakeCompanyOut(ResponseModel):
    """A company to choose from: register facts only."""

    id: UUID
    name: str
    cvr: str | None


class LimitsOut(ResponseModel):
    """What one pledge may hold."""

    positions: int
    weekly_hours: PlainNumber


class IntakeOut(ResponseModel):
    """What the intake on a phone needs besides its page. It names no person."""

    principal: WhoOut
    event: IntakeEventOut | None = Field(description="null: none was chosen, or its messages have not arrived")
    events: list[EventChoiceOut] = Field(description="open events; empty for a guest")
    companies: list[IntakeCompanyOut]
    tasks: list[ChoiceOut]
    job_types: list[ChoiceOut]
    limits: LimitsOut
    handover_key: str | None = Field(
        description="256 bits in base64url: phones at the event encrypt with it what they hand over to each other"
    )
    now: datetime = Field(description="by the server's clock")
