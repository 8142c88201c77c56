"""Changing a hire: its ladder, its end, its checkpoints, and what was wrong about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.hires import store
from services.pledges.hires.commands.confirming import check_training_hire
from services.pledges.hires.commands.locking import lock_for_change, save_change
from services.pledges.hires.correction import correct
from services.pledges.hires.domain import HireChange
from services.pledges.hires.refusals import AlreadyEnded
from services.pledges.pledges.events_out import pledge_state
from services.pledges.pledges.position_changes import insert_position_change, mark_undone, position_change_of_hire
from services.pledges.pledges.store import load_pledge, save_state
from services.pledges.register.store import load_register_context
from shared.contracts.pledges import (
    CheckpointAnswered,
    HireCorrected,
    HireEnded,
    HireResumed,
    HireRevoked,
    HoursChanged,
    PositionCancelled,
    PositionFilled,
    PositionReopened,
)
from shared.messaging import outbox
from shared.ui.formats import date_text, local_date

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from services.pledges.hires.checkpoints import AnsweredFrom
    from services.pledges.hires.correction import HireCorrection
    from services.pledges.hires.domain import Afterwards, Hire, HireEditor
    from services.pledges.hires.ladder import TypedStep
    from services.pledges.pledges.domain import Limits, Pledge
    from services.pledges.pledges.position import PositionStep
    from shared.contracts.pledges import (
        CheckpointAnswer,
        CheckpointMonths,
        EndReason,
        PledgeState,
        PositionStatus,
    )
    from shared.db.database import Connection, Database
    from shared.db.idempotency import IdempotentRequest


async def add_step(
    db: Database,
    taskforce_id: UUID,
    hire_id: UUID,
    step: TypedStep,
    *,
    by: HireEditor,
    request: IdempotentRequest,
    limits: Limits,
    note: str | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Hire:
    """Add a step to the hours ladder. The same request again returns the hire and changes nothing.

    Args:
        note: why, in words.
        seen_version: the hire's version that the case worker saw; None: any.
        at: when the request came; None: now.

    Raises:
        IdempotencyKeyReused, HireNotFound, OtherMunicipality: see `lock_for_change`.
        Refusal: see `Hire.add_step`. Nothing has changed.
    """
    now = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        locked = await lock_for_change(conn, taskforce_id, hire_id, "add_step", request, by=by, at=now)
        hire = locked.hire
        if not locked.repeated:
            change = HireChange("hours_changed", hire.snapshot(), by.id, now, note=note)
            if hire.add_step(step, today=local_date(now), limits=limits, seen_version=seen_version):
                await save_change(conn, hire, change, HoursChanged)
    return hire


async def remove_step(
    db: Database,
    taskforce_id: UUID,
    hire_id: UUID,
    starts_on: date,
    *,
    by: HireEditor,
    request: IdempotentRequest,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Hire:
    """Remove the last step of the hours ladder. The arguments are as of `add_step`.

    Raises:
        IdempotencyKeyReused, HireNotFound, OtherMunicipality: see `lock_for_change`.
        Refusal: see `Hire.remove_step`. Nothing has changed.
    """
    now = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        locked = await lock_for_change(conn, taskforce_id, hire_id, "remove_step", request, by=by, at=now)
        hire = locked.hire
        if not locked.repeated:
            change = HireChange("hours_changed", hire.snapshot(), by.id, now)
            hire.remove_step(starts_on, seen_version=seen_version)
            await save_change(conn, hire, change, HoursChanged)
    return hire


async def end_hire(
    db: Database,
    taskforce_id: UUID,
    hire_id: UUID,
    ended_on: date,
    reason: EndReason,
    *,
    by: HireEditor,
    request: IdempotentRequest,
    position: Afterwards = "reopen",
    note: str | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Hire:
    """End a hire. Its position is vacant again or cancelled at once, also where the end lies ahead.

    Args:
        ended_on: the first day without the job.
        position: what becomes of its position.

    The other arguments are as of `add_step`.

    Raises:
        IdempotencyKeyReused, HireNotFound, OtherMunicipality: see `lock_for_change`.
        Refusal: see `Hire.end`. Nothing has changed.
    """
    now = at or datetime.now(UTC)
    today = local_date(now)
    async with db.change(taskforce_id) as conn:
        locked = await lock_for_change(
            conn, taskforce_id, hire_id, "end_hire", request, by=by, at=now, with_pledge=True
        )
        hire, pledge = locked.hire, locked.pledge
        if not locked.repeated:
            change = HireChange("ended", hire.snapshot(), by.id, now, reason, note)
            if hire.end(ended_on, reason, today=today, seen_version=seen_version):
                if pledge is not None and _holds_position(hire, pledge):
                    assert hire.position is not None
                    step = pledge.vacate(hire.position.id, cancel=position == "cancel", on=ended_on, today=today)
                    await _save_position(conn, pledge, step, by=by.id, at=now)
                await save_change(conn, hire, change, HireEnded)
    return hire


async def resume_hire(
    db: Database,
    taskforce_id: UUID,
    hire_id: UUID,
    *,
    by: HireEditor,
    request: IdempotentRequest,
    note: str | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Hire:
    """Let a hire go on that was ended by mistake. It fills its position again. The arguments are as of `add_step`.

    Raises:
        IdempotencyKeyReused, HireNotFound, OtherMunicipality: see `lock_for_change`.
        PositionTaken, PersonMatched: its position was given to somebody else meanwhile.
        Refusal: see `Hire.resume`. Nothing has changed.
    """
    now = at or datetime.now(UTC)
    today = local_date(now)
    async with db.change(taskforce_id) as conn:
        locked = await lock_for_change(
            conn, taskforce_id, hire_id, "resume_hire", request, by=by, at=now, with_pledge=True
        )
        hire, pledge = locked.hire, locked.pledge
        if not locked.repeated:
            change = HireChange("resumed", hire.snapshot(), by.id, now, note=note)
            hire.resume(today=today, seen_version=seen_version)
            # A hire that had ended when it was confirmed still fills its position.
            if pledge is not None and hire.position is not None and not _holds_position(hire, pledge):
                step = pledge.refill(hire.position.id, hire_id=hire.id, on=today)
                await _save_position(conn, pledge, step, by=by.id, at=now)
            await save_change(conn, hire, change, HireResumed)
    return hire


async def revoke_hire(
    db: Database,
    taskforce_id: UUID,
    hire_id: UUID,
    *,
    by: HireEditor,
    request: IdempotentRequest,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Hire:
    """Undo the confirmation of a hire within 15 minutes: it has never been, and its position is what it was before.

    The arguments are as of `add_step`.

    Raises:
        IdempotencyKeyReused, HireNotFound: see `lock_for_change`.
        AlreadyEnded: it has ended, and its position is no longer its own. Resume it first.
        Refusal: see `Hire.revoke`. Nothing has changed.
    """
    now = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        locked = await lock_for_change(
            conn, taskforce_id, hire_id, "revoke_hire", request, by=None, at=now, with_pledge=True
        )
        hire, pledge = locked.hire, locked.pledge
        if not locked.repeated:
            change = HireChange("revoked", hire.snapshot(), by.id, now)
            if hire.revoke(by=by, at=now, seen_version=seen_version):
                if pledge is not None:
                    # The end has given its position away: only a hire that goes on gives it back as it was.
                    if not _holds_position(hire, pledge):
                        raise AlreadyEnded(ended_on=date_text(hire.ended_on) if hire.ended_on else "")
                    assert hire.position is not None
                    filled = await position_change_of_hire(conn, taskforce_id, pledge.id, hire.id)
                    assert filled is not None  # the confirmation has written it
                    step = pledge.unfill(hire.position.id, filled.before, on=local_date(now))
                    await mark_undone(conn, taskforce_id, filled.id, at=now)
                    await _save_position(conn, pledge, step, by=by.id, at=now)
                await save_change(conn, hire, change, HireRevoked)
    return hire


async def correct_hire(
    db: Database,
    taskforce_id: UUID,
    hire_id: UUID,
    correction: HireCorrection,
    *,
    by: HireEditor,
    request: IdempotentRequest,
    limits: Limits,
    note: str | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Hire:
    """Correct a hire. A correction that changes nothing makes no version. The arguments are as of `add_step`.

    Raises:
        IdempotencyKeyReused, HireNotFound, OtherMunicipality: see `lock_for_change`.
        UnknownTrainingHire: the taskforce has no such hire.
        Refusal: see `correction.correct`. Nothing has changed.
    """
    now = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        locked = await lock_for_change(conn, taskforce_id, hire_id, "correct_hire", request, by=by, at=now)
        hire = locked.hire
        if locked.repeated:
            return hire
        [context] = await load_register_context(conn, taskforce_id, [(None, correction.company)])
        await check_training_hire(conn, taskforce_id, hire.id, correction.training_hire_id)
        change = HireChange("corrected", hire.snapshot(), by.id, now, note=note)
        former_company, former_reason = hire.company, hire.end_reason
        if correct(
            hire,
            correction,
            pledged_on=await _pledged_on(conn, hire),
            register=context.candidates,
            today=local_date(now),
            limits=limits,
            seen_version=seen_version,
        ):
            if hire.end_reason != former_reason:
                change = replace(change, reason=hire.end_reason)
            change_id = await save_change(conn, hire, change, HireCorrected)
            if hire.company != former_company:
                await store.save_company(conn, hire, change_id, at=now)
    return hire


async def answer_checkpoint(
    db: Database,
    taskforce_id: UUID,
    hire_id: UUID,
    months: CheckpointMonths,
    answer: CheckpointAnswer | None,
    *,
    by: HireEditor | None,
    request: IdempotentRequest,
    answered_from: AnsweredFrom = "caseworker",
    note: str | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Hire:
    """Answer whether the person is still employed, or take an answer back.

    Args:
        answer: None: take the answer back.
        by: the case worker; None: the company by its link.
        answered_from: who says it.

    The other arguments are as of `add_step`.

    Raises:
        IdempotencyKeyReused, HireNotFound, OtherMunicipality: see `lock_for_change`.
        Refusal: see `Hire.answer_checkpoint`. Nothing has changed.
    """
    now = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        locked = await lock_for_change(conn, taskforce_id, hire_id, "answer_checkpoint", request, by=by, at=now)
        hire = locked.hire
        if not locked.repeated:
            person_id = by.id if by is not None else None
            change = HireChange("checkpoint_answered", hire.snapshot(), person_id, now, note=note)
            if hire.answer_checkpoint(
                months,
                answer,
                answered_from=answered_from,
                by=person_id,
                today=local_date(now),
                seen_version=seen_version,
            ):
                await save_change(conn, hire, change, CheckpointAnswered)
    return hire


def _holds_position(hire: Hire, pledge: Pledge) -> bool:
    return any(position.hire_id == hire.id for position in pledge.positions)


async def _save_position(
    conn: Connection, pledge: Pledge, step: PositionStep, *, by: UUID | None, at: datetime
) -> None:
    await save_state(conn, pledge)
    await insert_position_change(conn, pledge, step, by=by, at=at)
    messages: dict[PositionStatus, type[PledgeState]] = {"filled": PositionFilled, "cancelled": PositionCancelled}
    message = messages.get(step.after.status, PositionReopened)
    await outbox.add(conn, pledge_state(message, pledge, recorded_at=at))


async def _pledged_on(conn: Connection, hire: Hire) -> date | None:
    if hire.pledge_id is None:
        return None
    found = await load_pledge(conn, hire.taskforce_id, hire.pledge_id)
    return found[0].pledged_on if found else None
