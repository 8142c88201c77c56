"""Models of requests and responses of the door's phones."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, WithJsonSchema
from pydantic.config import JsonDict

from services.events.calendar.door.domain import CapturedCheckIn
from services.events.calendar.door.queries import DoorCompanyRow
from services.events.calendar.schemas import CheckInIn
from shared.contracts.events import EventStatus
from shared.fields.cpr import MayLookLikeCpr
from shared.fields.dates import StoredMoment
from shared.http.schemas import RequestModel, ResponseModel

BATCH_MAX: Final = 50
"""Captures in one request."""


_CAPTURE: JsonDict = {
    "id": "b1f0a3c2-7d1e-4f60-9a55-0d6f0c9b1e77",
    "company_id": "0b9a5a4e-6a0f-4c3b-9b1d-2f6a5d1c7e10",
    "captured_at": "2026-11-24T16:41:30Z",
}
_WALK_IN: JsonDict = {
    "id": "4f7c7d2e-1f0a-4a52-8f7c-6c6f9a1f5d20",
    "company": {"id": "9c0b1d9e-3c3f-4a4f-8d6e-0e8a4d0f9b22", "name": "Limfjordens Smedje"},
    "captured_at": "2026-11-24T16:44:02Z",
}


class CapturedCheckInIn(CheckInIn):
    """A check-in that a phone captured, or its undoing. A company that walked in is sent whole each time."""

    id: UUID
    captured_at: StoredMoment
    undo: bool = False

    def captured(self) -> CapturedCheckIn:
        """Return the capture, with the CVR number of a walk-in checked."""
        company = self.company.company() if self.company is not None else self.company_id
        assert company is not None
        return CapturedCheckIn(self.id, company, self.captured_at, self.undo)


class CapturedCheckInsIn(RequestModel):
    """Several captures. Each is read and answered by itself, so one that is wrong does not stop the others."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"sent_at": "2026-11-24T16:52:11Z", "check_ins": [_CAPTURE, _WALK_IN]}]}
    )

    check_ins: Annotated[
        list[Any],
        Field(min_length=1, max_length=BATCH_MAX),
        MayLookLikeCpr("each is read, and searched, by itself"),
        WithJsonSchema(
            {
                "type": "array",
                "minItems": 1,
                "maxItems": BATCH_MAX,
                "items": {
                    "type": "object",
                    "required": ["id", "captured_at"],
                    "properties": {
                        "company_id": {"type": "string", "format": "uuid"},
                        "company": {
                            "type": "object",
                            "additionalProperties": True,
                            "description": "a company that walked in, as in `CompanyIn`; whole each time",
                        },
                        "id": {
                            "type": "string",
                            "format": "uuid",
                            "description": "made on the phone; the same one when it is sent again",
                        },
                        "captured_at": {
                            "type": "string",
                            "format": "date-time",
                            "description": "by the phone's clock, however wrong it is",
                        },
                        "undo": {
                            "type": "boolean",
                            "default": False,
                            "description": "the company is not here after all",
                        },
                    },
                    "description": "either company_id or company is given, as in `CheckInIn`",
                },
            }
        ),
    ]
    sent_at: StoredMoment | None = Field(
        None, description="the phone's clock when it sends this, to correct a wrong one"
    )


class CaptureResult(ResponseModel):
    """What became of one capture."""

    id: UUID | None = Field(description="of the capture; null if it cannot be read")
    status: Literal["recorded", "repeated", "refused"]
    company_id: UUID | None = Field(
        None, description="the company it is about: a walk-in may be a company that was known already"
    )
    problem: dict[str, Any] | None = Field(None, description="why it was refused (RFC 9457)")


class CaptureResults(ResponseModel):
    """What became of each capture, in the order of the request."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "results": [
                        {
                            "id": _CAPTURE["id"],
                            "status": "recorded",
                            "company_id": _CAPTURE["company_id"],
                            "problem": None,
                        }
                    ]
                }
            ]
        }
    )

    results: list[CaptureResult]


class DoorEventOut(ResponseModel):
    """The event whose door it is."""

    id: UUID
    title: str
    place: str | None
    status: EventStatus
    starts_at: datetime
    ends_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None


class DoorCompanyOut(DoorCompanyRow):
    """A company that may come to the door."""

    invitation: str | None = Field(description="the code in its invitation's link, if it is registered")

    @classmethod
    def of(cls, row: DoorCompanyRow, invitation: str | None) -> Self:
        """Return the row with its invitation."""
        return cls(**row.model_dump(), invitation=invitation)


class DoorOut(ResponseModel):
    """Everything that a phone at the door needs to go on without a network."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "subject": "person:c4a760a8-dbcf-4e14-9f39-8b4d5d3f3c11",
                    "event": {
                        "id": "5f0b8a52-6d0e-4d4a-8c8e-0c8b6f0f4a11",
                        "title": "Erhvervsaften hos B&O",
                        "place": "Bang & Olufsen, Struer",
                        "status": "closed",
                        "starts_at": "2026-11-24T16:30:00Z",
                        "ends_at": "2026-11-24T19:30:00Z",
                        "opened_at": "2026-11-24T16:21:07Z",
                        "closed_at": "2026-11-24T19:34:40Z",
                    },
                    "companies": [
                        {
                            "id": "0b9a5a4e-6a0f-4c3b-9b1d-2f6a5d1c7e10",
                            "name": "Bang & Olufsen A/S",
                            "cvr": "41257911",
                            "registered": True,
                            "checked_in_at": "2026-11-24T16:41:30Z",
                            "walk_in": False,
                            "invitation": "w3tqlClePsKkQ1Zyu",
                        }
                    ],
                    "companies_registered": 84,
                    "companies_checked_in": 80,
                    "now": "2026-11-24T19:40:11Z",
                }
            ]
        }
    )

    subject: str = Field(description="as whom the phone sends")
    event: DoorEventOut
    companies: list[DoorCompanyOut] = Field(description="those expected or present, then others, each by name")
    companies_registered: int
    companies_checked_in: int
    now: datetime = Field(description="the server's clock")
