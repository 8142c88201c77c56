"""Models of requests and responses about events, check-ins and passes, for the API and the pages."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from services.events.calendar.queries import CheckInRow, EventRow
from services.events.register.schemas import CompanyIn, FieldWarning, cvr_warnings
from shared.contracts.events import EventKind
from shared.fields import dates
from shared.fields.copenhagen import (
    COPENHAGEN,
    AmbiguousTime,
    ClockSetting,
    NonexistentTime,
    comes_twice,
    local_moment,
)
from shared.fields.dates import Clock, refuse_distant
from shared.fields.numbers import TypedNumber
from shared.fields.text import Line, Name
from shared.http.schemas import RequestModel, ResponseModel
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.ui.formats import time_text

_LONGEST_NIGHT = timedelta(hours=12)
"""An event that ends on the next day lasts at most this long: most ends before the start are mistakes."""

Goal = Annotated[int, Field(ge=1, le=10_000), TypedNumber]
Moment = Annotated[dates.Moment, AfterValidator(refuse_distant)]


_EXAMPLE: JsonDict = {
    "id": "5f0b8a52-6d0e-4d4a-8c8e-0c8b6f0f4a11",
    "kind": "employer_event",
    "title": "Erhvervsaften hos B&O",
    "place": "Bang & Olufsen, Struer",
    "starts_at": "2026-11-24T16:30:00Z",
    "ends_at": "2026-11-24T19:30:00Z",
    "goal_positions": 50,
}


class EventIn(RequestModel):
    """An event to draft."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID = Field(description="a UUID that the client generates; a repeated request gets the same response")
    title: Name
    starts_at: Moment
    ends_at: Moment = Field(description="later than starts_at")
    place: Annotated[Line, Field(max_length=200)] | None = None
    kind: EventKind = "employer_event"
    goal_positions: Goal | None = Field(None, description="how many positions the taskforce hopes to have pledged")


class EventOut(EventRow):
    """An event."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _EXAMPLE
                | {
                    "status": "open",
                    "opened_at": "2026-11-24T16:21:07Z",
                    "closed_at": None,
                    "pass_generation": 1,
                    "version": 3,
                    "companies_registered": 84,
                    "companies_checked_in": 80,
                }
            ]
        }
    )

    @classmethod
    def of(cls, row: EventRow) -> Self:
        """Return the row as a response."""
        return cls(**row.model_dump())


class EventPage(ResponseModel):
    """One page of events, the latest start first."""

    items: list[EventOut]
    next_page_token: str | None = Field(description="None on the last page")


class EventForm(RequestModel):
    """The form that drafts an event. Its day and times are in Danish local time.

    An end that is not later than the start is on the next day. `starts_clock` and `ends_clock` are asked for where the
    time comes twice.
    """

    id: UUID
    title: Name
    kind: EventKind = "employer_event"
    place: Annotated[Line, Field(max_length=200)] | None = None
    day: Annotated[date, AfterValidator(refuse_distant)]
    starts: Clock
    starts_clock: ClockSetting | None = None
    ends: Clock
    ends_clock: ClockSetting | None = None
    goal_positions: Goal | None = None

    def moments(self) -> tuple[datetime, datetime] | dict[str, str]:
        """Return the event's start and end, or the errors by field where a time does not say which moment is meant."""
        errors: dict[str, str] = {}
        starts_at = self._moment("starts", self.day, errors)
        ends_at = self._moment("ends", self._last_day(), errors)
        if starts_at is None or ends_at is None:
            return errors
        if ends_at - starts_at > _LONGEST_NIGHT and self._last_day() > self.day:
            return {"ends": _("Must be later than the start, or at most 12 hours after it on the next day.")}
        return starts_at, ends_at

    def _last_day(self) -> date:
        if self.starts < self.ends or (self._comes_twice(self.starts) and self._comes_twice(self.ends)):
            return self.day
        return self.day + timedelta(days=1)

    def _comes_twice(self, clock: time) -> bool:
        return comes_twice(datetime.combine(self.day, clock, COPENHAGEN))

    def _moment(self, name: str, day: date, errors: dict[str, str]) -> datetime | None:
        clock: time = getattr(self, name)
        try:
            return local_moment(day, clock, getattr(self, f"{name}_clock"))
        except NonexistentTime:
            errors[name] = _(
                "Clocks are put forward from 2 to 3 that night, so there is no %(time)s. Choose another time.",
                time=time_text(clock),
            )
        except AmbiguousTime:
            errors[f"{name}_clock"] = _(
                "Clocks are put back from 3 to 2 that night, so %(time)s comes twice. Choose which one it is.",
                time=time_text(clock),
            )
        return None


class StatusForm(RequestModel):
    """The form that changes an event's status. `version` is the event's version that the page showed."""

    version: int | None = None


class OpenForm(StatusForm):
    """The form that opens an event. `early` confirms opening it long before its start."""

    early: bool = False


class CheckInIn(RequestModel):
    """A company to check in: the id of a registered company, or the data of a new one (a walk-in)."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["company_id"], "properties": {"company_id": {"type": "string"}}},
                {"required": ["company"], "properties": {"company": {"type": "object"}}},
            ],
            "examples": [
                {"company_id": "0b9a5a4e-6a0f-4c3b-9b1d-2f6a5d1c7e10"},
                {"company": {"id": "9c0b1d9e-3c3f-4a4f-8d6e-0e8a4d0f9b22", "name": "Limfjordens Smedje"}},
            ],
        },
    )

    company_id: UUID | None = None
    company: CompanyIn | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.company_id is None) == (self.company is None):
            raise ValueError(N_("Send either company_id or company."))
        return self


class CheckInOut(ResponseModel):
    """A check-in."""

    id: UUID = Field(description="the same for the same company at the same event")
    event_id: UUID
    company_id: UUID
    company_name: str
    member: bool
    walk_in: bool = Field(description="the company was registered at the door")
    checked_in_at: datetime
    undone_at: datetime | None = Field(description="when the check-in was undone because it was a mistake")
    version: int = Field(description="rises when the check-in is undone, and when the company checks in again")
    warnings: list[FieldWarning]

    @classmethod
    def of(cls, row: CheckInRow) -> Self:
        """Return the row with its warnings."""
        warnings = cvr_warnings(as_typed=row.cvr_as_typed, shared=row.cvr_shared)
        return cls(**row.model_dump(include=set(cls.model_fields)), warnings=warnings)


class CheckInPage(ResponseModel):
    """One page of check-ins, the latest first."""

    items: list[CheckInOut]
    next_page_token: str | None = Field(description="None on the last page")


class CheckInForm(RequestModel):
    """The form that checks in a registered company."""

    company_id: UUID


class UndoForm(RequestModel):
    """The form that undoes a check-in. `check_in_version` is the version that the page showed."""

    check_in_version: int | None = None


class PassOut(ResponseModel):
    """An event pass: its bearer may log pledges for this event until 14 days after its end."""

    token: str = Field(description="bearer token of role event_pass")
    url: str = Field(description="opens the intake with the token")
    link: str = Field(description="the same, short enough for a QR code")
    generation: int = Field(description="revoking the event's passes starts the next generation")
    expires_at: datetime


class RevokeIn(RequestModel):
    """Which passes to revoke."""

    generation: int | None = Field(
        None, ge=1, le=2**31 - 1, description="revoke this generation and older ones; by default the current one"
    )


class GenerationOut(ResponseModel):
    """The current generation of the event's passes."""

    generation: int


class RevokeForm(RequestModel):
    """The form that revokes an event's passes. `generation` is the one that the page showed."""

    generation: int
