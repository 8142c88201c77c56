"""Use cases of meetings: one function each, which owns its transaction. A repeated request changes nothing.

`by` is the subject of the principal, `at` when it happened, by default now; a scenario passes moments in the past.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.events.calendar.meetings import store
from services.events.calendar.meetings.events_out import meeting_state
from shared.contracts.events import MeetingFiguresFixed, MeetingFiguresReleased, MeetingPlanned, MeetingState
from shared.messaging import outbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from uuid import UUID

    from services.events.calendar.meetings.domain import Meeting
    from shared.db.database import Database


async def fix_figures(
    db: Database,
    taskforce_id: UUID,
    meeting_id: UUID,
    *,
    by: str,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Meeting:
    """Fix the times of the meeting's figures: they include what was recorded by `at`.

    Raises:
        EventNotFound, NotAMeeting, MeetingIsOver, StaleAgenda.
    """
    at = at or datetime.now(UTC)
    return await _change(
        db,
        taskforce_id,
        meeting_id,
        MeetingFiguresFixed,
        lambda meeting: meeting.fix(at, expected_version=expected_version),
        by=by,
        at=at,
    )


async def release_figures(
    db: Database,
    taskforce_id: UUID,
    meeting_id: UUID,
    *,
    by: str,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Meeting:
    """Let the meeting's figures follow what is recorded again. Raises what `fix_figures` raises."""
    return await _change(
        db,
        taskforce_id,
        meeting_id,
        MeetingFiguresReleased,
        lambda meeting: meeting.release(expected_version=expected_version),
        by=by,
        at=at,
    )


async def choose_day(
    db: Database,
    taskforce_id: UUID,
    meeting_id: UUID,
    day: date | None,
    *,
    by: str,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Meeting:
    """Choose the day the meeting's figures are for; None: the day it is held.

    Raises:
        AsOfAfterMeeting, and what `fix_figures` raises.
    """
    return await _change(
        db,
        taskforce_id,
        meeting_id,
        MeetingPlanned,
        lambda meeting: meeting.choose_day(day, expected_version=expected_version),
        by=by,
        at=at,
    )


async def _change(
    db: Database,
    taskforce_id: UUID,
    meeting_id: UUID,
    message: type[MeetingState],
    step: Callable[[Meeting], bool],
    *,
    by: str,
    at: datetime | None,
) -> Meeting:
    at = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        meeting = await store.lock_meeting(conn, taskforce_id, meeting_id)
        if step(meeting):
            await store.save_meeting(conn, taskforce_id, meeting, at=at, by=by)
            await outbox.add(conn, meeting_state(message, taskforce_id, meeting, at=at))
    return meeting
