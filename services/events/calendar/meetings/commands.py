"""Use cases of meetings: one function each, which owns its transaction. A repeated request changes nothing.

`by` is the subject of the principal, `at` when it happened, by default now; a scenario passes moments in the past.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.events.calendar.meetings import store
from services.events.calendar.meetings.domain import MeetingIsADraft, PresenterNotFound
from services.events.calendar.meetings.events_out import meeting_state
from shared.contracts.events import MeetingFiguresFixed, MeetingFiguresReleased, MeetingPlanned, MeetingState
from shared.messaging import outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from uuid import UUID

    from services.events.calendar.meetings.domain import AgendaItem, Direction, Meeting, Minutes
    from shared.db.database import Connection, Database


async def set_times(
    db: Database,
    taskforce_id: UUID,
    meeting_id: UUID,
    *,
    by: str,
    fixed: bool | None = None,
    as_of: date | None = None,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Meeting:
    """Set the times of the meeting's figures. What is None stays as it is.

    Args:
        fixed: True: they include what was recorded by `at`; False: they follow what is recorded.
        as_of: the day they are for.

    Raises:
        EventNotFound, NotAMeeting, MeetingIsOver, StaleAgenda, AsOfAfterMeeting.
    """
    at = at or datetime.now(UTC)
    return await _change(
        db,
        taskforce_id,
        meeting_id,
        MeetingPlanned if fixed is None else MeetingFiguresFixed if fixed else MeetingFiguresReleased,
        lambda meeting: meeting.set_times(at, fixed=fixed, day=as_of, expected_version=expected_version),
        by=by,
        at=at,
    )


async def put_item(
    db: Database,
    taskforce_id: UUID,
    meeting_id: UUID,
    item: AgendaItem,
    *,
    by: str,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Meeting:
    """Add an item at the end of the agenda, or change the one with this id.

    Raises:
        AgendaIsFull, PresenterNotFound, IdTaken, and what `set_times` raises.
    """
    return await _change(
        db,
        taskforce_id,
        meeting_id,
        MeetingPlanned,
        lambda meeting: meeting.put(item, expected_version=expected_version),
        by=by,
        at=at,
    )


async def arrange_agenda(
    db: Database,
    taskforce_id: UUID,
    meeting_id: UUID,
    items: Sequence[AgendaItem],
    *,
    by: str,
    only_if_empty: bool = False,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Meeting:
    """Replace the whole agenda.

    Args:
        only_if_empty: refuse to replace another one.

    Raises:
        AgendaIsNotEmpty, AgendaIsFull, ItemHasMinutes, PresenterNotFound, IdTaken, and what `set_times` raises.
    """

    def arrange(meeting: Meeting) -> bool:
        if only_if_empty:
            return meeting.begin_with(items, expected_version=expected_version)
        return meeting.arrange(items, expected_version=expected_version)

    return await _change(db, taskforce_id, meeting_id, MeetingPlanned, arrange, by=by, at=at)


async def move_item(
    db: Database,
    taskforce_id: UUID,
    meeting_id: UUID,
    item_id: UUID,
    direction: Direction,
    *,
    by: str,
    expected_version: int | None = None,
) -> Meeting:
    """Move an item by one place. Raises `AgendaItemNotFound`, and what `set_times` raises."""
    return await _change(
        db,
        taskforce_id,
        meeting_id,
        MeetingPlanned,
        lambda meeting: meeting.move(item_id, direction, expected_version=expected_version),
        by=by,
    )


async def remove_item(
    db: Database,
    taskforce_id: UUID,
    meeting_id: UUID,
    item_id: UUID,
    *,
    by: str,
    expected_version: int | None = None,
) -> Meeting:
    """Remove an item. Raises `ItemHasMinutes`, and what `set_times` raises."""
    return await _change(
        db,
        taskforce_id,
        meeting_id,
        MeetingPlanned,
        lambda meeting: meeting.remove(item_id, expected_version=expected_version),
        by=by,
    )


async def write_minutes(
    db: Database,
    taskforce_id: UUID,
    meeting_id: UUID,
    item_id: UUID,
    text: str | None,
    *,
    by: str,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Minutes:
    """Write the minutes of an item, during the meeting or after it. They are not published.

    Args:
        text: None deletes them.

    Raises:
        EventNotFound, NotAMeeting, MeetingIsADraft, AgendaItemNotFound, StaleMinutes.
    """
    async with db.change(taskforce_id) as conn:
        meeting = await store.load_meeting(conn, taskforce_id, meeting_id)
        if meeting.status == "draft":
            raise MeetingIsADraft
        minutes = await store.lock_minutes(conn, taskforce_id, meeting_id, item_id)
        if minutes.write(text, expected_version=expected_version):
            await store.save_minutes(conn, taskforce_id, minutes, at=at or datetime.now(UTC), by=by)
    return minutes


async def recount_decisions(
    conn: Connection, taskforce_id: UUID, *, after: datetime, at: datetime, by: str | None
) -> None:
    """Publish how many decisions come back at each meeting that is not over and starts after a moment.

    Part of the transaction that has changed a decision of a meeting which started then.
    """
    for meeting_id in await store.meetings_ahead(conn, taskforce_id, after=after):
        meeting = await store.lock_meeting(conn, taskforce_id, meeting_id)
        if meeting.recount(await store.count_open_decisions(conn, taskforce_id, before=meeting.starts_at)):
            await store.save_meeting(conn, taskforce_id, meeting, at=at, by=by)
            await outbox.add(conn, meeting_state(MeetingPlanned, taskforce_id, meeting, at=at))


async def _change(
    db: Database,
    taskforce_id: UUID,
    meeting_id: UUID,
    message: type[MeetingState],
    step: Callable[[Meeting], bool],
    *,
    by: str,
    at: datetime | None = None,
) -> Meeting:
    at = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        meeting = await store.lock_meeting(conn, taskforce_id, meeting_id)
        presented = {item.presenter for item in meeting.items}
        if step(meeting):
            # Somebody whose account was closed since may stay on the agenda.
            for presenter in {item.presenter for item in meeting.items} - presented:
                if presenter is not None and not await store.is_active_person(conn, taskforce_id, presenter):
                    raise PresenterNotFound
            await store.save_meeting(conn, taskforce_id, meeting, at=at, by=by)
            await outbox.add(conn, meeting_state(message, taskforce_id, meeting, at=at))
    return meeting
