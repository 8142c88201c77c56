"""Participants as they are sent and as they are read, for the API and the pages alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from services.pledges.participants.domain import (
    FARTHEST_KM,
    Availability,
    Participant,
    ParticipantTerms,
    Status,
    TargetGroup,
    Tasks,
    Transport,
    Unknown,
    Weekday,
)
from services.pledges.pledges.schemas import HoursIn, PlainNumber, Task, TypedModel, without_repeats
from shared.contracts.pledges import JobType
from shared.fields.case_reference import case_reference_key
from shared.fields.dates import Day
from shared.fields.numbers import TypedNumber
from shared.fields.text import FreeText, Line, NoneIfBlank
from shared.http.schemas import ResponseModel
from shared.product.vocabulary import Programme

NOTE_LENGTH = 2000
REFERENCE_LENGTH = 60


def _has_letters_or_digits(text: str) -> str:
    if not case_reference_key(text):
        raise PydanticCustomError("case_reference", "Must have letters or digits.")
    return text


CaseReference = Annotated[
    Line, StringConstraints(min_length=1, max_length=REFERENCE_LENGTH), AfterValidator(_has_letters_or_digits)
]
"""The municipality's own; never a CPR number."""
GroupCode = Annotated[Line, StringConstraints(min_length=1, max_length=20)]
Km = Annotated[int, Field(ge=0, le=FARTHEST_KM), TypedNumber]
_Reason = Annotated[Annotated[FreeText, Field(max_length=500)] | None, NoneIfBlank]
_Purpose = Annotated[
    Literal["casework", "placement", "profile_card"] | None, Field(description="instead of the header X-Purpose")
]


class AvailabilityIn(TypedModel):
    """When, how much and how far away somebody can work. Null: it is not known."""

    available_from: Day | None = None
    weekly_hours: HoursIn | None = None
    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=7)] | None = Field(
        None, description="1 for Monday to 7 for Sunday", examples=[[1, 3, 5]]
    )
    max_distance_km: Km | None = Field(
        None, description="from the municipality's main town; 0: only within the municipality", examples=[25]
    )
    transport: Transport | None = None
    job_types: Annotated[list[JobType], Field(min_length=1, max_length=6)] | None = Field(None, examples=[["smaajob"]])

    def merged(self, known: Availability) -> Availability:
        """Return what is known with what was sent."""
        sent: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        if "weekly_hours" in sent:
            hours: HoursIn | None = sent.pop("weekly_hours")
            sent |= {
                "weekly_hours_from": hours.start if hours else None,
                "weekly_hours_to": hours.to if hours else None,
            }
        for name in sent.keys() & {"weekdays", "job_types"}:
            sent[name] = None if sent[name] is None else frozenset(sent[name])
        return replace(known, **sent)


_Tasks = Annotated[list[Task], Field(max_length=100), AfterValidator(without_repeats)]


class TasksIn(TypedModel):
    """Codes of the task catalogue. What is in none of the lists is not known."""

    can: _Tasks = Field(default_factory=list, examples=[["packing"]])
    want: _Tasks = Field(default_factory=list)
    cannot: _Tasks = Field(default_factory=list)

    def merged(self, known: Tasks) -> Tasks:
        """Return what is known with what was sent."""
        return replace(known, **{name: frozenset(getattr(self, name)) for name in self.model_fields_set})


class TargetGroupIn(TypedModel):
    """A target group, and the days on which it holds."""

    code: GroupCode = Field(examples=["6.2"])
    valid_from: Day
    valid_until: Day | None = Field(None, description="the first day on which it no longer holds")

    def held(self) -> TargetGroup:
        """Return the domain's value."""
        return TargetGroup(self.code, self.valid_from, self.valid_until)


_TargetGroups = Annotated[list[TargetGroupIn], Field(max_length=50)]


