"""Retention: each service's jobs that delete data after its deadline, run daily, and a report of what is due.

The deadlines are in the data inventory (`personal_data.toml`); a job says in SQL which rows are overdue and how they
are removed. Report and job use the same SQL, so the report shows what the job will do.

What is deleted does not come back, so two things wait for an operator's confirmation (`tilsagn retention`): everything,
when the clock has leapt since the last run, because the deadlines depend on it; and a job that would remove more than a
tenth of its rows, because a wrong deadline does that, too. A confirmation is for one run and is recorded.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID

import structlog

from shared import metrics

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
LONGEST_GAP: Final = timedelta(days=7)
"""Since the last run. After a longer one, either the installation was stopped or its clock is ahead."""
CLOCK_TOLERANCE: Final = timedelta(hours=1)
"""How far the last run may be in the future: another server's clock, or a leap that does not matter."""
FEW_ROWS: Final = 10
"""A job may remove so many rows of any table. Of a small table, nearly any number is more than a tenth."""
LARGEST_SHARE: Final = 10
"""A job may remove one row in so many."""

_CLOCK: Final = "clock"
"""In `retention_runs`: when the service's jobs ran last, whether or not some of them waited."""
_ALL_MONTHS: Final = -1200
"""As a deadline in months: a century ahead. Every row that a job could ever remove is past it."""

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


def delete_overdue(table: str) -> str:
    """Return the SQL of `Job.remove` that deletes the overdue rows of a table with the columns `taskforce_id` and
    `id`."""
    return f"""
        delete from {table}
         where taskforce_id = $2
           and id in (select id from overdue)
        returning id
    """  # noqa: S608  (a table of ours)


@dataclass(frozen=True, slots=True)
class ClockLeap:
    """The clock of the database does not fit the last run: it is ahead or behind, or nothing ran for long.

    Attributes:
        now: what the clock says.
        last: when the jobs ran last, or the newest change was recorded if they never ran.
    """

    now: datetime
    last: datetime


