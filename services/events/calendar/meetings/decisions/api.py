"""JSON routes of decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.events.access import DECISION, EVENT, OWN_DECISION, EventReader, Planner, is_planner
from services.events.calendar.meetings.decisions import commands, queries
from services.events.calendar.meetings.decisions.domain import DecisionStatus, Report
from services.events.calendar.meetings.decisions.queries import ByDueDay
from services.events.calendar.meetings.decisions.schemas import (
    DecisionIn,
    DecisionOut,
    DecisionPage,
    DropIn,
    NewDecisionIn,
)
from shared.http.dependencies import Db
from shared.http.idempotency import IdempotentDb
from shared.http.openapi import problems, versioned
from shared.http.paging import PageSize, PageToken, cut
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion, etag

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(prefix="/api/events/v1", tags=["decisions"])


@router.post("/meetings/{event_id}/decisions", status_code=201, responses=versioned(201) | problems(404, 409, 422))
@concerns(EVENT)
async def make_decision(
    principal: Planner, db: IdempotentDb, event_id: UUID, decision: NewDecisionIn, response: Response
) -> DecisionOut:
    """Write down a decision of a meeting."""
    terms = decision.terms(decision.item_id)
    await commands.make_decision(db, principal.taskforce, decision.id, event_id, terms, by=principal.subject)
    return await _decision(db, principal, decision.id, response)


@router.get("/decisions", responses=problems(422))
@concerns(DECISION)
async def list_decisions(
    *,
    principal: EventReader,
    db: Db,
    status: Annotated[DecisionStatus | None, Query(description="only decisions with this status")] = None,
    owner: Annotated[UUID | None, Query(description="only those for which this person is responsible")] = None,
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> DecisionPage:
    """List the decisions of all meetings, the one that is due first first."""
    async with db.read(principal.taskforce) as conn:
        rows = await queries.decisions(
            conn,
            principal.taskforce,
            status=status,
            owner=owner,
            after=ByDueDay.read(page_token),
            limit=page_size + 1,
        )
    page, last = cut(rows, page_size)
    token = ByDueDay(day=last.due_on, id=last.id).token() if last else None
    return DecisionPage(items=[DecisionOut.of(row) for row in page], next_page_token=token)


@router.get("/decisions/{decision_id}", responses=versioned() | problems(404, 422))
@concerns(DECISION)
async def read_decision(principal: EventReader, db: Db, decision_id: UUID, response: Response) -> DecisionOut:
    """Read one decision; its version is in the ETag."""
    return await _decision(db, principal, decision_id, response)


@router.put("/decisions/{decision_id}", responses=versioned() | problems(404, 409, 412, 422))
@concerns(DECISION)
async def change_decision(
    *,
    principal: Planner,
    db: IdempotentDb,
    decision_id: UUID,
    decision: DecisionIn,
    response: Response,
    expected: ExpectedVersion,
) -> DecisionOut:
    """Change what was decided, while the decision is open."""
    await commands.change_decision(
        db, principal.taskforce, decision_id, decision.terms(), by=principal.subject, expected_version=expected
    )
    return await _decision(db, principal, decision_id, response)


@router.post("/decisions/{decision_id}/drop", responses=versioned() | problems(404, 409, 412, 422))
@concerns(DECISION)
async def drop_decision(
    *,
    principal: Planner,
    db: IdempotentDb,
    decision_id: UUID,
    body: DropIn,
    response: Response,
    expected: ExpectedVersion,
) -> DecisionOut:
    """Drop a decision with a reason."""
    await commands.settle(
        db,
        principal.taskforce,
        decision_id,
        "drop",
        reason=body.reason,
        by=principal.subject,
        expected_version=expected,
    )
    return await _decision(db, principal, decision_id, response)


@router.post("/decisions/{decision_id}/{step}", responses=versioned() | problems(404, 409, 412, 422))
@concerns(OWN_DECISION)
async def report_decision(
    *,
    principal: EventReader,
    db: IdempotentDb,
    decision_id: UUID,
    step: Report,
    response: Response,
    expected: ExpectedVersion,
) -> DecisionOut:
    """Report a decision as done, or reopen it. Whoever is responsible for it may, and those who plan meetings."""
    await commands.settle(
        db,
        principal.taskforce,
        decision_id,
        step,
        owner=None if is_planner(principal) else principal.person,
        by=principal.subject,
        expected_version=expected,
    )
    return await _decision(db, principal, decision_id, response)


async def _decision(db: Db, principal: Principal, decision_id: UUID, response: Response) -> DecisionOut:
    async with db.read(principal.taskforce) as conn:
        row = await queries.decision(conn, principal.taskforce, decision_id)
    response.headers["etag"] = etag(row.version)
    return DecisionOut.of(row)
