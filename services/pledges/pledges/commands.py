"""Logging pledges, one or several in one transaction, and deciding whether a pledge counts.

Each use case owns its transaction: what it returns has been committed.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.catalogue.refusals import UnknownTask
from services.pledges.catalogue.store import unknown_tasks
from services.pledges.phones.store import Arrival, save_arrivals
from services.pledges.pledges import store
from services.pledges.pledges.domain import Guest, Limits, Person, Pledge, PledgeTerms
from services.pledges.pledges.events_out import pledge_state
from services.pledges.pledges.new_pledge import new_pledge
from services.pledges.pledges.refusals import IdTaken, PledgeNotFound, UnknownEvent
from services.pledges.register.store import event_is_known, load_register_context
from shared.contracts.pledges import PledgeLogged, PledgeReviewed
from shared.db.group_commit import BatchFailed, GroupCommit
from shared.db.idempotency import IdempotencyKeyReused, IdempotentRequest, claim_keys
from shared.messaging import outbox
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from services.pledges.pledges.domain import Decision, Editor
    from shared.db.database import Connection, Database

_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class NewPledge:
    """A pledge that is to be logged.

    Attributes:
        received_at: when the request came, by the server's clock.
        correlation_id: of the request.
    """

    terms: PledgeTerms
    by: Person | Guest
    request: IdempotentRequest
    limits: Limits
    received_at: datetime
    correlation_id: UUID | None

    @property
    def event_id(self) -> UUID | None:
        """The event it belongs to: of the terms, else of the guest's pass."""
        return self.terms.event_id or (self.by.event_id if isinstance(self.by, Guest) else None)


class BatchRefused(Exception):
    """Not every pledge of a batch can be logged, so none was.

    Attributes:
        refusals: by the number of the pledge in the batch, from 0.
    """

    def __init__(self, refusals: Mapping[int, Refusal]) -> None:
        super().__init__(f"{len(refusals)} pledges are refused")
        self.refusals = refusals


PledgeGroupCommit = GroupCommit[NewPledge, Pledge | None]


def group_commit(database: Database) -> PledgeGroupCommit:
    """Return the group commit for pledges. Its outcome is None for a pledge that must be logged alone."""
    return GroupCommit(database, _log_batch)


async def log_pledge(
    db: Database,
    taskforce_id: UUID,
    terms: PledgeTerms,
    *,
    by: Person | Guest,
    request: IdempotentRequest,
    limits: Limits,
    patience_seconds: float = 0.0,
    at: datetime | None = None,
    group_commit: PledgeGroupCommit | None = None,
) -> Pledge:
    """Log a pledge exactly once.

    The same request again (same key, or same id) returns the same pledge and has no further effect.

    Args:
        by: who logs it.
        patience_seconds: how long to wait for the messages of an event that is not known yet.
        at: when the request came; None: now. For loading pledges of the past.
        group_commit: shares a transaction with other pledges that arrive at the same moment; None: its own.

    Returns:
        The pledge as it was logged, without later changes.

    Raises:
        IdempotencyKeyReused, IdTaken: another request has used the key or the id.
        Refusal: see `Pledge.log`. Nothing has changed.
    """
    new = NewPledge(terms, by, request, limits, at or datetime.now(UTC), outbox.correlation_id())
    [outcome] = await log_each(db, taskforce_id, [new], patience_seconds=patience_seconds, group_commit=group_commit)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome.pledge


@dataclass(frozen=True, slots=True)
class LoggedPledge:
    """A pledge as it was logged, and whether an earlier request had logged it."""

    pledge: Pledge
    repeated: bool


async def log_each(
    db: Database,
    taskforce_id: UUID,
    pledges: Sequence[NewPledge],
    *,
    patience_seconds: float = 0.0,
    group_commit: PledgeGroupCommit | None = None,
) -> list[LoggedPledge | Refusal]:
    """Log each of several pledges exactly once, whatever becomes of the others: with the others where that works.

    Arguments as for `log_pledge`.

    Returns:
        For each, in their order, the pledge as it was logged, or why it was refused (see `log_pledge`).
    """
    logged: list[Pledge | None] = [None] * len(pledges)
    if group_commit is not None:
        logged = await asyncio.gather(*(_log_in_group(group_commit, taskforce_id, new) for new in pledges))
    outcomes: list[LoggedPledge | Refusal] = []
    deadline = time.monotonic() + patience_seconds
    for new, pledge in zip(pledges, logged, strict=True):
        if pledge is not None:
            outcomes.append(LoggedPledge(pledge, repeated=False))
            continue
        try:
            outcomes.append(await _log_when_event_is_known(db, taskforce_id, new, deadline=deadline))
        except Refusal as refusal:
            outcomes.append(refusal)
    return outcomes


