"""The SQL of targets: those that hold, and what their measures add up to. Reads only the served generation."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from services.dashboard.read_model.generations import SERVED
from services.dashboard.read_model.projections import COUNTED
from services.dashboard.targets.domain import Terms, target_terms

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from shared.db.database import Connection

_DAY: Final = timedelta(days=1)


async def held_targets(conn: Connection, *, known_at: datetime | None = None) -> list[Terms]:
    """Return the targets that hold, as known at a moment, by their last day."""
    rows = await conn.fetch(
        f"""
        select target_id, version, measure, job_type, value, starts_on, ends_on
          from (select distinct on (target_id) *
                  from targets
                 where generation = {SERVED}
                   and ($1::timestamptz is null or recorded_at <= $1)
                 order by target_id, version desc) as latest
         where not dropped
         order by ends_on, starts_on, target_id
        """,  # noqa: S608  (our own words)
        known_at,
    )
    return [terms for row in rows if (terms := target_terms(**row)) is not None]


def quarter_of(day: date) -> date:
    """Return the first day of the day's quarter."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def ends_quarter(day: date) -> bool:
    """Whether a day is the last one of its quarter."""
    return quarter_of(day + _DAY) == day + _DAY


class Began(NamedTuple):
    """Deltas of the hires that began on one day, added up: `day` is that of the deltas."""

    began_on: date
    measure: str
    job_type: str
    day: date
    number: int


@dataclass(slots=True)
class Sums:
    """Deltas added up, by code and job type.

    Attributes:
        by_quarter: what each whole quarter has added, by its first day.
        begun: what the quarter of a day has added up to that day, for the days that were asked for.
        began: the deltas of the hires that began on some days.
    """

    by_quarter: defaultdict[tuple[str, str], defaultdict[date, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    begun: defaultdict[tuple[str, str], defaultdict[date, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )

    began: Sequence[Began] = ()

    def up_to(self, codes: Collection[str], job_type: str, day: date) -> int:
        """Return the sum of the deltas of these codes up to a day that was asked for."""
        whole = ends_quarter(day)
        first = quarter_of(day + _DAY if whole else day)
        return sum(
            sum(total for begins, total in self.by_quarter[code, job_type].items() if begins < first)
            + (0 if whole else self.begun[code, job_type][day])
            for code in codes
        )

    def between(self, codes: Collection[str], job_type: str, first: date, last: date) -> int:
        """Return the sum of the deltas of these codes from the first to the last day; 0 if that is before the first.

        The last day and the one before the first were asked for.
        """
        return 0 if last < first else self.up_to(codes, job_type, last) - self.up_to(codes, job_type, first - _DAY)

    def quarters(self, codes: Collection[str], job_type: str, day: date) -> dict[date, int]:
        """Return what each quarter has added up to a day that was asked for, by its first day, the earliest first."""
        last = quarter_of(day)
        added: defaultdict[date, int] = defaultdict(int)
        for code in codes:
            for begins, total in self.by_quarter[code, job_type].items():
                if begins < last or (begins == last and ends_quarter(day)):
                    added[begins] += total
            if not ends_quarter(day):
                added[last] += self.begun[code, job_type][day]
        return {begins: added[begins] for begins in sorted(added)}


async def sums(
    conn: Connection,
    *,
    codes: Collection[str],
    job_types: Collection[str],
    days: Collection[date],
    known_at: datetime | None = None,
) -> Sums:
    """Return the sums of these deltas.

    Args:
        days: the days up to which they are needed.
        known_at: count only what had been recorded by then; None: everything.
    """
    # The last day of a quarter needs no sums by day.
    within = sorted({day for day in days if not ends_quarter(day)})
    rows = await conn.fetch(
        f"""
        select null::date as up_to, measure, job_type, day, sum(delta)::bigint as delta
          from deltas
         where generation = {SERVED}
           and period = 'quarter'
           and measure = any ($1::text[])
           and job_type = any ($2::text[])
         group by measure, job_type, day
         union all
        select bound.up_to, within.measure, within.job_type, null, within.delta
          from unnest($3::date[], $4::date[]) as bound (begins, up_to)
          -- For each bound by itself: the index finds its days, and a join would read all days.
         cross join lateral (select measure, job_type, sum(delta)::bigint as delta
                               from deltas
                              where generation = {SERVED}
                                and period = 'day'
                                and measure = any ($1::text[])
                                and job_type = any ($2::text[])
                                and day between bound.begins and bound.up_to
                              group by measure, job_type) as within
        """,  # noqa: S608  (our own words)
        sorted(codes),
        sorted(job_types),
        [quarter_of(day) for day in within],
        within,
    )
    found = Sums()
    for up_to, measure, job_type, begins, delta in rows:
        if up_to is None:
            found.by_quarter[measure, job_type][begins] += delta
        else:
            found.begun[measure, job_type][up_to] += delta
    if known_at is not None:
        for measure, job_type, day, delta in await conn.fetch(_CORRECTIONS, sorted(codes), known_at, max(days)):
            found.by_quarter[measure, job_type][quarter_of(day)] += delta
            for up_to in within:
                if quarter_of(up_to) <= day <= up_to:
                    found.begun[measure, job_type][up_to] += delta
    return found


async def began_on(conn: Connection, days: Collection[date], *, known_at: datetime | None = None) -> list[Began]:
    """Return the deltas of the hires that began on these days, as known at a moment."""
    rows = await conn.fetch(
        f"""
        select hire.start_date, delta.measure, delta.job_type, delta.day, sum(delta.delta)::bigint
          from hire_versions as hire
         cross join lateral unnest(hire.deltas) as delta
         where hire.generation = {SERVED}
           and hire.start_date = any ($1::date[])
           and ($2::timestamptz is null or hire.recorded_at <= $2)
           and not exists (select
                             from hire_versions as later
                            where later.generation = hire.generation
                              and later.taskforce_id = hire.taskforce_id
                              and later.hire_id = hire.hire_id
                              and later.version > hire.version
                              and ($2::timestamptz is null or later.recorded_at <= $2))
         group by 1, 2, 3, 4
        """,  # noqa: S608  (our own words)
        sorted(days),
        known_at,
    )
    return [Began._make(row) for row in rows]


_PAST = " union all ".join(
    f"""
    select 1 as sign, unnest(deltas) as delta
      from (select distinct on ({key}) deltas
              from {table}
             where generation = {SERVED}
               and recorded_at <= $2
               and {key} = any (array(select aggregate_id
                                        from changed
                                       where aggregate = '{table}'))
             order by {key}, version desc) as past
    """  # noqa: S608  (names of our own tables)
    for table, (key, _columns) in COUNTED.items()
)
_CORRECTIONS = f"""
    with changed as materialized (
        select aggregate, aggregate_id
          from contributions
         where generation = {SERVED}
           and recorded_at > $2
           and first_recorded_at <= $2
           and version > 1
    )
    select (delta).measure, (delta).job_type, (delta).day, sum(sign * (delta).delta)::bigint
      from (select -1 as sign, unnest(deltas) as delta
              from contributions
             where generation = {SERVED}
               and recorded_at > $2
               and first_day <= $3
             union all
            {_PAST}) as corrections
     where (delta).measure = any ($1::text[])
       and (delta).day <= $3
       and (delta).job_type is not null
     group by 1, 2, 3
"""  # noqa: S608  (names of our own tables)
"""What to add to the current sums to get those that were known at $2, by day up to $3: see `measures.queries`."""
