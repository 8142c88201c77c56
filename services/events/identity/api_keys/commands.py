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
    ApiKeyNotFound,
    ApiKeyOver,
    ClientRefused,
    Credentials,
    ScopeRefused,
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
    """Make a key. What it returns is kept nowhere but with whoever is shown it: of the secret there is a hash.

    Args:
        name: what the program is called.
        days: how long it is good.
        made_by: the administrator; the key is good while they are one, or whoever takes it over.
    """
    now = now or datetime.now(UTC)
    key = ApiKey(uuid4(), name, frozenset(scopes), made_by, now, now + timedelta(days=days), kept_by=made_by)
    credentials = Credentials(taskforce_id, key.id, new_secret())
    async with db.change(taskforce_id) as conn:
        await store.insert(conn, taskforce_id, key, hash_secret(credentials.secret))
    _log.info("api_keys.made", key=str(key.id), taskforce=str(taskforce_id), scopes=sorted(scopes), by=str(made_by))
    return credentials


async def revoke_key(db: Database, taskforce_id: UUID, key_id: UUID, *, by: str, now: datetime | None = None) -> None:
    """Take a key back: within a minute it opens nothing any more. Twice is once.

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
    """Let another administrator answer for a key from now on. The program that has it notices nothing. Twice is once.

    Args:
        by: the administrator.

    Raises:
        ApiKeyNotFound.
        ApiKeyOver: it has been taken back, or its time is up.
    """
    now = now or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        found = await store.load(conn, taskforce_id, key_id)
        if found is None:
            raise ApiKeyNotFound
        key, _secret_hash = found
        if key.is_over(now):
            raise ApiKeyOver
        if key.kept_by != by:
            await store.take_over(conn, taskforce_id, key_id, by, now)
    _log.info("api_keys.taken_over", key=str(key_id), before=str(key.kept_by), by=str(by))


async def note_standing_still(conn: Connection, taskforce_id: UUID, person_id: UUID) -> list[UUID]:
    """Log which keys stand still now, in the transaction in which somebody stops being an administrator.

    Returns their ids.
    """
    theirs = await queries.api_keys(conn, taskforce_id, datetime.now(UTC), kept_by=person_id)
    still = [key.id for key in theirs if not key.kept]
    if still:
        _log.warning(
            "api_keys.nobody_answers_for_it",
            keys=[str(id) for id in still],
            taskforce=str(taskforce_id),
            kept_by=str(person_id),
        )
    return still


async def exchange(
    db: Database, client_id: str, client_secret: str, *, scopes: Collection[str] = (), now: datetime | None = None
) -> Principal:
    """Return who the holder of a key is, with the scopes that are asked for; all of the key's where none are.

    Raises:
        ClientRefused: it is none of ours, has been revoked, its time is up, or nobody answers for it any more.
        ScopeRefused: the key has not got one of the scopes.
    """
    now = now or datetime.now(UTC)
    credentials = Credentials.read(client_id, client_secret)
    async with db.change(credentials.taskforce_id) as conn:
        found = await store.load(conn, credentials.taskforce_id, credentials.key_id)
        if found is None:
            raise ClientRefused
        key, secret_hash = found
        if not hmac.compare_digest(secret_hash, hash_secret(credentials.secret)):
            raise ClientRefused
        if not key.is_good(now):
            if not key.kept:
                _log.warning(
                    "api_keys.nobody_answers_for_it",
                    keys=[str(key.id)],
                    taskforce=str(credentials.taskforce_id),
                    kept_by=str(key.kept_by),
                )
            raise ClientRefused
        wanted = frozenset(scopes) or key.scopes
        if not wanted <= key.scopes:
            raise ScopeRefused
        await store.note_use(conn, credentials.taskforce_id, key.id, now)
    return Principal(f"key:{key.id}", wanted, credentials.taskforce_id)
