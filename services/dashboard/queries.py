"""The SQL behind the figures. Every query reads the generation that is served, and one taskforce's rows only.

Two times run through all of them. `as_of` is a day: what was true on it, by the effective dates. `known_at` is a
moment: what the system had been told by then, by the time each version was recorded; None means everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from shared.postgres import Connection, Database


@dataclass(frozen=True, slots=True)
class PledgedTally:
    """Positions pledged in one quarter, of one job type, at one event (or none)."""

    quarter: date
    job_type: str
    event_id: UUID | None
    positions: int


@dataclass(frozen=True, slots=True)
class HiredTally:
    """Hires of one job type and one event (or none) that have started in one quarter, or are to start.

    Attributes:
        quarter: the first day of the quarter they started in; None: confirmed, and to start after the day asked for.
        from_pledge: whether they fill pledged positions.
        hires: how many.
        current: how many of them had started and not ended on the day asked for.
    """

    quarter: date | None
    job_type: str
    event_id: UUID | None
    from_pledge: bool
    hires: int
    current: int


@dataclass(frozen=True, slots=True)
class EventFacts:
    """An employer event as it was known, and how many companies had checked in by the day asked for."""

    event_id: UUID
    title: str
    place: str | None
    status: str
    held_on: date
    goal_positions: int | None
    companies_present: int


@dataclass(frozen=True, slots=True)
class Taskforce:
    """A taskforce as the register of them has it. Nothing here is secret."""

    taskforce_id: UUID
    slug: str
    name: str
    municipality: str
    since: date


_SERVED = "(select generation from generations where state = 'serving')"


def _known(present: str, versions: str, key: str, known_at: datetime | None) -> str:
    """Return the rows that were the present when `known_at` ($2) was now, as a table expression.

    What has not changed since is found in the present; only for the rest does the history have to be searched.
    """
    if known_at is None:
        # $2 stays in use, so that both forms take the same arguments.
        return f"(select * from {present} where generation = {_SERVED} and $2::timestamptz is null)"  # noqa: S608
    return f"""(
        select *
          from {present}
         where generation = {_SERVED}
           and recorded_at <= $2
         union all
        select *
          from (select distinct on (past.{key}) past.*
                  from {versions} as past
                  join {present} as present
                    on present.generation = past.generation
                   and present.taskforce_id = past.taskforce_id
                   and present.{key} = past.{key}
                 where past.generation = {_SERVED}
                   and past.recorded_at <= $2
                   and present.recorded_at > $2
                 order by past.{key}, past.version desc) as superseded
        )"""  # noqa: S608  (names of our own tables)


async def pledged(conn: Connection, *, as_of: date, known_at: datetime | None = None) -> list[PledgedTally]:
    """Tally the positions of pledges that count from `as_of` or earlier. Duplicates never counted."""
    known = _known("pledges", "pledge_versions", "pledge_id", known_at)
    rows = await conn.fetch(
        f"""
        select date_trunc('quarter', pledged_on)::date as quarter,
               job_type,
               event_id,
               sum(positions)::bigint as positions
          from (select pledged_on, job_type, event_id, sum(positions) as positions
                  from {known} as known
                 where pledged_on <= $1
                   and status <> 'duplicate'
                 group by pledged_on, job_type, event_id) as by_day
         group by quarter, job_type, event_id
        """,  # noqa: S608
        as_of,
        known_at,
    )
    return [PledgedTally(*row.values()) for row in rows]


async def hired(conn: Connection, *, as_of: date, known_at: datetime | None = None) -> list[HiredTally]:
    """Tally the confirmed hires that had started on `as_of`, and those confirmed by then that start later."""
    known = _known("hires", "hire_versions", "hire_id", known_at)
    rows = await conn.fetch(
        f"""
        select case when start_date <= $1 then date_trunc('quarter', start_date)::date end as quarter,
               job_type,
               event_id,
               from_pledge,
               sum(hires)::bigint as hires,
               sum(current)::bigint as current
          from (select start_date,
                       job_type,
                       event_id,
                       pledge_id is not null as from_pledge,
                       count(*) as hires,
                       count(*) filter (where start_date <= $1 and (ended_on is null or ended_on > $1)) as current
                  from {known} as known
                 where start_date <= $1
                    or confirmed_on <= $1
                 group by start_date, job_type, event_id, from_pledge) as by_day
         group by quarter, job_type, event_id, from_pledge
        """,  # noqa: S608
        as_of,
        known_at,
    )
    return [HiredTally(*row.values()) for row in rows]


async def employer_events(conn: Connection, *, as_of: date, known_at: datetime | None = None) -> list[EventFacts]:
    """Return every employer event known, whatever its status and date, the latest first."""
    rows = await conn.fetch(
        f"""
        with known as (
            select distinct on (event_id) *
              from employer_events
             where generation = {_SERVED}
               and ($2::timestamptz is null or recorded_at <= $2)
             order by event_id, version desc
        ), present as (
            select event_id, count(distinct company_id) as companies
              from attendances
             where generation = {_SERVED}
               and ($2::timestamptz is null or recorded_at <= $2)
               and checked_in_on <= $1
             group by event_id
        )
        select event_id,
               title,
               place,
               status,
               held_on,
               goal_positions,
               coalesce(companies, 0) as companies_present
          from known
          left join present using (event_id)
         order by held_on desc, starts_at desc, event_id
        """,  # noqa: S608
        as_of,
        known_at,
    )
    return [EventFacts(*row.values()) for row in rows]


async def last_change(conn: Connection, *, known_at: datetime | None = None) -> datetime | None:
    """Return when the latest change the figures can hold was recorded; None before the first."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        " union all ".join(  # noqa: S608
            f"""
            (select recorded_at
               from {table}
              where generation = {_SERVED}
                and ($1::timestamptz is null or recorded_at <= $1)
              order by generation desc, taskforce_id desc, recorded_at desc
              limit 1)
            """  # noqa: S608
            for table in ("pledge_versions", "hire_versions", "employer_events", "attendances")
        )
        + " order by recorded_at desc limit 1",
        known_at,
    )


async def citizens_in_smaajob(conn: Connection, *, since: date, as_of: date) -> int:
    """Count the confirmed hires in småjobs that started from `since` to `as_of`, both days included."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        f"""
        select count(*)
          from hires
         where generation = {_SERVED}
           and job_type = 'smaajob'
           and start_date between $1 and $2
        """,  # noqa: S608
        since,
        as_of,
    )


async def find_taskforce(database: Database, *, slug: str | None = None, taskforce_id: UUID | None = None) -> Taskforce | None:
    """Look a taskforce up by the name it has in addresses now, or by its id."""
    async with database.system() as conn:
        row = await conn.fetchrow(
            f"""
            select taskforce_id, slug, name, municipality, since
              from (select distinct on (taskforce_id) *
                      from taskforces
                     where generation = {_SERVED}
                     order by taskforce_id, version desc) as present
             where slug = $1
                or taskforce_id = $2
             order by recorded_at desc
             limit 1
            """,  # noqa: S608
            slug,
            taskforce_id,
        )
    return None if row is None else Taskforce(*row.values())
