"""Retention: each service's jobs that delete data after its deadline, run daily, and a report of what is due.

The deadlines are in the data inventory (`personal_data.toml`); a job says in SQL which rows are overdue and how they
are removed. Report and job use the same SQL, so the report shows what the job will do.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import date, datetime

    from shared.db.database import Connection, Database
    from shared.privacy.data_inventory import DataInventory, Personal

FIRST_PAUSE_SECONDS: Final = 60.0
PAUSE_SECONDS: Final = 24 * 3600.0
NO_TASKFORCE: Final = UUID(int=0)
"""In `retention_runs`, for jobs whose rows belong to no taskforce."""
AT_A_TIME: Final = 500
"""Rows in one transaction, so that a table is locked for some milliseconds only."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """How the overdue rows of one kind of personal data are found and removed.

    Attributes:
        name: as in the data inventory.
        overdue: SQL that selects the overdue rows, with the day from which the deadline counts as `since`. $1 is the
            deadline in months, $2 the taskforce.
        remove: SQL that deletes or empties the rows of `overdue` (a name it can use) and returns a row for each.
        of_taskforces: False when the rows belong to no taskforce; there is no $2 then.
    """

    name: str
    overdue: str
    remove: str
    of_taskforces: bool = True


@dataclass(frozen=True, slots=True)
class Due:
    """The overdue rows of one entry of the data inventory.

    Attributes:
        rows: how many.
        oldest: the earliest day from which the deadline of one of them counts.
    """

    entry: Personal
    rows: int
    oldest: date | None


@dataclass(frozen=True, slots=True)
class Run:
    """The last complete run of a job.

    Attributes:
        removed: how many rows it deleted or emptied.
    """

    ended_at: datetime
    removed: int


@dataclass(frozen=True)
class Retention:
    """One service's jobs and deadlines.

    Attributes:
        taskforces: returns every taskforce that the database may have rows of.
    """

    service: str
    jobs: Sequence[Job]
    inventory: DataInventory
    taskforces: Callable[[Connection], Awaitable[Sequence[UUID]]]

    async def due(self, database: Database, *, only: UUID | None = None) -> list[Due]:
        """Return the overdue rows of each entry of the data inventory. Changes nothing.

        Args:
            only: one taskforce; None: all. Rows that belong to no taskforce are always counted.
        """
        months = self.inventory.deadlines()
        found: dict[str, tuple[int, date | None]] = {}
        for job in self.jobs:
            rows, oldest = 0, None
            for taskforce_id in await self._places(database, job, only=only):
                async with _transaction(database, taskforce_id) as conn:
                    row = await conn.fetchrow(
                        f"select count(*) as rows, min(since)::date as oldest from ({job.overdue}) as overdue",  # noqa: S608
                        *_arguments(months[job.name], taskforce_id),
                    )
                assert row is not None
                rows += row["rows"]
                oldest = min(filter(None, (oldest, row["oldest"])), default=None)
            found[job.name] = rows, oldest
        return [Due(entry, *found[entry.job]) for entry in self.inventory.personal if entry.job in found]

    async def remove(self, database: Database) -> dict[str, int]:
        """Delete or empty the overdue rows, some at a time. Several processes may run it at once.

        An interrupted run keeps what it has removed.

        Returns:
            How many rows, by job.
        """
        months = self.inventory.deadlines()
        removed = {}
        for job in self.jobs:
            removed[job.name] = 0
            for taskforce_id in await self._places(database, job):
                rows = await _remove(database, job, months[job.name], taskforce_id)
                await _write_run(database, job, taskforce_id, rows)
                removed[job.name] += rows
            if removed[job.name]:
                _log.info("retention.removed", service=self.service, job=job.name, rows=removed[job.name])
        return removed

    async def work(self, database: Database) -> None:
        """Background job of the worker: remove overdue rows, a minute after the start and then once a day."""
        await asyncio.sleep(FIRST_PAUSE_SECONDS)
        while True:
            await self.remove(database)
            await asyncio.sleep(PAUSE_SECONDS)

    async def last_runs(self, database: Database, taskforce_id: UUID) -> dict[str, Run]:
        """Return the last complete run of each job for a taskforce."""
        async with database.read(taskforce_id) as conn:
            rows = await conn.fetch(
                """
                select job,
                       ended_at,
                       removed
                  from retention_runs
                 where taskforce_id = any ($1)
                """,
                [taskforce_id, NO_TASKFORCE],
            )
        return {row["job"]: Run(row["ended_at"], row["removed"]) for row in rows}

    async def _places(self, database: Database, job: Job, *, only: UUID | None = None) -> Sequence[UUID | None]:
        if not job.of_taskforces:
            return [None]
        if only is not None:
            return [only]
        async with database.system() as conn:
            return list(await self.taskforces(conn))


def _transaction(database: Database, taskforce_id: UUID | None) -> AbstractAsyncContextManager[Connection]:
    return database.system() if taskforce_id is None else database.change(taskforce_id)


def _arguments(months: int, taskforce_id: UUID | None) -> tuple[int] | tuple[int, UUID]:
    return (months,) if taskforce_id is None else (months, taskforce_id)


async def _remove(database: Database, job: Job, months: int, taskforce_id: UUID | None) -> int:
    removed = 0
    while True:
        async with _transaction(database, taskforce_id) as conn:
            rows: int = await conn.fetchval(
                f"""
                with overdue as materialized (
                    select *
                      from ({job.overdue}) as overdue
                     order by since
                     limit {AT_A_TIME}
                ), removed as (
                    {job.remove}
                )
                select count(*) from removed
                """,  # noqa: S608  (our own statements)
                *_arguments(months, taskforce_id),
            )
        removed += rows
        if rows < AT_A_TIME:
            return removed


async def _write_run(database: Database, job: Job, taskforce_id: UUID | None, removed: int) -> None:
    async with _transaction(database, taskforce_id) as conn:
        await conn.execute(
            """
            insert into retention_runs (taskforce_id, job, ended_at, removed)
            values ($1, $2, clock_timestamp(), $3)
                on conflict (taskforce_id, job) do update
               set ended_at = excluded.ended_at,
                   removed = excluded.removed
            """,
            taskforce_id or NO_TASKFORCE,
            job.name,
            removed,
        )
