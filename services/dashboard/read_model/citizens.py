"""Which hires are one citizen's: by how much they are more than one.

A figure of citizens is that of hires, less the hires of each citizen beyond the first one. So a hire that names nobody,
or whose citizen has no other hire, needs nothing here.

A citizen whom several hires have named has a row for each moment at which one of these hires was recorded, with what
was known of all of them then. All rows of the citizen are computed anew from all versions of these hires when one
arrives: they are the same in whatever order the versions arrive.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Final

from services.dashboard.read_model.deltas import (
    CURRENT_BY_HOURS,
    HIRES_FROM_PLEDGES,
    HIRES_WITHOUT_PLEDGE,
    Delta,
    array_of_composites,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from shared.db.database import Connection

TABLE: Final = "citizen_versions"
KEY: Final = "citizen_id"
REPEAT_HIRES: Final = "repeat_hires"
"""What takes the hires of each citizen that have begun, beyond the first one of a job type, off the figure."""
SECOND_JOBS: Final = "second_jobs"
"""What takes the current hires of each citizen, beyond one of a job type, off the figure."""
EXCESS: Final[Mapping[str, tuple[str, ...]]] = {
    REPEAT_HIRES: (HIRES_FROM_PLEDGES, HIRES_WITHOUT_PLEDGE),
    SECOND_JOBS: tuple(CURRENT_BY_HOURS.values()),
}
"""By its code: the deltas of hires that each citizen's sum is taken of."""
_CODE_OF: Final = {measure: code for code, measures in EXCESS.items() for measure in measures}


@dataclass(frozen=True, slots=True)
class HireVersion:
    """A version of a hire that names a citizen, or has done so in another version.

    Attributes:
        deltas: those of `EXCESS`.
    """

    hire_id: UUID
    version: int
    recorded_at: datetime
    citizen_id: UUID | None
    deltas: list[Delta] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CitizenVersion:
    """What was known of a citizen's hires from a moment on.

    Attributes:
        version: 1 at the first moment.
    """

    version: int
    recorded_at: datetime
    deltas: Sequence[Delta]


def history(citizen_id: UUID, versions: Iterable[HireVersion]) -> list[CitizenVersion]:
    """Return all versions of a citizen, the earliest first.

    Args:
        versions: all versions of all hires that name the citizen in one of them.
    """
    known: dict[UUID, HireVersion] = {}
    rows: list[CitizenVersion] = []
    ordered = sorted(versions, key=lambda version: version.recorded_at)
    for recorded_at, recorded in groupby(ordered, key=lambda version: version.recorded_at):
        for version in recorded:
            if version.hire_id not in known or known[version.hire_id].version < version.version:
                known[version.hire_id] = version
        own = [delta for version in known.values() if version.citizen_id == citizen_id for delta in version.deltas]
        rows.append(CitizenVersion(len(rows) + 1, recorded_at, list(_excess(own))))
    return rows


def _excess(deltas: Iterable[Delta]) -> Iterator[Delta]:
    """Yield the negative deltas that leave one of what one citizen's deltas add up to, if it is more."""
    changes: defaultdict[tuple[str, str | None], Counter[date]] = defaultdict(Counter)
    for delta in deltas:
        changes[_CODE_OF[delta.measure], delta.job_type][delta.day] += delta.delta
    for code, job_type in sorted(changes, key=str):
        total = excess = 0
        for day, change in sorted(changes[code, job_type].items()):
            total += change
            before, excess = excess, max(total - 1, 0)
            if excess != before:
                yield Delta(code, day, before - excess, job_type)


async def recompute(conn: Connection, taskforce_id: UUID, hire_ids: Sequence[UUID], into: Sequence[int]) -> None:
    """Compute the citizens anew whom these hires name or have named, after versions of the hires were written.

    Two transactions with hires of one citizen wait for each other here, so that the later one sees the hires of both.

    Args:
        conn: bound to the taskforce.
        into: the generations to write into.
    """
    named = await conn.fetchval(
        """
        select array_agg(distinct citizen_id)
          from hire_versions
         where generation = any ($1::integer[])
           and hire_id = any ($2::uuid[])
           and citizen_id is not null
        """,
        into,
        hire_ids,
    )
    if named is None:
        return
    await conn.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"citizens of {taskforce_id}")
    hires = await _hires_of(conn, named, into)
    rows = [
        (generation, citizen_id, version)
        for (generation, citizen_id), versions in hires.items()
        for version in history(citizen_id, versions)
    ]
    if rows:
        await _write(conn, taskforce_id, rows)


