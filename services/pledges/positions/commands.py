"""The steps of a pledge's positions and of a pledge. What a use case returns has been committed.

Each is done once: the same request again, under its idempotency key, changes nothing and returns the pledge.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.pledges import store
from services.pledges.pledges.domain import Change
from services.pledges.pledges.events_out import pledge_state
from services.pledges.pledges.lapsing import check_about_to_lapse
from services.pledges.pledges.position import check_undo
from services.pledges.pledges.position_changes import (
    insert_position_change,
    last_position_change,
    mark_undone,
    pledge_of_position,
)
from services.pledges.pledges.refusals import LastPosition, NothingToUndo, PledgeNotFound, PositionNotFound
from shared.contracts.pledges import (
    LapseDeferred,
    PledgeAffirmed,
    PledgeLapsed,
    PledgeRestored,
    PledgeState,
    PledgeWithdrawn,
    PositionCancelled,
    PositionMatched,
    PositionReopened,
    TrialStarted,
)
from shared.db.idempotency import IdempotencyKeyReused, claim_key
from shared.messaging import outbox
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from uuid import UUID

    from services.pledges.pledges.domain import Editor, Pledge
    from services.pledges.pledges.lapsing import LapseRules
    from services.pledges.pledges.position import CancelReason, PositionStep, ReopenReason
    from services.pledges.pledges.terms import ChangeKind
    from shared.db.database import Connection, Database
    from shared.db.idempotency import IdempotentRequest


class _Once:
    """One request: who makes it, when, and under which key.

    Args:
        operation: the name of the use case, for its idempotency keys.
        request: None for a page's form, which carries a version.
        at: when the request came; None: now.
    """

    def __init__(self, operation: str, by: Editor, request: IdempotentRequest | None, at: datetime | None) -> None:
        self.by = by
        self.now = at or datetime.now(UTC)
        self.today = local_date(self.now)
        self._operation = operation
        self._request = request

    async def is_repeated(self, conn: Connection, taskforce_id: UUID, subject_id: UUID) -> bool:
        """Claim the key. Raises `IdempotencyKeyReused` where another request has used it."""
        if self._request is None:
            return False
        earlier = await claim_key(conn, taskforce_id, self._operation, self._request, subject_id, at=self.now)
        if earlier is not None and earlier != subject_id:
            raise IdempotencyKeyReused
        return earlier is not None


async def match_position(
    db: Database,
    taskforce_id: UUID,
    position_id: UUID,
    *,
    by: Editor,
    request: IdempotentRequest | None = None,
    note: str | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Pledge:
    """Record that a person was found for a position.

    Args:
        request: the request with its idempotency key; None for a page's form.
        seen_version: the pledge's version that the case worker saw; None: any.
        at: when the request came; None: now.

    Raises:
        PositionNotFound: the taskforce has no such position.
        IdempotencyKeyReused: another request has used the key.
        Refusal: see `Pledge.match`. Nothing has changed.
    """
    async with db.change(taskforce_id) as conn:
        pledge, _repeated = await match_position_in(
            conn, taskforce_id, position_id, by=by, request=request, note=note, seen_version=seen_version, at=at
        )
    return pledge


async def match_position_in(
    conn: Connection,
    taskforce_id: UUID,
    position_id: UUID,
    *,
    by: Editor,
    request: IdempotentRequest | None = None,
    note: str | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> tuple[Pledge, bool]:
    """Do what `match_position` does, in the caller's transaction, which holds the pledge's lock until it ends.

    Returns:
        The pledge, and whether the request was repeated.
    """
    once = _Once("match_position", by, request, at)
    pledge = await _lock(conn, taskforce_id, position_id)
    if await once.is_repeated(conn, taskforce_id, position_id):
        return pledge, True
    step = pledge.match(position_id, on=once.today, seen_version=seen_version)
    await _save_step(conn, pledge, step, PositionMatched, once, note=note)
    return pledge, False


async def start_trial(
    db: Database,
    taskforce_id: UUID,
    position_id: UUID,
    *,
    starts_on: date,
    ends_on: date,
    by: Editor,
    request: IdempotentRequest | None = None,
    note: str | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Pledge:
    """Record that the matched person tries the job, or that the trial ends on another day. See `match_position`.

    Args:
        starts_on, ends_on: the first and the last day.
    """
    once = _Once("start_trial", by, request, at)
    return await _take_step(
        db,
        taskforce_id,
        position_id,
        once,
        take=lambda pledge: pledge.start_trial(
            position_id, starts_on=starts_on, ends_on=ends_on, on=once.today, seen_version=seen_version
        ),
        message=TrialStarted,
        note=note,
    )


async def cancel_position(
    db: Database,
    taskforce_id: UUID,
    position_id: UUID,
    reason: CancelReason,
    *,
    by: Editor,
    request: IdempotentRequest | None = None,
    note: str | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Pledge:
    """Cancel one position. If it is the last one that is left, the company has withdrawn the pledge.

    See `match_position`.
    """
    once = _Once("cancel_position", by, request, at)
    async with db.change(taskforce_id) as conn:
        pledge = await _lock(conn, taskforce_id, position_id)
        if await once.is_repeated(conn, taskforce_id, position_id):
            return pledge
        try:
            step = pledge.cancel_position(position_id, on=once.today, seen_version=seen_version)
        except LastPosition:
            pledge.withdraw("company_withdrew", on=once.today)
            change = Change("withdrawn", by.id, once.now, "company_withdrew", note)
            await _save_change(conn, pledge, PledgeWithdrawn, change)
        else:
            await _save_step(conn, pledge, step, PositionCancelled, once, reason=reason, note=note)
    return pledge


async def reopen_position(
    db: Database,
    taskforce_id: UUID,
    position_id: UUID,
    reason: ReopenReason,
    *,
    by: Editor,
    request: IdempotentRequest | None = None,
    note: str | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Pledge:
    """Let a position be vacant again. See `match_position`."""
    once = _Once("reopen_position", by, request, at)
    return await _take_step(
        db,
        taskforce_id,
        position_id,
        once,
        take=lambda pledge: pledge.reopen_position(position_id, on=once.today, seen_version=seen_version),
        message=PositionReopened,
        reason=reason,
        note=note,
    )


async def undo_step(
    db: Database,
    taskforce_id: UUID,
    position_id: UUID,
    *,
    by: Editor,
    request: IdempotentRequest | None = None,
    note: str | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Pledge:
    """Undo the last step of a position within 15 minutes, as whoever made it or as a coordinator.

    That is the end of the pledge, if it was withdrawn or lapsed after the position's last step. See `match_position`.

    Raises:
        NothingToUndo, UndoneAtHire, UndoneByOthers, TooLateToUndo: see `check_undo`.
    """
    once = _Once("undo_step", by, request, at)
    async with db.change(taskforce_id) as conn:
        pledge = await _lock(conn, taskforce_id, position_id)
        if await once.is_repeated(conn, taskforce_id, position_id):
            return pledge
        if pledge.ended_as in {"withdrawn", "lapsed"}:
            end = await store.change_to(conn, taskforce_id, pledge.id, pledge.version)
            if end is None:
                raise NothingToUndo
            check_undo(end.by, end.at, by, now=once.now)
            pledge.restore(on=once.today, seen_version=seen_version)
            await _save_change(conn, pledge, PledgeRestored, Change("restored", by.id, once.now, note=note))
            return pledge
        change = await last_position_change(conn, taskforce_id, position_id)
        if change is None:
            raise NothingToUndo
        change.check_undo(by, now=once.now)
        step = pledge.undo(change, on=once.today, seen_version=seen_version)
        await mark_undone(conn, taskforce_id, change.id, at=once.now)
        await _save_step(conn, pledge, step, PositionReopened, once, note=note)
    return pledge


async def affirm_pledge(
    db: Database,
    taskforce_id: UUID,
    pledge_id: UUID,
    *,
    by: Editor,
    request: IdempotentRequest | None = None,
    note: str | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Pledge:
    """Record that the company has confirmed the pledge. See `match_position`.

    Raises:
        PledgeNotFound: the taskforce has no such pledge.
    """
    once = _Once("affirm_pledge", by, request, at)
    return await _change_pledge(
        db,
        taskforce_id,
        pledge_id,
        once,
        change_it=lambda pledge: pledge.affirm(on=once.today, seen_version=seen_version),
        message=PledgeAffirmed,
        kind="affirmed",
        note=note,
    )


async def undo_affirmation(
    db: Database,
    taskforce_id: UUID,
    pledge_id: UUID,
    *,
    by: Editor,
    request: IdempotentRequest | None = None,
    note: str | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Pledge:
    """Undo `affirm_pledge`, at any time."""
    once = _Once("undo_affirmation", by, request, at)
    return await _change_pledge(
        db,
        taskforce_id,
        pledge_id,
        once,
        change_it=lambda pledge: pledge.undo_affirmation(seen_version=seen_version),
        message=PledgeAffirmed,
        kind="affirmation_undone",
        note=note,
    )


async def lapse_pledge(
    db: Database,
    taskforce_id: UUID,
    pledge_id: UUID,
    *,
    rules: LapseRules,
    by: Editor,
    request: IdempotentRequest | None = None,
    note: str | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Pledge:
    """Close a pledge of which nothing came, from the warning on. See `affirm_pledge`.

    Raises:
        NotAboutToLapse: see `check_about_to_lapse`.
    """
    once = _Once("lapse_pledge", by, request, at)

    def lapse(pledge: Pledge) -> bool:
        check_about_to_lapse(pledge, rules, today=once.today)
        return pledge.lapse(on=once.today, seen_version=seen_version)

    return await _change_pledge(
        db, taskforce_id, pledge_id, once, change_it=lapse, message=PledgeLapsed, kind="lapsed", note=note
    )


async def defer_lapse(
    db: Database,
    taskforce_id: UUID,
    pledge_id: UUID,
    *,
    until: date,
    note: str,
    by: Editor,
    request: IdempotentRequest | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Pledge:
    """Let a pledge not lapse before a day. See `affirm_pledge`.

    Args:
        note: why, in words.
    """
    once = _Once("defer_lapse", by, request, at)
    return await _change_pledge(
        db,
        taskforce_id,
        pledge_id,
        once,
        change_it=lambda pledge: pledge.defer_lapse(until, on=once.today, seen_version=seen_version),
        message=LapseDeferred,
        kind="lapse_deferred",
        note=note,
    )


async def _take_step(
    db: Database,
    taskforce_id: UUID,
    position_id: UUID,
    once: _Once,
    *,
    take: Callable[[Pledge], PositionStep],
    message: type[PledgeState],
    reason: str | None = None,
    note: str | None = None,
) -> Pledge:
    async with db.change(taskforce_id) as conn:
        pledge = await _lock(conn, taskforce_id, position_id)
        if not await once.is_repeated(conn, taskforce_id, position_id):
            await _save_step(conn, pledge, take(pledge), message, once, reason=reason, note=note)
    return pledge


async def _change_pledge(
    db: Database,
    taskforce_id: UUID,
    pledge_id: UUID,
    once: _Once,
    *,
    change_it: Callable[[Pledge], bool],
    message: type[PledgeState],
    kind: ChangeKind,
    note: str | None,
) -> Pledge:
    async with db.change(taskforce_id) as conn:
        pledge = await store.lock_pledge(conn, taskforce_id, pledge_id)
        if pledge is None:
            raise PledgeNotFound
        if not await once.is_repeated(conn, taskforce_id, pledge_id) and change_it(pledge):
            await _save_change(conn, pledge, message, Change(kind, once.by.id, once.now, note=note))
    return pledge


async def _lock(conn: Connection, taskforce_id: UUID, position_id: UUID) -> Pledge:
    pledge_id = await pledge_of_position(conn, taskforce_id, position_id)
    pledge = await store.lock_pledge(conn, taskforce_id, pledge_id) if pledge_id else None
    if pledge is None:
        raise PositionNotFound
    return pledge


async def _save_step(
    conn: Connection,
    pledge: Pledge,
    step: PositionStep,
    message: type[PledgeState],
    once: _Once,
    *,
    reason: str | None = None,
    note: str | None,
) -> None:
    await store.save_state(conn, pledge)
    await insert_position_change(conn, pledge, step, by=once.by.id, at=once.now, reason=reason, note=note)
    await outbox.add(conn, pledge_state(message, pledge, recorded_at=once.now))


async def _save_change(conn: Connection, pledge: Pledge, message: type[PledgeState], change: Change) -> None:
    await store.save_state(conn, pledge)
    await store.insert_change(conn, pledge, change)
    await outbox.add(conn, pledge_state(message, pledge, recorded_at=change.at))
