"""Releases the public board's number: at set times, or by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.dashboard.board import store
from services.dashboard.board.domain import NotReleased, Release, judge, sign_due, smallest_ever
from services.dashboard.disclosure import Hidden
from services.dashboard.measures import queries
from services.dashboard.measures.citizens import Citizens
from shared.contracts.dashboard import BoardReleased
from shared.messaging import outbox
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from services.dashboard.board.schedule import Schedule
    from services.dashboard.read_model.taskforces import Taskforce
    from shared.db.database import Connection, Database


async def release_due(database: Database, taskforce: Taskforce, schedule: Schedule, *, now: datetime) -> Release | None:
    """Release the board's number if a release is due and the rules allow it.

    A set time that has passed is made up once, however many have been missed. Any number of processes may call this.

    Returns:
        The new release; None if none was due, or if the last one stands. The reason is kept.
    """
    due_at = schedule.last_due(now)
    async with database.read(taskforce.taskforce_id) as conn:
        last = await store.last_check(conn)
    if last is not None and last.due_at >= due_at:
        return None
    async with database.change(taskforce.taskforce_id) as conn:
        if not await store.claim(conn, taskforce.taskforce_id, due_at=due_at, now=now):
            return None
        try:
            return await _release(conn, taskforce, schedule, now=now, by_hand=False)
        except NotReleased as reason:
            await store.refuse(conn, reason.code)
            return None


async def release_now(database: Database, taskforce: Taskforce, schedule: Schedule, *, now: datetime) -> Release:
    """Release the board's number before its time. The audit is the same; only a larger step is not waited for.

    Raises:
        NotReleased: the number would give a small count away, or has not changed.
    """
    async with database.change(taskforce.taskforce_id) as conn:
        await store.claim(conn, taskforce.taskforce_id, due_at=now, now=now)
        return await _release(conn, taskforce, schedule, now=now, by_hand=True)


async def count(conn: Connection, since: date, as_of: date) -> int:
    """Return how many citizens have got a småjob from one day to another, both included: confirmed hires only.

    Each counts once, with the first småjob they have ever had; a hire that names nobody is one citizen's.
    """
    return await queries.growth(conn, Citizens, job_type="smaajob", since=since, as_of=as_of)


async def _release(
    conn: Connection, taskforce: Taskforce, schedule: Schedule, *, now: datetime, by_hand: bool
) -> Release:
    earlier = await store.releases(conn)
    as_of = local_date(now)
    counted = await count(conn, taskforce.since, as_of)
    smallest = smallest_ever(schedule.smallest, earlier)
    step = smallest if by_hand else schedule.step
    shown = judge(counted, [release.shown for release in earlier], step=step, smallest=smallest)
    release = Release(
        taskforce_id=taskforce.taskforce_id,
        number=len(earlier) + 1,
        since=taskforce.since,
        as_of=as_of,
        counted=counted,
        below=smallest if isinstance(shown, Hidden) else None,
        released_at=now,
        by_hand=by_hand,
        sign_due=sign_due(shown, earlier, step=schedule.sign_step),
    )
    await store.add(conn, release)
    await outbox.add(conn, _message(release))
    return release


def _message(release: Release) -> BoardReleased:
    taskforce_id: UUID = release.taskforce_id
    return BoardReleased(
        taskforce_id=taskforce_id,
        version=release.number,
        recorded_at=release.released_at,
        count=None if isinstance(release.shown, Hidden) else release.shown,
        as_of=release.as_of,
        released_at=release.released_at,
        sign_due=release.sign_due,
    )