class ParticipantTermsIn(TypedModel):
    """What both a new and a changed participant may have. What is left out of a change stays as it is."""

    programme: Programme | None = None
    caseworker_id: UUID | None = Field(None, description="an account")
    availability: AvailabilityIn = AvailabilityIn()
    tasks: TasksIn = TasksIn()
    target_groups: _TargetGroups = Field(default_factory=list, description="all of them, the earliest first")
    purpose: _Purpose = None

    def merged(self, known: ParticipantTerms) -> ParticipantTerms:
        """Return what is known with what was sent."""
        sent = self.model_fields_set
        return ParticipantTerms(
            programme=self.programme if "programme" in sent else known.programme,
            caseworker_id=self.caseworker_id if "caseworker_id" in sent else known.caseworker_id,
            status=known.status,
            availability=self.availability.merged(known.availability),
            tasks=self.tasks.merged(known.tasks),
            target_groups=(
                tuple(sorted((one.held() for one in self.target_groups), key=lambda held: held.valid_from))
                if "target_groups" in sent
                else known.target_groups
            ),
        )


class ParticipantIn(ParticipantTermsIn):
    """A participant to register, of the case worker's municipality."""

    case_reference: CaseReference = Field(
        description="the municipality's own; never a CPR number", examples=["S-2026-0041"]
    )


class ParticipantPatch(ParticipantTermsIn):
    """A change of a participant. A field that is left out stays as it is; null: it is not known."""

    status: Status | None = Field(None, description="null as if it were left out")
    note: _Reason = Field(None, description="why, for the history")

    def merged(self, known: ParticipantTerms) -> ParticipantTerms:
        """Return what is known with what was sent."""
        return replace(super().merged(known), status=self.status or known.status)


class HoursOut(ResponseModel):
    """Hours a week."""

    start: PlainNumber = Field(alias="from")
    to: PlainNumber


class AvailabilityOut(ResponseModel):
    """As `AvailabilityIn`. Null: it is not known."""

    available_from: date | None
    weekly_hours: HoursOut | None
    weekdays: list[Weekday] | None
    max_distance_km: int | None
    transport: Transport | None
    job_types: list[JobType] | None


class TasksOut(ResponseModel):
    """As `TasksIn`."""

    can: list[str]
    want: list[str]
    cannot: list[str]


class TargetGroupOut(ResponseModel):
    """As `TargetGroupIn`."""

    code: str
    valid_from: date
    valid_until: date | None


class ParticipantOut(ResponseModel):
    """A participant: a pseudonym, without a name."""

    id: UUID
    version: int
    municipality: str
    case_reference: str
    programme: Programme | None
    caseworker_id: UUID | None
    status: Status
    left_on: date | None
    availability: AvailabilityOut
    tasks: TasksOut
    target_groups: list[TargetGroupOut]
    unknown: list[Unknown] = Field(description="what is not known today")
    registered_at: datetime

    @classmethod
    def of(cls, one: Participant, *, today: date) -> ParticipantOut:
        """Return a participant as it is answered."""
        known = one.availability
        hours = None
        if known.weekly_hours_from is not None and known.weekly_hours_to is not None:
            hours = HoursOut(start=known.weekly_hours_from, to=known.weekly_hours_to)
        return cls(
            id=one.id,
            version=one.version,
            municipality=one.municipality,
            case_reference=one.case_reference,
            programme=one.programme,
            caseworker_id=one.caseworker_id,
            status=one.status,
            left_on=one.left_on,
            availability=AvailabilityOut(
                available_from=known.available_from,
                weekly_hours=hours,
                weekdays=None if known.weekdays is None else sorted(known.weekdays),
                max_distance_km=known.max_distance_km,
                transport=known.transport,
                job_types=None if known.job_types is None else sorted(known.job_types),
            ),
            tasks=TasksOut(can=sorted(one.tasks.can), want=sorted(one.tasks.want), cannot=sorted(one.tasks.cannot)),
            target_groups=[
                TargetGroupOut(code=held.code, valid_from=held.valid_from, valid_until=held.valid_until)
                for held in one.target_groups
            ],
            unknown=list(one.unknown_on(today)),
            registered_at=one.registered_at,
        )


class ParticipantPage(ResponseModel):
    """A page of participants."""

    items: list[ParticipantOut]
    next_page_token: str | None


_Weekday = Annotated[int, Field(ge=1, le=7)]
_Hours = Annotated[Annotated[Decimal, Field(gt=0, le=60, decimal_places=2), TypedNumber] | None, NoneIfBlank]


