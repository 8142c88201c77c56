"""Changing the call list: who rings, and what came of it. Each use case owns its transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.call_list import store
from services.pledges.call_list.access import may_make_call
from services.pledges.pledges.refusals import PledgeNotFound
from shared.fields.copenhagen import COPENHAGEN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from services.pledges.call_list.domain import Outcome
    from shared.db.database import Database
    from shared.http.auth import Principal


async def assign_calls(
    db: Database, taskforce_id: UUID, pledge_ids: Sequence[UUID], person_id: UUID | None, *, by: UUID
) -> int:
    """Give calls to a person; None: back to those who logged the pledges. What does not exist is left out.

    Returns:
        How many calls it changed.
    """
    now, changed = datetime.now(UTC), 0
    async with db.change(taskforce_id) as conn:
        for call in await store.lock_calls(conn, taskforce_id, pledge_ids):
            if call.assign(person_id, by=by, at=now):
                await store.save_call(conn, call)
                changed += 1
    return changed


async def record_outcome(
    db: Database,
    principal: Principal,
    pledge_id: UUID,
    outcome: Outcome | None,
    *,
    note: str | None = None,
    again_on: date | None = None,
    seen_version: int | None = None,
) -> None:
    """Record what came of a call, or undo it. The same outcome again changes nothing.

    Args:
        outcome: None: the call is to be made.
        seen_version: the version that the caller saw; None: any.

    Raises:
        PledgeNotFound: there is no such pledge, or somebody else rings about it.
        CallAgainDayMissing, CallAgainDayPast, StaleVersion: see `Call.tick_off`.
    """
    now = datetime.now(UTC)
    async with db.change(principal.taskforce) as conn:
        found = await store.lock_calls(conn, principal.taskforce, [pledge_id])
        if not found or not may_make_call(principal, found[0]):
            raise PledgeNotFound
        [call] = found
        if outcome is None:
            changed = call.reopen(seen_version=seen_version)
        else:
            changed = call.tick_off(
                outcome,
                note=note,
                again_on=again_on,
                by=principal.person,
                at=now,
                today=now.astimezone(COPENHAGEN).date(),
                seen_version=seen_version,
            )
        if changed:
            await store.save_call(conn, call)
