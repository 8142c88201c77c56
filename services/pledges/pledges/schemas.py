"""Pledges in requests (`PledgeIn`) and in responses (`PledgeOut`).

The models validate types and formats. Rules that need other data than the request are in `domain`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    computed_field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from services.pledges.catalogue.built_in import TASKS
from services.pledges.catalogue.domain import OWN_CODE
from services.pledges.phones.domain import LARGEST_NUMBER, Capture
from services.pledges.pledges.domain import (
    Contact,
    Decision,
    Guest,
    Pledge,
    PledgeTerms,
    Position,
    Review,
    WithdrawalReason,
    counts,
)
from services.pledges.pledges.words import FLAGS
from services.pledges.register.domain import TypedCompany
from shared.contracts.message import MunicipalityCode
from shared.contracts.pledges import CapturedBy, JobType, PledgeStatus
from shared.fields.cpr import MayLookLikeCpr
from shared.fields.cvr import TypedCvr
from shared.fields.dates import Day, StoredMoment
from shared.fields.email import Email
from shared.fields.numbers import TypedNumber
from shared.fields.p_number import PNumber
from shared.fields.phone import Phone
from shared.fields.text import Name, NoneIfBlank
from shared.http.schemas import RequestModel, ResponseModel
from shared.i18n.translations import current_language
from shared.i18n.translations import gettext as _


def _known_task(code: str) -> str:
    # Whether the taskforce has added a task of its own is looked up when the pledge is logged.
    if code not in TASKS and not OWN_CODE.fullmatch(code):
        raise PydanticCustomError("unknown_task", "Is not in the task catalogue.")
    return code


def without_repeats(codes: list[str]) -> list[str]:
    """Return the codes, each once, in their order."""
    return list(dict.fromkeys(codes))


TypedId = Annotated[str, MayLookLikeCpr("an id that is read as one; any other text is ignored")]
"""A form field with an id that is not validated yet."""
WeeklyHours = Annotated[Decimal, Field(gt=0, le=60, decimal_places=2), TypedNumber]
Task = Annotated[
    str,
    AfterValidator(_known_task),
    WithJsonSchema(
        {"type": "string", "anyOf": [{"enum": sorted(TASKS)}, {"pattern": f"^{OWN_CODE.pattern}$"}]}, mode="validation"
    ),
]


def _allow_numbers_for_text(schema: dict[str, Any]) -> None:
    """State in the JSON schema that any text except a date, an id or a choice may be sent as a number."""
    for field in schema.get("properties", {}).values():
        for kind in (field, *field.get("anyOf", ())):
            if kind.get("type") == "string" and not {"format", "enum"} & kind.keys():
                kind["type"] = ["string", "number"]


class TypedModel(RequestModel):
    """What a person typed. A number is accepted for text: 24256790 as well as "24256790" for a CVR number."""

    model_config = ConfigDict(
        coerce_numbers_to_str=True, str_strip_whitespace=True, json_schema_extra=_allow_numbers_for_text
    )


class CompanyIn(TypedModel):
    """A typed company."""

    id: UUID | None = Field(None, description="the register's id, where it is known")
    name: Name = Field(examples=["Struer Trælast A/S"])
    cvr: Annotated[Annotated[TypedCvr, StringConstraints(max_length=60)] | None, NoneIfBlank] = Field(
        None, description="8 digits; a wrong one is taken and flagged", examples=["24256790"]
    )
    municipality: Annotated[MunicipalityCode | None, NoneIfBlank] = Field(
        None, description="four-digit code", examples=["0671"]
    )
    p_number: Annotated[PNumber | None, NoneIfBlank] = Field(None, description="the workplace: 10 digits")

    def typed(self) -> TypedCompany:
        """Return the domain's value."""
        return TypedCompany(self.name, self.cvr, self.municipality, self.p_number, self.id)


class ContactIn(TypedModel):
    """A person to call or write to."""

    name: Name = Field(examples=["Eva Holm"])
    phone: Annotated[Phone | None, NoneIfBlank] = Field(
        None, description="Danish unless it says its country", examples=["97 85 00 00"]
    )
    email: Annotated[Email | None, NoneIfBlank] = Field(None, examples=["eva@traelast.example"])

    def contact(self) -> Contact:
        """Return the domain's value."""
        return Contact(self.name, self.phone, self.email)