async def _log_in_group(group_commit: PledgeGroupCommit, taskforce_id: UUID, new: NewPledge) -> Pledge | None:
    with suppress(BatchFailed):
        return await group_commit.change(taskforce_id, new)
    return None


async def _log_when_event_is_known(
    db: Database, taskforce_id: UUID, new: NewPledge, *, deadline: float
) -> LoggedPledge:
    try:
        return await _log_alone(db, taskforce_id, new)
    except UnknownEvent:
        assert new.terms.event_id is not None
        if not await _wait_for_event(db, taskforce_id, new.terms.event_id, deadline=deadline):
            raise
    return await _log_alone(db, taskforce_id, replace(new, received_at=max(new.received_at, datetime.now(UTC))))


async def log_pledges(
    conn: Connection, taskforce_id: UUID, batch: Sequence[NewPledge]
) -> list[Pledge | Refusal | None]:
    """Decide which pledges of a batch are logged, and log them. Every pledge that is not imported is decided here.

    The rules are checked before the keys are claimed, because a refused request must not keep its key. A claim may
    wait for another transaction that holds the key, so the context can be as old as that wait.

    Returns:
        For each of the batch, in its order: the pledge that was logged; the refusal of the rules, with nothing
        written; `IdTaken`, with the key claimed; or None where the key belongs to an earlier request, or the key or
        the id to another of the batch.
    """
    contexts = await load_register_context(conn, taskforce_id, [(new.event_id, new.terms.company) for new in batch])
    unknown = await unknown_tasks(conn, taskforce_id, {code for new in batch for code in new.terms.tasks})
    pass_positions = await _lock_passes(conn, taskforce_id, batch)
    outcomes: list[Pledge | Refusal | None] = [None] * len(batch)
    admitted: dict[int, Pledge] = {}
    taken: set[str | UUID] = set()
    for number, (new, context) in enumerate(zip(batch, contexts, strict=True)):
        if not taken.isdisjoint({new.request.key, new.terms.id}):
            continue
        if not unknown.isdisjoint(new.terms.tasks):
            outcomes[number] = UnknownTask()
            continue
        try:
            pledge = new_pledge(
                taskforce_id,
                new.terms,
                by=new.by,
                event=context.event,
                register=context.candidates,
                received_at=new.received_at,
                limits=new.limits,
                pass_positions=pass_positions[new.by] if isinstance(new.by, Guest) else 0,
            )
        except Refusal as refusal:
            outcomes[number] = refusal
            continue
        admitted[number] = pledge
        if isinstance(new.by, Guest) and pledge.counted:
            pass_positions[new.by] += pledge.terms.positions
        taken |= {new.request.key, new.terms.id}
    if not admitted:
        return outcomes
    # In the order of their keys: see `claim_keys`.
    order = sorted(admitted, key=lambda number: batch[number].request.key)
    claims = [(batch[number].request, admitted[number].id, batch[number].received_at) for number in order]
    free_keys = await claim_keys(conn, taskforce_id, "log_pledge", claims)
    claimed = [number for number in order if batch[number].request.key in free_keys]
    if not claimed:
        return outcomes
    rows = [(admitted[number], batch[number].request.fingerprint) for number in claimed]
    inserted = await store.insert_pledges(conn, rows)
    messages = []
    for number in claimed:
        pledge, new = admitted[number], batch[number]
        if pledge.id in inserted:
            outcomes[number] = pledge
            messages.append((pledge_state(PledgeLogged, pledge, recorded_at=new.received_at), new.correlation_id))
        else:
            outcomes[number] = IdTaken()
    arrivals = [
        Arrival(pledge.terms.event_id, pledge.terms.capture, pledge.id, pledge.received_at)
        for pledge in admitted.values()
        if pledge.id in inserted and pledge.terms.capture is not None and pledge.terms.event_id is not None
    ]
    if arrivals:
        await save_arrivals(conn, taskforce_id, arrivals, practice=False)
    await outbox.add_all(conn, messages)
    return outcomes


