"""SQL for pending sign-ins, linked accounts, and roles granted by the provider. Never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from datetime import datetime
    from uuid import UUID

    from shared.db.database import Connection


async def insert_pending(conn: Connection, digest: bytes, *, expires_at: datetime, now: datetime) -> None:
    """Insert a pending sign-in, and delete expired ones."""
    await conn.execute("delete from provider_sign_ins where expires_at <= $1", now)
    await conn.execute("insert into provider_sign_ins (digest, expires_at) values ($1, $2)", digest, expires_at)


async def take_pending(conn: Connection, digest: bytes, now: datetime) -> bool:
    """Delete a pending sign-in. Returns whether it was there and not expired."""
    expires_at = await conn.fetchval("delete from provider_sign_ins where digest = $1 returning expires_at", digest)
    return expires_at is not None and expires_at > now


async def find_person(conn: Connection, taskforce_id: UUID, subject_hash: bytes) -> UUID | None:
    """Return the id of the person linked to the subject; None if there is none."""
    found: UUID | None = await conn.fetchval(
        "select person_id from provider_links where taskforce_id = $1 and subject_hash = $2",
        taskforce_id,
        subject_hash,
    )
    return found


async def is_linked(conn: Connection, taskforce_id: UUID, person_id: UUID) -> bool:
    """Whether the person is linked to a subject."""
    linked: bool = await conn.fetchval(
        "select exists (select from provider_links where taskforce_id = $1 and person_id = $2)",
        taskforce_id,
        person_id,
    )
    return linked


async def insert_link(conn: Connection, taskforce_id: UUID, person_id: UUID, subject_hash: bytes, at: datetime) -> None:
    """Link the person to a subject."""
    await conn.execute(
        """
        insert into provider_links (taskforce_id, person_id, subject_hash, linked_at, used_at)
        values ($1, $2, $3, $4, $4)
        """,
        taskforce_id,
        person_id,
        subject_hash,
        at,
    )


async def record_use(conn: Connection, taskforce_id: UUID, person_id: UUID, at: datetime) -> None:
    """Record when the person last signed in at the provider."""
    await conn.execute(
        """
        update provider_links
           set used_at = $3
         where taskforce_id = $1
           and person_id = $2
        """,
        taskforce_id,
        person_id,
        at,
    )


async def delete_link(conn: Connection, taskforce_id: UUID, person_id: UUID) -> None:
    """Delete the person's link to a subject."""
    await conn.execute("delete from provider_links where taskforce_id = $1 and person_id = $2", taskforce_id, person_id)


async def save_provided(
    conn: Connection,
    taskforce_id: UUID,
    person_id: UUID,
    *,
    roles: AbstractSet[str],
    municipality: str | None,
    programme: str | None,
) -> None:
    """Save which roles the provider grants, with municipality and programme. Other roles stay.

    Args:
        roles: the roles that only the provider grants. The caller leaves out those that an administrator assigned.
    """
    await conn.execute(
        """
        delete from person_roles
         where taskforce_id = $1
           and person_id = $2
           and by_provider
           and role <> all ($3::text[])
        """,
        taskforce_id,
        person_id,
        sorted(roles),
    )
    await conn.execute(
        """
        insert into person_roles (taskforce_id, person_id, role, by_provider)
        select $1, $2, role, true
          from unnest($3::text[]) as role
            on conflict do nothing
        """,
        taskforce_id,
        person_id,
        sorted(roles),
    )
    await conn.execute(
        """
        update people
           set municipality = $3,
               programme = $4
         where taskforce_id = $1
           and id = $2
        """,
        taskforce_id,
        person_id,
        municipality,
        programme,
    )