class HoursIn(TypedModel):
    """Hours a week, from and to."""

    start: WeeklyHours = Field(alias="from", examples=[5])
    to: WeeklyHours = Field(examples=[10])

    @model_validator(mode="after")
    def _in_order(self) -> HoursIn:
        if self.start > self.to:
            raise PydanticCustomError("hours_order", "The fewest hours are more than the most.")
        return self


PhoneName = Annotated[Annotated[Name, StringConstraints(max_length=60)] | None, NoneIfBlank]


class PhoneIn(TypedModel):
    """The phone that captured a pledge, and its running number for the event. Whoever delivers it sends the same."""

    id: UUID = Field(description="of the browser, for one event")
    number: int = Field(ge=1, le=LARGEST_NUMBER, examples=[7])
    name: PhoneName = Field(None, examples=["Hannes telefon"])

    def capture(self) -> Capture:
        """Return the domain's value."""
        return Capture(self.id, self.number, self.name)


class PledgeIn(TypedModel):
    """A pledge to log."""

    id: UUID = Field(description="made where the pledge was captured; also a good Idempotency-Key")
    event_id: UUID | None = None
    company: CompanyIn
    contact: ContactIn
    job_type: JobType = Field(examples=["smaajob"])
    positions: Annotated[int, Field(ge=1), TypedNumber] = Field(examples=[3])
    weekly_hours: HoursIn
    tasks: Annotated[list[Task], Field(max_length=50), AfterValidator(without_repeats)] = Field(
        default_factory=list, examples=[["shelf_stocking", "tidying"]]
    )
    earliest_start: Day | None = None
    captured_at: StoredMoment = Field(description="by the clock of whatever captured it")
    captured_by: CapturedBy = "api"
    phone: PhoneIn | None = None
    practice: bool = Field(False, description="answered as any other, and never counted")

    def terms(self) -> PledgeTerms:
        """Return the domain's value."""
        return PledgeTerms(
            id=self.id,
            company=self.company.typed(),
            contact=self.contact.contact(),
            job_type=self.job_type,
            positions=self.positions,
            hours_from=self.weekly_hours.start,
            hours_to=self.weekly_hours.to,
            tasks=tuple(self.tasks),
            earliest_start=self.earliest_start,
            captured_at=self.captured_at,
            captured_by=self.captured_by,
            event_id=self.event_id,
            capture=self.phone.capture() if self.phone else None,
        )


def _plain(number: Decimal) -> int | float:
    """Return 7.50 as 7.5, and 5.00 as 5."""
    return int(number) if number == number.to_integral_value() else float(number)


PlainNumber = Annotated[Decimal, PlainSerializer(_plain, return_type=int | float)]


class CompanyOut(ResponseModel):
    """The company as it was typed. `id` is the registered company that it matches, or null."""

    id: UUID | None
    name: str
    cvr: str | None
    municipality: str | None
    p_number: str | None

    def typed(self) -> TypedCompany:
        """Return the domain's value."""
        return TypedCompany(self.name, self.cvr, self.municipality, self.p_number)

    @classmethod
    def of(cls, company: TypedCompany, company_id: UUID | None) -> CompanyOut:
        """Return a typed company as a response, with the id of the registered company that it matches."""
        return cls.model_construct(
            id=company_id,
            name=company.name,
            cvr=company.cvr,
            municipality=company.municipality,
            p_number=company.p_number,
        )


class HoursOut(ResponseModel):
    """Hours a week."""

    start: PlainNumber = Field(alias="from")
    to: PlainNumber


class WarningOut(ResponseModel):
    """A flag with its text: something that a coordinator should check."""

    code: str
    message: str