async def _hires_of(
    conn: Connection, citizen_ids: Sequence[UUID], generations: Sequence[int]
) -> dict[tuple[int, UUID], list[HireVersion]]:
    """Return all versions of the hires of those citizens whom several hires name, by generation and citizen."""
    found = await conn.fetch(
        """
        with several as (
            select generation, citizen_id
              from hire_versions
             where generation = any ($1::integer[])
               and citizen_id = any ($2::uuid[])
             group by generation, citizen_id
            having count(distinct hire_id) > 1
        ),
        hires as (
            select distinct generation, citizen_id, hire_id
              from several
              join hire_versions using (generation, citizen_id)
        )
        select generation, hires.citizen_id as named, hire_id, hire.version, hire.recorded_at, hire.citizen_id,
               delta.measure, delta.day, delta.delta, delta.job_type
          from hires
          join hire_versions as hire using (generation, hire_id)
          left join lateral unnest(hire.deltas) as delta
            on delta.measure = any ($3::text[])
        """,
        generations,
        citizen_ids,
        list(_CODE_OF),
    )
    versions: defaultdict[tuple[int, UUID], dict[tuple[UUID, int], HireVersion]] = defaultdict(dict)
    for generation, named, hire_id, version, recorded_at, citizen_id, measure, day, delta, job_type in found:
        hire = versions[generation, named].setdefault(
            (hire_id, version), HireVersion(hire_id, version, recorded_at, citizen_id)
        )
        if measure is not None:
            hire.deltas.append(Delta(measure, day, delta, job_type))
    return {key: list(hires.values()) for key, hires in versions.items()}


async def _write(conn: Connection, taskforce_id: UUID, rows: Sequence[tuple[int, UUID, CitizenVersion]]) -> None:
    await conn.execute(
        f"""
        with computed as materialized (
            select generation, citizen_id, version, recorded_at, deltas::delta[]
              from unnest($2::integer[], $3::uuid[], $4::integer[], $5::timestamptz[], $6::text[])
                as computed (generation, citizen_id, version, recorded_at, deltas)
        ),
        versions as (
            insert into {TABLE} as present
                   (generation, taskforce_id, citizen_id, version, recorded_at, deltas)
            select generation, $1, citizen_id, version, recorded_at, deltas
              from computed
                on conflict (generation, taskforce_id, citizen_id, version) do update
               set recorded_at = excluded.recorded_at,
                   deltas = excluded.deltas
             where present.recorded_at <> excluded.recorded_at
                or present.deltas <> excluded.deltas
        ),
        highest as (
            select distinct on (generation, citizen_id)
                   generation, citizen_id, version, recorded_at, deltas,
                   min(recorded_at) over (partition by generation, citizen_id) as first_recorded_at
              from computed
             order by generation, citizen_id, version desc
        )
        insert into contributions as present
               (generation, taskforce_id, aggregate, aggregate_id, version, recorded_at, deltas, first_day,
                first_recorded_at)
        select generation, $1, '{TABLE}', citizen_id, version, recorded_at, deltas,
               coalesce((select min(day) from unnest(deltas)), 'infinity'),
               first_recorded_at
          from highest
         order by generation, citizen_id
            on conflict (generation, taskforce_id, aggregate, aggregate_id) do update
           set version = excluded.version,
               recorded_at = excluded.recorded_at,
               deltas = excluded.deltas,
               first_day = excluded.first_day,
               first_recorded_at = excluded.first_recorded_at
        """,  # noqa: S608  (names of our own tables)
        taskforce_id,
        [generation for generation, _, _ in rows],
        [citizen_id for _, citizen_id, _ in rows],
        [row.version for _, _, row in rows],
        [row.recorded_at for _, _, row in rows],
        [
            array_of_composites((one.measure, one.day, one.delta, one.job_type, None) for one in row.deltas)
            for _, _, row in rows
        ],
    )
