"""What the page needs besides figures: the companies that its filters name, and the meeting before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.dashboard.measures.selection import Times
from services.dashboard.read_model.generations import SERVED

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class Company:
    """A company as the register publishes it. `name` is None if it is personally owned."""

    company_id: UUID
    name: str | None
    municipality: str | None
    industry: str | None
    member: bool


async def companies(conn: Connection, *, known_at: datetime | None = None) -> list[Company]:
    """Return all companies, by name.

    Args:
        known_at: as they were known at this moment; None: now.
    """
    rows = await conn.fetch(
        f"""
        select company_id, name, municipality, industry, member
          from (select distinct on (company_id) company_id, name, municipality, industry, member
                  from companies
                 where generation = {SERVED}
                   and ($1::timestamptz is null or recorded_at <= $1)
                 order by company_id, version desc) as company
         order by lower(name), company_id
        """,  # noqa: S608  (our own words)
        known_at,
    )
    return [Company(*row.values()) for row in rows]


@dataclass(frozen=True, slots=True)
class LastMeeting:
    """The latest meeting before a day, the day it was held, and the times of the figures that it saw."""

    meeting_id: UUID
    held_on: date
    times: Times


async def last_meeting(conn: Connection, before: Times) -> LastMeeting | None:
    """Return the latest meeting on an earlier day that is neither a draft nor cancelled; None: there is none.

    A meeting of the day itself is not among them: what it is to see is how things have changed since the one before it.
    """
    row = await conn.fetchrow(
        f"""
        select event.event_id,
               event.held_on,
               coalesce(meeting.as_of, event.held_on) as as_of,
               coalesce(meeting.known_at, event.starts_at) as known_at
          from (select distinct on (event_id) event_id, kind, status, starts_at, held_on
                  from employer_events
                 where generation = {SERVED}
                   and ($2::timestamptz is null or recorded_at <= $2)
                 order by event_id, version desc) as event
          left join lateral (select as_of, known_at
                               from meetings
                              where generation = {SERVED}
                                and meeting_id = event.event_id
                                and ($2::timestamptz is null or recorded_at <= $2)
                              order by version desc
                              limit 1) as meeting
            on true
         where event.kind = 'taskforce_meeting'
           and event.status not in ('draft', 'cancelled')
           and event.held_on < $1
           and coalesce(meeting.as_of, event.held_on) <= $1
           and coalesce(meeting.known_at, event.starts_at) <= coalesce($2, now())
         order by event.starts_at desc, event.event_id desc
         limit 1
        """,  # noqa: S608  (our own words)
        before.as_of,
        before.known_at,
    )
    return LastMeeting(row["event_id"], row["held_on"], Times(row["as_of"], row["known_at"])) if row else None
