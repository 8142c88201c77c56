"""SQL for reading: pledges, hires, and what the intake offers to choose from. Returns read models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.pledges.pledges.views import HireView, PledgeView, PositionView
from services.pledges.register.domain import Contact, TypedCompany

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from shared.db.database import Connection

UNFILLED = ("logged", "affirmed", "in_progress")
"""Statuses of pledges that may have a position left; the index `pledges_waiting` holds these."""


@dataclass(frozen=True, slots=True)
class PledgeFilter:
    """Which pledges; None: all."""

    event_id: UUID | None = None
    company_id: UUID | None = None
    job_type: str | None = None
    municipality: str | None = None
    status: str | None = None
    logged_by: UUID | None = None
    text: str | None = None
    """part of the company's name, as typed"""
    unfilled: bool = False
    flagged: bool = False
    pledged_since: date | None = None


class _Where:
    """Conditions with their arguments, numbered as PostgreSQL wants them."""

    def __init__(self, taskforce_id: UUID) -> None:
        self.arguments: list[Any] = [taskforce_id]
        self.conditions: list[str] = []

    def add(self, condition: str, *arguments: Any) -> None:
        """Add a condition; each `?` in it stands for the next argument."""
        for argument in arguments:
            self.arguments.append(argument)
            condition = condition.replace("?", f"${len(self.arguments)}", 1)
        self.conditions.append(condition)

    def limit(self, rows: int) -> str:
        self.arguments.append(rows)
        return f"limit ${len(self.arguments)}"

    @property
    def sql(self) -> str:
        return "".join(f"\n   and {condition}" for condition in self.conditions)


_OF_A_PLEDGE = """
select pledge.id, pledge.event_id, pledge.company_name, pledge.company_cvr, pledge.company_p_number,
       pledge.company_municipality, pledge.company_id, pledge.job_type, pledge.weekly_hours_from,
       pledge.weekly_hours_to, pledge.tasks, pledge.earliest_start, pledge.captured_by, pledge.logged_by,
       pledge.logged_with_pass, pledge.captured_at, pledge.received_at, pledge.pledged_on, pledge.flags,
       pledge.version, pledge.status,
       event.title as event_title,"""
_OF_ITS_EVENT = """
  left join employer_events as event
    on event.taskforce_id = pledge.taskforce_id
   and event.id = pledge.event_id
 where pledge.taskforce_id = $1"""

_PLEDGES = f"""{_OF_A_PLEDGE}
       contact.name as contact_name,
       contact.phone as contact_phone,
       contact.email as contact_email,
       (select jsonb_agg(jsonb_build_array(job.id, job.number, job.status, job.hire_id) order by job.number)
          from positions as job
         where job.taskforce_id = pledge.taskforce_id
           and job.pledge_id = pledge.id) as jobs
  from pledges as pledge
  left join pledge_contacts as contact
    on contact.taskforce_id = pledge.taskforce_id
   and contact.id = pledge.id{_OF_ITS_EVENT}"""  # noqa: S608  (texts of our own)

_RECEIPT = f"""{_OF_A_PLEDGE}
       null as contact_name,
       (select jsonb_agg(jsonb_build_array(job.id, job.number, job.status, null) order by job.number)
          from positions as job
         where job.taskforce_id = pledge.taskforce_id
           and job.pledge_id = pledge.id) as jobs
  from pledges as pledge{_OF_ITS_EVENT}
   and pledge.id = $2"""  # noqa: S608  (texts of our own)


