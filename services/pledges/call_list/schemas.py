"""What the page of the call list sends, and what the mail with the list is made of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.pledges.call_list.domain import Outcome
from shared.contracts.pledges import JobType
from shared.fields.dates import Day
from shared.fields.text import FreeText, NoneIfBlank
from shared.http.schemas import RequestModel, ResponseModel

State = Literal["open", "done", "all"]
"""Which calls a list shows: those to be made, those that are ticked off, or both."""
NOTE_LENGTH = 1000


class ListedIn(RequestModel):
    """The list that a form belongs to, where its answer leads back to. Without an event: the latest with pledges."""

    event: UUID | None = None
    who: Literal["mine", "all"] = "mine"
    state: State = "all"


class AssignForm(ListedIn):
    """Who makes some calls. `person` is the suggestion where it is left out."""

    calls: Annotated[list[UUID], Field(min_length=1, max_length=200)]
    person: UUID | None = None


class OutcomeForm(ListedIn):
    """What came of a call; without an outcome it is to be made again. `version` is the one that the page showed."""

    outcome: Outcome | None = None
    note: Annotated[Annotated[FreeText, Field(max_length=NOTE_LENGTH)] | None, NoneIfBlank] = None
    again_on: Annotated[Day | None, NoneIfBlank] = None
    version: int | None = None


class CallOut(ResponseModel):
    """A call to be made. The contact is null where it has been erased."""

    company: str
    contact: str | None
    phone: str | None
    email: str | None
    job_type: JobType
    positions: int
    hours_from: Decimal
    hours_to: Decimal
    tasks: list[str]
    again_on: date | None


class CallListOut(ResponseModel):
    """The calls that one person is to make after an event, or that nobody makes yet. Tasks are in words."""

    event: str
    calls: list[CallOut]
