"""The SQL behind the figures. Every query reads the generation that is served, and one taskforce's rows only.

Two times run through all of them. `as_of` is a day: what was true on it, by the effective dates. `known_at` is a
moment: what had been recorded by then; None means everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from services.dashboard.read_model.generations import SERVED
from services.dashboard.read_model.projections import PROJECTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from services.dashboard.measures.measure import Measure, Scope
    from shared.db.database import Connection


class DeltaSum(NamedTuple):
    """The sum of one kind of delta up to a day: of the taskforce, of one quarter or of one event.

    Attributes:
        measure: the code of the deltas.
        quarter: the first day of the quarter; None where the sum is not that of a quarter.
        event_id: the event; None where the sum is not that of an event.
    """

    measure: str
    job_type: str | None
    quarter: date | None
    event_id: UUID | None
    total: int


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
    """Return the deltas of everything that had taken effect by a day: whole quarters, then days.

    Args:
        day: an SQL expression of type date.
    """
    return f"""
    select day as quarter, measure, job_type, event_id, delta
      from deltas
     where generation = {SERVED}
       and period = 'quarter'
       and day < date_trunc('quarter', ({day})::timestamp)::date
     union all
    select date_trunc('quarter', day::timestamp)::date as quarter, measure, job_type, event_id, delta
      from deltas
     where generation = {SERVED}
       and period = 'day'
       and day between date_trunc('quarter', ({day})::timestamp)::date and ({day})
    """  # noqa: S608


def _corrections() -> str:
    """Return what to add to the deltas that had taken effect by $1 to have those that were known at $2.

    What has been recorded since is taken back. Of those aggregates, the ones that had a version at $2 count as that
    version; most have a single version, and nothing is looked up for them.
    """
    versions = " union all ".join(
        f"""
        select 1 as sign, unnest(deltas) as delta
          from (select distinct on ({projection.key}) deltas
                  from {projection.table}
                 where generation = {SERVED}
                   and recorded_at <= $2
                   and {projection.key} = any (array(select aggregate_id
                                                       from changed
                                                      where aggregate = '{projection.table}'))
                 order by {projection.key}, version desc) as past
        """  # noqa: S608  (names of our own tables)
        for projection in PROJECTIONS
        if projection.counted
    )
    return f"""
    with changed as materialized (
        select aggregate, aggregate_id
          from contributions
         where generation = {SERVED}
           and recorded_at > $2
           and version > 1
    )
    select date_trunc('quarter', (delta).day::timestamp)::date as quarter,
           (delta).measure as measure,
           (delta).job_type as job_type,
           (delta).event_id as event_id,
           sum(sign * (delta).delta) as delta
      from (select -1 as sign, unnest(deltas) as delta
              from contributions
             where generation = {SERVED}
               and recorded_at > $2
             union all
            {versions}) as corrections
     where (delta).day <= $1
     group by 1, 2, 3, 4
    """  # noqa: S608  (names of our own tables)


async def delta_sums(
    conn: Connection, *, as_of: date, wanted: Mapping[Scope, Sequence[str]], known_at: datetime | None = None
) -> list[DeltaSum]:
    """Add up the deltas that took effect by `as_of`: of the taskforce, by quarter and by event.

    The present is a sum over quarters and days that are added up already. For an earlier `known_at`, what has been
    recorded since is corrected one by one: the further back, the longer it takes.

    Args:
        wanted: the codes of the deltas to return for each scope. Sums of zero are left out.
    """
    known = _effective("$1::date")
    earlier: tuple[datetime, ...] = ()
    if known_at is not None:
        known = f"{known} union all ({_corrections()})"
        earlier = (known_at,)
    first = 2 + len(earlier)
    rows = await conn.fetch(
        f"""
        select measure,
               job_type,
               quarter,
               event_id,
               sum(delta)::bigint as total
          from ({known}) as known
         group by grouping sets ((measure, job_type), (measure, job_type, quarter), (measure, job_type, event_id))
        having sum(delta) <> 0
           and case
                 when grouping(quarter) = 0 then measure = any (${first + 1}::text[])
                 when grouping(event_id) = 0 then event_id is not null and measure = any (${first + 2}::text[])
                 else measure = any (${first}::text[])
               end
        """,  # noqa: S608
        as_of,
        *earlier,
        wanted["taskforce"],
        wanted["quarter"],
        wanted["event"],
    )
    return [DeltaSum._make(row) for row in rows]


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
    latest_first = sorted(rows, key=lambda row: (row["starts_at"], row["event_id"]), reverse=True)
    return [EventFacts(*row.values()) for row in latest_first]


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
            for table in ("contributions", "employer_events")
        )
        + " order by recorded_at desc limit 1"
    )


async def between(conn: Connection, measure: type[Measure], *, job_type: str, since: date, as_of: date) -> int:
    """Return by how much a measure of one job type has grown from `since` to `as_of`, both days included."""
    if since > as_of:
        return 0
    return await conn.fetchval(  # type: ignore[no-any-return]
        f"""
        select coalesce(sum(sign * delta * case when measure = any ($4::text[]) then 1 else -1 end), 0)::bigint
          from (select 1 as sign, * from ({_effective("$3::date")}) as by_now
                 union all
                select -1, * from ({_effective("$2::date - 1")}) as before) as between_them
         where job_type = $1
           and measure = any ($4::text[] || $5::text[])
        """,  # noqa: S608
        job_type,
        since,
        as_of,
        list(measure.adds),
        list(measure.subtracts),
    )
