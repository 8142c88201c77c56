"""SQL that loads and saves what phones captured at the door. Runs in the caller's transaction, never commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.events.calendar.door.domain import DoorRecord

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class StoredCapture:
    """A captured check-in, or its undoing, with the company that it was recognised as."""

    id: UUID
    event_id: UUID
    company_id: UUID
    walk_in_id: UUID | None
    undo: bool
    captured_at: datetime
    happened_at: datetime
    received_at: datetime
    captured_by: str


async def insert_capture(conn: Connection, taskforce_id: UUID, capture: StoredCapture) -> bool:
    """Insert the capture unless the id is in use. Returns whether it was inserted."""
    inserted = await conn.fetchval(
        """
        insert into captured_check_ins
               (taskforce_id, id, event_id, company_id, walk_in_id, undo, captured_at, happened_at, received_at,
                captured_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (taskforce_id, id) do nothing
        returning true
        """,
        taskforce_id,
        capture.id,
        capture.event_id,
        capture.company_id,
        capture.walk_in_id,
        capture.undo,
        capture.captured_at,
        capture.happened_at,
        capture.received_at,
        capture.captured_by,
    )
    return bool(inserted)


async def find_capture(conn: Connection, taskforce_id: UUID, capture_id: UUID) -> StoredCapture | None:
    """Return the capture with this id, if there is one."""
    row = await conn.fetchrow(
        """
        select id, event_id, company_id, walk_in_id, undo, captured_at, happened_at, received_at, captured_by
          from captured_check_ins
         where taskforce_id = $1
           and id = $2
        """,
        taskforce_id,
        capture_id,
    )
    return StoredCapture(**row) if row else None


async def company_of_walk_in(conn: Connection, taskforce_id: UUID, walk_in_id: UUID) -> UUID | None:
    """Return the company that a phone's walk-in was recognised as, if it has been captured before."""
    company_id: UUID | None = await conn.fetchval(
        """
        select company_id
          from captured_check_ins
         where taskforce_id = $1
           and walk_in_id = $2
         limit 1
        """,
        taskforce_id,
        walk_in_id,
    )
    return company_id


async def door_records(conn: Connection, taskforce_id: UUID, event_id: UUID, company_id: UUID) -> list[DoorRecord]:
    """Return all that is known of a company at an event's door, some of it more than once.

    That is what phones captured, the present attendance, and the check-ins that were undone on the event's page.
    """
    rows = await conn.fetch(
        """
        select happened_at as at, captured_by as by, undo
          from captured_check_ins
         where taskforce_id = $1
           and event_id = $2
           and company_id = $3
         union
        select record.at, record.by, record.undo
          from attendances as attendance
         cross join lateral (values (attendance.checked_in_at, attendance.checked_in_by, false),
                                    (attendance.undone_at, attendance.checked_in_by, true)) as record (at, by, undo)
         where attendance.taskforce_id = $1
           and attendance.event_id = $2
           and attendance.company_id = $3
           and record.at is not null
         union
        select record.at, record.by, record.undo
          from undone_check_ins as undone
          join attendances as attendance
            on attendance.taskforce_id = undone.taskforce_id
           and attendance.id = undone.attendance_id
         cross join lateral (values (undone.checked_in_at, undone.checked_in_by, false),
                                    (undone.undone_at, undone.undone_by, true)) as record (at, by, undo)
         where undone.taskforce_id = $1
           and attendance.event_id = $2
           and attendance.company_id = $3
        """,
        taskforce_id,
        event_id,
        company_id,
    )
    return [DoorRecord(**row) for row in rows]
