"""What programs and pages may send: shapes and fields are judged here, everything else in the domain.

Fields nobody knows are ignored, so that an older server takes what a newer phone sends.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import phonenumbers
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from services.pledges.hires.domain import Confirmation, EndReason
from services.pledges.pledges.catalogue import TASKS
from services.pledges.pledges.domain import Promise
from services.pledges.register.domain import Contact, TypedCompany
from shared.contracts.message import MunicipalityCode
from shared.contracts.pledges import CapturedBy, JobType
from shared.fields import dates
from shared.fields.cpr import MayLookLikeCpr, refuse_cpr
from shared.fields.dates import Day
from shared.fields.text import refuse_control_characters

# One mailbox as people write it; whether it exists is found out by writing to it. No header can be smuggled in.
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]+\.[^\s@<>()\[\],;:\\\".]{2,}")
_LINE_SIGN = re.compile(r"[\n\r\t]")
# A Danish number as most people write it: too short for a CPR number, and a telephone number to everybody.
_EIGHT_DIGITS = re.compile(r"[2-9][0-9](?: ?[0-9][0-9]){3}")
_SEPARATORS = re.compile(r"[\s.\-]")


def _one_line(text: str) -> str:
    if _LINE_SIGN.search(text):
        raise PydanticCustomError("one_line", "Must be one line.")
    return refuse_control_characters(text)


def _empty_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def parse_phone(text: str) -> phonenumbers.PhoneNumber | None:
    """Return a number that could be rung, or None. Without a country code it is Danish."""
    try:
        number = phonenumbers.parse(text, "DK")
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def _phone(text: str) -> str:
    if _EIGHT_DIGITS.fullmatch(text):
        return text
    if parse_phone(_no_cpr_but_foreign(text)) is None:
        raise PydanticCustomError("phone", "Is not a telephone number.")
    return text


def _no_cpr_but_foreign(text: str) -> str:
    """A right number of another country is no CPR number; "+31 12 34 5678" only looks like one."""
    number = parse_phone(text)
    if number is not None and text.startswith(("+", "00")) and phonenumbers.is_valid_number(number):
        return text
    return refuse_cpr(text)


def _email(text: str) -> str:
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        raise PydanticCustomError("email", "Is not an e-mail address.")
    return text


def _storable(moment: datetime) -> datetime:
    """As UTC: the first and the last day of the calendar have no UTC in every zone."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("datetime_range", "Must be a date and a time.") from None


def _known_task(code: str) -> str:
    if code not in TASKS:
        raise PydanticCustomError("unknown_task", "Is not in the task catalogue.")
    return code


def _without_doubles(codes: list[str]) -> list[str]:
    return list(dict.fromkeys(codes))


def _number(value: Any) -> Any:
    """A Danish decimal comma is a decimal comma. Truth is no number."""
    if isinstance(value, bool):
        raise PydanticCustomError("decimal_type", "Must be a whole number or a decimal number.")
    return value.strip().replace(",", ".") if isinstance(value, str) else value


def _p_number(text: str) -> str:
    digits = _SEPARATORS.sub("", text)
    if not (digits.isascii() and digits.isdigit() and len(digits) == 10):
        raise PydanticCustomError("p_number", "A P-number has ten digits.")
    return digits


def _which_position(value: object) -> int | UUID | None:
    """A position's number or its id."""
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


Line = Annotated[
    str, StringConstraints(min_length=1, max_length=200), AfterValidator(_one_line), AfterValidator(refuse_cpr)
]
"""One line a person typed: never empty, never a CPR number."""
ShortLine = Annotated[
    Annotated[str, StringConstraints(max_length=60), AfterValidator(_one_line), AfterValidator(refuse_cpr)] | None,
    BeforeValidator(_empty_is_none),
]
_FOREIGN = MayLookLikeCpr("telephone numbers of other countries may; any other such number is refused")
Phone = Annotated[
    Annotated[str, StringConstraints(max_length=40), AfterValidator(_one_line), AfterValidator(_phone), _FOREIGN]
    | None,
    BeforeValidator(_empty_is_none),
]
TypedPhone = Annotated[str, AfterValidator(_no_cpr_but_foreign), _FOREIGN]
"""What is to be judged as a `Phone` yet: nothing that looks like a CPR number."""
TypedId = Annotated[str, MayLookLikeCpr("an id that is read as one; any other text is as good as none")]
SearchText = Annotated[str, AfterValidator(refuse_cpr), Field(max_length=100)]
"""What is looked for: it stands in the address, which is the last place for a CPR number."""
Email = Annotated[
    Annotated[
        str,
        StringConstraints(max_length=254),
        AfterValidator(_one_line),
        AfterValidator(refuse_cpr),
        AfterValidator(_email),
    ]
    | None,
    BeforeValidator(_empty_is_none),
]
PNumber = Annotated[
    Annotated[str, AfterValidator(_p_number), MayLookLikeCpr("a P-number has ten digits, too")] | None,
    BeforeValidator(_empty_is_none),
]
"""A workplace's number: ten digits, and so exempt from the search for CPR numbers."""
Municipality = Annotated[MunicipalityCode | None, BeforeValidator(_empty_is_none)]
WeeklyHours = Annotated[Decimal, Field(gt=0, le=60, decimal_places=2), BeforeValidator(_number)]
PositionCount = Annotated[int, Field(ge=1), BeforeValidator(_number)]
WhichPosition = Annotated[
    int | UUID | None,
    PlainValidator(_which_position, json_schema_input_type=Annotated[int, Field(ge=1)] | UUID | None),
]
Moment = Annotated[dates.Moment, AfterValidator(_storable)]
Task = Annotated[
    str, AfterValidator(_known_task), WithJsonSchema({"type": "string", "enum": sorted(TASKS)}, mode="validation")
]
Tasks = Annotated[list[Task], Field(max_length=50), AfterValidator(_without_doubles)]


