"""The SQL of the figures. Every query reads only the served generation and one taskforce's rows.

The queries take two times. `as_of` is a day: they return what was true on it, by the effective dates. `known_at` is a
moment: they count only what had been recorded by then; None counts everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from services.dashboard.measures import narrowing
from services.dashboard.measures.narrowing import Arguments
from services.dashboard.measures.selection import NO_FILTERS, Filters, Times
from services.dashboard.read_model import citizens
from services.dashboard.read_model.generations import SERVED
from services.dashboard.read_model.projections import COUNTED
from shared.product.vocabulary import JOB_TYPES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from services.dashboard.measures.measure import Measure, Scope
    from shared.db.database import Connection


class DeltaSum(NamedTuple):
    """The sum of one kind of delta up to a day, for the taskforce or for one event.

    Attributes:
        measure: the code of the deltas.
        quarter: the first day of the quarter, if it is one of the taskforce's sums by quarter; None: of all quarters.
        event_id: the event; None if the sum is the taskforce's.
    """

    measure: str
    job_type: str | None
    quarter: date | None
    event_id: UUID | None
    total: int


@dataclass(frozen=True, slots=True)
class EventFacts:
    """An employer event as its latest message describes it."""

    event_id: UUID
    title: str
    place: str | None
    status: str
    held_on: date
    goal_positions: int | None
    starts_at: datetime
    kind: str


def _effective(day: str, measures: str, *job_types: str, by_company: bool = False, by_year: bool = False) -> str:
    """Return SQL for the deltas with an effective date up to a day: by whole quarter, and by day in the last quarter.

    Args:
        day: an SQL expression of type date.
        measures: an SQL expression: the codes of the deltas, in an array.
        job_types: SQL conditions on the job type. Each is one branch of the days, so that the index of the sums finds
            them.
        by_company: with the company and its municipality; these are many more rows.
        by_year: of companies, sums by whole year before the year of the day. They have no event, and for `quarter` the
            first day of the year.
    """
    table = "company_deltas" if by_company else "deltas"
    company = "company_id, municipality" if by_company else "null::uuid as company_id, null::text as municipality"
    years = ""
    since = "'-infinity'"
    if by_year:
        since = f"date_trunc('year', ({day})::timestamp)::date"
        years = f"""
    select day as quarter, measure, job_type, event_id, {company}, delta
      from {table}
     where generation = {SERVED}
       and period = 'year'
       and measure = any ({measures})
       and ({" or ".join(job_types)})
       and day < {since}
     union all
    """  # noqa: S608
    days = " union all ".join(
        f"""
    select date_trunc('quarter', day::timestamp)::date as quarter, measure, job_type, event_id, {company}, delta
      from {table}
     where generation = {SERVED}
       and period = 'day'
       and measure = any ({measures})
       and {job_type}
       and day between date_trunc('quarter', ({day})::timestamp)::date and ({day})
    """  # noqa: S608
        for job_type in job_types
    )
    return f"""
    {years}
    select day as quarter, measure, job_type, event_id, {company}, delta
      from {table}
     where generation = {SERVED}
       and period = 'quarter'
       and measure = any ({measures})
       and ({" or ".join(job_types)})
       and day >= {since}
       and day < date_trunc('quarter', ({day})::timestamp)::date
     union all
    {days}
    """  # noqa: S608


def _corrections(as_of: str, known_at: str, *, by_company: bool = False) -> str:
    """Return SQL for what to add to the deltas that had taken effect by a day, to get those that were known then.

    It is the current deltas of the aggregates that have changed after `known_at`, negated, and the deltas that these
    aggregates had then: of the version that was the highest. An aggregate that was recorded later had none. What was
    recorded later and takes effect after the day is passed over in the index `contributions_known`.
    """
    dimensions = ("company_id", "municipality")
    of_present = ", ".join(one if by_company else _null(one) for one in dimensions)
    versions = " union all ".join(
        f"""
        select 1 as sign,
               {", ".join(one if by_company and one in columns else _null(one) for one in dimensions)},
               unnest(deltas) as delta
          from changed
         cross join lateral (select *
                               from {table}
                              where generation = {SERVED}
                                and {key} = changed.aggregate_id
                                and recorded_at <= {known_at}
                              order by version desc
                              limit 1) as past
         where aggregate = '{table}'
        """  # noqa: S608  (names of our own tables)
        for table, (key, columns) in COUNTED.items()
    )
    return f"""
    with changed as materialized (
        select aggregate, aggregate_id
          from contributions
         where generation = {SERVED}
           and recorded_at > {known_at}
           and first_recorded_at <= {known_at}
           and version > 1
    )
    select date_trunc('quarter', (delta).day::timestamp)::date as quarter,
           (delta).measure as measure,
           (delta).job_type as job_type,
           (delta).event_id as event_id,
           company_id,
           municipality,
           sum(sign * (delta).delta) as delta
      from (select -1 as sign, {of_present}, unnest(deltas) as delta
              from contributions
             where generation = {SERVED}
               and recorded_at > {known_at}
               and first_day <= {as_of}
             union all
            {versions}) as corrections
     where (delta).day <= {as_of}
     group by 1, 2, 3, 4, 5, 6
    """  # noqa: S608  (names of our own tables)


def _null(name: str) -> str:
    return f"null::{_DIMENSIONS[name]} as {name}"


_DIMENSIONS: Final = {"company_id": "uuid", "municipality": "text"}


async def delta_sums(
    conn: Connection,
    *,
    as_of: date,
    codes: Mapping[Scope, Sequence[str]],
    known_at: datetime | None = None,
    filters: Filters = NO_FILTERS,
    job_types: Collection[str] | None = None,
) -> list[DeltaSum]:
    """Return the sums of the deltas with an effective date up to `as_of`: for the taskforce and by event.

    The table `deltas` holds sums by quarter and by day of the current state. For an earlier `known_at`, the deltas of
    each aggregate that has changed after it are replaced, so an older `known_at` takes longer.

    Args:
        codes: the codes of the deltas to return for each scope. Those of `quarter` have the taskforce's sum of each
            quarter, in place of one of all quarters. Sums of zero are left out.
        filters: which pledges, hires and check-ins count. Facts of companies are those known at `known_at`.
        job_types: only their sums, which is faster; None: those of all, and of what has no job type.
    """
    arguments = Arguments()
    day = arguments.add(as_of, "date")
    by_company = filters != Filters(event_id=filters.event_id)
    conditions = [f"job_type = any ({arguments.add(list(JOB_TYPES if job_types is None else job_types), 'text[]')})"]
    if job_types is None:
        conditions.append("job_type is null")
    moment, corrections = None, ""
    if known_at is not None:
        moment = arguments.add(known_at, "timestamptz")
        corrections = f"with corrections as materialized ({_corrections(day, moment, by_company=by_company)})"
    narrowed = narrowing.of_deltas(filters, arguments, moment)

    def known(codes: Collection[str]) -> str:
        measures = arguments.add(sorted(codes), "text[]")
        deltas = _effective(day, measures, *conditions, by_company=by_company)
        if corrections:
            deltas = f"""
            {deltas}
             union all
            select quarter, measure, job_type, event_id, company_id, municipality, delta
              from corrections
             where measure = any ({measures})
               and ({" or ".join(conditions)})
            """  # noqa: S608  (our own words)
        return f"""(select measure, job_type, quarter, event_id, delta
              from ({deltas}) as deltas
             where {narrowed}) as known"""  # noqa: S608  (our own words)

    statement = f"""
        {corrections}
        select measure, job_type, quarter, null::uuid as event_id, sum(delta)::bigint as total
          from (select measure,
                       job_type,
                       case when measure = any ({arguments.add(list(codes["quarter"]), "text[]")}) then quarter end
                         as quarter,
                       delta
                  from {known({*codes["taskforce"], *codes["quarter"]})}) as of_taskforce
         group by measure, job_type, quarter
        having sum(delta) <> 0
        """  # noqa: S608  (our own words)
    if codes["event"]:
        statement += f"""
         union all
        select measure, job_type, null, event_id, sum(delta)::bigint
          from {known(codes["event"])}
         where event_id is not null
         group by measure, job_type, event_id
        having sum(delta) <> 0
        """  # noqa: S608  (our own words)
    sums = [DeltaSum._make(row) for row in await conn.fetch(statement, *arguments)]
    if filters and not citizens.EXCESS.keys().isdisjoint(codes["taskforce"]):
        sums += await _excess(conn, as_of=as_of, known_at=known_at, filters=filters)
    return sums


async def _excess(conn: Connection, *, as_of: date, known_at: datetime | None, filters: Filters) -> list[DeltaSum]:
    """Return what takes the hires of each citizen beyond one off the figures, among the hires that pass the filters.

    Which of a citizen's hires do so is known only from the hires themselves. Few citizens have several.
    """
    arguments = Arguments([as_of])
    moment = None if known_at is None else arguments.add(known_at, "timestamptz")
    code = " ".join(
        f"when measure = any ({arguments.add(list(measures), 'text[]')}) then '{code}'"
        for code, measures in citizens.EXCESS.items()
    )
    rows = await conn.fetch(
        f"""
        with hires as (
            select distinct hire_id
              from contributions
              join hire_versions
                on hire_versions.generation = contributions.generation
               and citizen_id = aggregate_id
             where contributions.generation = {SERVED}
               and aggregate = '{citizens.TABLE}'
        ),
        known as (
            select distinct on (hire_id) citizen_id, event_id, company_id, municipality, deltas
              from hires
              join hire_versions using (hire_id)
             where generation = {SERVED}
               and {f"recorded_at <= {moment}" if moment else "true"}
             order by hire_id, version desc
        ),
        of_citizens as (
            select case {code} end as measure, job_type, greatest(sum(delta) - 1, 0) as excess
              from (select citizen_id, (unnest(deltas)).*
                      from known
                     where citizen_id is not null
                       and {narrowing.of_versions(filters, arguments, moment)}) as delta
             where day <= $1
             group by citizen_id, 1, job_type
        )
        select measure, job_type, null::date as quarter, null::uuid as event_id, - sum(excess)::bigint as total
          from of_citizens
         where measure is not null
         group by measure, job_type
        having sum(excess) <> 0
        """,  # noqa: S608  (our own words)
        *arguments,
    )
    return [DeltaSum._make(row) for row in rows]


class CompanySum(NamedTuple):
    """The sum of one kind of delta up to a day, for one job type, company and municipality."""

    measure: str
    job_type: str
    company_id: UUID | None
    municipality: str | None
    total: int


async def sums_by_company(
    conn: Connection, times: Times, filters: Filters, *, codes: Sequence[str], job_types: Sequence[str]
) -> list[CompanySum]:
    """Return the sums of the deltas with these codes for each company, without those of zero."""
    arguments = Arguments()
    day = arguments.add(times.as_of, "date")
    measures = arguments.add(list(codes), "text[]")
    of_types = f"job_type = any ({arguments.add(list(job_types), 'text[]')})"
    deltas = _effective(day, measures, of_types, by_company=True, by_year=filters.event_id is None)
    moment = None
    if times.known_at is not None:
        moment = arguments.add(times.known_at, "timestamptz")
        deltas = f"{deltas} union all ({_corrections(day, moment, by_company=True)})"
    rows = await conn.fetch(
        f"""
        select measure, job_type, company_id, municipality, sum(delta)::bigint as total
          from ({deltas}) as known
         where measure = any ({measures})
           and {of_types}
           and {narrowing.of_deltas(filters, arguments, moment)}
         group by measure, job_type, company_id, municipality
        having sum(delta) <> 0
        """,  # noqa: S608  (our own words)
        *arguments,
    )
    return [CompanySum._make(row) for row in rows]


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """What the register publishes of a company. `name` is None if it is personally owned."""

    name: str | None
    industry: str | None
    member: bool


async def company_facts(conn: Connection, *, known_at: datetime | None = None) -> dict[UUID, CompanyFacts]:
    """Return the facts of all companies by id, as known at a moment."""
    rows = await conn.fetch(
        f"""
        select distinct on (company_id) company_id, name, industry, member
          from companies
         where generation = {SERVED}
           and ($1::timestamptz is null or recorded_at <= $1)
         order by company_id, version desc
        """,  # noqa: S608  (our own words)
        known_at,
    )
    return {row["company_id"]: CompanyFacts(row["name"], row["industry"], row["member"]) for row in rows}


async def employer_events(conn: Connection, *, known_at: datetime | None = None) -> list[EventFacts]:
    """Return all employer events of any status and date, the latest first."""
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
    """Return when the latest change to the figures or the events was recorded; None before the first."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        " union all ".join(  # noqa: S608
            f"""
            (select recorded_at
               from {table}
              where generation = {SERVED}
              order by generation desc, taskforce_id desc, recorded_at desc
              limit 1)
            """  # noqa: S608
            for table in ("contributions", "employer_events", "outreach_versions")
        )
        + " order by recorded_at desc limit 1"
    )


async def growth(conn: Connection, measure: type[Measure], *, job_type: str, since: date, as_of: date) -> int:
    """Return the growth of a measure of one job type from `since` to `as_of`, both days included."""
    if since > as_of:
        return 0
    after, before = (
        _effective(day, "$4::text[] || $5::text[]", "job_type = $1") for day in ("$3::date", "$2::date - 1")
    )
    return await conn.fetchval(  # type: ignore[no-any-return]
        f"""
        select coalesce(sum(sign * delta * case when measure = any ($4::text[]) then 1 else -1 end), 0)::bigint
          from (select 1 as sign, * from ({after}) as after_period
                 union all
                select -1, * from ({before}) as before_period) as difference
        """,  # noqa: S608
        job_type,
        since,
        as_of,
        list(measure.adds),
        list(measure.subtracts),
    )
