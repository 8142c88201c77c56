"""The worker's search for duplicates. Logging a pledge does not wait for it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from services.pledges.duplicates import store
from services.pledges.duplicates.domain import Proposal, proposal_id
from services.pledges.duplicates.likeness import may_be_same
from shared.messaging.outbox import taskforces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from services.pledges.duplicates.likeness import ComparedPledge
    from shared.db.database import Database

PAUSE_SECONDS: Final = 10.0
_COMPARED_SINCE: Final = timedelta(days=14)
"""A pass delivers for so long after its event; a pledge that was received earlier is not compared, even if it changes
again."""
_AT_ONCE: Final = 100
_OTHERS: Final = 1000
"""Pledges of one event, the latest received. An evening has some hundred; a flood must not keep the worker busy."""
_PROPOSED_OF_ONE: Final = 3
"""With how many others a pledge is proposed, the most alike first. So a flood of like pledges makes no square of it."""


async def propose_duplicates(database: Database) -> None:
    """Background job of the worker: compare what has been logged or changed, 100 pledges of a taskforce every 10 s."""
    while True:
        async with database.system() as conn:
            found = await taskforces(conn)
        for taskforce_id in found:
            await compare_new(database, taskforce_id)
        await asyncio.sleep(PAUSE_SECONDS)


async def compare_new(database: Database, taskforce_id: UUID, *, at: datetime | None = None) -> int:
    """Compare pledges that were not compared in their present version with the others of their events.

    Propose those that may be the same promise, and close proposals about pledges that are not alike any more. Two
    proposals are never about the same two pledges: what a coordinator has decided stays.

    Returns:
        The number of pledges that were compared, 100 at most; 0 while another worker does it.
    """
    now = at or datetime.now(UTC)
    async with database.change(taskforce_id) as conn:
        if not await store.try_lock_detection(conn, taskforce_id):
            return 0
        unchecked = await store.unchecked_pledges(
            conn, taskforce_id, received_since=now - _COMPARED_SINCE, limit=_AT_ONCE
        )
        if not unchecked:
            return 0
        known = await store.open_proposals(conn, taskforce_id, unchecked)
        events = {event_id for event_id, _ in unchecked.values() if event_id is not None}
        of_proposals = {pledge_id for one in known for pledge_id in (one.first_id, one.second_id)}
        ids = unchecked.keys() | of_proposals
        found = await store.comparable_pledges(conn, taskforce_id, events, ids, of_event=_OTHERS)
        pledges = {one.id: one for one in found}
        of_event: dict[UUID | None, list[ComparedPledge]] = defaultdict(list)
        for pledge in pledges.values():
            of_event[pledge.event_id].append(pledge)
        pairs: set[tuple[UUID, UUID]] = set()
        for pledge_id in unchecked.keys() & pledges.keys():
            pairs |= most_alike(pledges[pledge_id], of_event[pledges[pledge_id].event_id])
            # Thousands of comparisons: the worker's other jobs go on between them.
            await asyncio.sleep(0)
        await store.close_outdated(conn, taskforce_id, [one.id for one in known if _is_outdated(one, pledges)])
        if pairs:
            await store.insert_proposals(conn, [_proposal(taskforce_id, pair, at=now) for pair in sorted(pairs)])
        await store.save_checks(conn, taskforce_id, {id_: version for id_, (_, version) in unchecked.items()})
    return len(unchecked)


def most_alike(pledge: ComparedPledge, others: Sequence[ComparedPledge]) -> set[tuple[UUID, UUID]]:
    """Return the pairs of a pledge and those others that are most like it, each in the order of their receipt.

    Two that are both held are no pair: a coordinator has to see each of them anyway.
    """
    alike = [
        (likeness, other)
        for other in others
        if other.id != pledge.id
        and not (pledge.held and other.held)
        and (likeness := may_be_same(pledge, other)) is not None
    ]
    alike.sort(key=lambda found: (-found[0], found[1].order))
    return {_in_order(pledge, other) for _, other in alike[:_PROPOSED_OF_ONE]}


def _in_order(one: ComparedPledge, other: ComparedPledge) -> tuple[UUID, UUID]:
    first, second = sorted((one, other), key=lambda pledge: pledge.order)
    return first.id, second.id


def _is_outdated(proposal: Proposal, pledges: dict[UUID, ComparedPledge]) -> bool:
    """Whether two pledges that can still be compared are not alike any more. One that has ended may come back."""
    first, second = pledges.get(proposal.first_id), pledges.get(proposal.second_id)
    return first is not None and second is not None and may_be_same(first, second) is None


def _proposal(taskforce_id: UUID, pair: tuple[UUID, UUID], *, at: datetime) -> Proposal:
    return Proposal(taskforce_id, proposal_id(*pair), *pair, proposed_at=at)
