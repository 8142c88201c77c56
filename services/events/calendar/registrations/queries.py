"""SQL for reading registrations: a query returns what a response or a page needs, never domain objects."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.events.calendar.registrations.domain import RegistrationNotFound
from services.events.register.queries import FOUND, search_arguments
from shared.http.paging import SortKey

if TYPE_CHECKING:
    from shared.db.database import Connection


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True)


class RegistrationRow(_Row):
    """A registration, with its company, and whether the company has come."""

    id: UUID = Field(description="the same for the same company at the same event")
    event_id: UUID
    company_id: UUID
    company_name: str
    cvr: str | None = Field(description="only a number with a valid checksum")
    member: bool
    registered_at: datetime
    cancelled_at: datetime | None = Field(description="when the company was taken off the list")
    checked_in_at: datetime | None = Field(description="when the company checked in, if it has come")
    version: int = Field(description="rises when the registration is cancelled, and when it is made again")


class CompanyToRegister(_Row):
    """A company of the register that is not registered for the event."""

    id: UUID
    name: str
    cvr: str | None
    member: bool


class ByCompany(SortKey):
    """Cursor for registrations by the company's name. It holds an id, not a name: page tokens are part of URLs."""

    company_id: UUID


_REGISTRATION = """
    select registration.id, registration.event_id, registration.company_id, company.name as company_name, company.cvr,
           company.member, registration.registered_at, registration.cancelled_at, attendance.checked_in_at,
           registration.version
      from registrations as registration
      join companies as company
        on company.taskforce_id = registration.taskforce_id
       and company.id = registration.company_id
      left join attendances as attendance
        on attendance.taskforce_id = registration.taskforce_id
       and attendance.event_id = registration.event_id
       and attendance.company_id = registration.company_id
       and attendance.undone_at is null
     where registration.taskforce_id = $1
       and registration.event_id = $2
"""


async def registration(conn: Connection, taskforce_id: UUID, event_id: UUID, registration_id: UUID) -> RegistrationRow:
    """Return one registration, cancelled or not. Raises `RegistrationNotFound`."""
    row = await conn.fetchrow(_REGISTRATION + " and registration.id = $3", taskforce_id, event_id, registration_id)
    if row is None:
        raise RegistrationNotFound
    return RegistrationRow(**row)


async def registrations(
    conn: Connection, taskforce_id: UUID, event_id: UUID, *, after: ByCompany | None = None, limit: int
) -> list[RegistrationRow]:
    """Return an event's registrations that have not been cancelled, by the company's name in Danish order."""
    rows = await conn.fetch(
        f"""
        {_REGISTRATION}
       and registration.cancelled_at is null
       and ($3::uuid is null or (company.sort_name, company.id) > (select last.sort_name, last.id
                                                                     from companies as last
                                                                    where last.taskforce_id = $1
                                                                      and last.id = $3))
     order by company.sort_name, company.id
     limit $4
        """,  # noqa: S608  (our own statement)
        taskforce_id,
        event_id,
        after and after.company_id,
        limit,
    )
    return [RegistrationRow(**row) for row in rows]


async def companies_to_register(
    conn: Connection, taskforce_id: UUID, event_id: UUID, text: str, *, limit: int
) -> list[CompanyToRegister]:
    """Return companies of the register that are not registered for the event, members first.

    Args:
        text: words of the name in any order, or the beginning of the CVR number; empty for all.
    """
    rows = await conn.fetch(
        f"""
        select id, name, cvr, member
          from companies
         where taskforce_id = $1
           and {FOUND}
           and not exists (select from registrations
                            where registrations.taskforce_id = companies.taskforce_id
                              and registrations.event_id = $4
                              and registrations.company_id = companies.id
                              and registrations.cancelled_at is null)
         order by member desc, sort_name, id
         limit $5
        """,  # noqa: S608  (our own condition)
        taskforce_id,
        *search_arguments(text),
        event_id,
        limit,
    )
    return [CompanyToRegister(**row) for row in rows]
