"""Use cases of events, attendance and passes: one function each, which owns its transaction.

Ids are made by the client, so sending the same request again changes nothing; other facts under an id that is in use
raise `IdTaken`. `at` is when it happened, by default now; a scenario passes moments in the past.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import asyncpg

from services.events import events_out
from services.events.calendar import store
from services.events.calendar.domain import Attendance, EmployerEvent, EventNotFound, EventPlan
from services.events.calendar.meetings.domain import Meeting
from services.events.calendar.meetings.events_out import meeting_state
from services.events.calendar.meetings.store import count_open_decisions, save_meeting
from services.events.register import store as register_store
from services.events.register.commands import add_company
from services.events.register.domain import IdTaken, TaskforceUnknown
from shared.contracts.events import (
    EmployerEventState,
    EventCancelled,
    EventClosed,
    EventDrafted,
    EventOpened,
    EventPassRevoked,
    EventPublished,
    MeetingPlanned,
    attendance_id,
)
from shared.messaging import outbox
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from services.events.register.domain import Company
    from shared.contracts.events import EventKind
    from shared.db.database import Connection, Database


async def draft_event(
    db: Database,
    taskforce_id: UUID,
    *,
    id: UUID,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    place: str | None = None,
    kind: EventKind = "employer_event",
    goal_positions: int | None = None,
    at: datetime | None = None,
) -> EmployerEvent:
    """Draft an event; a taskforce meeting begins with an empty agenda.

    Raises:
        EndsBeforeStart, LastsTooLong, TaskforceUnknown.
        IdTaken: another event, or this one with another plan, has the id.
    """
    event = EmployerEvent(id, EventPlan(kind, title, place, starts_at, ends_at, goal_positions))
    event.plan.check_length()
    at = at or datetime.now(UTC)
    try:
        async with db.change(taskforce_id) as conn:
            if await store.insert_event(conn, taskforce_id, event, at=at):
                await outbox.add(conn, events_out.event_changed(EventDrafted, taskforce_id, event, at=at))
                if kind == "taskforce_meeting":
                    await _plan_meeting(conn, taskforce_id, event, at=at)
                return event
            known = await store.load_event(conn, taskforce_id, id)
            if known.plan != event.plan:
                raise IdTaken
            return known
    except asyncpg.ForeignKeyViolationError as error:
        raise TaskforceUnknown from error


async def publish_event(
    db: Database, taskforce_id: UUID, event_id: UUID, *, expected_version: int | None = None, at: datetime | None = None
) -> EmployerEvent:
    """Publish a draft.

    Raises:
        EventNotFound, EventNotDraft.
        StaleVersion: the event has another version than `expected_version`.
    """
    return await _change(
        db,
        taskforce_id,
        event_id,
        EventPublished,
        lambda event, _: event.publish(expected_version=expected_version),
        at=at,
    )


async def open_event(
    db: Database, taskforce_id: UUID, event_id: UUID, *, expected_version: int | None = None, at: datetime | None = None
) -> EmployerEvent:
    """Open a published event. Raises `EventNotFound`, `EventNotPublished`, `StaleVersion`."""
    return await _change(
        db,
        taskforce_id,
        event_id,
        EventOpened,
        lambda event, now: event.open(now, expected_version=expected_version),
        at=at,
    )


async def close_event(
    db: Database, taskforce_id: UUID, event_id: UUID, *, expected_version: int | None = None, at: datetime | None = None
) -> EmployerEvent:
    """Close an open event. Raises `EventNotFound`, `EventNotOpen`, `StaleVersion`."""
    return await _change(
        db,
        taskforce_id,
        event_id,
        EventClosed,
        lambda event, now: event.close(now, expected_version=expected_version),
        at=at,
    )


async def cancel_event(
    db: Database, taskforce_id: UUID, event_id: UUID, *, expected_version: int | None = None, at: datetime | None = None
) -> EmployerEvent:
    """Cancel an event. Raises `EventNotFound`, `EventHasBegun`, `StaleVersion`."""
    return await _change(
        db,
        taskforce_id,
        event_id,
        EventCancelled,
        lambda event, _: event.cancel(expected_version=expected_version),
        at=at,
    )


async def revoke_passes(
    db: Database,
    taskforce_id: UUID,
    event_id: UUID,
    *,
    generation: int | None = None,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> EmployerEvent:
    """Revoke the passes that have been issued so far (`EmployerEvent.revoke_passes`).

    Raises:
        EventNotFound, StaleVersion.
    """
    return await _change(
        db,
        taskforce_id,
        event_id,
        EventPassRevoked,
        lambda event, _: event.revoke_passes(generation=generation, expected_version=expected_version),
        at=at,
    )


async def check_in(
    db: Database,
    taskforce_id: UUID,
    event_id: UUID,
    company_id: UUID,
    *,
    by: str,
    drafts: bool = True,
    at: datetime | None = None,
) -> None:
    """Check a registered company in. Idempotent.

    Args:
        by: the subject of the principal who checks it in.
        drafts: whether the principal may see drafts. If not, a draft is not found.

    Raises:
        EventNotFound, EventNotOpen, CompanyNotFound.
    """
    async with db.change(taskforce_id) as conn:
        event = await _lock_visible(conn, taskforce_id, event_id, drafts=drafts)
        await register_store.load_company(conn, taskforce_id, company_id)
        await _insert_attendance(
            conn, taskforce_id, event, company_id, walk_in=False, by=by, at=at or datetime.now(UTC)
        )


async def check_in_walk_in(
    db: Database,
    taskforce_id: UUID,
    event_id: UUID,
    company: Company,
    *,
    by: str,
    drafts: bool = True,
    at: datetime | None = None,
) -> None:
    """Register a company that walks in, and check it in.

    Without a CVR number only its id is published until `clear_company` (see `Company.at_the_door`). `by` and `drafts`
    are as in `check_in`.

    Raises:
        EventNotFound, EventNotOpen, IdTaken: the company has not been registered.
    """
    at = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        event = await _lock_visible(conn, taskforce_id, event_id, drafts=drafts)
        new = await add_company(conn, taskforce_id, company.at_the_door(), at)
        await _insert_attendance(conn, taskforce_id, event, company.id, walk_in=new, by=by, at=at)


async def undo_check_in(
    db: Database,
    taskforce_id: UUID,
    event_id: UUID,
    check_in_id: UUID,
    *,
    by: str,
    drafts: bool = True,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Attendance:
    """Undo a check-in that was a mistake, also after the event was closed. The company stays in the register.

    `by` and `drafts` are as in `check_in`. Who checked the company in and who undid it is kept (`undone_check_ins`).

    Raises:
        EventNotFound, CheckInNotFound.
        StaleVersion: the check-in has another version than `expected_version`.
    """
    at = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        await _lock_visible(conn, taskforce_id, event_id, drafts=drafts)
        attendance = await store.lock_attendance(conn, taskforce_id, event_id, check_in_id)
        if attendance.undo(at, expected_version=expected_version):
            await store.insert_undone_check_in(conn, taskforce_id, attendance, by=by)
            await store.save_attendance(conn, taskforce_id, attendance)
            await outbox.add(conn, events_out.check_in_undone(taskforce_id, attendance, at=at))
    return attendance


async def _plan_meeting(conn: Connection, taskforce_id: UUID, event: EmployerEvent, *, at: datetime) -> None:
    starts_at = event.plan.starts_at
    decisions = await count_open_decisions(conn, taskforce_id, before=starts_at)
    meeting = Meeting(event.id, event.status, starts_at, local_date(starts_at), decisions_open=decisions, version=1)
    await save_meeting(conn, taskforce_id, meeting, at=at)
    await outbox.add(conn, meeting_state(MeetingPlanned, taskforce_id, meeting, at=at))


async def _lock_visible(conn: Connection, taskforce_id: UUID, event_id: UUID, *, drafts: bool) -> EmployerEvent:
    event = await store.lock_event_shared(conn, taskforce_id, event_id)
    if event.status == "draft" and not drafts:
        raise EventNotFound
    return event


async def _insert_attendance(
    conn: Connection,
    taskforce_id: UUID,
    event: EmployerEvent,
    company_id: UUID,
    *,
    walk_in: bool,
    by: str,
    at: datetime,
) -> None:
    attendance = Attendance(attendance_id(event.id, company_id), event.id, company_id, walk_in, at, by)
    if not await store.insert_attendance(conn, taskforce_id, attendance):
        attendance = await store.lock_attendance(conn, taskforce_id, event.id, attendance.id)
        if not attendance.check_in_again(at, by=by):
            return
        await store.save_attendance(conn, taskforce_id, attendance)
    # After the insert, so that a retry succeeds even if the event has been closed meanwhile.
    event.admit()
    await outbox.add(conn, events_out.company_checked_in(taskforce_id, attendance, at=at))


async def _change(
    db: Database,
    taskforce_id: UUID,
    event_id: UUID,
    message: type[EmployerEventState],
    step: Callable[[EmployerEvent, datetime], bool],
    *,
    at: datetime | None,
) -> EmployerEvent:
    now = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        event = await store.lock_event(conn, taskforce_id, event_id)
        if step(event, now):
            await store.save_event(conn, taskforce_id, event)
            await outbox.add(conn, events_out.event_changed(message, taskforce_id, event, at=now))
    return event
