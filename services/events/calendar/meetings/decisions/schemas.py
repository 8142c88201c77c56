"""Models of requests and responses about decisions, for the API and the pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from services.events.calendar.meetings.decisions.domain import DecisionTerms
from services.events.calendar.meetings.decisions.queries import DecisionRow
from shared.fields.dates import Day
from shared.fields.text import FreeText
from shared.http.schemas import RequestModel, ResponseModel

DecisionText = Annotated[FreeText, Field(min_length=1, max_length=1000)]
Reason = Annotated[FreeText, Field(min_length=1, max_length=500)]

_TERMS: JsonDict = {
    "text": "Ring til de tre nye virksomheder i havnen",
    "owner": "3f1f7a52-1d0e-4d4a-8c8e-0c8b6f0f4a77",
    "due_on": "2026-12-15",
}


class DecisionIn(RequestModel):
    """What was decided."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TERMS]})

    text: DecisionText
    owner: UUID = Field(description="the person who is responsible")
    due_on: Day = Field(description="the day by which it is to be done")

    def terms(self, item_id: UUID | None = None) -> DecisionTerms:
        """Return the domain's value."""
        return DecisionTerms(self.text, self.owner, self.due_on, item_id)


class NewDecisionIn(DecisionIn):
    """A decision of a meeting."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TERMS | {"id": "0c8b6f0f-1d0e-4d4a-8c8e-3f1f7a524a77"}]})

    id: UUID = Field(description="a UUID that the client generates; a repeated request gets the same response")
    item_id: UUID | None = Field(None, description="the item of the agenda at which it was decided")


class DropIn(RequestModel):
    """Why a decision is dropped."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Virksomheden er lukket"}]})

    reason: Reason | None = None


class DecisionOut(DecisionRow):
    """A decision."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _TERMS
                | {
                    "id": "0c8b6f0f-1d0e-4d4a-8c8e-3f1f7a524a77",
                    "owner_name": "Mette Kirk",
                    "status": "open",
                    "reason": None,
                    "made_at": "2026-12-01T15:40:00Z",
                    "settled_at": None,
                    "meeting_id": "5f0b8a52-6d0e-4d4a-8c8e-0c8b6f0f4a11",
                    "meeting_title": "Taskforcemøde",
                    "meeting_starts_at": "2026-12-01T15:00:00Z",
                    "item_id": None,
                    "item_title": None,
                    "version": 1,
                }
            ]
        }
    )

    @classmethod
    def of(cls, row: DecisionRow) -> Self:
        """Return the row as a response."""
        return cls(**row.model_dump())


class DecisionPage(ResponseModel):
    """One page of decisions, the one that is due first first."""

    items: list[DecisionOut]
    next_page_token: str | None = Field(description="None on the last page")


class DecisionForm(NewDecisionIn):
    """The form for a decision."""

    item_id: UUID | None = None


class ChangeForm(DecisionIn):
    """The form that changes a decision. `version` is the version that the page showed."""

    version: int | None = None


class StepForm(RequestModel):
    """The form that says what became of a decision.

    `version` is the version that the page showed, `back` the meeting whose page it was, if any.
    """

    version: int | None = None
    reason: Reason | None = None
    back: UUID | None = None


class PackedDecision(ResponseModel):
    """A decision in the pack of a meeting."""

    id: UUID
    text: str
    owner: str | None = Field(description="the name of the person who is responsible; null: the account was erased")
    owner_id: UUID
    due_on: date
    status: str
    reason: str | None
    settled_at: datetime | None
    meeting_title: str
    meeting_starts_at: datetime
    item_id: UUID | None

    @classmethod
    def of(cls, row: DecisionRow) -> Self:
        """Return the row as it is printed."""
        facts = row.model_dump(include=set(cls.model_fields) - {"owner"})
        return cls(owner=row.owner_name, owner_id=row.owner, **facts)