class ParticipantForm(TypedModel):
    """The form that registers or changes a participant. What is left empty is not known.

    `id` is made with the page, so that a form that is sent twice registers one. `version` is the one that it showed.
    """

    id: UUID | None = None
    version: int | None = None
    case_reference: Annotated[CaseReference | None, NoneIfBlank] = None
    programme: Annotated[Programme | None, NoneIfBlank] = None
    caseworker_id: Annotated[UUID | None, NoneIfBlank] = None
    available_from: Annotated[Day | None, NoneIfBlank] = None
    hours_from: _Hours = None
    hours_to: _Hours = None
    weekdays: Annotated[list[_Weekday], Field(max_length=7)] = Field(default_factory=list)
    max_distance_km: Annotated[Km | None, NoneIfBlank] = None
    transport: Annotated[Transport | None, NoneIfBlank] = None
    job_types: Annotated[list[JobType], Field(max_length=6)] = Field(default_factory=list)
    can: _Tasks = Field(default_factory=list)
    want: _Tasks = Field(default_factory=list)
    cannot: _Tasks = Field(default_factory=list)
    target_group: Annotated[GroupCode | None, NoneIfBlank] = None
    target_group_from: Annotated[Day | None, NoneIfBlank] = None
    note: _Reason = None

    def merged(self, known: ParticipantTerms) -> ParticipantTerms:
        """Return what is known with what was sent. The form has every field, and none of the target groups."""
        one, other = self.hours_from, self.hours_to
        return replace(
            known,
            programme=self.programme,
            caseworker_id=self.caseworker_id,
            availability=Availability(
                available_from=self.available_from,
                # One of the two is enough: so many hours.
                weekly_hours_from=one if one is not None else other,
                weekly_hours_to=other if other is not None else one,
                weekdays=frozenset(self.weekdays) or None,  # type: ignore[arg-type]  # 1 to 7
                max_distance_km=self.max_distance_km,
                transport=self.transport,
                job_types=frozenset(self.job_types) or None,
            ),
            tasks=Tasks(frozenset(self.can), frozenset(self.want), frozenset(self.cannot)),
        )


class StatusForm(TypedModel):
    """A button that pauses somebody, or the like."""

    version: int | None = None
    status: Status
    note: _Reason = None


class TargetGroupForm(TypedModel):
    """A target group that holds from a day on; the one before ends on that day."""

    version: int | None = None
    target_group: GroupCode
    target_group_from: Day


class TargetGroupCodeForm(TypedModel):
    """A code that is added to the list of target groups."""

    code: GroupCode
    danish: Annotated[Line, StringConstraints(min_length=1, max_length=80)]
    english: Annotated[Line, StringConstraints(min_length=1, max_length=80)]
    valid_from: Day


class TargetGroupEndForm(TypedModel):
    """The first day on which a code may not be used any more; left empty: it may again."""

    valid_until: Annotated[Day | None, NoneIfBlank] = None


class SearchForm(TypedModel):
    """The beginning of a case reference, in any spelling."""

    case_reference: Annotated[CaseReference | None, NoneIfBlank] = None


class NoteForm(TypedModel):
    """A new note. `id` is made with the page, so that a form that is sent twice makes one."""

    id: UUID
    body: Annotated[FreeText, StringConstraints(min_length=1, max_length=NOTE_LENGTH)]
    keep_until: Annotated[Day | None, NoneIfBlank] = None


def values_of(one: Participant) -> dict[str, Any]:
    """Return the values of the form for a participant as they are saved."""
    known = one.availability

    def plain(number: Decimal | None) -> str | None:
        return None if number is None else f"{number.normalize():f}".replace(".", ",")

    return {
        "version": one.version,
        "programme": one.programme,
        "caseworker_id": one.caseworker_id,
        "available_from": known.available_from.isoformat() if known.available_from else None,
        "hours_from": plain(known.weekly_hours_from),
        "hours_to": plain(known.weekly_hours_to),
        "weekdays": sorted(known.weekdays or ()),
        "max_distance_km": known.max_distance_km,
        "transport": known.transport,
        "job_types": sorted(known.job_types or ()),
        "can": sorted(one.tasks.can),
        "want": sorted(one.tasks.want),
        "cannot": sorted(one.tasks.cannot),
    }
