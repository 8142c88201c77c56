"""Idempotency keys: the same request again has no second effect. The table is made by `migrations/`.

A command that changes something claims the key in the transaction of the effect, before the effect::

    async with db.change(taskforce_id) as conn:
        earlier = await claim_key(conn, taskforce_id, "confirm_hire", request, hire.id, at=now)
        if earlier is not None:
            return await store.load_hire(conn, taskforce_id, earlier)

Where a client makes the id of what it creates, or the command sets a state, the command is idempotent by itself. The
key then only has to stay with one request: such a command runs on a `ClaimingDatabase`, which claims the key in each of
its transactions.

No answer is stored; what the request made is read again. Stored of a request is an HMAC under a key of the
installation, which is not in the database. A plain hash would not do: a body holds a contact's name and telephone
number, and the stored hash outlives their erasure; a reader of the rows could try names and numbers until a hash
matches. The installation's key must stay the same: under another one a repeat of an earlier request is refused.
"""

from __future__ import annotations

import hmac
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shared.db.database import Database
from shared.i18n.translations import N_
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from pydantic import SecretStr

    from shared.db.database import Connection


class IdempotencyKeyReused(Refusal):
    """The idempotency key was used before, for another request."""

    code = "idempotency-key-reused"
    kind = "invalid"
    title = N_("This was sent before with other content")
    detail = N_("Send something new under a new Idempotency-Key.")


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A request that its sender may repeat.

    Attributes:
        key: what names it among all requests of the taskforce, 1 to 200 characters.
        fingerprint: `request_fingerprint` of its content.
    """

    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """The request that holds a key, and the id of what it made, if that was stored."""

    fingerprint: bytes
    subject_id: UUID | None

    def is_of(self, request: IdempotentRequest) -> bool:
        """Whether the request is a repeat of the one that holds the key."""
        return hmac.compare_digest(self.fingerprint, request.fingerprint)


def request_fingerprint(content: str, key: SecretStr) -> bytes:
    """Return the 32 bytes that recognise a request; compare them with `hmac.compare_digest`.

    Args:
        content: what the request says, in its one canonical form.
        key: the installation's.
    """
    return hmac.digest(key.get_secret_value().encode(), content.encode(), "sha256")


def idempotent_request(idempotency_key: str, body: Any, *, sender: str, key: SecretStr) -> IdempotentRequest:
    """Return the request with its key and the fingerprint of its body.

    Each sender has keys of its own, so nobody can use up a key that another sender will use. The sender is not part of
    the fingerprint: a pledge that another sender repeats is recognised by its id.

    The body counts as it was sent, not as this release reads it, so every release recognises the same repeats.

    Args:
        idempotency_key: the sender's name for the request (the header Idempotency-Key).
        body: parsed JSON. The order of an object's names and white space do not count.
        sender: the subject of the principal who sends it. It is hashed, because keys are kept for ever.
        key: the installation's.

    Raises:
        RecursionError: the body is nested too deeply.
    """
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    senders_key = request_fingerprint(f"{sender}\n{idempotency_key}", key).hex()
    return IdempotentRequest(senders_key, request_fingerprint(canonical, key))


async def claim_keys(
    conn: Connection,
    taskforce_id: UUID,
    operation: str,
    requests: Sequence[tuple[IdempotentRequest, UUID | None, datetime]],
) -> set[str]:
    """Claim idempotency keys for this transaction and return those that were free.

    Waits for another transaction that is claiming one of them.

    Args:
        operation: the command, in snake_case. Each operation has keys of its own.
        requests: each with the id of what it will make and the moment it came, ordered by key: so two transactions
            that claim the same keys do not deadlock.
    """
    rows = await conn.fetch(
        """
        insert into idempotency_keys (taskforce_id, operation, key, request_fingerprint, subject_id, recorded_at)
        select $1, $2, key, request_fingerprint, subject_id, recorded_at
          from unnest($3::text[], $4::bytea[], $5::uuid[], $6::timestamptz[])
               with ordinality as wanted (key, request_fingerprint, subject_id, recorded_at, number)
         order by number
            on conflict do nothing
        returning key
        """,
        taskforce_id,
        operation,
        [request.key for request, _, _ in requests],
        [request.fingerprint for request, _, _ in requests],
        [subject_id for _, subject_id, _ in requests],
        [recorded_at for _, _, recorded_at in requests],
    )
    return {row["key"] for row in rows}


async def claim_key(
    conn: Connection,
    taskforce_id: UUID,
    operation: str,
    request: IdempotentRequest,
    subject_id: UUID | None,
    *,
    at: datetime,
) -> UUID | None:
    """Claim the key of one request for this transaction.

    Args:
        operation: as for `claim_keys`.
        subject_id: the id of what the request will make; None where a repeat finds that by itself.
        at: when the request came.

    Returns:
        None where the key was free, or `subject_id` was None: go on. Otherwise the id of what the same request made
        before: answer with that.

    Raises:
        IdempotencyKeyReused: the key is another request's.
    """
    if await claim_keys(conn, taskforce_id, operation, [(request, subject_id, at)]):
        return None
    claim = await find_claim(conn, taskforce_id, operation, request.key)
    if claim is None or not claim.is_of(request):
        raise IdempotencyKeyReused
    return claim.subject_id


async def find_claim(conn: Connection, taskforce_id: UUID, operation: str, key: str) -> Claim | None:
    """Return which request holds a key, or None."""
    row = await conn.fetchrow(
        """
        select request_fingerprint, subject_id
          from idempotency_keys
         where taskforce_id = $1
           and operation = $2
           and key = $3
        """,
        taskforce_id,
        operation,
        key,
    )
    return Claim(row["request_fingerprint"], row["subject_id"]) if row else None


class ClaimingDatabase(Database):
    """A database whose `change` claims the idempotency key of one request first.

    For commands that are idempotent by the ids in their requests. The same request again runs the command again, which
    changes nothing; another request under the key raises `IdempotencyKeyReused`, and nothing is changed.

    Args:
        database: the service's database.
        operation: as for `claim_key`.
    """

    def __init__(self, database: Database, operation: str, request: IdempotentRequest) -> None:
        super().__init__(database.pool)
        self._database = database
        self._operation = operation
        self._request = request

    @asynccontextmanager
    async def change(self, taskforce_id: UUID) -> AsyncIterator[Connection]:
        """Open a transaction as `Database.change`, and claim the key in it."""
        async with self._database.change(taskforce_id) as conn:
            await claim_key(conn, taskforce_id, self._operation, self._request, None, at=datetime.now(UTC))
            yield conn

    def wake_relay(self) -> None:
        """Wake the relay as `Database.wake_relay`."""
        self._database.wake_relay()
