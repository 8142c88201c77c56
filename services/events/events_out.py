"""What the service publishes: each function builds one message from the state that a command has just saved.

Messages carry no personal data: a personally owned company is an id, a person is an id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from uuid import UUID, uuid4

from shared.contracts.events import (
    CheckInUndone,
    CompanyCheckedIn,
    CompanyRegistered,
    EmployerEventState,
    PersonInvited,
    RegistrationCancelled,
    RegistrationMade,
    SignInLinkRequested,
    TaskforceRegistered,
)

if TYPE_CHECKING:
    from datetime import datetime

    from services.events.calendar.domain import Attendance, EmployerEvent
    from services.events.calendar.registrations.domain import Registration
    from services.events.register.domain import Company, Taskforce

EventMessage = TypeVar("EventMessage", bound=EmployerEventState)


def taskforce_registered(taskforce: Taskforce, *, version: int, at: datetime) -> TaskforceRegistered:
    """Return the message about a new or changed taskforce."""
    return TaskforceRegistered(
        taskforce_id=taskforce.id,
        version=version,
        recorded_at=at,
        slug=taskforce.slug,
        name=taskforce.name,
        municipality=taskforce.municipality,
        since=taskforce.since,
    )


def company_registered(taskforce_id: UUID, company: Company, *, version: int, at: datetime) -> CompanyRegistered:
    """Return the message about a new or changed company. Of a personally owned one only the id is published."""
    public = company if not company.personally_owned else None
    return CompanyRegistered(
        taskforce_id=taskforce_id,
        version=version,
        recorded_at=at,
        company_id=company.id,
        personally_owned=company.personally_owned,
        name=public and public.name,
        cvr=public and public.cvr,
        municipality=public and public.municipality,
        industry=public and public.industry,
        member=company.member,
    )


def event_changed(
    message: type[EventMessage], taskforce_id: UUID, event: EmployerEvent, *, at: datetime
) -> EventMessage:
    """Return the message about an event's transition.

    Args:
        message: which transition, such as `EventOpened`.
    """
    return message(
        taskforce_id=taskforce_id,
        version=event.version,
        recorded_at=at,
        event_id=event.id,
        kind=event.plan.kind,
        status=event.status,
        title=event.plan.title,
        place=event.plan.place,
        starts_at=event.plan.starts_at,
        ends_at=event.plan.ends_at,
        opened_at=event.opened_at,
        closed_at=event.closed_at,
        goal_positions=event.plan.goal_positions,
        pass_generation=event.pass_generation,
    )


def company_checked_in(taskforce_id: UUID, attendance: Attendance, *, at: datetime) -> CompanyCheckedIn:
    """Return the message about a check-in, which was recorded at a moment."""
    return CompanyCheckedIn(
        taskforce_id=taskforce_id,
        version=attendance.version,
        recorded_at=at,
        event_id=attendance.event_id,
        company_id=attendance.company_id,
        checked_in_at=attendance.checked_in_at,
    )


def check_in_undone(taskforce_id: UUID, attendance: Attendance, *, at: datetime) -> CheckInUndone:
    """Return the message about a check-in that was undone, which was recorded at a moment."""
    assert attendance.undone_at is not None
    return CheckInUndone(
        taskforce_id=taskforce_id,
        version=attendance.version,
        recorded_at=at,
        event_id=attendance.event_id,
        company_id=attendance.company_id,
        checked_in_at=attendance.checked_in_at,
        undone_at=attendance.undone_at,
    )


def registration_made(taskforce_id: UUID, registration: Registration, *, at: datetime) -> RegistrationMade:
    """Return the message about a company that is expected at an event."""
    return RegistrationMade(
        taskforce_id=taskforce_id,
        version=registration.version,
        recorded_at=at,
        event_id=registration.event_id,
        company_id=registration.company_id,
        registered_at=registration.registered_at,
    )


def registration_cancelled(taskforce_id: UUID, registration: Registration, *, at: datetime) -> RegistrationCancelled:
    """Return the message about a company that is no longer expected at an event."""
    assert registration.cancelled_at is not None
    return RegistrationCancelled(
        taskforce_id=taskforce_id,
        version=registration.version,
        recorded_at=at,
        event_id=registration.event_id,
        company_id=registration.company_id,
        registered_at=registration.registered_at,
        cancelled_at=registration.cancelled_at,
    )


def person_invited(taskforce_id: UUID, person_id: UUID, *, at: datetime) -> PersonInvited:
    """Return the request to mail an invitation to a person. Each call is a new invitation."""
    return PersonInvited(
        taskforce_id=taskforce_id, version=1, recorded_at=at, invitation_id=uuid4(), person_id=person_id
    )


def sign_in_link_requested(
    taskforce_id: UUID, request_id: UUID, person_id: UUID, *, at: datetime, expires_at: datetime
) -> SignInLinkRequested:
    """Return the request to mail a magic link. The link itself is made when the mail is sent (`magic_links.api`)."""
    return SignInLinkRequested(
        taskforce_id=taskforce_id,
        version=1,
        recorded_at=at,
        request_id=request_id,
        person_id=person_id,
        expires_at=expires_at,
    )
