"""How far the read model is behind: the workers report it into a table, and the pages read it from there.

A page cannot tell from the rows themselves. Nothing new for an hour may be a quiet hour, or a worker that has stopped.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from shared.db.database import Connection, Database
    from shared.messaging.consumer import Consumer
    from shared.messaging.progress import Progress

REPORT_SECONDS: Final = 5.0
"""The time between two reports of a worker."""
_SILENT_AFTER: Final = timedelta(seconds=30)
"""A worker that has reported nothing for so long does not read any more."""
_BEHIND_AFTER: Final = timedelta(seconds=20)
"""So long a burst of messages may take to be read; it is no delay that a page speaks of."""
_FORGOTTEN_AFTER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lag:
    """That the figures are behind.

    Attributes:
        since: everything that had been published by this moment is in the figures.
        messages: how many are known to be missing; None: nobody reads them now, so nobody knows.
    """

    since: datetime
    messages: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """The last report of one worker. See the table `consumer_progress`."""

    lag: int
    caught_up_at: datetime
    reported_at: datetime


def judge(reports: list[Report], now: datetime) -> Lag | None:
    """Return how far the figures are behind, from the last reports; None: they are not, or nothing is known at all.

    Each worker reads a part of the messages, so the one that is furthest behind decides. A worker that has been silent
    for a while has been replaced, if another one reports.
    """
    current = [report for report in reports if now - report.reported_at < _SILENT_AFTER]
    if not current:
        latest = max(reports, key=lambda report: report.reported_at, default=None)
        return Lag(latest.caught_up_at, None) if latest else None
    since = min(report.caught_up_at for report in current)
    return Lag(since, sum(report.lag for report in current)) if now - since >= _BEHIND_AFTER else None


async def current_lag(conn: Connection) -> Lag | None:
    """Return how far the figures are behind, as the workers have reported it."""
    rows = await conn.fetch("select lag, caught_up_at, reported_at from consumer_progress")
    return judge([Report(*row.values()) for row in rows], datetime.now(UTC))


def reporting(consumer: Consumer) -> Callable[[Database], Awaitable[None]]:
    """Return the background job that reports the progress of a worker's consumer."""
    worker_id = uuid4()

    async def report(database: Database) -> None:
        while True:
            progress = await consumer.measure()
            async with database.system() as conn:
                await save(conn, worker_id, progress)
            await asyncio.sleep(REPORT_SECONDS)

    return report


async def save(conn: Connection, worker_id: UUID, progress: Progress) -> None:
    """Save the progress of a worker in the place of its last one."""
    now = datetime.now(UTC)
    await conn.execute(
        """
        insert into consumer_progress as known (worker_id, lag, caught_up_at, reported_at)
        select $1::uuid, $2::bigint, coalesce($3::timestamptz, max(caught_up_at), $4), $4::timestamptz
          from consumer_progress
            on conflict (worker_id) do update
           set lag = excluded.lag,
               caught_up_at = coalesce($3, known.caught_up_at),
               reported_at = excluded.reported_at
        """,
        worker_id,
        progress.lag,
        # A worker that has just started has read nothing yet: what the one before it has read counts until then.
        None if progress.behind_seconds else now,
        now,
    )
    await conn.execute("delete from consumer_progress where reported_at < $1", now - _FORGOTTEN_AFTER)
