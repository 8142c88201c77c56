"""The hire: a position that became a real job, confirmed by a case worker. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from services.pledges.hires.refusals import (
    CompanyMissing,
    EndsBeforeStart,
    ImplausibleEnd,
    ImplausibleStart,
    TooManyHiredHours,
    UnknownPledge,
)
from services.pledges.register.domain import company_flags, recognise
from shared.contracts.pledges import EndReason
from shared.fields.copenhagen import COPENHAGEN
from shared.fields.dates import lies_between

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from services.pledges.pledges.domain import Contact, Limits, Pledge, Position
    from services.pledges.register.domain import RegisteredCompany, TypedCompany
    from shared.contracts.pledges import JobType

_EARLIEST_START: Final = date(2000, 1, 1)
_LATEST_START: Final = timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class Hire:
    """A position that became a real job.

    Attributes:
        pledge_id, position: the pledge it came from, and the position it filled; both None for a hire without a
            pledge, which is counted separately.
        contact_person: the municipality's fixed contact, whom employer and employee can call.
        logged_by: the person who logged the pledge; they are notified of the hire.
        weekly_hours: from the first day; paid hours, or praktik hours where the job type is `praktik`.
        ended_on: the first day without the job, if the hire had ended when it was confirmed.
    """

    taskforce_id: UUID
    id: UUID
    company: TypedCompany
    company_id: UUID | None
    municipality: str | None
    job_type: JobType
    start_date: date
    weekly_hours: Decimal
    contact_person: Contact | None
    confirmed_by: UUID | None
    confirmed_at: datetime
    flags: tuple[str, ...] = ()
    pledge_id: UUID | None = None
    position: Position | None = None
    event_id: UUID | None = None
    logged_by: UUID | None = None
    ended_on: date | None = None
    end_reason: EndReason | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class HireConfirmation:
    """What a case worker confirms.

    Attributes:
        pledge_id: None for a hire without a pledge.
        position: its number or id; None: the first position of the pledge that can be filled.
        company: None: the company of the pledge.
        job_type: None: the job type of the pledge, or `smaajob` without a pledge.
        ended_on: the first day without the job, if the hire has ended already. Its position stays filled.
    """

    id: UUID
    start_date: date
    weekly_hours: Decimal
    contact_person: Contact
    pledge_id: UUID | None = None
    position: int | UUID | None = None
    company: TypedCompany | None = None
    job_type: JobType | None = None
    ended_on: date | None = None
    end_reason: EndReason | None = None


def confirm_hire(
    taskforce_id: UUID,
    confirmation: HireConfirmation,
    *,
    pledge: Pledge | None,
    register: Sequence[RegisteredCompany],
    confirmed_by: UUID | None,
    now: datetime,
    limits: Limits,
    seen_version: int | None = None,
) -> Hire:
    """Return the new hire, and fill its position in `pledge` if it has one.

    Args:
        pledge: the confirmation's pledge; it is changed.
        register: registered companies to match the confirmation's company with; not used if it names none.
        seen_version: the version of the pledge that the case worker saw; None: any version is accepted.

    Raises:
        ImplausibleStart, ImplausibleEnd, EndsBeforeStart, TooManyHiredHours: the dates or hours cannot be right.
        UnknownPledge, CompanyMissing: the hire has neither a pledge nor a company.
        StaleVersion, PledgeEnded, UnknownPosition, PositionTaken, NoPositionOpen: see `Pledge.fill`.
    """
    latest = now.astimezone(COPENHAGEN).date() + _LATEST_START
    if not lies_between(confirmation.start_date, _EARLIEST_START, latest):
        raise ImplausibleStart
    if confirmation.ended_on is not None and confirmation.ended_on <= confirmation.start_date:
        raise EndsBeforeStart
    if confirmation.ended_on is not None and not lies_between(confirmation.ended_on, _EARLIEST_START, latest):
        raise ImplausibleEnd
    if confirmation.weekly_hours > limits.weekly_hours:
        raise TooManyHiredHours(hours=limits.weekly_hours)
    if confirmation.pledge_id is not None and pledge is None:
        raise UnknownPledge
    company = confirmation.company or (pledge.terms.company if pledge else None)
    if company is None:
        raise CompanyMissing
    position = None
    if pledge is not None:
        today = now.astimezone(COPENHAGEN).date()
        position = pledge.fill(
            confirmation.position, hire_id=confirmation.id, on=today, seen_version=seen_version
        ).after
    recognised = recognise(company, register) if confirmation.company else None
    if pledge is not None and confirmation.company is None:
        company_id, municipality, flags = pledge.company_id, pledge.municipality, []
    else:
        company_id = recognised.id if recognised else None
        municipality = company.municipality or (recognised.municipality if recognised else None)
        flags = company_flags(company, recognised)
    return Hire(
        taskforce_id=taskforce_id,
        id=confirmation.id,
        company=company,
        company_id=company_id,
        municipality=municipality,
        job_type=confirmation.job_type or (pledge.terms.job_type if pledge else "smaajob"),
        start_date=confirmation.start_date,
        weekly_hours=confirmation.weekly_hours,
        contact_person=confirmation.contact_person,
        confirmed_by=confirmed_by,
        confirmed_at=now,
        flags=tuple(flags),
        pledge_id=pledge.id if pledge else None,
        position=position,
        event_id=pledge.terms.event_id if pledge else None,
        logged_by=pledge.logged_by_person if pledge else None,
        ended_on=confirmation.ended_on,
        end_reason=confirmation.end_reason if confirmation.ended_on else None,
    )
