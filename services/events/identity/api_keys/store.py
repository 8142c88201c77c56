"""SQL that loads and saves API keys. Runs in the caller's transaction, never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.events.identity.api_keys.domain import ApiKey

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.db.database import Connection

OWNER = "coalesce(taken_over_by, made_by)"
"""SQL expression over `api_keys`: the responsible administrator."""
OWNER_IS_ADMIN = f"""
    exists (select from people
              join person_roles
                on person_roles.taskforce_id = people.taskforce_id
               and person_roles.person_id = people.id
             where people.taskforce_id = api_keys.taskforce_id
               and people.id = {OWNER}
               and people.deactivated_at is null
               and role = 'admin')
"""
"""SQL expression over `api_keys`: whether the owner is an active administrator now."""


async def insert(conn: Connection, taskforce_id: UUID, key: ApiKey, secret_hash: bytes) -> None:
    """Insert a key."""
    await conn.execute(
        """
        insert into api_keys (taskforce_id, id, name, secret_hash, scopes, made_by, made_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        taskforce_id,
        key.id,
        key.name,
        secret_hash,
        sorted(key.scopes),
        key.made_by,
        key.made_at,
        key.expires_at,
    )


async def load(conn: Connection, taskforce_id: UUID, key_id: UUID) -> tuple[ApiKey, bytes] | None:
    """Return a key and the hash of its secret; None if there is none."""
    row = await conn.fetchrow(
        f"""
        select id, name, scopes, made_by, made_at, expires_at, revoked_at, secret_hash,
               {OWNER} as owner,
               {OWNER_IS_ADMIN} as owner_is_admin
          from api_keys
         where taskforce_id = $1
           and id = $2
        """,  # noqa: S608  (texts of our own)
        taskforce_id,
        key_id,
    )
    if row is None:
        return None
    facts = dict(row)
    secret_hash: bytes = facts.pop("secret_hash")
    return ApiKey(**facts | {"scopes": frozenset(facts["scopes"])}), secret_hash


async def record_use(conn: Connection, taskforce_id: UUID, key_id: UUID, now: datetime) -> None:
    """Record when a token was issued for the key."""
    await conn.execute(
        "update api_keys set used_at = $3 where taskforce_id = $1 and id = $2", taskforce_id, key_id, now
    )


async def take_over(conn: Connection, taskforce_id: UUID, key_id: UUID, by: UUID, now: datetime) -> None:
    """Record the new owner."""
    await conn.execute(
        """
        update api_keys
           set taken_over_by = $3,
               taken_over_at = $4
         where taskforce_id = $1
           and id = $2
        """,
        taskforce_id,
        key_id,
        by,
        now,
    )


async def revoke(conn: Connection, taskforce_id: UUID, key_id: UUID, now: datetime) -> bool:
    """Record when the key was first revoked. Returns whether there is such a key."""
    found = await conn.fetchval(
        """
        update api_keys
           set revoked_at = coalesce(revoked_at, $3)
         where taskforce_id = $1
           and id = $2
        returning true
        """,
        taskforce_id,
        key_id,
        now,
    )
    return bool(found)
