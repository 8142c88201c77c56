"""The SQL of a bridge's terms.

An aggregate is a pledge, a hire or an attendance. What it counts for at a pair of times is the sum of the deltas of its
highest version that was known, up to the day. So a figure changes for two reasons, and every term has one of them:

- time: a delta of the version that is known at the second moment takes effect between the two days (`effects`);
- knowledge: the version known at the second moment counts for something else on the first day than the one known at the
  first moment (`changes`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from services.dashboard.measures.narrowing import Arguments
from services.dashboard.measures.selection import Filters
from services.dashboard.read_model.generations import SERVED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from services.dashboard.bridge.counted import Counted
    from services.dashboard.measures.selection import Times

Companies: TypeAlias = "Sequence[UUID] | None"
"""The companies whose facts, as known at a moment, pass the filters; None if no filter is about such facts."""


class Conditions:
    """SQL on deltas, named `delta`, and on the rows that have them: which of them count.

    Attributes:
        arguments: those of the statement; given to it if the SQL becomes a part of a statement that has some.
        sign: 1 for deltas that the measure adds, -1 for those that it subtracts.
        measured: it is a delta of the measure.
        selected: it has the job type and the event.
    """

    def __init__(self, counted: Counted, arguments: Arguments | None = None) -> None:
        self.counted = counted
        self.arguments = arguments = Arguments() if arguments is None else arguments
        codes = arguments.add([*counted.adds, *counted.subtracts], "text[]")
        self.measured = f"delta.measure = any ({codes})"
        self.sign = "1"
        if counted.subtracts:
            subtracted = arguments.add(list(counted.subtracts), "text[]")
            self.sign = f"case when delta.measure = any ({subtracted}) then -1 else 1 end"
        selected = []
        if counted.job_type is not None:
            selected.append(f"delta.job_type = {arguments.add(counted.job_type, 'text')}")
        if counted.filters.event_id is not None:
            selected.append(f"delta.event_id = {arguments.add(counted.filters.event_id, 'uuid')}")
        self.selected = " and ".join(selected) or "true"

    def of_company(self, row: str, companies: Companies) -> str:
        """Return SQL for: a row, with `company_id` and `municipality`, is of a company that the filters let pass."""
        filters, conditions = self.counted.filters, []
        if filters.company_id is not None:
            conditions.append(f"{row}.company_id = {self.arguments.add(filters.company_id, 'uuid')}")
        if filters.municipality is not None and self.counted.source.has_municipality:
            conditions.append(f"{row}.municipality = {self.arguments.add(filters.municipality, 'text')}")
        if companies is not None:
            conditions.append(f"{row}.company_id = any ({self.arguments.add(list(companies), 'uuid[]')})")
        # A row without a company has no value here.
        return f"coalesce({' and '.join(conditions)}, false)" if conditions else "true"


def known(column: str, known_at: datetime | None, arguments: Arguments) -> str:
    """Return SQL for: a row had been recorded by then."""
    return "true" if known_at is None else f"{column} <= {arguments.add(known_at, 'timestamptz')}"


def states(conditions: Conditions, known_at: datetime | None, companies: Companies) -> str:
    """Return SQL for the aggregates that the filters let pass: `id`, and `version` and `deltas` known at the moment."""
    source, arguments = conditions.counted.source, conditions.arguments
    present = f"""
    select aggregate_id as id, version, deltas
      from contributions
     where generation = {SERVED}
       and aggregate = '{source.table}'
       and {known("recorded_at", known_at, arguments)}
       and {conditions.of_company("contributions", companies)}
    """  # noqa: S608  (our own words)
    if known_at is None:
        return present
    return f"""
    {present}
     union all
    select past.id, past.version, past.deltas
      from ({_past(conditions, known_at)}) as past
     where {conditions.of_company("past", companies)}
    """  # noqa: S608  (our own words)


def _past(conditions: Conditions, known_at: datetime) -> str:
    """Return SQL for the versions, known at a moment, of aggregates that have changed after it."""
    source, moment = conditions.counted.source, conditions.arguments.add(known_at, "timestamptz")
    return f"""
    select changed.aggregate_id as id, past.*
      from contributions as changed
     cross join lateral (select version, deltas, company_id, {source.municipality} as municipality
                           from {source.table}
                          where generation = {SERVED}
                            and {source.key} = changed.aggregate_id
                            and recorded_at <= {moment}
                          order by version desc
                          limit 1) as past
     where changed.generation = {SERVED}
       and changed.aggregate = '{source.table}'
       and changed.recorded_at > {moment}
       and changed.first_recorded_at <= {moment}
       and changed.version > 1
    """  # noqa: S608  (our own words)


def effects(counted: Counted, since: Times, until: Times, companies: Companies) -> tuple[str, Arguments]:
    """Return SQL for what has taken effect between the two days: rows of `id`, `version`, `day`, `kind` and `number`.

    An aggregate has at most two rows for a day: one of what is new, and one of what has ended.
    """
    conditions = Conditions(counted)
    grouped_by = "1, 2, 3" if counted.exchanges else "1, 2, 3, sign(delta.delta)"
    sql = f"""
    select id,
           version,
           delta.day,
           case when sum({conditions.sign} * delta.delta) > 0 then 'new' else 'ended' end as kind,
           sum({conditions.sign} * delta.delta) as number
      from ({states(conditions, until.known_at, companies)}) as state
     cross join lateral unnest(deltas) as delta
     where {conditions.measured}
       and {conditions.selected}
       and {_between(conditions, since, until)}
     group by {grouped_by}
    having sum({conditions.sign} * delta.delta) <> 0
    """  # noqa: S608  (our own words)
    return sql, conditions.arguments


def summed_effects(counted: Counted, since: Times, until: Times, companies: Companies, arguments: Arguments) -> str:
    """Return SQL for the sums of `effects`: rows of `kind` and `number`, from the sums that the figures are made of.

    It does not read what each pledge or hire counts for, except of those that have changed after the second moment, and
    for a measure that `exchanges`, of those hires that may come and leave on the same day.

    Args:
        arguments: those of the statement that the SQL is for.
    """
    conditions = Conditions(counted, arguments)
    table = "deltas"
    dimensions = "measure, job_type, event_id, null::uuid as company_id, null::text as municipality"
    if counted.filters != Filters(event_id=counted.filters.event_id):
        table, dimensions = "company_deltas", "measure, job_type, event_id, company_id, municipality"
    corrections = "" if until.known_at is None else _corrections(conditions, until)
    sign = conditions.sign
    sql = f"""
    select side.kind, sum(side.number) as number
      from (select {dimensions}, day, delta + removed as added, removed
              from {table}
             where generation = {SERVED}
               and period = 'day'
            {corrections}) as delta
     cross join lateral (values ('new', case when {sign} > 0 then added else removed end),
                                ('ended', - case when {sign} > 0 then removed else added end)) as side (kind, number)
     where {conditions.measured}
       and {conditions.selected}
       and {_between(conditions, since, until)}
       and {conditions.of_company("delta", companies)}
     group by side.kind
    """  # noqa: S608  (our own words)
    if counted.exchanges:
        sql = f"{sql} union all {_exchanges(conditions, since, until, companies)}"
    return sql


def _exchanges(conditions: Conditions, since: Times, until: Times, companies: Companies) -> str:
    """Return SQL for what to take back of `new` and of `ended`: what one hire adds and removes on the same day.

    Only a later step of its ladder does so, on its first day.
    """
    source, arguments = conditions.counted.source, conditions.arguments
    first = arguments.add(since.as_of, "date")
    return f"""
    select side.kind, sum(side.number)
      from (select least(sum(greatest(delta.delta, 0)), sum(greatest(-delta.delta, 0))) as number
              from {source.table} as version
             cross join lateral unnest(version.deltas) as delta
             where version.generation = {SERVED}
               and cardinality(version.steps) > 1
               and (version.steps[cardinality(version.steps)]).starts_on > {first}
               and {known("version.recorded_at", until.known_at, arguments)}
               and {conditions.of_company("version", companies)}
               and {conditions.measured}
               and {conditions.selected}
               and {_between(conditions, since, until)}
               and not exists (select
                                 from {source.table} as later
                                where later.generation = version.generation
                                  and later.taskforce_id = version.taskforce_id
                                  and later.{source.key} = version.{source.key}
                                  and later.version > version.version
                                  and {known("later.recorded_at", until.known_at, arguments)})
             group by version.{source.key}, delta.day) as exchanged
     cross join lateral (values ('new', - exchanged.number), ('ended', exchanged.number)) as side (kind, number)
     group by side.kind
    """  # noqa: S608  (our own words)


def _corrections(conditions: Conditions, until: Times) -> str:
    """Return SQL that replaces the deltas of the aggregates that have changed after a moment by those known then."""
    assert until.known_at is not None
    moment = conditions.arguments.add(until.known_at, "timestamptz")
    return f"""
             union all
            select (change).measure, (change).job_type, (change).event_id, company_id, municipality, (change).day,
                   sign * greatest((change).delta, 0), sign * greatest(-(change).delta, 0)
              from (select -1 as sign, company_id, municipality, unnest(deltas) as change
                      from contributions
                     where generation = {SERVED}
                       and aggregate = '{conditions.counted.source.table}'
                       and recorded_at > {moment}
                       and first_day <= {conditions.arguments.add(until.as_of, "date")}
                     union all
                    select 1, company_id, municipality, unnest(deltas)
                      from ({_past(conditions, until.known_at)}) as past) as corrections
    """  # noqa: S608  (our own words)


def _between(conditions: Conditions, since: Times, until: Times) -> str:
    first, last = (conditions.arguments.add(times.as_of, "date") for times in (since, until))
    return f"delta.day > {first} and delta.day <= {last}"


def changes(
    counted: Counted, since: Times, until: Times, companies: tuple[Companies, Companies], arguments: Arguments
) -> str:
    """Return SQL for what was recorded between the two moments about the time up to the first day.

    Its rows are the aggregates that count for something else by it: `id`, `kind`, `number` (the difference), the two
    versions with their numbers (`old_version`, `old_number`, `new_version`, `new_number`), when the new one was
    recorded (`recorded_at`), and since when it counts (`effective_on`). If both are the same version, its company has
    other facts, and `recorded_at` is when these were recorded.

    Args:
        companies: those that pass the filters, as known at the two moments.
        arguments: those of the statement that the SQL is for.
    """
    conditions = Conditions(counted, arguments)
    day = arguments.add(since.as_of, "date")
    before, after = (
        _candidate(conditions, day, times.known_at, pass_filters)
        for times, pass_filters in zip((since, until), companies, strict=True)
    )
    moment = arguments.add(since.known_at, "timestamptz")
    # It was known before, or it counts by the day. Each is found in an index.
    candidates = [
        f"recorded_at > {moment} and first_recorded_at <= {moment} and version > 1",
        f"recorded_at > {moment} and first_day <= {day}",
    ]
    if until.known_at is not None:
        # Its first day is not yet that of the version known then.
        second = arguments.add(until.known_at, "timestamptz")
        candidates.append(f"recorded_at > {second} and first_recorded_at <= {second} and version > 1")
    if companies[0] is not None and companies[1] is not None:
        # Companies that have other facts since.
        others = arguments.add(sorted(set(companies[0]) ^ set(companies[1])), "uuid[]")
        candidates.append(f"company_id = any ({others})")
    found = " union ".join(
        f"""
              select aggregate_id as id
                from contributions
               where generation = {SERVED}
                 and aggregate = '{counted.source.table}'
                 and {one}
        """  # noqa: S608  (our own words)
        for one in candidates
    )
    return f"""
    select candidate.id,
           case
             when before.version is null then 'late'
             when after.duplicate and not before.duplicate then 'merged'
             when before.duplicate and not after.duplicate then 'unmerged'
             when before.counted and not after.counted then 'revoked'
             when before.counted and after.counted and before.of_all = after.of_all then 'moved'
             else 'corrected'
           end as kind,
           after.number - coalesce(before.number, 0) as number,
           before.version as old_version,
           coalesce(before.number, 0) as old_number,
           after.version as new_version,
           after.number as new_number,
           after.effective_on,
           {_recorded(arguments, until)} as recorded_at
      from ({found}) as candidate
     cross join lateral ({after}) as after
      left join lateral ({before}) as before
        on true
     where after.number <> coalesce(before.number, 0)
    """  # noqa: S608  (our own words)


def _recorded(arguments: Arguments, until: Times) -> str:
    """Return SQL for when it was recorded what has changed."""
    return f"""case
             when after.version = before.version
               then (select max(recorded_at)
                       from (select recorded_at,
                                    (municipality, industry)
                                      is distinct from (lag(municipality) over versions, lag(industry) over versions)
                                      as differs
                               from companies
                              where generation = {SERVED}
                                and company_id = after.company_id
                                and {known("recorded_at", until.known_at, arguments)}
                             window versions as (order by version)) as facts
                      where differs)
             else after.recorded_at
           end"""  # noqa: S608  (our own words)


def _candidate(conditions: Conditions, day: str, known_at: datetime | None, companies: Companies) -> str:
    """Return SQL for the version of a candidate known at a moment, and what it counts for on a day.

    `of_all` is what it counts for without job type and filters.
    """
    source = conditions.counted.source
    return f"""
    select version.version,
           version.recorded_at,
           version.company_id,
           version.counts as counted,
           version.duplicate,
           case when {conditions.of_company("version", companies)} then sums.number else 0 end as number,
           sums.of_all,
           sums.effective_on
      from (select version, recorded_at, deltas, company_id, {source.municipality} as municipality,
                   {source.counted} as counts, {source.duplicate} as duplicate
              from {source.table}
             where generation = {SERVED}
               and {source.key} = candidate.id
               and {known("recorded_at", known_at, conditions.arguments)}
             order by version desc
             limit 1) as version
     cross join lateral (select coalesce(sum({conditions.sign} * delta.delta)
                                           filter (where {conditions.selected}), 0) as number,
                                coalesce(sum({conditions.sign} * delta.delta), 0) as of_all,
                                min(delta.day) as effective_on
                           from unnest(version.deltas) as delta
                          where {conditions.measured}
                            and delta.day <= {day}) as sums
    """  # noqa: S608  (our own words)
