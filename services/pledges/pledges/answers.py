"""What programs are answered: pledges and hires as JSON. Fields have the names they have in the request."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from services.pledges.pledges.catalogue import FLAGS
from shared.contracts.pledges import CapturedBy, JobType, PledgeStatus, PositionStatus
from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.pledges.pledges.views import HireView, PledgeView
    from services.pledges.register.domain import Contact


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)


class CompanyAnswer(_Answer):
    """The company as it was typed; `id` where the register knows it."""

    id: UUID | None
    name: str
    cvr: str | None
    municipality: str | None
    p_number: str | None


class ContactAnswer(_Answer):
    """A person to ring or write to."""

    name: str
    phone: str | None
    email: str | None


class PositionAnswer(_Answer):
    """One position of a pledge."""

    id: UUID
    number: int
    status: PositionStatus
    hire_id: UUID | None


class HoursAnswer(_Answer):
    """Hours a week."""

    start: int | float = Field(alias="from")
    to: int | float


class WarningAnswer(_Answer):
    """What a coordinator will look at: a flag, in words."""

    code: str
    message: str


class PledgeAnswer(_Answer):
    """A pledge. `contact` is null for those who may not see it."""

    id: UUID
    event_id: UUID | None
    company: CompanyAnswer
    contact: ContactAnswer | None
    job_type: JobType
    positions: int
    position_list: list[PositionAnswer]
    weekly_hours: HoursAnswer
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
    warnings: list[WarningAnswer]


class PledgeListAnswer(_Answer):
    """A page of pledges."""

    items: list[PledgeAnswer]
    next_page_token: str | None


class HireAnswer(_Answer):
    """A hire."""

    id: UUID
    pledge_id: UUID | None
    position: int | None = Field(description="the position's number")
    position_id: UUID | None
    event_id: UUID | None
    company: CompanyAnswer
    job_type: JobType
    start_date: date
    weekly_hours: int | float
    contact_person: ContactAnswer | None
    confirmed_at: datetime
    confirmed_by: UUID | None
    ended_on: date | None
    end_reason: str | None
    version: int
    flags: list[str]
    warnings: list[WarningAnswer]


class HireListAnswer(_Answer):
    """A page of hires."""

    items: list[HireAnswer]
    next_page_token: str | None


class AddressAnswer(_Answer):
    """Whom to write to about a pledge."""

    email: str | None
    name: str
    company: str
    language: str


def pledge_answer(pledge: PledgeView) -> PledgeAnswer:
    """Return a pledge as programs get it."""
    return PledgeAnswer.model_construct(
        id=pledge.id,
        event_id=pledge.event_id,
        company=_company(pledge),
        contact=_contact(pledge.contact),
        job_type=pledge.job_type,
        positions=len(pledge.positions),
        position_list=[
            PositionAnswer.model_construct(id=one.id, number=one.number, status=one.status, hire_id=one.hire_id)
            for one in pledge.positions
        ],
        weekly_hours=HoursAnswer.model_construct(start=_plain(pledge.hours_from), to=_plain(pledge.hours_to)),
        tasks=list(pledge.tasks),
        earliest_start=pledge.earliest_start,
        captured_at=pledge.captured_at,
        captured_by=pledge.captured_by,
        received_at=pledge.received_at,
        pledged_on=pledge.pledged_on,
        logged_by=pledge.logged_by,
        status=pledge.status,
        version=pledge.version,
        flags=list(pledge.flags),
        warnings=warnings(pledge.flags),
    )


def hire_answer(hire: HireView) -> HireAnswer:
    """Return a hire as programs get it."""
    return HireAnswer.model_construct(
        id=hire.id,
        pledge_id=hire.pledge_id,
        position=hire.position_number,
        position_id=hire.position_id,
        event_id=hire.event_id,
        company=_company(hire),
        job_type=hire.job_type,
        start_date=hire.start_date,
        weekly_hours=_plain(hire.weekly_hours),
        contact_person=_contact(hire.contact_person),
        confirmed_at=hire.confirmed_at,
        confirmed_by=hire.confirmed_by,
        ended_on=hire.ended_on,
        end_reason=hire.end_reason,
        version=hire.version,
        flags=list(hire.flags),
        warnings=warnings(hire.flags),
    )


def warnings(flags: tuple[str, ...]) -> list[WarningAnswer]:
    """Return flags in words."""
    return [WarningAnswer.model_construct(code=flag, message=_(FLAGS[flag])) for flag in flags if flag in FLAGS]


def _company(of: PledgeView | HireView) -> CompanyAnswer:
    return CompanyAnswer.model_construct(
        id=of.company_id,
        name=of.company.name,
        cvr=of.company.cvr,
        municipality=of.company.municipality,
        p_number=of.company.p_number,
    )


def _contact(contact: Contact | None) -> ContactAnswer | None:
    if contact is None:
        return None
    return ContactAnswer.model_construct(name=contact.name, phone=contact.phone, email=contact.email)


def _plain(number: Decimal) -> int | float:
    """7.50 is 7.5, and 5.00 is 5."""
    return int(number) if number == number.to_integral_value() else float(number)


def respond(answer: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer as a response, the same bytes for the same answer."""
    return Response(answer.model_dump_json(), status, dict(headers or {}), media_type="application/json")