async def pledges(
    conn: Connection,
    taskforce_id: UUID,
    wanted: PledgeFilter,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[PledgeView]:
    """Return pledges, the last received first, from after a row on."""
    where = _filtered(taskforce_id, wanted)
    if after is not None:
        where.add("(pledge.received_at, pledge.id) < (?, ?)", *after)
    rows = await conn.fetch(
        f"{_PLEDGES}{where.sql}\n order by pledge.received_at desc, pledge.id desc\n {where.limit(limit)}",
        *where.arguments,
    )
    return [_pledge(row) for row in rows]


async def waiting_pledges(
    conn: Connection,
    taskforce_id: UUID,
    wanted: PledgeFilter,
    *,
    after: tuple[date, UUID] | None = None,
    limit: int,
) -> list[PledgeView]:
    """Return pledges that may have a position left, the oldest first, from after a row on."""
    where = _filtered(taskforce_id, wanted)
    where.add("pledge.status in ('logged', 'affirmed', 'in_progress')")
    if after is not None:
        where.add("(pledge.pledged_on, pledge.id) > (?, ?)", *after)
    rows = await conn.fetch(
        f"{_PLEDGES}{where.sql}\n order by pledge.pledged_on, pledge.id\n {where.limit(limit)}", *where.arguments
    )
    return [_pledge(row) for row in rows]


@dataclass(frozen=True, slots=True)
class WaitingTotals:
    """How much is waiting."""

    pledges: int
    positions: int


_WAITING_TOTALS = """
select count(distinct pledge.id) as pledges,
       count(*) as positions
  from pledges as pledge
  join positions as job
    on job.taskforce_id = pledge.taskforce_id
   and job.pledge_id = pledge.id
 where pledge.taskforce_id = $1
   and pledge.status in ('logged', 'affirmed', 'in_progress')
   and job.status in ('open', 'matched', 'trial')"""


async def waiting_totals(conn: Connection, taskforce_id: UUID, wanted: PledgeFilter) -> WaitingTotals:
    """Return how many pledges, and how many vacant positions of theirs, the work list holds."""
    where = _filtered(taskforce_id, wanted)
    row = await conn.fetchrow(f"{_WAITING_TOTALS}{where.sql}", *where.arguments)
    assert row is not None
    return WaitingTotals(row["pledges"], row["positions"])


def _filtered(taskforce_id: UUID, wanted: PledgeFilter) -> _Where:
    where = _Where(taskforce_id)
    for column in ("event_id", "company_id", "job_type", "municipality", "status", "logged_by"):
        value = getattr(wanted, column)
        if value is not None:
            where.add(f"pledge.{column} = ?", value)
    if wanted.text:
        where.add("strpos(lower(pledge.company_name), lower(?)) > 0", wanted.text)
    if wanted.unfilled:
        where.add("pledge.status in ('logged', 'affirmed', 'in_progress')")
    if wanted.pledged_since is not None:
        where.add("pledge.pledged_on >= ?", wanted.pledged_since)
    if wanted.flagged:
        where.add("pledge.flags <> '{}'")
    return where


async def pledge(conn: Connection, taskforce_id: UUID, pledge_id: UUID) -> PledgeView | None:
    """Return one pledge, or None."""
    row = await conn.fetchrow(f"{_PLEDGES}\n   and pledge.id = $2", taskforce_id, pledge_id)
    return _pledge(row) if row else None


async def receipt(conn: Connection, taskforce_id: UUID, pledge_id: UUID) -> PledgeView | None:
    """Return one pledge without its contact and its hires; as the intake's role, only one that came with a pass."""
    row = await conn.fetchrow(_RECEIPT, taskforce_id, pledge_id)
    return _pledge(row) if row else None


def _pledge(row: asyncpg.Record) -> PledgeView:
    return PledgeView(
        id=row["id"],
        event_id=row["event_id"],
        company=_company(row),
        company_id=row["company_id"],
        contact=_contact(row),
        job_type=row["job_type"],
        positions=tuple(
            PositionView(UUID(job_id), number, status, UUID(hire_id) if hire_id else None)
            for job_id, number, status, hire_id in row["jobs"] or ()
        ),
        hours_from=row["weekly_hours_from"],
        hours_to=row["weekly_hours_to"],
        tasks=tuple(row["tasks"]),
        earliest_start=row["earliest_start"],
        captured_at=row["captured_at"],
        captured_by=row["captured_by"],
        received_at=row["received_at"],
        pledged_on=row["pledged_on"],
        logged_by=row["logged_by"],
        logged_with_pass=row["logged_with_pass"],
        status=row["status"],
        version=row["version"],
        flags=tuple(row["flags"]),
        event_title=row["event_title"],
    )


def _company(row: asyncpg.Record) -> TypedCompany:
    return TypedCompany(row["company_name"], row["company_cvr"], row["company_municipality"], row["company_p_number"])


def _contact(row: asyncpg.Record) -> Contact | None:
    return Contact(row["contact_name"], row["contact_phone"], row["contact_email"]) if row["contact_name"] else None


_HIRES = """
select hire.id, hire.pledge_id, hire.position_id, hire.position_number, hire.event_id, hire.company_name,
       hire.company_cvr, hire.company_p_number, hire.company_municipality, hire.company_id, hire.job_type,
       hire.start_date, hire.weekly_hours, hire.confirmed_by, hire.confirmed_at, hire.flags, hire.version,
       hire.ended_on, hire.end_reason,
       contact.name as contact_name,
       contact.phone as contact_phone,
       contact.email as contact_email
  from hires as hire
  left join hire_contacts as contact
    on contact.taskforce_id = hire.taskforce_id
   and contact.id = hire.id
 where hire.taskforce_id = $1"""


@dataclass(frozen=True, slots=True)
class HireFilter:
    """Which hires; None: all."""

    pledge_id: UUID | None = None
    event_id: UUID | None = None
    company_id: UUID | None = None
    job_type: str | None = None
    confirmed_by: UUID | None = None


async def hires(
    conn: Connection,
    taskforce_id: UUID,
    wanted: HireFilter,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[HireView]:
    """Return hires, the last confirmed first, from after a row on."""
    where = _Where(taskforce_id)
    for column in ("pledge_id", "event_id", "company_id", "job_type", "confirmed_by"):
        value = getattr(wanted, column)
        if value is not None:
            where.add(f"hire.{column} = ?", value)
    if after is not None:
        where.add("(hire.confirmed_at, hire.id) < (?, ?)", *after)
    rows = await conn.fetch(
        f"{_HIRES}{where.sql}\n order by hire.confirmed_at desc, hire.id desc\n {where.limit(limit)}",
        *where.arguments,
    )
    return [_hire(row) for row in rows]


async def hire(conn: Connection, taskforce_id: UUID, hire_id: UUID) -> HireView | None:
    """Return one hire, or None."""
    row = await conn.fetchrow(f"{_HIRES}\n   and hire.id = $2", taskforce_id, hire_id)
    return _hire(row) if row else None


def _hire(row: asyncpg.Record) -> HireView:
    return HireView(
        id=row["id"],
        pledge_id=row["pledge_id"],
        position_id=row["position_id"],
        position_number=row["position_number"],
        event_id=row["event_id"],
        company=_company(row),
        company_id=row["company_id"],
        job_type=row["job_type"],
        start_date=row["start_date"],
        weekly_hours=row["weekly_hours"],
        contact_person=_contact(row),
        confirmed_at=row["confirmed_at"],
        confirmed_by=row["confirmed_by"],
        ended_on=row["ended_on"],
        end_reason=row["end_reason"],
        version=row["version"],
        flags=tuple(row["flags"]),
    )


async def last_contact_person(conn: Connection, taskforce_id: UUID, caseworker_id: UUID) -> Contact | None:
    """Return whom a case worker named as the fixed contact the last time."""
    row = await conn.fetchrow(
        """
        select contact.name, contact.phone, contact.email
          from hires as hire
          join hire_contacts as contact
            on contact.taskforce_id = hire.taskforce_id
           and contact.id = hire.id
         where hire.taskforce_id = $1
           and hire.confirmed_by = $2
         order by hire.confirmed_at desc
         limit 1
        """,
        taskforce_id,
        caseworker_id,
    )
    return Contact(row["name"], row["phone"], row["email"]) if row else None


@dataclass(frozen=True, slots=True)
class EventView:
    """An event as the intake offers it."""

    id: UUID
    title: str
    place: str | None
    status: str
    starts_at: datetime
    ends_at: datetime
    pass_generation: int


async def event(conn: Connection, taskforce_id: UUID, event_id: UUID) -> EventView | None:
    """Return one event, as far as the register has told us; None where nobody is to know of it yet."""
    row = await conn.fetchrow(
        """
        select id, title, place, status, starts_at, ends_at, pass_generation
          from employer_events
         where taskforce_id = $1
           and id = $2
           and status <> 'draft'
        """,
        taskforce_id,
        event_id,
    )
    return EventView(*row) if row else None


async def events(conn: Connection, taskforce_id: UUID, statuses: Sequence[str], *, limit: int = 50) -> list[EventView]:
    """Return events of some statuses, the last first."""
    rows = await conn.fetch(
        """
        select id, title, place, status, starts_at, ends_at, pass_generation
          from employer_events
         where taskforce_id = $1
           and status = any($2::text[])
         order by starts_at desc, id
         limit $3
        """,
        taskforce_id,
        list(statuses),
        limit,
    )
    return [EventView(*row) for row in rows]


async def events_with_pledges(conn: Connection, taskforce_id: UUID, *, limit: int = 100) -> list[EventView]:
    """Return the events at which something was pledged, the last first: what lists can be narrowed to."""
    rows = await conn.fetch(
        """
        select id, title, place, status, starts_at, ends_at, pass_generation
          from employer_events as event
         where taskforce_id = $1
           and exists (select
                         from pledges as pledge
                        where pledge.taskforce_id = event.taskforce_id
                          and pledge.event_id = event.id)
         order by starts_at desc, id
         limit $2
        """,
        taskforce_id,
        limit,
    )
    return [EventView(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class CompanyView:
    """A company as the intake proposes it."""

    id: UUID
    name: str
    cvr: str | None


async def companies_at(conn: Connection, taskforce_id: UUID, event_id: UUID) -> list[CompanyView]:
    """Return the companies that have turned up at an event, but for those whose name is none of our business."""
    rows = await conn.fetch(
        """
        select company.id, company.name, company.cvr
          from attendances as attendance
          join companies as company
            on company.taskforce_id = attendance.taskforce_id
           and company.id = attendance.company_id
         where attendance.taskforce_id = $1
           and attendance.event_id = $2
           and company.name is not null
         limit 500
        """,
        taskforce_id,
        event_id,
    )
    return [CompanyView(*row) for row in rows]


async def companies(conn: Connection, taskforce_id: UUID) -> list[CompanyView]:
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
    return [CompanyView(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Address:
    """Whom to write to about a pledge."""

    name: str
    email: str | None
    company: str


async def contact_address(conn: Connection, taskforce_id: UUID, pledge_id: UUID) -> Address | None:
    """Return the address of a pledge's contact; None where there is none, or none any more."""
    row = await conn.fetchrow(
        """
        select contact.name, contact.email, pledge.company_name
          from pledge_contacts as contact
          join pledges as pledge
            on pledge.taskforce_id = contact.taskforce_id
           and pledge.id = contact.id
         where contact.taskforce_id = $1
           and contact.id = $2
        """,
        taskforce_id,
        pledge_id,
    )
    return Address(*row) if row else None
