"""Withdrawing pledges and undoing it. What a use case returns has been committed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.pledges import store
from services.pledges.pledges.commands import lock_for_change
from services.pledges.pledges.domain import Change
from services.pledges.pledges.events_out import pledge_state
from services.pledges.pledges.refusals import AlreadyMatched, EventNotFound
from services.pledges.register.store import event_is_known
from services.pledges.withdrawals import queries
from shared.contracts.pledges import PledgeRestored, PledgeWithdrawn
from shared.messaging import outbox
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from uuid import UUID

    from services.pledges.pledges.domain import Editor, Pledge, WithdrawalReason
    from shared.db.database import Connection, Database

_AT_A_TIME = 50
"""Pledges of a pass in one transaction, so that those who log others do not wait for long."""


async def withdraw_pledge(
    db: Database,
    taskforce_id: UUID,
    pledge_id: UUID,
    reason: WithdrawalReason,
    *,
    by: Editor,
    note: str | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Pledge:
    """Withdraw a pledge. The same withdrawal again changes nothing.

    Args:
        note: why, in words.
        seen_version: the version that the editor saw; None: any.
        at: when the request came; None: now.

    Raises:
        PledgeNotFound: there is no such pledge that the editor may change.
        AlreadyMatched: somebody who may only change their own pledges is too late.
        StaleVersion, PledgeEnded, PositionsFilled: see `Pledge.withdraw`.
    """
    change = Change("withdrawn", by.id, at or datetime.now(UTC), reason, note)
    async with db.change(taskforce_id) as conn:
        pledge = await lock_for_change(conn, taskforce_id, pledge_id, by)
        if not by.of_all and any(position.status in {"matched", "trial", "filled"} for position in pledge.positions):
            raise AlreadyMatched
        await withdraw_locked(conn, pledge, reason, change, seen_version=seen_version)
    return pledge


async def restore_pledge(
    db: Database,
    taskforce_id: UUID,
    pledge_id: UUID,
    *,
    by: Editor,
    note: str | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Pledge:
    """Undo a withdrawal. A pledge that is not withdrawn does not change. The arguments are as of `withdraw_pledge`.

    Raises:
        PledgeNotFound: there is no such pledge that the editor may change.
        StaleVersion, PledgeEnded: see `Pledge.restore`.
    """
    change = Change("restored", by.id, at or datetime.now(UTC), note=note)
    async with db.change(taskforce_id) as conn:
        pledge = await lock_for_change(conn, taskforce_id, pledge_id, by)
        await restore_locked(conn, pledge, change, seen_version=seen_version)
    return pledge


async def withdraw_pass(
    db: Database,
    taskforce_id: UUID,
    event_id: UUID,
    generation: int,
    reason: WithdrawalReason,
    *,
    by: Editor,
    note: str | None = None,
) -> int:
    """Withdraw everything that came with an event's passes of a generation, except what has become a job.

    Returns:
        The number of pledges that it has withdrawn.

    Raises:
        EventNotFound: the event's messages have not arrived.
    """
    change = Change("withdrawn", by.id, datetime.now(UTC), reason, note, with_pass=True)
    async with db.read(taskforce_id) as conn:
        if not await event_is_known(conn, taskforce_id, event_id):
            raise EventNotFound
        rows = await queries.pledges_of_pass(conn, taskforce_id, event_id, generation)
    ids = sorted(row.id for row in rows if row.can_be_withdrawn)
    changed = 0
    for first in range(0, len(ids), _AT_A_TIME):
        async with db.change(taskforce_id) as conn:
            for pledge_id in ids[first : first + _AT_A_TIME]:
                pledge = await lock_for_change(conn, taskforce_id, pledge_id, by)
                # Meanwhile somebody may have withdrawn it or confirmed a hire on it.
                if pledge.ended_as is None and not any(position.status == "filled" for position in pledge.positions):
                    changed += await withdraw_locked(conn, pledge, reason, change, seen_version=None)
    return changed


async def restore_pass(
    db: Database, taskforce_id: UUID, event_id: UUID, generation: int, *, by: Editor, note: str | None = None
) -> int:
    """Undo `withdraw_pass`. What was withdrawn by itself stays withdrawn.

    Returns:
        The number of pledges that it has restored.

    Raises:
        EventNotFound: the event's messages have not arrived.
    """
    change = Change("restored", by.id, datetime.now(UTC), note=note, with_pass=True)
    async with db.read(taskforce_id) as conn:
        if not await event_is_known(conn, taskforce_id, event_id):
            raise EventNotFound
        rows = await queries.pledges_of_pass(conn, taskforce_id, event_id, generation)
    ids = sorted(row.id for row in rows if row.withdrawn)
    changed = 0
    for first in range(0, len(ids), _AT_A_TIME):
        async with db.change(taskforce_id) as conn:
            for pledge_id in ids[first : first + _AT_A_TIME]:
                pledge = await lock_for_change(conn, taskforce_id, pledge_id, by)
                if pledge.ended_as == "withdrawn":
                    changed += await restore_locked(conn, pledge, change, seen_version=None)
    return changed


async def withdraw_locked(
    conn: Connection, pledge: Pledge, reason: WithdrawalReason, change: Change, *, seen_version: int | None
) -> bool:
    """Withdraw a pledge that the caller has locked, in the caller's transaction. Returns whether it changed anything.

    Raises:
        StaleVersion, PledgeEnded, PositionsFilled: see `Pledge.withdraw`.
    """
    if not pledge.withdraw(reason, on=local_date(change.at), seen_version=seen_version):
        return False
    await store.save_state(conn, pledge)
    await store.insert_change(conn, pledge, change)
    await outbox.add(conn, pledge_state(PledgeWithdrawn, pledge, recorded_at=change.at))
    return True


async def restore_locked(conn: Connection, pledge: Pledge, change: Change, *, seen_version: int | None) -> bool:
    """Undo the withdrawal of a pledge that the caller has locked. Returns whether it changed anything.

    Raises:
        StaleVersion, PledgeEnded: see `Pledge.restore`.
    """
    if not pledge.restore(on=local_date(change.at), seen_version=seen_version):
        return False
    await store.save_state(conn, pledge)
    await store.insert_change(conn, pledge, change)
    await outbox.add(conn, pledge_state(PledgeRestored, pledge, recorded_at=change.at))
    return True
