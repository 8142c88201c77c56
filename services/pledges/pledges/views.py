"""What is shown of pledges and hires: read models, made by `queries` or from what a command has just saved."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from services.pledges.pledges.domain import Guest

if TYPE_CHECKING:
    from uuid import UUID

    from services.pledges.hires.domain import Hire
    from services.pledges.pledges.domain import Pledge
    from services.pledges.register.domain import Contact, TypedCompany
    from shared.contracts.pledges import CapturedBy, JobType, PledgeStatus, PositionStatus


@dataclass(frozen=True, slots=True)
class PositionView:
    """One position."""

    id: UUID
    number: int
    status: PositionStatus
    hire_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PledgeView:
    """A pledge as it is now, or as it was logged. `contact` is None where the asker may not see it."""

    id: UUID
    event_id: UUID | None
    company: TypedCompany
    company_id: UUID | None
    contact: Contact | None
    job_type: JobType
    positions: tuple[PositionView, ...]
    hours_from: Decimal
    hours_to: Decimal
    tasks: tuple[str, ...]
    earliest_start: date | None
    captured_at: datetime
    captured_by: CapturedBy
    received_at: datetime
    pledged_on: date
    logged_by: UUID | None
    logged_with_pass: bool
    status: PledgeStatus
    version: int
    flags: tuple[str, ...]
    event_title: str | None = None
    hires: tuple[HireView, ...] = field(default=())

    @property
    def vacant(self) -> tuple[PositionView, ...]:
        """The positions a hire may still take."""
        return tuple(one for one in self.positions if one.status in {"open", "matched", "trial"})

    def without_contact(self) -> PledgeView:
        """The same for somebody who may not see the contact."""
        return replace(self, contact=None)

    @classmethod
    def of(cls, pledge: Pledge) -> PledgeView:
        """What a command has just returned."""
        promise = pledge.promise
        return cls(
            id=pledge.id,
            event_id=promise.event_id,
            company=promise.company,
            company_id=pledge.company_id,
            contact=promise.contact,
            job_type=promise.job_type,
            positions=tuple(PositionView(one.id, one.number, one.status, one.hire_id) for one in pledge.positions),
            hours_from=promise.hours_from,
            hours_to=promise.hours_to,
            tasks=promise.tasks,
            earliest_start=promise.earliest_start,
            captured_at=promise.captured_at,
            captured_by=promise.captured_by,
            received_at=pledge.received_at,
            pledged_on=pledge.pledged_on,
            logged_by=pledge.logged_by_person,
            logged_with_pass=isinstance(pledge.logged_by, Guest),
            status=pledge.status,
            version=pledge.version,
            flags=pledge.flags,
        )


@dataclass(frozen=True, slots=True)
class HireView:
    """A hire."""

    id: UUID
    pledge_id: UUID | None
    position_id: UUID | None
    position_number: int | None
    event_id: UUID | None
    company: TypedCompany
    company_id: UUID | None
    job_type: JobType
    start_date: date
    weekly_hours: Decimal
    contact_person: Contact | None
    confirmed_at: datetime
    confirmed_by: UUID | None
    ended_on: date | None
    end_reason: str | None
    version: int
    flags: tuple[str, ...]

    @classmethod
    def of(cls, hire: Hire) -> HireView:
        """What a command has just returned."""
        return cls(
            id=hire.id,
            pledge_id=hire.pledge_id,
            position_id=hire.position.id if hire.position else None,
            position_number=hire.position.number if hire.position else None,
            event_id=hire.event_id,
            company=hire.company,
            company_id=hire.company_id,
            job_type=hire.job_type,
            start_date=hire.start_date,
            weekly_hours=hire.weekly_hours,
            contact_person=hire.contact_person,
            confirmed_at=hire.confirmed_at,
            confirmed_by=hire.confirmed_by,
            ended_on=hire.ended_on,
            end_reason=hire.end_reason,
            version=hire.version,
            flags=hire.flags,
        )
