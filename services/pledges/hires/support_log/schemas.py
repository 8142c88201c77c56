"""Entries of a support log as they are sent and answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.pledges.hires.support_log.domain import ContactedBy, SupportContact
from services.pledges.pledges.schemas import TypedModel
from shared.fields.dates import Day
from shared.fields.text import FreeText
from shared.http.schemas import ResponseModel

Agreed = Annotated[FreeText, Field(min_length=1, max_length=1000)]


class SupportContactIn(TypedModel):
    """A call about a hire."""

    contacted_on: Day | None = Field(None, description="none: today", examples=["2027-02-01"])
    contacted_by: ContactedBy = Field(description="who rang, or was there", examples=["employer"])
    agreed: Agreed = Field(
        description="what was agreed, in words; no names", examples=["Møder kl. 9 i stedet for kl. 7 den næste måned"]
    )
    solved: bool = Field(False, description="whether nothing is left to be done about it")


class SettlementIn(TypedModel):
    """Whether it is solved."""

    solved: bool = Field(examples=[True])


class SupportContactOut(ResponseModel):
    """An entry of the support log."""

    id: UUID
    hire_id: UUID
    contacted_on: date
    contacted_by: ContactedBy
    agreed: str
    solved: bool
    logged_by: UUID | None = Field(description="the account")
    logged_at: datetime
    version: int

    @classmethod
    def of(cls, contact: SupportContact) -> SupportContactOut:
        """Return an entry that a command or a query has loaded."""
        return cls.model_construct(**{name: getattr(contact, name) for name in cls.model_fields})


class SupportLog(ResponseModel):
    """The support log of a hire, the latest call first."""

    items: list[SupportContactOut]
