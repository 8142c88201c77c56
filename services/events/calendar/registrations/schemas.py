"""Models of requests and responses about registrations, for the API and the pages."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from services.events.calendar.registrations.queries import RegistrationRow
from shared.fields.text import FreeText
from shared.http.schemas import RequestModel, ResponseModel

_LONGEST_LIST = 20_000
"""Characters: some 500 companies."""

_EXAMPLE: JsonDict = {
    "id": "52dbc9e1-0a3b-5a0f-8c3a-6f1b4f0e7d21",
    "event_id": "5f0b8a52-6d0e-4d4a-8c8e-0c8b6f0f4a11",
    "company_id": "0b9a5a4e-6a0f-4c3b-9b1d-2f6a5d1c7e10",
    "company_name": "Bang & Olufsen A/S",
    "cvr": "41257911",
    "member": True,
    "registered_at": "2026-11-09T08:14:07Z",
    "cancelled_at": None,
    "checked_in_at": "2026-11-24T16:41:30Z",
    "version": 1,
}


class RegistrationIn(RequestModel):
    """A company of the register that is expected at the event."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"company_id": "0b9a5a4e-6a0f-4c3b-9b1d-2f6a5d1c7e10"}]})

    company_id: UUID


class RegistrationOut(RegistrationRow):
    """A registration."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    @classmethod
    def of(cls, row: RegistrationRow) -> Self:
        """Return the row as a response."""
        return cls(**row.model_dump())


class RegistrationPage(ResponseModel):
    """One page of registrations, by the company's name."""

    items: list[RegistrationOut]
    next_page_token: str | None = Field(description="None on the last page")


class ChosenForm(RequestModel):
    """The form that registers the companies that were ticked."""

    company_id: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class PastedForm(RequestModel):
    """The form that registers a pasted list of companies, one a line."""

    companies: Annotated[FreeText, Field(max_length=_LONGEST_LIST)]