async def _lock_passes(conn: Connection, taskforce_id: UUID, batch: Sequence[NewPledge]) -> dict[Guest, int]:
    """Return how many positions each pass of the batch has pledged that count.

    Until the transaction ends, others that log with these passes wait, so that a flood of requests cannot exceed the
    limit. They are locked in one order, before any idempotency key is claimed: so no two transactions deadlock.
    """
    passes = {new.by for new in batch if isinstance(new.by, Guest)}
    for event_id in sorted({guest.event_id for guest in passes}):
        await store.lock_pass(conn, taskforce_id, event_id)
    return {
        guest: await store.counted_pass_positions(conn, taskforce_id, guest.event_id, guest.pass_generation)
        for guest in passes
    }


async def _log_batch(conn: Connection, taskforce_id: UUID, batch: Sequence[NewPledge]) -> list[Pledge | None]:
    outcomes = await log_pledges(conn, taskforce_id, batch)
    for outcome in outcomes:
        if isinstance(outcome, IdTaken):
            raise outcome  # undoes the claim of its key, and the whole batch: each is then logged alone
    return [outcome if isinstance(outcome, Pledge) else None for outcome in outcomes]


async def _log_alone(db: Database, taskforce_id: UUID, new: NewPledge) -> LoggedPledge:
    async with db.change(taskforce_id) as conn:
        return await log_within(conn, taskforce_id, new)


async def log_within(conn: Connection, taskforce_id: UUID, new: NewPledge) -> LoggedPledge:
    """Do what `log_pledge` does, in the caller's transaction.

    Raises:
        Refusal: see `log_pledge`. The transaction has to be undone.
    """
    [outcome] = await log_pledges(conn, taskforce_id, [new])
    return await _settled(conn, taskforce_id, new, outcome)


async def log_all_or_none(db: Database, taskforce_id: UUID, batch: Sequence[NewPledge]) -> list[LoggedPledge]:
    """Log every pledge of a batch in one transaction, or none of them.

    Returns:
        The pledges as they were logged, in the order of the batch. One that was logged before by the same request is
        returned as it was logged then.

    Raises:
        BatchRefused: one of them cannot be logged. Nothing has changed.
    """
    async with db.change(taskforce_id) as conn:
        outcomes = await _settle_all(conn, taskforce_id, batch)
        refusals = {number: outcome for number, outcome in enumerate(outcomes) if isinstance(outcome, Refusal)}
        if refusals:
            raise BatchRefused(refusals)
    return [outcome for outcome in outcomes if isinstance(outcome, LoggedPledge)]


async def judge_all(db: Database, taskforce_id: UUID, batch: Sequence[NewPledge]) -> list[LoggedPledge | Refusal]:
    """Return what logging every pledge of a batch would come to. Nothing has changed."""
    outcomes: list[LoggedPledge | Refusal] = []
    with suppress(_Undone):
        async with db.change(taskforce_id) as conn:
            outcomes = await _settle_all(conn, taskforce_id, batch)
            raise _Undone
    return outcomes


class _Undone(Exception):
    """Rolls a transaction back."""


async def _settle_all(conn: Connection, taskforce_id: UUID, batch: Sequence[NewPledge]) -> list[LoggedPledge | Refusal]:
    settled: list[LoggedPledge | Refusal] = []
    outcomes = await log_pledges(conn, taskforce_id, batch)
    for new, outcome in zip(batch, outcomes, strict=True):
        try:
            settled.append(await _settled(conn, taskforce_id, new, outcome))
        except Refusal as refusal:
            settled.append(refusal)
    return settled


async def _settled(
    conn: Connection, taskforce_id: UUID, new: NewPledge, outcome: Pledge | Refusal | None
) -> LoggedPledge:
    """Return the pledge of an outcome of `log_pledges`: of a repeated request, what it logged before.

    Raises:
        Refusal: it is not logged. The transaction has to be undone.
    """
    if isinstance(outcome, Pledge):
        return LoggedPledge(outcome, repeated=False)
    if isinstance(outcome, IdTaken):
        return LoggedPledge(await _pledge_of_request(conn, taskforce_id, new.terms.id, new), repeated=True)
    if outcome is not None and await claim_keys(
        conn, taskforce_id, "log_pledge", [(new.request, new.terms.id, new.received_at)]
    ):
        # A request that was accepted before gets the same answer, even if the rules would refuse it now, and even
        # if another sender repeats it.
        known = await _find_pledge_of_request(conn, taskforce_id, new.terms.id, new)
        if known is None:
            raise outcome  # undoes the claim
        return LoggedPledge(known, repeated=True)
    pledge_id = await store.pledge_id_of_request(conn, new.request)
    if pledge_id is None:
        raise IdempotencyKeyReused
    return LoggedPledge(await _pledge_of_request(conn, taskforce_id, pledge_id, new), repeated=True)


