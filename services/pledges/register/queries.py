"""SQL for reading the register: the events and companies that the intake offers to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event as the intake and the filters of lists show it."""

    id: UUID
    title: str
    place: str | None
    status: str
    starts_at: datetime
    ends_at: datetime
    pass_generation: int
    opened_at: datetime | None
    closed_at: datetime | None


EVENT_ROW: Final = (
    "event.id, event.title, event.place, event.status, event.starts_at, event.ends_at, event.pass_generation, "
    "event.opened_at, event.closed_at"
)
"""The columns of `EventRow`, from `employer_events as event`."""


async def event(conn: Connection, taskforce_id: UUID, event_id: UUID) -> EventRow | None:
    """Return one event; None if it is unknown or still a draft."""
    row = await conn.fetchrow(
        f"""
        select {EVENT_ROW}
          from employer_events as event
         where event.taskforce_id = $1
           and event.id = $2
           and event.status <> 'draft'
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        event_id,
    )
    return EventRow(*row) if row else None


async def events(conn: Connection, taskforce_id: UUID, statuses: Sequence[str], *, limit: int = 50) -> list[EventRow]:
    """Return events of some statuses, the latest first."""
    rows = await conn.fetch(
        f"""
        select {EVENT_ROW}
          from employer_events as event
         where event.taskforce_id = $1
           and event.status = any($2::text[])
         order by event.starts_at desc, event.id
         limit $3
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        list(statuses),
        limit,
    )
    return [EventRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company as the intake offers it."""

    id: UUID
    name: str
    cvr: str | None


async def companies_at(conn: Connection, taskforce_id: UUID, event_id: UUID) -> list[CompanyRow]:
    """Return the companies that have checked in at an event and whose names `events` publishes, 500 at most."""
    rows = await conn.fetch(
        """
        select company.id, company.name, company.cvr
          from attendances as attendance
          join companies as company
            on company.taskforce_id = attendance.taskforce_id
           and company.id = attendance.company_id
         where attendance.taskforce_id = $1
           and attendance.event_id = $2
           and attendance.undone_at is null
           and company.name is not null
         limit 500
        """,
        taskforce_id,
        event_id,
    )
    return [CompanyRow(*row) for row in rows]


async def companies(conn: Connection, taskforce_id: UUID) -> list[CompanyRow]:
    """Return the companies of the register, members first, 500 at most."""
    rows = await conn.fetch(
        """
        select id, name, cvr
          from companies
         where taskforce_id = $1
           and name is not null
         order by member desc, name_key
         limit 500
        """,
        taskforce_id,
    )
    return [CompanyRow(*row) for row in rows]


async def company(conn: Connection, taskforce_id: UUID, company_id: UUID) -> CompanyRow | None:
    """Return one company whose name `events` publishes, or None."""
    row = await conn.fetchrow(
        """
        select id, name, cvr
          from companies
         where taskforce_id = $1
           and id = $2
           and name is not null
        """,
        taskforce_id,
        company_id,
    )
    return CompanyRow(*row) if row else None
