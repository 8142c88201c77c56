"""SQL that loads and saves events and attendance. Runs in the caller's transaction, never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.events.calendar.domain import (
    Attendance,
    CheckInNotFound,
    EmployerEvent,
    EventNotFound,
    EventPlan,
    StaleVersion,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from shared.db.database import Connection


async def insert_event(conn: Connection, taskforce_id: UUID, event: EmployerEvent, *, at: datetime) -> bool:
    """Insert the event unless the id is in use. Returns whether it was inserted."""
    plan = event.plan
    inserted = await conn.fetchval(
        """
        insert into employer_events
               (taskforce_id, id, kind, status, title, place, starts_at, ends_at, goal_positions,
                pass_generation, version, drafted_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            on conflict (taskforce_id, id) do nothing
        returning true
        """,
        taskforce_id,
        event.id,
        plan.kind,
        event.status,
        plan.title,
        plan.place,
        plan.starts_at,
        plan.ends_at,
        plan.goal_positions,
        event.pass_generation,
        event.version,
        at,
    )
    return bool(inserted)


async def load_event(conn: Connection, taskforce_id: UUID, event_id: UUID) -> EmployerEvent:
    """Return the event. Raises `EventNotFound`."""
    return _event(await conn.fetchrow(_SELECT_EVENT, taskforce_id, event_id))


async def lock_event(conn: Connection, taskforce_id: UUID, event_id: UUID) -> EmployerEvent:
    """Return the event, locked until the transaction ends. Raises `EventNotFound`."""
    return _event(await conn.fetchrow(_SELECT_EVENT + " for update", taskforce_id, event_id))


async def lock_event_shared(conn: Connection, taskforce_id: UUID, event_id: UUID) -> EmployerEvent:
    """Return the event, which cannot change until the transaction ends. Raises `EventNotFound`.

    Check-ins share this lock; a transition waits for them.
    """
    return _event(await conn.fetchrow(_SELECT_EVENT + " for share", taskforce_id, event_id))


async def events_with_passes(conn: Connection, taskforce_id: UUID, *, ended_after: datetime) -> list[EmployerEvent]:
    """Return published, open and closed events that end after a moment."""
    rows = await conn.fetch(
        _EVENT_COLUMNS
        + """
       where taskforce_id = $1
         and status in ('published', 'open', 'closed')
         and ends_at > $2
        """,
        taskforce_id,
        ended_after,
    )
    return [_event(row) for row in rows]


_EVENT_COLUMNS = """
    select id, kind, status, title, place, starts_at, ends_at, opened_at, closed_at, goal_positions,
           pass_generation, version
      from employer_events
"""


_SELECT_EVENT = _EVENT_COLUMNS + "where taskforce_id = $1 and id = $2"


def _event(row: asyncpg.Record | None) -> EmployerEvent:
    if row is None:
        raise EventNotFound
    return EmployerEvent(
        id=row["id"],
        plan=EventPlan(
            row["kind"], row["title"], row["place"], row["starts_at"], row["ends_at"], row["goal_positions"]
        ),
        status=row["status"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        pass_generation=row["pass_generation"],
        version=row["version"],
    )


async def save_event(conn: Connection, taskforce_id: UUID, event: EmployerEvent) -> None:
    """Save a transition of a locked event. Raises `StaleVersion` if the stored version is not the one before."""
    saved = await conn.fetchval(
        """
        update employer_events
           set status = $3,
               opened_at = $4,
               closed_at = $5,
               pass_generation = $6,
               version = $7
         where taskforce_id = $1
           and id = $2
           and version = $7 - 1
        returning true
        """,
        taskforce_id,
        event.id,
        event.status,
        event.opened_at,
        event.closed_at,
        event.pass_generation,
        event.version,
    )
    if not saved:
        raise StaleVersion


async def insert_attendance(conn: Connection, taskforce_id: UUID, attendance: Attendance) -> bool:
    """Insert the attendance unless the company has checked in. Returns whether it was inserted."""
    inserted = await conn.fetchval(
        """
        insert into attendances
               (taskforce_id, id, event_id, company_id, walk_in, checked_in_at, checked_in_by, version)
        values ($1, $2, $3, $4, $5, $6, $7, 1)
            on conflict (taskforce_id, id) do nothing
        returning true
        """,
        taskforce_id,
        attendance.id,
        attendance.event_id,
        attendance.company_id,
        attendance.walk_in,
        attendance.checked_in_at,
        attendance.checked_in_by,
    )
    return bool(inserted)


async def lock_attendance(conn: Connection, taskforce_id: UUID, event_id: UUID, attendance_id: UUID) -> Attendance:
    """Return a company's attendance at an event, locked until the transaction ends. Raises `CheckInNotFound`."""
    row = await conn.fetchrow(
        """
        select id, event_id, company_id, walk_in, checked_in_at, checked_in_by, undone_at, version
          from attendances
         where taskforce_id = $1
           and event_id = $2
           and id = $3
           for update
        """,
        taskforce_id,
        event_id,
        attendance_id,
    )
    if row is None:
        raise CheckInNotFound
    return Attendance(**row)


async def save_attendance(conn: Connection, taskforce_id: UUID, attendance: Attendance) -> None:
    """Save a transition of a locked attendance."""
    await conn.execute(
        """
        update attendances
           set checked_in_at = $3,
               checked_in_by = $4,
               undone_at = $5,
               version = $6
         where taskforce_id = $1
           and id = $2
        """,
        taskforce_id,
        attendance.id,
        attendance.checked_in_at,
        attendance.checked_in_by,
        attendance.undone_at,
        attendance.version,
    )


async def insert_undone_check_in(conn: Connection, taskforce_id: UUID, attendance: Attendance, *, by: str) -> None:
    """Keep who made the check-in that has just been undone, and who undid it."""
    await conn.execute(
        """
        insert into undone_check_ins
               (taskforce_id, attendance_id, version, checked_in_at, checked_in_by, undone_at, undone_by)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        taskforce_id,
        attendance.id,
        attendance.version,
        attendance.checked_in_at,
        attendance.checked_in_by,
        attendance.undone_at,
        by,
    )
