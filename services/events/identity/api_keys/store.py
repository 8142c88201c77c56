"""SQL for API keys. Takes the change's transaction, never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.events.identity.api_keys.domain import ApiKey

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.db.database import Connection

KEPT_BY = "coalesce(taken_over_by, made_by)"
"""Of `api_keys`: the administrator who answers for a key."""
KEPT = f"""
    exists (select from people
              join person_roles
                on person_roles.taskforce_id = people.taskforce_id
               and person_roles.person_id = people.id
             where people.taskforce_id = api_keys.taskforce_id
               and people.id = {KEPT_BY}
               and people.deactivated_at is null
               and role = 'admin')
"""
"""Of `api_keys`: whether they are an administrator who takes part. Asked anew each time: roles go in many ways."""


async def insert(conn: Connection, taskforce_id: UUID, key: ApiKey, secret_hash: bytes) -> None:
    """Keep a new key."""
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
    """A key and the hash of its secret; None where there is none."""
    row = await conn.fetchrow(
        f"""
        select id, name, scopes, made_by, made_at, expires_at, revoked_at, secret_hash,
               {KEPT_BY} as kept_by,
               {KEPT} as kept
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


async def note_use(conn: Connection, taskforce_id: UUID, key_id: UUID, now: datetime) -> None:
    """Note that a token has been had for the key."""
    await conn.execute(
        "update api_keys set used_at = $3 where taskforce_id = $1 and id = $2", taskforce_id, key_id, now
    )


async def take_over(conn: Connection, taskforce_id: UUID, key_id: UUID, by: UUID, now: datetime) -> None:
    """Note who answers for the key from now on."""
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
    """Note that the key has been taken back; the first time counts. Returns whether there is such a key."""
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
