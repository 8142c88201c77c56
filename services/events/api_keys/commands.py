"""Use cases of API keys: one function each, which owns its transaction."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from services.events.api_keys import store
from services.events.api_keys.domain import ApiKey, ApiKeyNotFound, ClientRefused, Credentials, ScopeRefused
from services.events.people.links.domain import hash_of, new_secret
from shared.auth import Principal

if TYPE_CHECKING:
    from collections.abc import Collection

    from shared.auth import Scope
    from shared.postgres import Database


async def make_key(
    db: Database,
    taskforce_id: UUID,
    *,
    name: str,
    scopes: Collection[Scope],
    days: int,
    made_by: UUID,
    now: datetime | None = None,
) -> Credentials:
    """Make a key. What it returns is kept nowhere but with whoever is shown it: of the secret there is a hash.

    Args:
        name: what the program is called.
        days: how long it is good.
        made_by: the administrator.
    """
    now = now or datetime.now(UTC)
    key = ApiKey(uuid4(), name, frozenset(scopes), made_by, now, now + timedelta(days=days))
    credentials = Credentials(taskforce_id, key.id, new_secret())
    async with db.change(taskforce_id) as conn:
        await store.insert(conn, taskforce_id, key, hash_of(credentials.secret))
    return credentials


async def revoke_key(db: Database, taskforce_id: UUID, key_id: UUID, *, now: datetime | None = None) -> None:
    """Take a key back: within a minute it opens nothing any more. Twice is once. Raises `ApiKeyNotFound`."""
    async with db.change(taskforce_id) as conn:
        if not await store.revoke(conn, taskforce_id, key_id, now or datetime.now(UTC)):
            raise ApiKeyNotFound


async def exchange(
    db: Database, client_id: str, client_secret: str, *, scopes: Collection[str] = (), now: datetime | None = None
) -> Principal:
    """Return who the holder of a key is, with the scopes that are asked for; all of the key's where none are.

    Raises:
        ClientRefused: it is none of ours, has been revoked, or its time is up.
        ScopeRefused: the key has not got one of the scopes.
    """
    now = now or datetime.now(UTC)
    credentials = Credentials.read(client_id, client_secret)
    async with db.change(credentials.taskforce_id) as conn:
        found = await store.load(conn, credentials.taskforce_id, credentials.key_id)
        if found is None:
            raise ClientRefused
        key, secret_hash = found
        if not hmac.compare_digest(secret_hash, hash_of(credentials.secret)) or not key.is_good(now):
            raise ClientRefused
        wanted = frozenset(scopes) or key.scopes
        if not wanted <= key.scopes:
            raise ScopeRefused
        await store.note_use(conn, credentials.taskforce_id, key.id, now)
    return Principal(f"key:{key.id}", wanted, credentials.taskforce_id)
