"""SQL for reading events and check-ins: a query returns what a response or a page needs, never domain objects.

A list is one page: at most `limit` rows after a key (`after`), in the order of that key.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict

from services.events.calendar.domain import EventNotFound
from services.events.register.domain import CompanyNotFound
from services.events.register.queries import FOUND, search_arguments
from shared.contracts.events import EventKind, EventStatus
from shared.fields.dates import Moment, refuse_distant
from shared.http.paging import SortKey

if TYPE_CHECKING:
    from shared.db.database import Connection


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True)


class EventRow(_Row):
    """An event, with the numbers of companies registered and checked in."""

    id: UUID
    kind: EventKind
    status: EventStatus
    title: str
    place: str | None
    starts_at: datetime
    ends_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    goal_positions: int | None
    pass_generation: int
    version: int
    companies_registered: int
    companies_checked_in: int


class CheckInRow(_Row):
    """A check-in, with the company's name."""

    id: UUID
    event_id: UUID
    company_id: UUID
    company_name: str
    cvr_as_typed: str | None
    cvr_shared: bool
    member: bool
    walk_in: bool
    checked_in_at: datetime
    undone_at: datetime | None
    version: int


class CandidateRow(_Row):
    """A company that matches a search at the door."""

    id: UUID
    name: str
    cvr: str | None
    checked_in: bool


class ByTime(SortKey):
    """The sort key of events and of check-ins, latest first: their start, or when they were made."""

    at: Annotated[Moment, AfterValidator(refuse_distant)]
    id: UUID


_EVENT = """
    select id, kind, status, title, place, starts_at, ends_at, opened_at, closed_at, goal_positions,
           pass_generation, version,
           (select count(*)
              from registrations
             where registrations.taskforce_id = employer_events.taskforce_id
               and registrations.event_id = employer_events.id
               and registrations.cancelled_at is null) as companies_registered,
           (select count(*)
              from attendances
             where attendances.taskforce_id = employer_events.taskforce_id
               and attendances.event_id = employer_events.id
               and attendances.undone_at is null) as companies_checked_in
      from employer_events
     where taskforce_id = $1
"""


async def event(conn: Connection, taskforce_id: UUID, event_id: UUID, *, drafts: bool = True) -> EventRow:
    """Return one event; a draft only with `drafts`. Raises `EventNotFound`."""
    row = await conn.fetchrow(
        _EVENT + " and id = $2 and ($3 or status <> 'draft')",
        taskforce_id,
        event_id,
        drafts,
    )
    if row is None:
        raise EventNotFound
    return EventRow(**row)


async def events(
    conn: Connection,
    taskforce_id: UUID,
    *,
    drafts: bool,
    status: EventStatus | None = None,
    after: ByTime | None = None,
    limit: int,
) -> list[EventRow]:
    """Return events, the latest start first; drafts only with `drafts`."""
    rows = await conn.fetch(
        _EVENT
        + """
          and ($2::text is null or status = $2)
          and ($3::timestamptz is null or (starts_at, id) < ($3, $4::uuid))
          and ($5 or status <> 'draft')
        order by starts_at desc, id desc
        limit $6
        """,
        taskforce_id,
        status,
        after and after.at,
        after and after.id,
        drafts,
        limit,
    )
    return [EventRow(**row) for row in rows]


_CHECK_IN = """
    select attendances.id, event_id, company_id, companies.name as company_name, companies.cvr_as_typed,
           companies.member, walk_in, checked_in_at, undone_at, attendances.version,
           exists (select from companies other
                    where other.taskforce_id = companies.taskforce_id
                      and other.cvr = companies.cvr
                      and other.id <> companies.id) as cvr_shared
      from attendances
      join companies
        on companies.taskforce_id = attendances.taskforce_id
       and companies.id = attendances.company_id
     where attendances.taskforce_id = $1
       and event_id = $2
"""


async def check_in(conn: Connection, taskforce_id: UUID, event_id: UUID, company_id: UUID) -> CheckInRow:
    """Return one company's check-in at one event, undone or not. Raises `CompanyNotFound` if it has none."""
    row = await conn.fetchrow(_CHECK_IN + " and company_id = $3", taskforce_id, event_id, company_id)
    if row is None:
        raise CompanyNotFound
    return CheckInRow(**row)


async def check_ins(
    conn: Connection, taskforce_id: UUID, event_id: UUID, *, after: ByTime | None = None, limit: int
) -> list[CheckInRow]:
    """Return an event's check-ins that have not been undone, latest first."""
    rows = await conn.fetch(
        _CHECK_IN
        + """
          and undone_at is null
          and ($3::timestamptz is null or (checked_in_at, attendances.id) < ($3, $4::uuid))
        order by checked_in_at desc, attendances.id desc
        limit $5
        """,
        taskforce_id,
        event_id,
        after and after.at,
        after and after.id,
        limit,
    )
    return [CheckInRow(**row) for row in rows]


async def unpublished_names(conn: Connection, taskforce_id: UUID, event_id: UUID, *, limit: int) -> list[str]:
    """Return the names of personally owned companies that have checked in. These names are not published."""
    rows = await conn.fetch(
        """
        select companies.name
          from attendances
          join companies
            on companies.taskforce_id = attendances.taskforce_id
           and companies.id = attendances.company_id
         where attendances.taskforce_id = $1
           and attendances.event_id = $2
           and attendances.undone_at is null
           and companies.personally_owned
         order by companies.sort_name, companies.id
         limit $3
        """,
        taskforce_id,
        event_id,
        limit,
    )
    return [row["name"] for row in rows]


async def candidates(
    conn: Connection, taskforce_id: UUID, event_id: UUID, text: str, *, limit: int
) -> list[CandidateRow]:
    """Return companies that match a search at the door, those that have not checked in first.

    Args:
        text: words of the name in any order, or the beginning of the CVR number.
    """
    rows = await conn.fetch(
        f"""
        select id, name, cvr,
               exists (select from attendances
                        where attendances.taskforce_id = companies.taskforce_id
                          and attendances.event_id = $4
                          and attendances.company_id = companies.id
                          and attendances.undone_at is null) as checked_in
          from companies
         where taskforce_id = $1
           and {FOUND}
         order by checked_in, sort_name, id
         limit $5
        """,  # noqa: S608  (our own condition)
        taskforce_id,
        *search_arguments(text),
        event_id,
        limit,
    )
    return [CandidateRow(**row) for row in rows]
