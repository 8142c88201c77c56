"""The SQL of targets: those that hold, and what their measures add up to. Reads only the served generation."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from services.dashboard.read_model.generations import SERVED
from services.dashboard.read_model.projections import PROJECTIONS
from services.dashboard.targets.domain import Terms, target_terms

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from shared.db.database import Connection


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


@dataclass(frozen=True, slots=True)
class Sums:
    """Deltas added up: by whole quarter, and by day in the quarters that were asked for."""

    by_quarter: defaultdict[tuple[str, str], defaultdict[date, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    by_day: defaultdict[tuple[str, str], defaultdict[date, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )

    def up_to(self, codes: Collection[str], job_type: str, day: date) -> int:
        """Return the sum of the deltas of these codes up to a day, in a quarter that was asked for."""
        quarter = quarter_of(day)
        return sum(
            sum(total for begins, total in self.by_quarter[code, job_type].items() if begins < quarter)
            + sum(total for one, total in self.by_day[code, job_type].items() if quarter <= one <= day)
            for code in codes
        )

    def between(self, codes: Collection[str], job_type: str, first: date, last: date) -> int:
        """Return the sum of the deltas of these codes from the first to the last day; 0 if that is before the first."""
        if last < first:
            return 0
        return self.up_to(codes, job_type, last) - self.up_to(codes, job_type, first - timedelta(days=1))

    def quarters(self, codes: Collection[str], job_type: str, day: date) -> dict[date, int]:
        """Return what each quarter has added up to a day, by the quarter's first day, the earliest first."""
        last = quarter_of(day)
        added: defaultdict[date, int] = defaultdict(int)
        for code in codes:
            for begins, total in self.by_quarter[code, job_type].items():
                if begins < last:
                    added[begins] += total
        added[last] += self.between(codes, job_type, last, day)
        return {begins: added[begins] for begins in sorted(added)}


async def sums(
    conn: Connection, *, codes: Collection[str], days: Collection[date], known_at: datetime | None = None
) -> Sums:
    """Return the sums of these deltas.

    Args:
        days: the days whose quarters are needed by day.
        known_at: count only what had been recorded by then; None: everything.
    """
    quarters = sorted({quarter_of(day) for day in days})
    rows = await conn.fetch(
        f"""
        select 'quarter' as period, measure, job_type, day, sum(delta)::bigint as delta
          from deltas
         where generation = {SERVED}
           and period = 'quarter'
           and measure = any ($1::text[])
           and job_type is not null
         group by measure, job_type, day
         union all
        select 'day', measure, job_type, day, sum(delta)::bigint
          from unnest($2::date[]) as quarter (begins_on)
          join deltas
            on generation = {SERVED}
           and period = 'day'
           and day >= quarter.begins_on
           and day < (quarter.begins_on + interval '3 months')::date
         where measure = any ($1::text[])
           and job_type is not null
         group by measure, job_type, day
        """,  # noqa: S608  (our own words)
        sorted(codes),
        quarters,
    )
    found = Sums()
    for row in rows:
        where = found.by_quarter if row["period"] == "quarter" else found.by_day
        where[row["measure"], row["job_type"]][row["day"]] += row["delta"]
    if known_at is not None:
        for measure, job_type, day, delta in await conn.fetch(_CORRECTIONS, sorted(codes), known_at):
            found.by_quarter[measure, job_type][quarter_of(day)] += delta
            if quarter_of(day) in quarters:
                found.by_day[measure, job_type][day] += delta
    return found


_PAST = " union all ".join(
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
_CORRECTIONS = f"""
    with changed as materialized (
        select aggregate, aggregate_id
          from contributions
         where generation = {SERVED}
           and recorded_at > $2
           and version > 1
    )
    select (delta).measure, (delta).job_type, (delta).day, sum(sign * (delta).delta)::bigint
      from (select -1 as sign, unnest(deltas) as delta
              from contributions
             where generation = {SERVED}
               and recorded_at > $2
             union all
            {_PAST}) as corrections
     where (delta).measure = any ($1::text[])
       and (delta).job_type is not null
     group by 1, 2, 3
"""  # noqa: S608  (names of our own tables)
"""What to add to the current sums to get those that were known at $2, by day: see `measures.queries`."""