class PledgeOut(ResponseModel):
    """A pledge. `contact` is null for those who may not see it."""

    id: UUID
    event_id: UUID | None
    company: CompanyOut
    contact: Contact | None
    job_type: JobType
    positions: int
    position_list: list[Position]
    weekly_hours: HoursOut
    tasks: list[str]
    earliest_start: date | None
    captured_at: datetime
    captured_by: CapturedBy
    received_at: datetime
    pledged_on: date = Field(description="the day it counts from, in Europe/Copenhagen")
    logged_by: UUID | None
    status: PledgeStatus
    version: int
    flags: list[str]
    review: Review | None = Field(
        None,
        description="waiting: it does not count until a coordinator has accepted it; rejected: it does not count",
    )
    ended_on: date | None = Field(
        None,
        description="the first day on which its cancelled positions no longer count: the company withdrew them, or it "
        "lapsed",
    )
    withdrawn_because: WithdrawalReason | None = Field(
        None, description="why it is withdrawn; only what its company has withdrawn has ever counted"
    )
    merged_into: UUID | None = Field(None, description="of a duplicate: the pledge that counts for it")
    affirmed_on: date | None = Field(None, description="the day on which the company confirmed it after it was logged")
    active_on: date | None = Field(None, description="the last day on which something came of it, or it was corrected")
    lapse_deferred_until: date | None = Field(None, description="it does not lapse before this day")
    for_citizen: bool = Field(False, description="it was made for one citizen, whom a municipality knows")
    logged_with_pass: bool = Field(exclude=True)
    pass_event_id: UUID | None = Field(None, exclude=True)
    event_title: str | None = Field(None, exclude=True)
    rung_by: UUID | None = Field(None, exclude=True)
    """The person who has been asked to ring the contact."""
    own_tasks: dict[str, dict[str, Any]] = Field(default_factory=dict, exclude=True)
    """The words of tasks that the taskforce has added, by code and language."""

    @computed_field
    def warnings(self) -> list[WarningOut]:
        """The flags with their texts, in the current language."""
        return flags_in_words(self.flags)

    @property
    def counted(self) -> bool:
        """Whether it is part of the figures: see `domain.counts`."""
        return counts(self.review, self.status, self.ended_on)

    @property
    def ended(self) -> bool:
        """Whether it was withdrawn, has lapsed or is a duplicate."""
        return self.status in {"withdrawn", "lapsed", "duplicate"}

    @property
    def has_filled_position(self) -> bool:
        """Whether a position of it has become a job."""
        return any(position.status == "filled" for position in self.position_list)

    @property
    def has_vacant_position(self) -> bool:
        """Whether a hire can still fill a position."""
        return bool(self.vacant)

    @property
    def task_labels(self) -> list[str]:
        """Its tasks in words, in the current language."""
        language = current_language()
        return [
            self.own_tasks[code][language] if code in self.own_tasks else _(TASKS.get(code, code))
            for code in self.tasks
        ]

    @property
    def vacant(self) -> list[Position]:
        """The positions that a hire can still fill: none of a pledge that has ended."""
        return [] if self.ended else [position for position in self.position_list if position.can_be_filled]

    def without_contact(self) -> PledgeOut:
        """Return the pledge without its contact."""
        return self.model_copy(update={"contact": None})

    @classmethod
    def of(cls, pledge: Pledge) -> PledgeOut:
        """Return the aggregate as a response."""
        terms = pledge.terms
        return cls.model_construct(
            id=pledge.id,
            event_id=terms.event_id,
            company=CompanyOut.of(terms.company, pledge.company_id),
            contact=terms.contact,
            job_type=terms.job_type,
            positions=len(pledge.positions),
            position_list=list(pledge.positions),
            weekly_hours=HoursOut.model_construct(start=terms.hours_from, to=terms.hours_to),
            tasks=list(terms.tasks),
            earliest_start=terms.earliest_start,
            captured_at=terms.captured_at,
            captured_by=terms.captured_by,
            received_at=pledge.received_at,
            pledged_on=pledge.pledged_on,
            logged_by=pledge.logged_by_person,
            status=pledge.status,
            version=pledge.version,
            flags=list(pledge.flags),
            review=pledge.review,
            ended_on=pledge.ended_on,
            withdrawn_because=pledge.withdrawn_because,
            merged_into=pledge.merged_into,
            affirmed_on=pledge.affirmed_on,
            active_on=pledge.active_on,
            lapse_deferred_until=pledge.lapse_deferred_until,
            logged_with_pass=isinstance(pledge.logged_by, Guest),
        )


class ReviewIn(RequestModel):
    """A coordinator's decision on a pledge."""

    decision: Decision = Field(description="accepted: it counts; rejected: it does not", examples=["accepted"])


class ReviewForm(ReviewIn):
    """The same on a page. `version` is the pledge's version that the page showed."""

    version: int | None = None
    from_list: bool = False


class ReviewsForm(ReviewIn):
    """One decision on every pledge of a list."""

    pledges: Annotated[list[UUID], Field(min_length=1, max_length=100)]


class PledgePage(ResponseModel):
    """A page of pledges."""

    items: list[PledgeOut]
    next_page_token: str | None


class ContactAddress(ResponseModel):
    """The person to write to about a pledge."""

    email: str | None
    name: str
    company: str
    language: str


def flags_in_words(flags: Sequence[str]) -> list[WarningOut]:
    """Return the flags that have a text, in the current language."""
    return [WarningOut.model_construct(code=flag, message=_(FLAGS[flag])) for flag in flags if flag in FLAGS]
