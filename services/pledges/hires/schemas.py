"""Hires as they are sent (`HireIn`) and as they are read and answered (`HireOut`)."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, PlainValidator, computed_field
from pydantic_core import PydanticCustomError

from services.pledges.hires.domain import Hire, HireConfirmation
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
from shared.contracts.pledges import EndReason, JobType
from shared.fields.dates import Day
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


class HireIn(TypedModel):
    """A hire that a case worker confirms."""

    id: UUID
    pledge_id: UUID | None = Field(None, description="none: a hire without a pledge, which names its company")
    position: WhichPosition = Field(
        None, description="number or id; none: the pledge's first that is vacant", examples=[1]
    )
    company: Annotated[CompanyIn | None, BeforeValidator(_named, json_schema_input_type=CompanyIn | Name | None)] = (
        Field(None, description="or just its name")
    )
    start_date: Day = Field(examples=["2026-12-01"])
    weekly_hours: WeeklyHours = Field(description="from the first day", examples=[12.5])
    job_type: JobType | None = Field(None, description="none: the pledge's, else smaajob")
    contact_person: Annotated[ContactIn, BeforeValidator(_named, json_schema_input_type=ContactIn | Name)] = Field(
        description="the municipality's fixed contact, whom employer and employee can ring; or just the name"
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
            company=self.company.typed() if self.company else None,
            job_type=self.job_type,
            ended_on=self.ended_on,
            end_reason=self.end_reason,
        )


class HireOut(ResponseModel):
    """A hire. `position` is the position's number."""

    id: UUID
    pledge_id: UUID | None
    position: int | None = Field(description="the position's number")
    position_id: UUID | None
    event_id: UUID | None
    company: CompanyOut
    job_type: JobType
    start_date: date
    weekly_hours: PlainNumber
    contact_person: Contact | None
    confirmed_at: datetime
    confirmed_by: UUID | None
    ended_on: date | None
    end_reason: str | None
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
            contact_person=hire.contact_person,
            confirmed_at=hire.confirmed_at,
            confirmed_by=hire.confirmed_by,
            ended_on=hire.ended_on,
            end_reason=hire.end_reason,
            version=hire.version,
            flags=list(hire.flags),
        )


class HirePage(ResponseModel):
    """A page of hires."""

    items: list[HireOut]
    next_page_token: str | None
