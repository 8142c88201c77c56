"""SQL that loads and saves targets. Takes the transaction's connection, never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.events.targets.domain import Target, TargetNotFound, TargetTerms

if TYPE_CHECKING:
    import asyncpg

    from shared.db.database import Connection

_COLUMNS: Final = "id, measure, job_type, value, starts_on, ends_on, note, dropped, changed_by, changed_at, version"


async def insert_target(conn: Connection, taskforce_id: UUID, target: Target) -> bool:
    """Save a new target. False, and nothing saved, where the id is taken."""
    inserted = await conn.execute(
        f"""
        insert into targets (taskforce_id, {_COLUMNS})
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            on conflict (taskforce_id, id) do nothing
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        *_values(target),
    )
    return inserted == "INSERT 0 1"


async def save_target(conn: Connection, taskforce_id: UUID, target: Target) -> None:
    """Save a target that the caller has locked."""
    await conn.execute(
        """
        update targets
           set measure = $3,
               job_type = $4,
               value = $5,
               starts_on = $6,
               ends_on = $7,
               note = $8,
               dropped = $9,
               changed_by = $10,
               changed_at = $11,
               version = $12
         where taskforce_id = $1
           and id = $2
        """,
        taskforce_id,
        *_values(target),
    )


async def load_target(conn: Connection, taskforce_id: UUID, target_id: UUID) -> Target:
    """Return a target. Raises `TargetNotFound`."""
    return await _one(conn, taskforce_id, target_id, "")


async def lock_target(conn: Connection, taskforce_id: UUID, target_id: UUID) -> Target:
    """Return a target, locked until the transaction ends. Raises `TargetNotFound`."""
    return await _one(conn, taskforce_id, target_id, "for no key update")


async def targets(conn: Connection, taskforce_id: UUID, *, limit: int) -> list[Target]:
    """Return the targets: those that hold by their last day, then those that were dropped, the latest first."""
    rows = await conn.fetch(
        f"""
        select {_COLUMNS}
          from targets
         where taskforce_id = $1
         order by dropped, case when not dropped then ends_on end, changed_at desc, id
         limit $2
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        limit,
    )
    return [_target(row) for row in rows]


async def count_holding(conn: Connection, taskforce_id: UUID) -> int:
    """Return how many targets hold."""
    return int(
        await conn.fetchval("select count(*) from targets where taskforce_id = $1 and not dropped", taskforce_id)
    )


async def _one(conn: Connection, taskforce_id: UUID, target_id: UUID, lock: str) -> Target:
    row = await conn.fetchrow(
        f"""
        select {_COLUMNS}
          from targets
         where taskforce_id = $1
           and id = $2
           {lock}
        """,  # noqa: S608  (our own words)
        taskforce_id,
        target_id,
    )
    if row is None:
        raise TargetNotFound
    return _target(row)


def _values(target: Target) -> tuple[object, ...]:
    terms = target.terms
    return (
        target.id,
        terms.measure,
        terms.job_type,
        terms.value,
        terms.starts_on,
        terms.ends_on,
        terms.note,
        target.dropped,
        target.changed_by,
        target.changed_at,
        target.version,
    )


def _target(row: asyncpg.Record) -> Target:
    return Target(
        id=row["id"],
        terms=TargetTerms(row["measure"], row["job_type"], row["value"], row["starts_on"], row["ends_on"], row["note"]),
        changed_by=row["changed_by"],
        changed_at=row["changed_at"],
        dropped=row["dropped"],
        version=row["version"],
    )
