"""Use cases of API keys: one function each, which owns its transaction."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import structlog

from services.events.identity.api_keys import queries, store
from services.events.identity.api_keys.domain import (
    ApiKey,
    ApiKeyExpired,
    ApiKeyNotFound,
    Credentials,
    InvalidClient,
    InvalidScope,
)
from shared.http.auth import Principal
from shared.secrets import hash_secret, new_secret

if TYPE_CHECKING:
    from collections.abc import Collection

    from shared.db.database import Connection, Database
    from shared.product.roles import Scope

_log = structlog.get_logger(__name__)


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
    """Make a key and return its credentials. Only a hash of the secret is stored.

    Args:
        name: the name of the program.
        days: the key's lifetime.
        made_by: the administrator. The key works while they, or the person who takes it over, are an administrator.
    """
    now = now or datetime.now(UTC)
    key = ApiKey(uuid4(), name, frozenset(scopes), made_by, now, now + timedelta(days=days), owner=made_by)
    credentials = Credentials(taskforce_id, key.id, new_secret())
    async with db.change(taskforce_id) as conn:
        await store.insert(conn, taskforce_id, key, hash_secret(credentials.secret))
    _log.info("api_keys.made", key=str(key.id), taskforce=str(taskforce_id), scopes=sorted(scopes), by=str(made_by))
    return credentials


async def revoke_key(db: Database, taskforce_id: UUID, key_id: UUID, *, by: str, now: datetime | None = None) -> None:
    """Revoke a key: it stops working within a minute. Idempotent.

    Args:
        by: the subject of the administrator's token, for the log.

    Raises:
        ApiKeyNotFound.
    """
    async with db.change(taskforce_id) as conn:
        if not await store.revoke(conn, taskforce_id, key_id, now or datetime.now(UTC)):
            raise ApiKeyNotFound
    _log.info("api_keys.revoked", key=str(key_id), taskforce=str(taskforce_id), by=by)


async def take_over_key(
    db: Database, taskforce_id: UUID, key_id: UUID, *, by: UUID, now: datetime | None = None
) -> None:
    """Make another administrator the owner of a key. Its credentials stay the same. Idempotent.

    Args:
        by: the administrator.

    Raises:
        ApiKeyNotFound.
        ApiKeyExpired: it has been revoked or has expired.
    """
    now = now or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        found = await store.load(conn, taskforce_id, key_id)
        if found is None:
            raise ApiKeyNotFound
        key, _secret_hash = found
        if key.is_expired(now):
            raise ApiKeyExpired
        if key.owner != by:
            await store.take_over(conn, taskforce_id, key_id, by, now)
    _log.info("api_keys.taken_over", key=str(key_id), before=str(key.owner), by=str(by))


async def log_suspended_keys(conn: Connection, taskforce_id: UUID, person_id: UUID) -> list[UUID]:
    """Log which keys are suspended because their owner stops being an administrator, in the caller's transaction.

    Returns:
        Their ids.
    """
    theirs = await queries.api_keys(conn, taskforce_id, datetime.now(UTC), owner=person_id)
    still = [key.id for key in theirs if not key.owner_is_admin]
    if still:
        _log.warning(
            "api_keys.suspended",
            keys=[str(id) for id in still],
            taskforce=str(taskforce_id),
            owner=str(person_id),
        )
    return still


async def exchange(
    db: Database, client_id: str, client_secret: str, *, scopes: Collection[str] = (), now: datetime | None = None
) -> Principal:
    """Return the principal of a key's holder.

    Args:
        scopes: the requested scopes; by default all of the key's.

    Raises:
        InvalidClient: the key is unknown, revoked, expired or suspended, or the secret is wrong.
        InvalidScope: the key does not have one of the scopes.
    """
    now = now or datetime.now(UTC)
    credentials = Credentials.read(client_id, client_secret)
    async with db.change(credentials.taskforce_id) as conn:
        found = await store.load(conn, credentials.taskforce_id, credentials.key_id)
        if found is None:
            raise InvalidClient
        key, secret_hash = found
        if not hmac.compare_digest(secret_hash, hash_secret(credentials.secret)):
            raise InvalidClient
        if not key.is_valid(now):
            if not key.owner_is_admin:
                _log.warning(
                    "api_keys.suspended",
                    keys=[str(key.id)],
                    taskforce=str(credentials.taskforce_id),
                    owner=str(key.owner),
                )
            raise InvalidClient
        granted = frozenset(scopes) or key.scopes
        if not granted <= key.scopes:
            raise InvalidScope
        await store.record_use(conn, credentials.taskforce_id, key.id, now)
    return Principal(f"key:{key.id}", granted, credentials.taskforce_id)