Waiting = Literal["clock", "share"]
"""Why rows wait for an operator's confirmation: the clock has leapt, or they are a large share of all."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What one job would remove now.

    Attributes:
        taskforce_id: whose rows; None where they belong to no taskforce.
        rows: the overdue ones.
        total: all that the job could ever remove; counted only where `rows` are more than a few, else 0.
        oldest: the earliest day from which the deadline of one of them counts.
        waiting: why an operator has to confirm it; None where it needs no confirmation.
    """

    job: str
    taskforce_id: UUID | None
    rows: int
    total: int
    oldest: date | None
    waiting: Waiting | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do now. `clock` is None where the clock fits the last run."""

    clock: ClockLeap | None
    removals: Sequence[Removal]

    @property
    def waiting(self) -> list[Removal]:
        """The removals of rows that wait for a confirmation."""
        return [removal for removal in self.removals if removal.waiting and removal.rows]

    @property
    def needs_confirmation(self) -> bool:
        """Whether an operator has to confirm something. After a leap of the clock even if no row is overdue."""
        return self.clock is not None or bool(self.waiting)

    def of(self, removal: Removal) -> Removal | None:
        """Return the removal of the same job and taskforce."""
        same = (removal.job, removal.taskforce_id)
        return next((one for one in self.removals if (one.job, one.taskforce_id) == same), None)


@dataclass(frozen=True, slots=True)
class Due:
    """The overdue rows of one entry of the data inventory.

    Attributes:
        rows: how many.
        total: as of a `Removal`.
        oldest: the earliest day from which the deadline of one of them counts.
        waiting: why some of them wait for an operator's confirmation; None where none does.
    """

    entry: Personal
    rows: int
    total: int
    oldest: date | None
    waiting: Waiting | None


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

    async def plan(self, database: Database, *, only: UUID | None = None) -> Plan:
        """Return what a run would remove, and what of it waits for a confirmation. Changes nothing.

        Args:
            only: one taskforce; None: all. Rows that belong to no taskforce are always counted.
        """
        months = self.inventory.deadlines()
        async with database.system() as conn:
            clock = await _clock_leap(conn)
        removals = []
        for job in self.jobs:
            for taskforce_id in await self._places(database, job, only=only):
                async with _transaction(database, taskforce_id) as conn:
                    rows, oldest = await _count(conn, job, months[job.name], taskforce_id)
                    total = (await _count(conn, job, _ALL_MONTHS, taskforce_id))[0] if rows > FEW_ROWS else 0
                waiting: Waiting | None = "share" if rows > FEW_ROWS and rows * LARGEST_SHARE > total else None
                removals.append(Removal(job.name, taskforce_id, rows, total, oldest, "clock" if clock else waiting))
        return Plan(clock, removals)

    async def due(self, database: Database, *, only: UUID | None = None) -> list[Due]:
        """Return the overdue rows of each entry of the data inventory. Changes nothing. Arguments as for `plan`."""
        return self.due_of(await self.plan(database, only=only))

    def due_of(self, plan: Plan) -> list[Due]:
        """Return the overdue rows of each entry of the data inventory."""
        names = {job.name for job in self.jobs}
        lines = []
        for entry in self.inventory.personal:
            if entry.job in names:
                found = [removal for removal in plan.removals if removal.job == entry.job]
                lines.append(
                    Due(
                        entry,
                        rows=sum(removal.rows for removal in found),
                        total=sum(removal.total for removal in found),
                        oldest=min((removal.oldest for removal in found if removal.oldest), default=None),
                        waiting=next((removal.waiting for removal in found if removal.waiting and removal.rows), None),
                    )
                )
        return lines

    async def remove(self, database: Database, *, confirmed: Plan | None = None) -> dict[str, int]:
        """Delete or empty the overdue rows, some at a time, but for those that wait for a confirmation.

        Several processes may run it at once. An interrupted run keeps what it has removed.

        Args:
            confirmed: the plan that an operator has seen and confirmed. Of what waits, the rows that were overdue then
                are removed, and the confirmation is recorded.

        Returns:
            How many rows were removed, by job.
        """
        plan = await self.plan(database)
        jobs, months = {job.name: job for job in self.jobs}, self.inventory.deadlines()
        removed, waiting = dict.fromkeys(jobs, 0), 0
        if plan.clock is not None and (confirmed is None or confirmed.clock is None):
            now, last = plan.clock.now.isoformat(), plan.clock.last.isoformat()
            _log.warning("retention.clock_leapt", service=self.service, now=now, last=last)
            metrics.RETENTION_WAITING.labels(self.service).set(len(plan.removals))
            return removed
        if plan.clock is not None:
            await _write_confirmation(database, Removal(_CLOCK, None, 0, 0, None, "clock"), 0)
        for removal in plan.removals:
            job, rows = jobs[removal.job], removal.rows
            if removal.waiting and rows:
                seen = confirmed.of(removal) if confirmed is not None else None
                if seen is None or not seen.rows:
                    _log.warning("retention.waiting", service=self.service, job=job.name, rows=rows, of=removal.total)
                    waiting += 1
                    continue
                rows = min(rows, seen.rows)
                await _write_confirmation(database, removal, rows)
            count = await _remove(database, job, months[job.name], removal.taskforce_id, at_most=rows)
            await _write_run(database, job.name, removal.taskforce_id, count)
            removed[job.name] += count
        await _write_run(database, _CLOCK, None, sum(removed.values()))
        metrics.RETENTION_WAITING.labels(self.service).set(waiting)
        for name, count in removed.items():
            if count:
                _log.info("retention.removed", service=self.service, job=name, rows=count)
        return removed

    async def work(self, database: Database) -> None:
        """Background job of the worker: remove overdue rows, a minute after the start and then once a day.

        What waits for a confirmation is in the log and in a metric.
        """
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


async def _clock_leap(conn: Connection) -> ClockLeap | None:
    """Compare the database's clock with the last run; without one, with the newest change that was recorded."""
    row = await conn.fetchrow(
        """
        select clock_timestamp() as now,
               coalesce((select max(ended_at)
                           from retention_runs
                          where taskforce_id = $1),
                        (select recorded_at
                           from outbox
                          order by position desc
                          limit 1)) as last
        """,
        NO_TASKFORCE,
    )
    assert row is not None
    if row["last"] is None or -CLOCK_TOLERANCE <= row["now"] - row["last"] <= LONGEST_GAP:
        return None
    return ClockLeap(row["now"], row["last"])


async def _count(conn: Connection, job: Job, months: int, taskforce_id: UUID | None) -> tuple[int, date | None]:
    """Return how many rows are past a deadline, and the earliest day from which it counts."""
    row = await conn.fetchrow(
        f"select count(*) as rows, min(since)::date as oldest from ({job.overdue}) as overdue",  # noqa: S608
        *_arguments(months, taskforce_id),
    )
    assert row is not None
    return row["rows"], row["oldest"]


async def _remove(database: Database, job: Job, months: int, taskforce_id: UUID | None, *, at_most: int) -> int:
    """Remove the overdue rows that are the longest past their deadline; return how many there were."""
    removed = 0
    while removed < at_most:
        limit = min(AT_A_TIME, at_most - removed)
        async with _transaction(database, taskforce_id) as conn:
            rows: int = await conn.fetchval(
                f"""
                with overdue as materialized (
                    select *
                      from ({job.overdue}) as overdue
                     order by since
                     limit {limit}
                ), removed as (
                    {job.remove}
                )
                select count(*) from removed
                """,  # noqa: S608  (our own statements)
                *_arguments(months, taskforce_id),
            )
        removed += rows
        if rows < limit:
            break
    return removed


async def _write_confirmation(database: Database, removal: Removal, rows: int) -> None:
    async with _transaction(database, removal.taskforce_id) as conn:
        await conn.execute(
            """
            insert into retention_confirmations (taskforce_id, job, reason, overdue_rows, total_rows)
            values ($1, $2, $3, $4, $5)
            """,
            removal.taskforce_id or NO_TASKFORCE,
            removal.job,
            removal.waiting,
            rows,
            removal.total,
        )
    _log.warning("retention.confirmed", job=removal.job, reason=removal.waiting, rows=rows, of=removal.total)


async def _write_run(database: Database, job: str, taskforce_id: UUID | None, removed: int) -> None:
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
            job,
            removed,
        )
