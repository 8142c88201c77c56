"""The SQL behind the figures. Every query reads the generation that is served, and one taskforce's rows only.

Two times run through all of them. `as_of` is a day: what was true on it, by the effective dates. `known_at` is a
moment: what the system had been told by then, by the time each version was recorded; None means everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from services.dashboard.read_model.generations import SERVED

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from shared.db.database import Connection


class Tally(NamedTuple):
    """What had taken effect by a day, of one job type, in one quarter or at one event.

    Attributes:
        quarter: the first day of the quarter; None where the tally is that of an event.
        event_id: the event; None where the tally is that of a quarter. What belongs to no event is in none.
        positions: pledged positions, by the day they were pledged.
        hires_from_pledges, hires_without_pledge: hires, by their first day of work.
        hires_ended: of those, the ones that have ended, by the first day they were no longer employed.
        starting_from_pledges, starting_without_pledge: confirmed by the day and not started on it. Over all
            quarters, that is: in one quarter it is how many more of them there were at its end than at its start.
    """

    job_type: str
    quarter: date | None
    event_id: UUID | None
    positions: int
    hires_from_pledges: int
    hires_without_pledge: int
    hires_ended: int
    starting_from_pledges: int
    starting_without_pledge: int


@dataclass(frozen=True, slots=True)
class EventFacts:
    """An employer event as it was known."""

    event_id: UUID
    title: str
    place: str | None
    status: str
    held_on: date
    goal_positions: int | None
    starts_at: datetime
    kind: str


def _effective(day: str) -> str:
    """Return the tallies of everything that had taken effect by a day: whole quarters, then days.

    Args:
        day: an SQL expression of type date.
    """
    return f"""
    select quarter as day, job_type, event_id, positions, hires_from_pledges, hires_without_pledge, hires_ended,
           starting_from_pledges, starting_without_pledge
      from quarterly_tallies
     where generation = {SERVED}
       and quarter < date_trunc('quarter', ({day})::timestamp)::date
     union all
    select day, job_type, event_id, positions, hires_from_pledges, hires_without_pledge, hires_ended,
           starting_from_pledges, starting_without_pledge
      from daily_tallies
     where generation = {SERVED}
       and day between date_trunc('quarter', ({day})::timestamp)::date and ({day})
    """  # noqa: S608


def _known(present: str, versions: str, key: str, tallies_of: str) -> str:
    """Return what to add to the present to have what was known at $2: what has changed since is taken back, and
    what it was before is put in its place."""
    tally = """tally.day, tally.job_type, tally.event_id, tally.positions, tally.hires_from_pledges,
           tally.hires_without_pledge, tally.hires_ended, tally.starting_from_pledges, tally.starting_without_pledge"""
    return f"""
    select {tally}
      from {present} as since,
           {tallies_of}(since, -1) as tally
     where since.generation = {SERVED}
       and since.recorded_at > $2
       and tally.day <= $1
     union all
    select {tally}
      from (select distinct on ({key}) *
              from {versions}
             where generation = {SERVED}
               and recorded_at <= $2
               and {key} = any (array(select {key}
                                        from {present}
                                       where generation = {SERVED}
                                         and recorded_at > $2))
             order by {key}, version desc) as past,
           {tallies_of}(row(past.*)::{present}, 1) as tally
     where tally.day <= $1
    """  # noqa: S608  (names of our own tables and functions)


_PRESENT = _effective("$1::date")
_KNOWN = " union all ".join(
    (
        _PRESENT,
        _known("pledges", "pledge_versions", "pledge_id", "tallies_of_pledge"),
        _known("hires", "hire_versions", "hire_id", "tallies_of_hire"),
    )
)


async def tallies(conn: Connection, *, as_of: date, known_at: datetime | None = None) -> list[Tally]:
    """Add up what took effect by `as_of`, once by quarter and once by event.

    The present is a sum over quarters and days that have been tallied. For an earlier `known_at`, what has changed
    since is corrected one by one: the further back, the longer it takes.
    """
    earlier = () if known_at is None else (known_at,)
    rows = await conn.fetch(
        f"""
        select job_type,
               quarter,
               event_id,
               sum(positions)::bigint as positions,
               sum(hires_from_pledges)::bigint as hires_from_pledges,
               sum(hires_without_pledge)::bigint as hires_without_pledge,
               sum(hires_ended)::bigint as hires_ended,
               sum(starting_from_pledges)::bigint as starting_from_pledges,
               sum(starting_without_pledge)::bigint as starting_without_pledge
          from (select *, date_trunc('quarter', day::timestamp)::date as quarter
                  from ({_PRESENT if known_at is None else _KNOWN}) as known) as effective
         group by grouping sets ((job_type, quarter), (job_type, event_id))
        having quarter is not null
            or event_id is not null
        """,  # noqa: S608
        as_of,
        *earlier,
    )
    return [Tally(*row) for row in rows]


async def employer_events(conn: Connection, *, known_at: datetime | None = None) -> list[EventFacts]:
    """Return every employer event known, whatever its status and date, the latest first."""
    rows = await conn.fetch(
        f"""
        select distinct on (event_id)
               event_id, title, place, status, held_on, goal_positions, starts_at, kind
          from employer_events
         where generation = {SERVED}
           and ($1::timestamptz is null or recorded_at <= $1)
         order by event_id, version desc
        """,  # noqa: S608
        known_at,
    )
    return [EventFacts(*row.values()) for row in sorted(rows, key=lambda row: (row["starts_at"], row["event_id"]))][
        ::-1
    ]


async def companies_present(conn: Connection, *, as_of: date, known_at: datetime | None = None) -> dict[UUID, int]:
    """Count the companies that had checked in by `as_of`, by event."""
    # The days are a filter of the count and no condition: a plan for any day expects a third of the rows to meet one,
    # and sorts them anew each time; so all are read in the order of their index, which takes a fifth of the time.
    earlier = () if known_at is None else (known_at,)
    rows = await conn.fetch(
        f"""
        select event_id,
               count(distinct company_id)
                 filter (where checked_in_on <= $1 {"" if known_at is None else "and recorded_at <= $2"}) as companies
          from attendances
         where generation = {SERVED}
         group by event_id
        """,  # noqa: S608
        as_of,
        *earlier,
    )
    return {row["event_id"]: row["companies"] for row in rows if row["companies"]}


async def last_change(conn: Connection) -> datetime | None:
    """Return when the latest change that the figures can hold was recorded; None before the first."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        " union all ".join(  # noqa: S608
            f"""
            (select recorded_at
               from {table}
              where generation = {SERVED}
              order by generation desc, taskforce_id desc, recorded_at desc
              limit 1)
            """  # noqa: S608
            for table in ("pledges", "hires", "employer_events", "attendances")
        )
        + " order by recorded_at desc limit 1"
    )


async def hires_started(conn: Connection, *, job_type: str, since: date, as_of: date) -> int:
    """Count the confirmed hires of one job type that started from `since` to `as_of`, both days included."""
    if since > as_of:
        return 0
    return await conn.fetchval(  # type: ignore[no-any-return]
        f"""
        select coalesce(sum(sign * (hires_from_pledges + hires_without_pledge)), 0)::bigint
          from (select 1 as sign, * from ({_effective("$3::date")}) as by_now
                 union all
                select -1, * from ({_effective("$2::date - 1")}) as before) as between_them
         where job_type = $1
        """,  # noqa: S608
        job_type,
        since,
        as_of,
    )
