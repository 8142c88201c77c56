"""Use cases of targets: one function each, which owns its transaction. A repeated request changes nothing.

`at` is when it happened, by default now; a scenario passes moments in the past.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.events.register.domain import IdTaken
from services.events.targets import store
from services.events.targets.domain import MOST_TARGETS, Target, TargetTerms, TooManyTargets
from services.events.targets.events_out import target_state
from shared.messaging import outbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from shared.db.database import Database


async def set_target(
    db: Database, taskforce_id: UUID, target_id: UUID, terms: TargetTerms, *, by: str, at: datetime | None = None
) -> Target:
    """Set a target.

    Args:
        target_id: made by the client.
        by: the subject of the principal.

    Raises:
        TargetEndsBeforeStart, MoreThanAll, TooManyTargets.
        IdTaken: another target, or this one with other terms, has the id.
    """
    terms.check()
    target = Target(target_id, terms, by, at or datetime.now(UTC))
    async with db.change(taskforce_id) as conn:
        if not await store.insert_target(conn, taskforce_id, target):
            known = await store.load_target(conn, taskforce_id, target_id)
            if known.terms != terms:
                raise IdTaken
            return known
        if await store.count_holding(conn, taskforce_id) > MOST_TARGETS:
            raise TooManyTargets
        await outbox.add(conn, target_state(taskforce_id, target))
    return target


async def change_target(
    db: Database,
    taskforce_id: UUID,
    target_id: UUID,
    terms: TargetTerms,
    *,
    by: str,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Target:
    """Change what is to be reached.

    Raises:
        TargetNotFound, TargetEndsBeforeStart, MoreThanAll, StaleTarget, TooManyTargets.
    """
    return await _change(
        db,
        taskforce_id,
        target_id,
        lambda target, now: target.change(terms, now, by=by, expected_version=expected_version),
        at,
    )


async def drop_target(
    db: Database,
    taskforce_id: UUID,
    target_id: UUID,
    *,
    by: str,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Target:
    """Let a target hold no longer. Raises `TargetNotFound`, `StaleTarget`."""
    return await _change(
        db,
        taskforce_id,
        target_id,
        lambda target, now: target.drop(now, by=by, expected_version=expected_version),
        at,
    )


async def restore_target(
    db: Database,
    taskforce_id: UUID,
    target_id: UUID,
    *,
    by: str,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Target:
    """Let a dropped target hold again. Raises `TargetNotFound`, `StaleTarget`, `TooManyTargets`."""
    return await _change(
        db,
        taskforce_id,
        target_id,
        lambda target, now: target.restore(now, by=by, expected_version=expected_version),
        at,
    )


async def _change(
    db: Database,
    taskforce_id: UUID,
    target_id: UUID,
    transition: Callable[[Target, datetime], bool],
    at: datetime | None,
) -> Target:
    async with db.change(taskforce_id) as conn:
        target = await store.lock_target(conn, taskforce_id, target_id)
        held = not target.dropped
        if transition(target, at or datetime.now(UTC)):
            await store.save_target(conn, taskforce_id, target)
            if not held and not target.dropped and await store.count_holding(conn, taskforce_id) > MOST_TARGETS:
                raise TooManyTargets
            await outbox.add(conn, target_state(taskforce_id, target))
        return target
