"""Mails the call lists: a background job of the worker that publishes, once for each event, who has calls to make."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from services.pledges.call_list import store
from services.pledges.call_list.queries import call_list
from services.pledges.call_list.schedule import latest_issue
from shared.contracts.pledges import CallListIssued, call_list_id
from shared.messaging import outbox

if TYPE_CHECKING:
    from uuid import UUID

    from services.pledges.call_list.schedule import Issue
    from shared.db.database import Connection, Database

PAUSE_SECONDS: Final = 30.0


async def issue_call_lists(database: Database) -> None:
    """Background job: publish the lists when they are due. Any number of workers may run it."""
    handled: datetime | None = None
    while True:
        now = datetime.now(UTC)
        issue = latest_issue(now)
        if issue.due_at != handled:
            if not issue.is_too_late(now):
                await issue_lists(database, issue, now=now)
            handled = issue.due_at
        await asyncio.sleep(PAUSE_SECONDS)


async def issue_lists(database: Database, issue: Issue, *, now: datetime) -> int:
    """Publish the lists of a morning that have not been published.

    Returns:
        How many were published: one for each person with a call to make after an event.
    """
    async with database.system() as conn:
        taskforces = await outbox.taskforces(conn)
    issued = 0
    for taskforce_id in taskforces:
        async with database.change(taskforce_id) as conn:
            for event_id in await store.mark_issued(conn, taskforce_id, issue, at=now):
                messages = await _lists(conn, taskforce_id, event_id, issue, now=now)
                await outbox.add_all(conn, [(message, None) for message in messages])
                issued += len(messages)
    return issued


async def _lists(
    conn: Connection, taskforce_id: UUID, event_id: UUID, issue: Issue, *, now: datetime
) -> list[CallListIssued]:
    calls = Counter(
        line.call.caller for line in await call_list(conn, taskforce_id, event_id) if not line.call.ticked_off
    )
    return [
        CallListIssued(
            taskforce_id=taskforce_id,
            version=1,
            recorded_at=now,
            call_list_id=call_list_id(event_id, person_id),
            event_id=event_id,
            person_id=person_id,
            calls=number,
            due_at=issue.due_at,
        )
        for person_id, number in calls.items()
    ]
