"""What every change of a hire begins and ends with: its key and its locks, and its history and its message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.pledges.hires import store
from services.pledges.hires.events_out import hire_state
from services.pledges.hires.refusals import HireNotFound
from services.pledges.pledges.store import lock_pledge
from shared.db.idempotency import IdempotencyKeyReused, claim_key
from shared.messaging import outbox

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.pledges.hires.domain import Hire, HireChange, HireEditor
    from services.pledges.pledges.domain import Pledge
    from shared.contracts.pledges import HireState
    from shared.db.database import Connection
    from shared.db.idempotency import IdempotentRequest


@dataclass(frozen=True, slots=True)
class LockedHire:
    """A hire to be changed.

    Attributes:
        pledge: its pledge, where that is locked too.
        repeated: whether the request has changed the hire before: it is answered with the hire, and changes nothing.
    """

    hire: Hire
    pledge: Pledge | None
    repeated: bool


async def lock_for_change(
    conn: Connection,
    taskforce_id: UUID,
    hire_id: UUID,
    operation: str,
    request: IdempotentRequest,
    *,
    by: HireEditor | None,
    at: datetime,
    with_pledge: bool = False,
) -> LockedHire:
    """Claim the key of the request, and lock the hire until the end of the transaction.

    Args:
        operation: as for `claim_key`.
        by: None: the company by its link, which no municipality restricts.
        at: when the request came.
        with_pledge: whether its pledge is locked, too, and before it.

    Raises:
        IdempotencyKeyReused: another request has used the key.
        HireNotFound: the taskforce has no such hire.
        OtherMunicipality: the editor may not change it.
    """
    earlier = await claim_key(conn, taskforce_id, operation, request, hire_id, at=at)
    if earlier not in {None, hire_id}:
        raise IdempotencyKeyReused
    found = await store.load_hire(conn, taskforce_id, hire_id)
    if found is None:
        raise HireNotFound
    hire = found[0]
    if by is not None:
        hire.check_editor(by)
    if earlier is not None:
        return LockedHire(hire, None, repeated=True)
    pledge = None
    if with_pledge and hire.pledge_id is not None:
        pledge = await lock_pledge(conn, taskforce_id, hire.pledge_id)
    locked = await store.lock_hire(conn, taskforce_id, hire_id)
    assert locked is not None  # hires are never deleted
    return LockedHire(locked, pledge, repeated=False)


async def save_change(conn: Connection, hire: Hire, change: HireChange, message: type[HireState]) -> UUID:
    """Save a changed hire with its history, and publish its state. Returns the id of the change."""
    await store.save_hire(conn, hire)
    change_id = await store.insert_change(conn, hire, change)
    await outbox.add(conn, hire_state(message, hire, recorded_at=change.at))
    return change_id
