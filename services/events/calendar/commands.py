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
    attendance_id,
)
from shared.messaging import outbox

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
    """Begin to plan an event.

    Raises:
        EndsBeforeStart, IdTaken, TaskforceUnknown.
    """
    event = EmployerEvent(id, EventPlan(kind, title, place, starts_at, ends_at, goal_positions))
    at = at or datetime.now(UTC)
    try:
        async with db.change(taskforce_id) as conn:
            if await store.insert_event(conn, taskforce_id, event, at=at):
                await outbox.add(conn, events_out.event_changed(EventDrafted, taskforce_id, event, at=at))
                return event
            known = await store.load_event(conn, taskforce_id, id)
            if known.plan != event.plan:
                raise IdTaken
            return known
    except asyncpg.ForeignKeyViolationError as error:
        raise TaskforceUnknown from error


async def publish_event(
    db: Database, taskforce_id: UUID, event_id: UUID, *, seen: int | None = None, at: datetime | None = None
) -> EmployerEvent:
    """Announce an event. Raises `EventNotFound`, `EventNotDraft`, `StaleVersion` (another version than `seen`)."""
    return await _change(db, taskforce_id, event_id, EventPublished, lambda event, _: event.publish(seen=seen), at=at)


async def open_event(
    db: Database, taskforce_id: UUID, event_id: UUID, *, seen: int | None = None, at: datetime | None = None
) -> EmployerEvent:
    """Open the doors. Raises `EventNotFound`, `EventNotPublished`, `StaleVersion`."""
    return await _change(db, taskforce_id, event_id, EventOpened, lambda event, now: event.open(now, seen=seen), at=at)


async def close_event(
    db: Database, taskforce_id: UUID, event_id: UUID, *, seen: int | None = None, at: datetime | None = None
) -> EmployerEvent:
    """End the evening. Raises `EventNotFound`, `EventNotOpen`, `StaleVersion`."""
    return await _change(db, taskforce_id, event_id, EventClosed, lambda event, now: event.close(now, seen=seen), at=at)


async def cancel_event(
    db: Database, taskforce_id: UUID, event_id: UUID, *, seen: int | None = None, at: datetime | None = None
) -> EmployerEvent:
    """Call an event off. Raises `EventNotFound`, `EventHasBegun`, `StaleVersion`."""
    return await _change(db, taskforce_id, event_id, EventCancelled, lambda event, _: event.cancel(seen=seen), at=at)


async def revoke_passes(
    db: Database,
    taskforce_id: UUID,
    event_id: UUID,
    *,
    generation: int | None = None,
    seen: int | None = None,
    at: datetime | None = None,
) -> EmployerEvent:
    """Make every pass handed out so far worthless (`EmployerEvent.revoke_passes`).

    Raises:
        EventNotFound, StaleVersion.
    """
    return await _change(
        db,
        taskforce_id,
        event_id,
        EventPassRevoked,
        lambda event, _: event.revoke_passes(generation=generation, seen=seen),
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
    """Check a company of the register in; one that has been let in already stays so.

    Args:
        by: the subject of whoever did it.
        drafts: whether they may know of events that are not announced; to others there is no such event.

    Raises:
        EventNotFound, EventNotOpen, CompanyNotFound.
    """
    async with db.change(taskforce_id) as conn:
        event = await _hold(conn, taskforce_id, event_id, drafts=drafts)
        await register_store.load_company(conn, taskforce_id, company_id)
        await _admit(conn, taskforce_id, event, company_id, walk_in=False, by=by, at=at or datetime.now(UTC))


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
    """Check in a company that stands at the door and is not in the register: it is put there at once.

    One without a CVR number travels as an id until `clear_company` (`Company.at_the_door`). `by` and `drafts` are as
    for `check_in`.

    Raises:
        EventNotFound, EventNotOpen, IdTaken; nothing has been registered then.
    """
    at = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        event = await _hold(conn, taskforce_id, event_id, drafts=drafts)
        new = await add_company(conn, taskforce_id, company.at_the_door(), at)
        await _admit(conn, taskforce_id, event, company.id, walk_in=new, by=by, at=at)


async def _hold(conn: Connection, taskforce_id: UUID, event_id: UUID, *, drafts: bool) -> EmployerEvent:
    event = await store.hold_event(conn, taskforce_id, event_id)
    if event.status == "draft" and not drafts:
        raise EventNotFound
    return event


async def _admit(
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
        return
    # Only now: whoever asks again after the doors have closed gets the answer they did not hear.
    event.admit()
    await outbox.add(conn, events_out.company_checked_in(taskforce_id, attendance))


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
