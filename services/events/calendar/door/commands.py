"""Use cases of the door's phones: one function each, which owns its transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.events import events_out
from services.events.calendar import store as calendar_store
from services.events.calendar.domain import Attendance, EventNotFound
from services.events.calendar.door import store
from services.events.calendar.door.domain import check_repeated, happened_at, merge
from services.events.calendar.door.store import StoredCapture
from services.events.register import queries as register
from services.events.register import store as register_store
from services.events.register.commands import add_company
from services.events.register.domain import Company, CompanyNotFound
from shared.contracts.events import attendance_id
from shared.messaging import outbox

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.events.calendar.domain import EmployerEvent
    from services.events.calendar.door.domain import CapturedCheckIn, Reception
    from shared.db.database import Connection, Database


@dataclass(frozen=True, slots=True)
class Captured:
    """What became of a capture.

    Attributes:
        company_id: the company that it is about. A walk-in may be a company that was known already.
        repeated: the server had it before.
    """

    company_id: UUID
    repeated: bool


async def record_capture(
    db: Database,
    taskforce_id: UUID,
    event_id: UUID,
    captured: CapturedCheckIn,
    *,
    by: str,
    drafts: bool,
    reception: Reception,
) -> Captured:
    """Record a check-in, or its undoing, that a phone captured, and bring the company's attendance up to date.

    A repeated capture changes nothing, and captures may arrive in any order. A company that walks in is the one that
    the register, or another door, has under its CVR number or its name; else it is registered, as in
    `check_in_walk_in`.

    Args:
        by: the subject of the principal who sends it.
        drafts: whether the principal may see drafts. If not, a draft is not found.
        reception: when it was received.

    Raises:
        EventNotFound, CompanyNotFound.
        EventNotOpen: it was not captured while the event was open.
        CaptureIdTaken: another capture has the id.
        IdTaken: a company with other facts has the walk-in's id.
    """
    async with db.change(taskforce_id) as conn:
        walks_in = isinstance(captured.company, Company)
        event = await _lock(conn, taskforce_id, event_id, walks_in=walks_in)
        if event.status == "draft" and not drafts:
            raise EventNotFound
        if (earlier := await store.find_capture(conn, taskforce_id, captured.id)) is not None:
            return _repeated(earlier, event_id, captured)
        at = happened_at(captured.captured_at, event, reception, undo=captured.undo)
        company_id, is_new = await _company(conn, taskforce_id, captured.company, reception.at)
        capture = StoredCapture(
            id=captured.id,
            event_id=event_id,
            company_id=company_id,
            walk_in_id=captured.company.id if isinstance(captured.company, Company) else None,
            undo=captured.undo,
            captured_at=captured.captured_at,
            happened_at=at,
            received_at=reception.at,
            captured_by=by,
        )
        if not await store.insert_capture(conn, taskforce_id, capture):
            # The same request is running twice, and the other one has just committed.
            earlier = await store.find_capture(conn, taskforce_id, captured.id)
            assert earlier is not None
            return _repeated(earlier, event_id, captured)
        await _settle(conn, taskforce_id, event_id, company_id, walk_in=is_new, at=reception.at)
        return Captured(company_id, repeated=False)


def _repeated(earlier: StoredCapture, event_id: UUID, captured: CapturedCheckIn) -> Captured:
    check_repeated((earlier.event_id, earlier.captured_at, earlier.undo), event_id, captured)
    return Captured(earlier.company_id, repeated=True)


async def _lock(conn: Connection, taskforce_id: UUID, event_id: UUID, *, walks_in: bool) -> EmployerEvent:
    # Walk-ins take turns, so that two doors do not register one company twice.
    lock = calendar_store.lock_event if walks_in else calendar_store.lock_event_shared
    return await lock(conn, taskforce_id, event_id)


async def _company(conn: Connection, taskforce_id: UUID, company: UUID | Company, at: datetime) -> tuple[UUID, bool]:
    """Return the id of the company that is meant, and whether it has just been registered."""
    if not isinstance(company, Company):
        await register_store.load_company(conn, taskforce_id, company)
        return company, False
    if (known := await store.company_of_walk_in(conn, taskforce_id, company.id)) is not None:
        return known, False
    try:
        await register_store.load_company(conn, taskforce_id, company.id)
    except CompanyNotFound:
        directory = await register.directory(conn, taskforce_id)
        if (known := directory.recognise(company.name, company.cvr)) is not None:
            return known, False
    return company.id, await add_company(conn, taskforce_id, company.at_the_door(), at)


async def _settle(
    conn: Connection, taskforce_id: UUID, event_id: UUID, company_id: UUID, *, walk_in: bool, at: datetime
) -> None:
    """Make a company's attendance what all records amount to, and publish it if that changed anything."""
    merged = merge(await store.door_records(conn, taskforce_id, event_id, company_id))
    if merged is None:
        return
    attendance = Attendance(
        id=attendance_id(event_id, company_id),
        event_id=event_id,
        company_id=company_id,
        walk_in=walk_in,
        checked_in_at=merged.checked_in_at,
        checked_in_by=merged.checked_in_by,
    )
    if await calendar_store.insert_attendance(conn, taskforce_id, attendance):
        await outbox.add(conn, events_out.company_checked_in(taskforce_id, attendance, at=at))
    attendance = await calendar_store.lock_attendance(conn, taskforce_id, event_id, attendance.id)
    # Again, because another door may have committed while this one waited for the lock.
    merged = merge(await store.door_records(conn, taskforce_id, event_id, company_id))
    assert merged is not None
    if attendance.become(merged.checked_in_at, merged.undone_at, by=merged.checked_in_by):
        await calendar_store.save_attendance(conn, taskforce_id, attendance)
        message = events_out.company_checked_in if attendance.undone_at is None else events_out.check_in_undone
        await outbox.add(conn, message(taskforce_id, attendance, at=at))