async def _pledge_of_request(conn: Connection, taskforce_id: UUID, pledge_id: UUID, new: NewPledge) -> Pledge:
    """Return the pledge with this id as it was logged. Raises `IdTaken` unless this request has logged it."""
    pledge = await _find_pledge_of_request(conn, taskforce_id, pledge_id, new)
    if pledge is None:
        raise IdTaken
    return pledge


async def _find_pledge_of_request(
    conn: Connection, taskforce_id: UUID, pledge_id: UUID, new: NewPledge
) -> Pledge | None:
    """Return the pledge with this id as it was logged; None unless this request has logged it."""
    pledge = await store.pledge_of_request(conn, taskforce_id, pledge_id, new.request.fingerprint)
    if pledge is None:
        return None
    # Without the contact for a guest, who may repeat a request that a signed-in person sent first.
    if isinstance(new.by, Person):
        contact = await store.logged_contact(conn, taskforce_id, pledge_id)
        pledge.terms = replace(pledge.terms, contact=contact)
    return pledge.as_logged()


async def review_pledge(
    db: Database,
    taskforce_id: UUID,
    pledge_id: UUID,
    decision: Decision,
    *,
    decided_by: UUID | None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Pledge:
    """Record a coordinator's decision whether a pledge counts. The same decision again changes nothing.

    Args:
        decided_by: the coordinator.
        seen_version: the version that the coordinator saw; None: any.
        at: when the request came; None: now.

    Raises:
        PledgeNotFound, StaleVersion, PositionsFilled
    """
    now = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        pledge = await store.lock_pledge(conn, taskforce_id, pledge_id)
        if pledge is None:
            raise PledgeNotFound
        await _decide(conn, pledge, decision, decided_by=decided_by, seen_version=seen_version, at=now)
    return pledge


async def review_held_pledges(
    db: Database, taskforce_id: UUID, pledge_ids: Sequence[UUID], decision: Decision, *, decided_by: UUID | None
) -> int:
    """Record one decision on several pledges, each in its own transaction. Pledges that are not held do not change.

    Returns:
        The number of pledges on which it was recorded.
    """
    decided = 0
    for pledge_id in pledge_ids:
        now = datetime.now(UTC)
        async with db.change(taskforce_id) as conn:
            pledge = await store.lock_pledge(conn, taskforce_id, pledge_id)
            if pledge is not None and pledge.review == "waiting":
                await _decide(conn, pledge, decision, decided_by=decided_by, seen_version=None, at=now)
                decided += 1
    return decided


async def lock_for_change(conn: Connection, taskforce_id: UUID, pledge_id: UUID, by: Editor) -> Pledge:
    """Return a pledge that the editor may change, and lock it until the end of the transaction.

    Raises:
        PledgeNotFound: there is no such pledge for them.
    """
    pledge = await store.lock_pledge(conn, taskforce_id, pledge_id)
    if pledge is None or not by.may_change(pledge):
        raise PledgeNotFound
    return pledge


async def _decide(
    conn: Connection,
    pledge: Pledge,
    decision: Decision,
    *,
    decided_by: UUID | None,
    seen_version: int | None,
    at: datetime,
) -> None:
    if pledge.decide(decision, seen_version=seen_version):
        await store.save_review(conn, pledge, decided_by=decided_by, at=at)
        await outbox.add(conn, pledge_state(PledgeReviewed, pledge, recorded_at=at))


async def _wait_for_event(db: Database, taskforce_id: UUID, event_id: UUID, *, deadline: float) -> bool:
    while time.monotonic() < deadline:
        await asyncio.sleep(_POLL_SECONDS)
        async with db.read(taskforce_id) as conn:
            if await event_is_known(conn, taskforce_id, event_id):
                return True
    return False
