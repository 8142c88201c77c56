"""Use cases of decisions: one function each, which owns its transaction. A repeated request changes nothing.

`by` is the subject of the principal, `at` when it happened, by default now; a scenario passes moments in the past.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.events.calendar.meetings.commands import recount_decisions
from services.events.calendar.meetings.decisions import store
from services.events.calendar.meetings.decisions.domain import (
    Decision,
    DecisionNotFound,
    DecisionWasDropped,
    OwnerNotFound,
)
from services.events.calendar.meetings.domain import MeetingIsADraft
from services.events.calendar.meetings.store import is_active_person, load_meeting
from services.events.register.domain import IdTaken

if TYPE_CHECKING:
    from uuid import UUID

    from services.events.calendar.meetings.decisions.domain import DecisionTerms, Step
    from shared.db.database import Connection, Database


async def make_decision(
    db: Database,
    taskforce_id: UUID,
    decision_id: UUID,
    meeting_id: UUID,
    terms: DecisionTerms,
    *,
    by: str,
    at: datetime | None = None,
) -> Decision:
    """Write down a decision of a meeting, during it or after it.

    Args:
        decision_id: made by the client.

    Raises:
        EventNotFound, NotAMeeting, MeetingIsADraft, AgendaItemNotFound, OwnerNotFound.
        IdTaken: something else was decided under the id.
    """
    at = at or datetime.now(UTC)
    decision = Decision(decision_id, meeting_id, terms, made_at=at, made_by=by, changed_at=at, changed_by=by)
    async with db.change(taskforce_id) as conn:
        meeting = await load_meeting(conn, taskforce_id, meeting_id)
        if meeting.status == "draft":
            raise MeetingIsADraft
        if terms.item_id is not None:
            meeting.item(terms.item_id)
        await _check_owner(conn, taskforce_id, terms.owner)
        if await store.insert_decision(conn, taskforce_id, decision):
            await recount_decisions(conn, taskforce_id, after=meeting.starts_at, at=at, by=by)
            return decision
        known = await store.lock_decision(conn, taskforce_id, decision_id)
        if (known.meeting_id, known.terms) != (meeting_id, terms):
            raise IdTaken
        return known


async def change_decision(
    db: Database,
    taskforce_id: UUID,
    decision_id: UUID,
    terms: DecisionTerms,
    *,
    by: str,
    expected_version: int | None = None,
) -> Decision:
    """Change what was decided. The item of the agenda stays.

    Raises:
        DecisionNotFound, DecisionIsSettled, StaleDecision, OwnerNotFound.
    """
    now = datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        decision = await store.lock_decision(conn, taskforce_id, decision_id)
        if terms.owner != decision.terms.owner:
            await _check_owner(conn, taskforce_id, terms.owner)
        terms = replace(terms, item_id=decision.terms.item_id)
        if decision.change(terms, now, by=by, expected_version=expected_version):
            await store.save_decision(conn, taskforce_id, decision)
    return decision


async def settle(
    db: Database,
    taskforce_id: UUID,
    decision_id: UUID,
    step: Step,
    *,
    by: str,
    owner: UUID | None = None,
    reason: str | None = None,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Decision:
    """Report a decision as done, drop it, or open it again. The meetings ahead are told how many are open.

    Args:
        owner: only if this person is responsible for it; None: whoever is.
        reason: why it is dropped.

    Raises:
        DecisionNotFound: there is none, or another person is responsible.
        DecisionIsSettled, StaleDecision.
        DecisionWasDropped: the `owner` does not reopen it then.
        ReasonMissing: a decision is dropped with a reason only.
    """
    at = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        decision = await store.lock_decision(conn, taskforce_id, decision_id)
        if owner not in {None, decision.terms.owner}:
            raise DecisionNotFound
        if owner is not None and step == "reopen" and decision.status == "dropped":
            raise DecisionWasDropped
        if step == "done":
            changed = decision.finish(at, by=by, expected_version=expected_version)
        elif step == "reopen":
            changed = decision.reopen(at, by=by, expected_version=expected_version)
        else:
            changed = decision.drop(reason, at, by=by, expected_version=expected_version)
        if changed:
            await store.save_decision(conn, taskforce_id, decision)
            meeting = await load_meeting(conn, taskforce_id, decision.meeting_id)
            await recount_decisions(conn, taskforce_id, after=meeting.starts_at, at=at, by=by)
    return decision


async def _check_owner(conn: Connection, taskforce_id: UUID, owner: UUID) -> None:
    if not await is_active_person(conn, taskforce_id, owner):
        raise OwnerNotFound
