"""One function per use case. Each owns its transaction: what it returns has been committed."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from services.pledges.hires import domain as hires
from services.pledges.pledges import idempotency, store
from services.pledges.pledges.domain import Guest, Limits, Pledge
from services.pledges.pledges.events_out import hire_confirmed, pledge_state
from services.pledges.pledges.group_commit import NewPledge
from services.pledges.pledges.idempotency import Asked
from services.pledges.pledges.refusals import IdTaken, KeyUsedForAnother, UnknownEvent
from services.pledges.pledges.request_fingerprint import fingerprint
from shared.contracts.pledges import PledgeLogged, PositionFilled
from shared.db.group_commit import BatchFailed
from shared.messaging import outbox

if TYPE_CHECKING:
    from uuid import UUID

    from pydantic import SecretStr

    from services.pledges.hires.domain import Confirmation, Hire
    from services.pledges.pledges.domain import Person, Promise
    from services.pledges.pledges.group_commit import PledgesTogether
    from shared.db.database import Connection, Database

_POLL_SECONDS = 0.1


def asked(key: str, body: Any, *, request_key: SecretStr) -> Asked:
    """Return how a request is recognised when it comes again.

    The body counts as it was sent, not as we read it: so every release recognises the same repeats.

    Args:
        key: the header Idempotency-Key.
        body: parsed JSON; the order of keys and white space do not count.
        request_key: the installation's (`PledgesSettings.request_key`).
    """
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return Asked(key, fingerprint(canonical, request_key))


async def log_pledge(
    db: Database,
    taskforce_id: UUID,
    promise: Promise,
    *,
    by: Person | Guest,
    asked: Asked,
    limits: Limits,
    patience_seconds: float = 0.0,
    at: datetime | None = None,
    together: PledgesTogether | None = None,
) -> Pledge:
    """A company has promised positions: keep it, for ever and once.

    The same request again (same key, or same id) returns the same pledge and has no further effect.

    Args:
        by: who logs it.
        patience_seconds: how long to wait for news of an event we have not heard of yet.
        at: when we were told; None: now. For loading what happened before we were there.
        together: logs it in one transaction with others that come at the same moment; None: in its own.

    Returns:
        The pledge as it was logged, whatever has become of it since.

    Raises:
        KeyUsedForAnother, IdTaken: the same key or id was used for something else.
        Refusal: see `Pledge.log`. Nothing has changed.
    """
    new = NewPledge(promise, by, asked, limits, at or datetime.now(UTC), outbox.correlation_id())
    if together is not None:
        with suppress(BatchFailed):
            pledge = await together.change(taskforce_id, new)
            if pledge is not None:
                return pledge
    try:
        return await _log_pledge(db, taskforce_id, new)
    except UnknownEvent:
        assert promise.event_id is not None
        if not await _hears_of(db, taskforce_id, promise.event_id, within_seconds=patience_seconds):
            raise
    return await _log_pledge(db, taskforce_id, replace(new, received_at=at or datetime.now(UTC)))


async def _log_pledge(db: Database, taskforce_id: UUID, new: NewPledge) -> Pledge:
    promise, asked, now = new.promise, new.asked, new.received_at
    async with db.change(taskforce_id) as conn:
        if not await idempotency.claim(conn, taskforce_id, "log_pledge", [(asked, promise.id, now)]):
            return await _pledge_of_repeat(conn, taskforce_id, new)
        [surroundings] = await idempotency.look_around(conn, taskforce_id, [(new.event_id, promise.company)])
        pledge = Pledge.log(
            taskforce_id,
            promise,
            by=new.by,
            event=surroundings.event,
            register=surroundings.candidates,
            received_at=now,
            limits=new.limits,
        )
        if not await store.insert_pledge(conn, pledge, asked.digest):
            return await _same_pledge(conn, taskforce_id, promise.id, new)
        await outbox.add(conn, pledge_state(PledgeLogged, pledge, recorded_at=now))
    return pledge


async def _pledge_of_repeat(conn: Connection, taskforce_id: UUID, new: NewPledge) -> Pledge:
    pledge_id = await idempotency.subject_of_request(conn, new.asked.key, new.asked.digest)
    if pledge_id is None:
        raise KeyUsedForAnother
    return await _same_pledge(conn, taskforce_id, pledge_id, new)


async def _same_pledge(conn: Connection, taskforce_id: UUID, pledge_id: UUID, new: NewPledge) -> Pledge:
    """The pledge that is there already, if it is the one asked for."""
    digest = new.asked.digest
    if isinstance(new.by, Guest):
        # They are shown no contact, and what they knew when they asked the first time may have been a person's.
        pledge = await store.pledge_of_request(conn, taskforce_id, pledge_id, digest)
    else:
        found = await store.load_pledge(conn, taskforce_id, pledge_id)
        pledge = found[0] if found is not None and hmac.compare_digest(digest, found[1]) else None
    if pledge is None:
        raise IdTaken
    return pledge.as_logged()


async def _hears_of(db: Database, taskforce_id: UUID, event_id: UUID, *, within_seconds: float) -> bool:
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        await asyncio.sleep(_POLL_SECONDS)
        async with db.read(taskforce_id) as conn:
            if await store.event_is_known(conn, taskforce_id, event_id):
                return True
    return False


async def confirm_hire(
    db: Database,
    taskforce_id: UUID,
    confirmation: Confirmation,
    *,
    confirmed_by: UUID | None,
    asked: Asked,
    limits: Limits,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Hire:
    """A case worker says that a position has become real.

    The same request again (same key, or same id) returns the same hire and has no further effect.

    Args:
        seen_version: the pledge's version the case worker saw; None: they did not say.
        at: when we were told; None: now.

    Raises:
        KeyUsedForAnother, IdTaken: the same key or id was used for something else.
        Refusal: see `domain.hire.confirm_hire`. Nothing has changed.
    """
    now = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        if not await idempotency.claim(conn, taskforce_id, "confirm_hire", [(asked, confirmation.id, now)]):
            return await _hire_of_repeat(conn, taskforce_id, asked)
        pledge = None
        if confirmation.pledge_id is not None:
            pledge = await store.lock_pledge(conn, taskforce_id, confirmation.pledge_id)
        # Under the lock: whoever sends one hire under two keys at once gets it twice, and makes it once.
        if await store.load_hire(conn, taskforce_id, confirmation.id) is not None:
            return await _same_hire(conn, taskforce_id, confirmation.id, asked)
        [surroundings] = await idempotency.look_around(conn, taskforce_id, [(None, confirmation.company)])
        hire = hires.confirm_hire(
            taskforce_id,
            confirmation,
            pledge=pledge,
            register=surroundings.candidates,
            confirmed_by=confirmed_by,
            now=now,
            limits=limits,
            seen_version=seen_version,
        )
        if not await store.insert_hire(conn, hire, asked.digest):
            return await _same_hire(conn, taskforce_id, confirmation.id, asked)
        if pledge is not None and hire.position is not None:
            await store.save_filled(conn, pledge, hire.position)
            await outbox.add(conn, pledge_state(PositionFilled, pledge, recorded_at=now))
        await outbox.add(conn, hire_confirmed(hire))
    return hire


async def check_hire(
    db: Database,
    taskforce_id: UUID,
    confirmation: Confirmation,
    *,
    limits: Limits,
    seen_version: int | None = None,
) -> None:
    """Judge a hire of a pledge as `confirm_hire` would now, and change nothing.

    Raises:
        IdTaken: a hire was confirmed under this id already.
        Refusal: see `domain.hire.confirm_hire`.
    """
    async with db.read(taskforce_id) as conn:
        if await store.load_hire(conn, taskforce_id, confirmation.id) is not None:
            raise IdTaken
        found = None
        if confirmation.pledge_id is not None:
            found = await store.load_pledge(conn, taskforce_id, confirmation.pledge_id)
    hires.confirm_hire(
        taskforce_id,
        confirmation,
        pledge=found[0] if found else None,
        register=(),
        confirmed_by=None,
        now=datetime.now(UTC),
        limits=limits,
        seen_version=seen_version,
    )


async def _hire_of_repeat(conn: Connection, taskforce_id: UUID, asked: Asked) -> Hire:
    claimed = await idempotency.claimed_before(conn, taskforce_id, "confirm_hire", asked.key)
    if claimed is None or not hmac.compare_digest(asked.digest, claimed.digest):
        raise KeyUsedForAnother
    return await _same_hire(conn, taskforce_id, claimed.subject_id, asked)


async def _same_hire(conn: Connection, taskforce_id: UUID, hire_id: UUID, asked: Asked) -> Hire:
    found = await store.load_hire(conn, taskforce_id, hire_id)
    if found is None or not hmac.compare_digest(asked.digest, found[1]):
        raise IdTaken
    return found[0]
