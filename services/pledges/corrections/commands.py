"""Correcting a pledge. What a use case returns has been committed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.catalogue.refusals import UnknownTask
from services.pledges.catalogue.store import unknown_tasks
from services.pledges.corrections.domain import correct
from services.pledges.hires.events_out import hire_state
from services.pledges.hires.store import move_hires, positions_of_hires
from services.pledges.pledges import store
from services.pledges.pledges.commands import lock_for_change
from services.pledges.pledges.domain import Change
from services.pledges.pledges.events_out import pledge_state
from services.pledges.register.store import load_register_context
from shared.contracts.pledges import HireCorrected, PledgeCorrected
from shared.messaging import outbox
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from uuid import UUID

    from services.pledges.corrections.schemas import PledgePatch
    from services.pledges.pledges.domain import Editor, Limits, Pledge, PledgeTerms
    from shared.db.database import Connection, Database


async def correct_pledge(
    db: Database,
    taskforce_id: UUID,
    pledge_id: UUID,
    patch: PledgePatch,
    *,
    by: Editor,
    limits: Limits,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Pledge:
    """Correct a pledge. A patch that changes nothing makes no version.

    Args:
        seen_version: the version that the editor saw; None: any.
        at: when the request came; None: now.

    Raises:
        PledgeNotFound: there is no such pledge that the editor may change.
        Refusal: see `domain.correct` and `PledgePatch.applied_to`. Nothing has changed.
    """
    change = Change("corrected", by.id, at or datetime.now(UTC), note=patch.reason)
    async with db.change(taskforce_id) as conn:
        pledge = await lock_for_change(conn, taskforce_id, pledge_id, by)
        await correct_locked(conn, pledge, patch.applied_to(pledge), change, limits=limits, seen_version=seen_version)
    return pledge


async def correct_locked(
    conn: Connection,
    pledge: Pledge,
    terms: PledgeTerms,
    change: Change,
    *,
    limits: Limits,
    seen_version: int | None = None,
) -> bool:
    """Correct a pledge that the caller has locked, in the caller's transaction. Returns whether it changed anything.

    Raises:
        Refusal: see `domain.correct`.
    """
    taskforce_id = pledge.taskforce_id
    if await unknown_tasks(conn, taskforce_id, set(terms.tasks) - set(pledge.terms.tasks)):
        raise UnknownTask
    [context] = await load_register_context(conn, taskforce_id, [(terms.event_id, terms.company)])
    if not correct(
        pledge,
        terms,
        event=context.event,
        register=context.candidates,
        limits=limits,
        of_hires=await positions_of_hires(conn, taskforce_id, pledge.id),
        on=local_date(change.at),
        seen_version=seen_version,
    ):
        return False
    change_id = await store.insert_change(conn, pledge, change)
    await store.save_correction(conn, pledge, change_id, at=change.at)
    await outbox.add(conn, pledge_state(PledgeCorrected, pledge, recorded_at=change.at))
    # A hire belongs to the event of its pledge, so that both are counted at the same one.
    for hire in await move_hires(conn, taskforce_id, pledge.id, pledge.terms.event_id, by=change.by, at=change.at):
        await outbox.add(conn, hire_state(HireCorrected, hire, recorded_at=change.at))
    return True
