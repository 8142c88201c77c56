"""What staff do with a company's answers: tick them off, and undo them. What a use case returns has been committed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.company_page import store
from services.pledges.company_page.events_out import registration_requested
from services.pledges.company_page.refusals import AnswerOvertaken, AnswerUnknown
from services.pledges.corrections.commands import correct_locked
from services.pledges.hires import store as hires_store
from services.pledges.hires.commands.locking import save_change
from services.pledges.hires.domain import HireChange
from services.pledges.pledges import store as pledges_store
from services.pledges.pledges.domain import Change
from services.pledges.pledges.events_out import pledge_state
from services.pledges.withdrawals.commands import restore_locked
from shared.contracts.pledges import CheckpointAnswered, PledgeAffirmed, registration_request_id
from shared.messaging import outbox
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from uuid import UUID

    from services.pledges.company_page.domain import CompanyAnswer
    from services.pledges.hires.domain import HireEditor
    from services.pledges.pledges.domain import Limits, Pledge
    from shared.db.database import Connection, Database


@dataclass(frozen=True, slots=True)
class AnswerReviewer:
    """Who ticks answers off and undoes them.

    Attributes:
        hires: as whom they change hires: only those of their own municipality.
    """

    id: UUID
    hires: HireEditor


async def see_answer(db: Database, taskforce_id: UUID, answer_id: UUID, *, by: AnswerReviewer) -> CompanyAnswer:
    """Tick an answer off. Whoever was first stays.

    Raises:
        AnswerUnknown.
        OtherMunicipality: it is about somebody whom another municipality follows.
    """
    async with db.change(taskforce_id) as conn:
        answer = await _lock(conn, taskforce_id, answer_id)
        if answer.hire_id is not None:
            hire = await hires_store.lock_hire(conn, taskforce_id, answer.hire_id)
            assert hire is not None  # hires are never deleted
            hire.check_editor(by.hires)
        if answer.see(by=by.id, at=datetime.now(UTC)):
            await store.save_answer(conn, answer)
    return answer


async def undo_answer(
    db: Database, taskforce_id: UUID, answer_id: UUID, *, by: AnswerReviewer, limits: Limits
) -> CompanyAnswer:
    """Undo an answer: what it was about is again as it was before, as a new version.

    Raises:
        AnswerUnknown, AnswerAlreadyUndone.
        AnswerOvertaken: the same was changed again after the answer.
        OtherMunicipality: it is about somebody whom another municipality follows.
        Refusal: of the rules of what it is about. Nothing has changed.
    """
    now = datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        answer = await _lock(conn, taskforce_id, answer_id)
        answer.undo(by=by.id, at=now)
        match answer.kind:
            case "affirmed":
                await _undo_affirmation(conn, answer, by.id, now)
            case "adjusted":
                await _undo_adjustment(conn, answer, by.id, now, limits)
            case "withdrawn":
                await _undo_withdrawal(conn, answer, by.id, now)
            case "still_employed":
                await _undo_checkpoint(conn, answer, by.hires, now)
            case "registered" | "unregistered":
                await _undo_registration(conn, answer, now)
        await store.save_answer(conn, answer)
    return answer


async def _lock(conn: Connection, taskforce_id: UUID, answer_id: UUID) -> CompanyAnswer:
    answer = await store.load_answer(conn, taskforce_id, answer_id, lock=True)
    if answer is None:
        raise AnswerUnknown
    return answer


async def _lock_pledge(conn: Connection, answer: CompanyAnswer) -> Pledge:
    assert answer.pledge_id is not None
    pledge = await pledges_store.lock_pledge(conn, answer.taskforce_id, answer.pledge_id)
    assert pledge is not None  # pledges are never deleted
    return pledge


async def _undo_affirmation(conn: Connection, answer: CompanyAnswer, by: UUID, now: datetime) -> None:
    pledge = await _lock_pledge(conn, answer)
    if not pledge.undo_affirmation():
        raise AnswerOvertaken
    await pledges_store.save_state(conn, pledge)
    await pledges_store.insert_change(conn, pledge, Change("affirmation_undone", by, now))
    await outbox.add(conn, pledge_state(PledgeAffirmed, pledge, recorded_at=now))


async def _undo_adjustment(conn: Connection, answer: CompanyAnswer, by: UUID, now: datetime, limits: Limits) -> None:
    pledge = await _lock_pledge(conn, answer)
    former = await store.adjusted_terms(conn, answer)
    if former is None:
        raise AnswerOvertaken
    await correct_locked(conn, pledge, replace(pledge.terms, **former), Change("corrected", by, now), limits=limits)


async def _undo_withdrawal(conn: Connection, answer: CompanyAnswer, by: UUID, now: datetime) -> None:
    pledge = await _lock_pledge(conn, answer)
    if pledge.version != answer.version:
        raise AnswerOvertaken
    await restore_locked(conn, pledge, Change("restored", by, now), seen_version=None)


async def _undo_checkpoint(conn: Connection, answer: CompanyAnswer, by: HireEditor, now: datetime) -> None:
    assert answer.hire_id is not None
    assert answer.months is not None
    hire = await hires_store.lock_hire(conn, answer.taskforce_id, answer.hire_id)
    assert hire is not None  # hires are never deleted
    hire.check_editor(by)
    given = next((one for one in hire.checkpoints if one.months == answer.months), None)
    if given is None or given.answered_from != "company" or given.answer != answer.answer:
        raise AnswerOvertaken
    change = HireChange("checkpoint_answered", hire.snapshot(), by.id, now)
    hire.answer_checkpoint(answer.months, None, answered_from="caseworker", by=by.id, today=local_date(now))
    await save_change(conn, hire, change, CheckpointAnswered)


async def _undo_registration(conn: Connection, answer: CompanyAnswer, now: datetime) -> None:
    assert answer.event_id is not None
    wanted = answer.kind == "unregistered"
    version = await store.request_registration(
        conn,
        answer.taskforce_id,
        registration_request_id(answer.event_id, answer.company_id),
        answer.event_id,
        answer.company_id,
        wanted=wanted,
    )
    if version != answer.version + 1:
        raise AnswerOvertaken
    await outbox.add(
        conn,
        registration_requested(
            answer.taskforce_id, answer.event_id, answer.company_id, wanted=wanted, version=version, recorded_at=now
        ),
    )
