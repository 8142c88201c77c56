"""Deciding on two pledges that may be the same promise: merging them, keeping both, separating them again.

Each use case owns its transaction: what it returns has been committed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.duplicates import store
from services.pledges.duplicates.refusals import ProposalNotFound
from services.pledges.pledges.events_out import pledge_state
from services.pledges.pledges.refusals import PledgeNotFound
from services.pledges.pledges.store import lock_pledge, save_state
from shared.contracts.pledges import PledgeMerged, PledgeUnmerged
from shared.messaging import outbox

if TYPE_CHECKING:
    from uuid import UUID

    from services.pledges.duplicates.domain import Proposal, ProposalDecision
    from services.pledges.pledges.domain import Pledge
    from shared.db.database import Connection, Database


async def decide(
    db: Database,
    taskforce_id: UUID,
    proposal_id: UUID,
    decision: ProposalDecision,
    *,
    decided_by: UUID | None,
    stays_id: UUID | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Proposal:
    """Merge two pledges, keep both, or separate them again. The same decision again changes nothing.

    Args:
        decided_by: the coordinator.
        stays_id: of the two that are merged, the one that stays; None: see `domain.suggested`.
        seen_version: the version of the proposal that the coordinator saw; None: any.
        at: when the request came; None: now.

    Raises:
        ProposalNotFound
        Refusal: see `Proposal.merge`, `Proposal.keep` and `Proposal.unmerge`. Nothing has changed.
    """
    now = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        proposal = await store.lock_proposal(conn, taskforce_id, proposal_id)
        if proposal is None:
            raise ProposalNotFound
        duplicate: Pledge | None = None
        if decision == "keep":
            changed = proposal.keep(seen_version=seen_version)
        else:
            first, second = await _lock_pledges(conn, proposal)
            if decision == "merge":
                duplicate = proposal.merge(first, second, stays_id=stays_id, seen_version=seen_version)
                changed = duplicate is not None
            else:
                duplicate = second if proposal.stays_id == first.id else first
                changed = proposal.unmerge(duplicate, seen_version=seen_version)
        if changed:
            if duplicate is not None:
                await save_state(conn, duplicate)
                message = PledgeMerged if decision == "merge" else PledgeUnmerged
                await outbox.add(conn, pledge_state(message, duplicate, recorded_at=now))
            await store.save_decision(conn, proposal, decision, duplicate, decided_by=decided_by, at=now)
    return proposal


async def _lock_pledges(conn: Connection, proposal: Proposal) -> tuple[Pledge, Pledge]:
    """Return the first and the second pledge, locked in the order of their ids: so no two decisions deadlock."""
    locked = {}
    for pledge_id in sorted((proposal.first_id, proposal.second_id)):
        pledge = await lock_pledge(conn, proposal.taskforce_id, pledge_id)
        if pledge is None:
            raise PledgeNotFound
        locked[pledge_id] = pledge
    return locked[proposal.first_id], locked[proposal.second_id]