def _say_that_numbers_are_welcome(schema: dict[str, Any]) -> None:
    """Any text but a date, an id or a choice may be sent as a number."""
    for field in schema.get("properties", {}).values():
        for kind in (field, *field.get("anyOf", ())):
            if kind.get("type") == "string" and not {"format", "enum"} & kind.keys():
                kind["type"] = ["string", "number"]


class _Body(BaseModel):
    # Numbers are welcome where text is meant: 24256790 is as good a CVR number as "24256790".
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        coerce_numbers_to_str=True,
        str_strip_whitespace=True,
        json_schema_extra=_say_that_numbers_are_welcome,
    )


class CompanyBody(_Body):
    """A company as somebody types it."""

    id: UUID | None = Field(None, description="the register's id, where it is known")
    name: Line = Field(examples=["Struer Trælast A/S"])
    cvr: ShortLine = Field(None, description="8 digits; a wrong one is taken and flagged", examples=["24256790"])
    municipality: Municipality = Field(None, description="four-digit code", examples=["0671"])
    p_number: PNumber = Field(None, description="the workplace: 10 digits")

    def typed(self) -> TypedCompany:
        """As the domain sees it."""
        return TypedCompany(self.name, self.cvr, self.municipality, self.p_number, self.id)


class ContactBody(_Body):
    """A person to ring or write to."""

    name: Line = Field(examples=["Eva Holm"])
    phone: Phone = Field(None, description="Danish unless it says its country", examples=["97 85 00 00"])
    email: Email = Field(None, examples=["eva@traelast.example"])

    def contact(self) -> Contact:
        """As the domain sees it."""
        return Contact(self.name, self.phone, self.email)


class HoursBody(_Body):
    """Hours a week, from and to."""

    start: WeeklyHours = Field(alias="from", examples=[5])
    to: WeeklyHours = Field(examples=[10])

    @model_validator(mode="after")
    def _in_order(self) -> HoursBody:
        if self.start > self.to:
            raise PydanticCustomError("hours_order", "The fewest hours are more than the most.")
        return self


class PledgeBody(_Body):
    """A pledge as it is logged."""

    id: UUID = Field(description="made where the pledge was captured; also a good Idempotency-Key")
    event_id: UUID | None = None
    company: CompanyBody
    contact: ContactBody
    job_type: JobType = Field(examples=["smaajob"])
    positions: PositionCount = Field(examples=[3])
    weekly_hours: HoursBody
    tasks: Tasks = Field(default_factory=list, examples=[["shelf_stocking", "tidying"]])
    earliest_start: Day | None = None
    captured_at: Moment = Field(description="by the clock of whatever captured it")
    captured_by: CapturedBy = "api"

    def promise(self) -> Promise:
        """As the domain sees it."""
        return Promise(
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
        )


def _named(value: Any) -> Any:
    """A bare text is the name."""
    return {"name": value} if isinstance(value, str) else value


class HireBody(_Body):
    """A hire as a case worker confirms it."""

    id: UUID
    pledge_id: UUID | None = Field(None, description="none: a hire without a pledge, which names its company")
    position: WhichPosition = Field(
        None, description="number or id; none: the pledge's first that is vacant", examples=[1]
    )
    company: Annotated[
        CompanyBody | None, BeforeValidator(_named, json_schema_input_type=CompanyBody | Line | None)
    ] = Field(None, description="or just its name")
    start_date: Day = Field(examples=["2026-12-01"])
    weekly_hours: WeeklyHours = Field(description="from the first day", examples=[12.5])
    job_type: JobType | None = Field(None, description="none: the pledge's, else smaajob")
    contact_person: Annotated[ContactBody, BeforeValidator(_named, json_schema_input_type=ContactBody | Line)] = Field(
        description="the municipality's fixed contact, whom employer and employee can ring; or just the name"
    )
    ended_on: Day | None = Field(None, description="the first day without the job, where it has ended already")
    end_reason: EndReason | None = None

    def confirmation(self) -> Confirmation:
        """As the domain sees it."""
        return Confirmation(
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
