"""How many days it takes from one step to a later one: the median, and of how many cases.

A median is no sum of deltas, so it is read from the versions of pledges and hires.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from services.dashboard.measures.measure import Measure, Scope, Unit
from services.dashboard.measures.narrowing import Arguments, of_versions
from services.dashboard.measures.selection import NO_FILTERS, Filters
from services.dashboard.read_model.generations import SERVED
from shared.i18n.translations import N_

if TYPE_CHECKING:
    from datetime import date, datetime

    from shared.db.database import Connection

LATEST: Final = 500
"""So many of the latest pledges or hires make up a median, so that it is fast with any number of them."""

PAIRS: Final = {
    "pledged_to_affirmed": N_("From pledged to affirmed by the company"),
    "pledged_to_matched": N_("From pledged to a person found"),
    "matched_to_hired": N_("From a person found to the first day of work"),
    "pledged_to_hired": N_("From pledged to the first day of work"),
}
"""The pairs of steps, by code, with their words."""
OF_PERSONS: Final = frozenset({"pledged_to_matched", "matched_to_hired", "pledged_to_hired"})
"""The pairs whose cases are persons."""


class MedianDays(Measure):
    """The median number of days from one step to a later one."""

    code = "median_days"
    unit: ClassVar[Unit] = "days"
    label = N_("Median days between the steps")
    definition = N_(
        "Half of the cases took at most so many days, all job types together. A case is a pledge that the company has "
        "affirmed, a position for which a person is found, unless it is vacant again, or a hire on a pledged "
        "position, counted to its first day of work. It counts when the later step has come by the day the figures "
        "are for; of more than 500 pledges or hires, only the latest 500 count."
    )
    scopes: ClassVar[tuple[Scope, ...]] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """How long it took from one step to a later one.

    Attributes:
        days: the median; None if there is no case.
        cases: how many have taken both steps; None: too few persons to be shown.
    """

    days: float | None
    cases: int | None


async def median_days(
    conn: Connection, *, as_of: date, known_at: datetime | None = None, filters: Filters = NO_FILTERS
) -> dict[str, Wait]:
    """Return the waits of all `PAIRS`.

    Args:
        as_of: the day by which the later step has come.
        known_at: count only what had been recorded by then; None: everything.
        filters: which pledges and hires count.
    """
    arguments = Arguments([as_of, known_at])
    chosen = of_versions(filters, arguments, None if known_at is None else "$2")
    rows = await conn.fetch(
        f"""
        with affirmed as (
            select affirmed_on - pledged_on as days
              from pledge_versions as pledge
             where {_highest("pledge_versions", "pledge")}
               and affirmed_on is not null
               and affirmed_on <= $1
               and pledged_on <= $1
               and counted
               and {chosen}
             order by pledged_on desc, pledge_id
             limit {LATEST}
        ),
        pledges_with_match as (
            select pledged_on, matched
              from pledge_versions as pledge
             where {_highest("pledge_versions", "pledge")}
               and matched <> '{{}}'
               and pledged_on <= $1
               and counted
               and {chosen}
             order by pledged_on desc, pledge_id
             limit {LATEST}
        ),
        matched as (
            select day - pledged_on as days
              from pledges_with_match, unnest(matched) as found (position_id, day)
             where day <= $1
        ),
        hired as (
            select hire.start_date, hire.confirmed_at, hire.position_id, hire.pledge_id
              from hire_versions as hire
             where {_highest("hire_versions", "hire")}
               and hire.pledge_id is not null
               and hire.start_date <= $1
               and hire.counted
               and {chosen}
             order by hire.start_date desc, hire.hire_id
             limit {LATEST}
        ),
        hired_on_pledge as (
            select hired.start_date - pledge.pledged_on as since_pledged,
                   hired.start_date - found.day as since_matched
              from hired
             cross join lateral (select pledged_on, matched, recorded_at
                                   from pledge_versions
                                  where generation = {SERVED}
                                    and pledge_id = hired.pledge_id
                                    and ($2::timestamptz is null or recorded_at <= $2)
                                  order by version desc
                                  limit 1) as pledge
              -- When the hire was confirmed: since then its position may have been given to somebody else. If the
              -- pledge has not changed since, that version has been read already.
              left join lateral (select matched
                                   from pledge_versions
                                  where pledge.recorded_at > hired.confirmed_at
                                    and generation = {SERVED}
                                    and pledge_id = hired.pledge_id
                                    and recorded_at <= hired.confirmed_at
                                  order by version desc
                                  limit 1) as filled
                on true
              left join lateral unnest(case when pledge.recorded_at > hired.confirmed_at
                                            then filled.matched else pledge.matched end) as found (position_id, day)
                on found.position_id = hired.position_id
        ),
        cases as (
            select 'pledged_to_affirmed' as pair, days
              from affirmed
             union all
            select 'pledged_to_matched', days
              from matched
             union all
            select 'matched_to_hired', since_matched
              from hired_on_pledge
             where since_matched is not null
             union all
            select 'pledged_to_hired', since_pledged
              from hired_on_pledge
        )
        select pair,
               percentile_cont(0.5) within group (order by days) as days,
               count(*) as cases
          from cases
         group by pair
        """,  # noqa: S608  (our own words)
        *arguments,
    )
    found = {row["pair"]: Wait(row["days"], row["cases"]) for row in rows}
    return {pair: found.get(pair, Wait(None, 0)) for pair in PAIRS}


def _highest(table: str, alias: str) -> str:
    """Return SQL for: this row of a table of versions is the highest version that was known at $2."""
    key = f"{alias}_id"
    return f"""{alias}.generation = {SERVED}
               and ($2::timestamptz is null or {alias}.recorded_at <= $2)
               and not exists (select
                                 from {table} as later
                                where later.generation = {alias}.generation
                                  and later.taskforce_id = {alias}.taskforce_id
                                  and later.{key} = {alias}.{key}
                                  and later.version > {alias}.version
                                  and ($2::timestamptz is null or later.recorded_at <= $2))"""  # noqa: S608  (our own words)
