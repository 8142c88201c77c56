"""Announces the pack of a meeting to members and coordinators, to each once: on schedule, or when somebody says so."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from services.events.calendar.meetings import store
from services.events.calendar.meetings.domain import MeetingIsADraft, MeetingIsCancelled
from services.events.calendar.meetings.schedule import latest_morning
from shared.contracts.events import MeetingPackIssued
from shared.messaging import outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from uuid import UUID

    from services.events.calendar.meetings.schedule import Morning
    from shared.db.database import Connection, Database

PAUSE_SECONDS: Final = 30.0


def issue_packs(days_before: int) -> Callable[[Database], Coroutine[None, None, None]]:
    """Return the background job that announces packs so many days before their meetings.

    Any number of workers may run it. A meeting that is published later is announced the next morning.
    """

    async def issue(database: Database) -> None:
        handled: datetime | None = None
        while True:
            now = datetime.now(UTC)
            morning = latest_morning(now)
            if morning.due_at != handled:
                if not morning.is_too_late(now):
                    await issue_due_packs(database, morning, days_before=days_before, now=now)
                handled = morning.due_at
            await asyncio.sleep(PAUSE_SECONDS)

    return issue


async def issue_due_packs(database: Database, morning: Morning, *, days_before: int, now: datetime) -> int:
    """Announce the packs of the meetings that are ahead and at most so many days away. Returns to how many people."""
    async with database.system() as conn:
        taskforces = await outbox.taskforces(conn)
    issued = 0
    for taskforce_id in taskforces:
        async with database.change(taskforce_id) as conn:
            until = morning.day + timedelta(days=days_before)
            for meeting_id in await store.meetings_until(conn, taskforce_id, until, now=now):
                issued += await _issue(conn, taskforce_id, meeting_id, at=now)
    return issued


async def issue_pack(db: Database, taskforce_id: UUID, meeting_id: UUID, *, at: datetime | None = None) -> int:
    """Announce the pack of a meeting now, to those who have not been told yet. Returns to how many people.

    Raises:
        EventNotFound, NotAMeeting, MeetingIsADraft, MeetingIsCancelled.
    """
    async with db.change(taskforce_id) as conn:
        meeting = await store.load_meeting(conn, taskforce_id, meeting_id)
        if meeting.status == "draft":
            raise MeetingIsADraft
        if meeting.status == "cancelled":
            raise MeetingIsCancelled
        return await _issue(conn, taskforce_id, meeting_id, at=at or datetime.now(UTC))


async def _issue(conn: Connection, taskforce_id: UUID, meeting_id: UUID, *, at: datetime) -> int:
    people = await store.mark_pack_issued(conn, taskforce_id, meeting_id, at=at)
    messages = [
        MeetingPackIssued(
            taskforce_id=taskforce_id, version=1, recorded_at=at, meeting_id=meeting_id, person_id=person_id
        )
        for person_id in people
    ]
    await outbox.add_all(conn, [(message, None) for message in messages])
    return len(messages)
