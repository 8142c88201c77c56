"""SQL that loads and saves registrations. Runs in the caller's transaction, never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.events.calendar.registrations.domain import Registration, RegistrationNotFound

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Connection


async def insert_registration(conn: Connection, taskforce_id: UUID, registration: Registration) -> bool:
    """Insert the registration unless the company has one. Returns whether it was inserted.

    Raises:
        asyncpg.ForeignKeyViolationError: the company is not in the register.
    """
    inserted = await conn.fetchval(
        """
        insert into registrations (taskforce_id, id, event_id, company_id, registered_at, registered_by, version)
        values ($1, $2, $3, $4, $5, $6, 1)
            on conflict (taskforce_id, id) do nothing
        returning true
        """,
        taskforce_id,
        registration.id,
        registration.event_id,
        registration.company_id,
        registration.registered_at,
        registration.registered_by,
    )
    return bool(inserted)


async def lock_registration(
    conn: Connection, taskforce_id: UUID, event_id: UUID, registration_id: UUID
) -> Registration:
    """Return a registration for an event, locked until the transaction ends. Raises `RegistrationNotFound`."""
    row = await conn.fetchrow(
        """
        select id, event_id, company_id, registered_at, registered_by, cancelled_at, cancelled_by, version
          from registrations
         where taskforce_id = $1
           and event_id = $2
           and id = $3
           for update
        """,
        taskforce_id,
        event_id,
        registration_id,
    )
    if row is None:
        raise RegistrationNotFound
    return Registration(**row)


async def save_registration(conn: Connection, taskforce_id: UUID, registration: Registration) -> None:
    """Save a transition of a locked registration."""
    await conn.execute(
        """
        update registrations
           set registered_at = $3,
               registered_by = $4,
               cancelled_at = $5,
               cancelled_by = $6,
               version = $7
         where taskforce_id = $1
           and id = $2
        """,
        taskforce_id,
        registration.id,
        registration.registered_at,
        registration.registered_by,
        registration.cancelled_at,
        registration.cancelled_by,
        registration.version,
    )


async def advance_request(conn: Connection, taskforce_id: UUID, request_id: UUID, version: int) -> bool:
    """Record the version of a company's request. Returns whether it is newer than the last one."""
    advanced = await conn.fetchval(
        """
        insert into registration_requests as request (taskforce_id, id, version)
        values ($1, $2, $3)
            on conflict (taskforce_id, id) do update
           set version = excluded.version
         where request.version < excluded.version
        returning true
        """,
        taskforce_id,
        request_id,
        version,
    )
    return bool(advanced)
