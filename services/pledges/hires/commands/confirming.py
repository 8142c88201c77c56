"""Confirming a hire."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.hires import confirmation as rules
from services.pledges.hires import store
from services.pledges.hires.commands.citizens import citizen_of
from services.pledges.hires.events_out import hire_state
from services.pledges.hires.refusals import UnknownTrainingHire
from services.pledges.pledges.events_out import pledge_state
from services.pledges.pledges.position import PositionStep
from services.pledges.pledges.position_changes import insert_position_change
from services.pledges.pledges.refusals import IdTaken
from services.pledges.pledges.store import load_pledge, lock_pledge, save_state
from services.pledges.register.store import load_register_context
from shared.contracts.pledges import HireConfirmed, PositionFilled
from shared.db.idempotency import claim_key
from shared.messaging import outbox
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from uuid import UUID

    from services.pledges.hires.confirmation import HireConfirmation
    from services.pledges.hires.domain import Hire, HireEditor
    from services.pledges.participants.access import Reader
    from services.pledges.pledges.domain import Limits
    from shared.db.database import Connection, Database
    from shared.db.idempotency import IdempotentRequest


async def confirm_hire(
    db: Database,
    taskforce_id: UUID,
    confirmation: HireConfirmation,
    *,
    by: HireEditor,
    request: IdempotentRequest,
    limits: Limits,
    reader: Reader | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Hire:
    """Confirm a hire exactly once, and fill its position.

    The same request again (same key, or same id) returns the same hire and has no further effect.

    Args:
        db: a `ParticipantsDatabase` where the confirmation names a participant.
        by: the case worker.
        reader: as whom they look at participants; only needed for one.
        seen_version: the pledge's version that the case worker saw; None: any.
        at: when the request came; None: now.

    Raises:
        IdempotencyKeyReused, IdTaken: another request has used the key or the id.
        UnknownTrainingHire: the taskforce has no such hire.
        UnknownParticipant: the reader sees no such participant.
        Refusal: see `confirmation.confirm_hire`. Nothing has changed.
    """
    now = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        earlier = await claim_key(conn, taskforce_id, "confirm_hire", request, confirmation.id, at=now)
        if earlier is not None:
            return await _hire_of_request(conn, taskforce_id, earlier, request)
        pledge = None
        if confirmation.pledge_id is not None:
            pledge = await lock_pledge(conn, taskforce_id, confirmation.pledge_id)
        # Under the lock: one hire sent under two keys at the same moment is made once and answered twice.
        if await store.load_hire(conn, taskforce_id, confirmation.id) is not None:
            return await _hire_of_request(conn, taskforce_id, confirmation.id, request)
        citizen_id = await citizen_of(conn, confirmation.participant_id, reader=reader)
        [context] = await load_register_context(conn, taskforce_id, [(None, confirmation.company)])
        before_it = list(pledge.positions) if pledge is not None else []
        hire = rules.confirm_hire(
            taskforce_id,
            confirmation,
            pledge=pledge,
            register=context.candidates,
            confirmed_by=by.id,
            now=now,
            limits=limits,
            municipality=by.municipality,
            citizen_id=citizen_id,
            seen_version=seen_version,
        )
        await check_training_hire(conn, taskforce_id, hire.id, hire.training_hire_id)
        if not await store.insert_hires(conn, [(hire, request.fingerprint)]):
            return await _hire_of_request(conn, taskforce_id, confirmation.id, request)
        if pledge is not None and hire.position is not None:
            filled = hire.position
            [before] = [one for one in before_it if one.id == filled.id]
            step = PositionStep("filled", before, filled, local_date(now), hire.id)
            await save_state(conn, pledge)
            await insert_position_change(conn, pledge, step, by=by.id, at=now)
            await outbox.add(conn, pledge_state(PositionFilled, pledge, recorded_at=now))
        await outbox.add(conn, hire_state(HireConfirmed, hire, recorded_at=now))
    return hire


async def check_hire(
    db: Database,
    taskforce_id: UUID,
    confirmation: HireConfirmation,
    *,
    limits: Limits,
    seen_version: int | None = None,
) -> None:
    """Apply the rules of `confirm_hire` to a hire of a pledge, and change nothing.

    Raises:
        IdTaken: a hire was confirmed under this id already.
        Refusal: see `confirmation.confirm_hire`.
    """
    async with db.read(taskforce_id) as conn:
        if await store.load_hire(conn, taskforce_id, confirmation.id) is not None:
            raise IdTaken
        found = None
        if confirmation.pledge_id is not None:
            found = await load_pledge(conn, taskforce_id, confirmation.pledge_id)
    rules.confirm_hire(
        taskforce_id,
        confirmation,
        pledge=found[0] if found else None,
        register=(),
        confirmed_by=None,
        now=datetime.now(UTC),
        limits=limits,
        seen_version=seen_version,
    )


async def check_training_hire(
    conn: Connection, taskforce_id: UUID, hire_id: UUID, training_hire_id: UUID | None
) -> None:
    """Raise `UnknownTrainingHire` where the taskforce has no other hire with this id."""
    if training_hire_id is None:
        return
    if training_hire_id == hire_id or await store.load_hire(conn, taskforce_id, training_hire_id) is None:
        raise UnknownTrainingHire


async def _hire_of_request(conn: Connection, taskforce_id: UUID, hire_id: UUID, request: IdempotentRequest) -> Hire:
    """Return the hire with this id. Raises `IdTaken` unless this request has confirmed it."""
    found = await store.load_hire(conn, taskforce_id, hire_id)
    if found is None or not hmac.compare_digest(request.fingerprint, found[1]):
        raise IdTaken
    return found[0]
