"""The bridge between two figures, and figures at a pair of times."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from services.dashboard.bridge.domain import KINDS, Bridge, DoesNotSum, Term, check_order
from services.dashboard.bridge.terms import changes, known, summed_effects
from services.dashboard.measures import queries as figures
from services.dashboard.measures.measure import addends
from services.dashboard.measures.narrowing import Arguments
from services.dashboard.measures.selection import NO_FILTERS, Filters
from services.dashboard.read_model.generations import SERVED
from shared.product.industries import NOT_STATED, SECTIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from services.dashboard.bridge.counted import Counted
    from services.dashboard.bridge.domain import Kind
    from services.dashboard.bridge.terms import Companies
    from services.dashboard.measures.measure import Measure
    from services.dashboard.measures.queries import DeltaSum
    from services.dashboard.measures.selection import Times
    from shared.db.database import Connection

_log = structlog.get_logger(__name__)


async def value(conn: Connection, counted: Counted, times: Times) -> int:
    """Return the figure at a pair of times, from the sums that all figures are made of."""
    codes = [*counted.adds, *counted.subtracts]
    return _value(counted, await _sums(conn, codes, times, counted.filters, _job_types([counted])))


def _value(counted: Counted, sums: Sequence[DeltaSum]) -> int:
    codes = {*counted.adds, *counted.subtracts}
    return sum(
        -one.total if one.measure in counted.subtracts else one.total
        for one in sums
        if one.measure in codes and counted.job_type in {None, one.job_type}
    )


async def values(
    conn: Connection, measures: Sequence[type[Measure]], times: Times
) -> Counter[tuple[type[Measure], str | None]]:
    """Return several figures at a pair of times, by measure and job type; zero for those without rows."""
    signs = [(measure, code, sign) for measure in measures for code, _group, sign in addends(measure)]
    sums = await _sums(conn, sorted({code for _measure, code, _sign in signs}), times, NO_FILTERS)
    found: Counter[tuple[type[Measure], str | None]] = Counter()
    for one in sums:
        for measure, code, sign in signs:
            if code == one.measure:
                found[measure, one.job_type] += sign * one.total
    return found


def _job_types(several: Sequence[Counted]) -> Collection[str] | None:
    """Return the job types that the figures are of; None if one of them has none."""
    found = {counted.job_type for counted in several if counted.job_type is not None}
    return None if any(counted.job_type is None for counted in several) else found


async def _sums(
    conn: Connection,
    codes: Sequence[str],
    times: Times,
    filters: Filters,
    job_types: Collection[str] | None = None,
) -> list[DeltaSum]:
    sums = await figures.delta_sums(
        conn,
        as_of=times.as_of,
        known_at=times.known_at,
        codes={"taskforce": codes, "quarter": [], "event": []},
        filters=filters,
        job_types=job_types,
    )
    return [one for one in sums if one.quarter is None and one.event_id is None]


async def bridge(conn: Connection, counted: Counted, since: Times, until: Times) -> Bridge:
    """Return how a figure came from one pair of times to another, all from the connection's snapshot.

    Args:
        counted: what the figure counts: `counted_by(Hires, "smaajob")`.

    Raises:
        TimesReversed: `until` is before `since`.
        DoesNotSum: a bug. It is logged, and no figure is returned.
    """
    (built,) = await bridges(conn, [counted], since, until)
    return built


async def bridges(
    conn: Connection,
    several: Sequence[Counted],
    since: Times,
    until: Times,
    *,
    ends: Mapping[type[Measure], int] | None = None,
) -> list[Bridge]:
    """Return the bridges of several figures with the same filters, as `bridge` does. The sums are read once for all.

    Args:
        ends: the figures at `until`, if they have been read from the same snapshot already.
    """
    check_order(since, until)
    if not several:
        return []
    codes = sorted({code for counted in several for code in (*counted.adds, *counted.subtracts)})
    filters, job_types = several[0].filters, _job_types(several)
    start = await _sums(conn, codes, since, filters, job_types)
    end = await _sums(conn, codes, until, filters, job_types) if ends is None else []
    found = []
    for counted, terms in zip(several, await _terms(conn, several, since, until), strict=True):
        last = _value(counted, end) if ends is None else ends[counted.measure]
        built = Bridge(counted, since, until, _value(counted, start), terms, last)
        try:
            built.check()
        except DoesNotSum:
            _log.exception("bridge.does_not_sum", measure=built.measure.code, job_type=built.job_type)
            raise
        found.append(built)
    return found


async def _terms(conn: Connection, several: Sequence[Counted], since: Times, until: Times) -> list[list[Term]]:
    """Return the terms of each bridge. They are read in one statement."""
    arguments, parts = Arguments(), []
    for place, counted in enumerate(several):
        companies = (await companies_of(conn, counted, since), await companies_of(conn, counted, until))
        terms = []
        if since.as_of < until.as_of:
            terms.append(summed_effects(counted, since, until, companies[1], arguments))
        if since.known_at is not None:
            terms.append(changes(counted, since, until, companies, arguments))
        parts += [f"select {place} as place, kind, number from ({sql}) as term" for sql in terms]  # noqa: S608  (ours)
    counts: list[dict[Kind, int]] = [dict.fromkeys(KINDS, 0) for _ in several]
    if parts:
        rows = await conn.fetch(
            f"""
            select place, kind, sum(number)::bigint as number
              from ({" union all ".join(parts)}) as term
             group by place, kind
            """,  # noqa: S608  (our own words)
            *arguments,
        )
        for row in rows:
            counts[row["place"]][row["kind"]] += row["number"]
    return [[Term(kind, count) for kind, count in of_one.items() if count] for of_one in counts]


async def companies_of(conn: Connection, counted: Counted, times: Times) -> Companies:
    """Return the companies whose facts, as known at the moment, pass the filters; None if no filter is about these."""
    filters = counted.filters
    # A pledge and a hire have a municipality of their own, an attendance has none.
    if counted.source.has_municipality:
        filters = replace(filters, municipality=None)
    if filters.industry is None and filters.municipality is None:
        return None
    arguments, facts = Arguments(), []
    if filters.industry is not None:
        divisions = arguments.add(SECTIONS[filters.industry].divisions, "text[]")
        facts.append(f"left(industry, 2) = any ({divisions}) and industry <> '{NOT_STATED}'")
    if filters.municipality is not None:
        facts.append(f"municipality = {arguments.add(filters.municipality, 'text')}")
    rows = await conn.fetch(
        f"""
        select company_id
          from (select distinct on (company_id) company_id, municipality, industry
                  from companies
                 where generation = {SERVED}
                   and {known("recorded_at", times.known_at, arguments)}
                 order by company_id, version desc) as company
         where {" and ".join(facts)}
        """,  # noqa: S608  (our own words)
        *arguments,
    )
    return [row["company_id"] for row in rows]
