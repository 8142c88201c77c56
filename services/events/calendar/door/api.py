"""JSON routes of the door's phones: what they need to go on without a network, and what they captured."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request

from services.events.access import CHECK_IN, COMPANY, EVENT, DoorKeeper, Settings, is_planner
from services.events.calendar import queries as calendar
from services.events.calendar.door import queries
from services.events.calendar.door.commands import Captured, record_capture
from services.events.calendar.door.domain import Reception
from services.events.calendar.door.schemas import (
    CapturedCheckInIn,
    CapturedCheckInsIn,
    CaptureResult,
    CaptureResults,
    DoorCompanyOut,
    DoorEventOut,
    DoorOut,
)
from services.events.calendar.registrations.invitations import Invitation, invitation_code
from shared.fields.validation import read_as
from shared.http.dependencies import Db
from shared.http.openapi import problems
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.rate_limiter import count_further
from shared.http.rate_limits import LOGGING, limited
from shared.http.refusals import problem_of
from shared.refusals import Refusal

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(prefix="/api/events/v1/events/{event_id}", tags=["attendance"])

_OTHERS = 500


@router.get("/door", responses=problems(404, 422))
@concerns(EVENT, CHECK_IN, COMPANY)
async def read_door(
    principal: DoorKeeper,
    db: Db,
    settings: Settings,
    event_id: UUID,
    tonight: Annotated[bool, Query(description="only companies that are expected or present")] = False,
) -> DoorOut:
    """Return what a phone at the door keeps, so that it can check companies in without a network."""
    taskforce = principal.taskforce
    async with db.read(taskforce) as conn:
        event = await calendar.event(conn, taskforce, event_id, drafts=is_planner(principal))
        rows = await queries.door_companies(conn, taskforce, event_id, others=0 if tonight else _OTHERS)
    companies = [
        DoorCompanyOut.of(
            row,
            invitation_code(settings, Invitation(taskforce, event_id, row.id)) if row.registered else None,
        )
        for row in rows
    ]
    return DoorOut(
        subject=principal.subject,
        event=DoorEventOut(**event.model_dump(include=set(DoorEventOut.model_fields))),
        companies=companies,
        companies_registered=event.companies_registered,
        companies_checked_in=event.companies_checked_in,
        now=datetime.now(UTC),
    )


@router.post("/check-ins/batch", responses=problems(404, 422))
@concerns(EVENT)
@limited(LOGGING)
async def record_captures(
    request: Request, principal: DoorKeeper, db: Db, event_id: UUID, body: CapturedCheckInsIn
) -> CaptureResults:
    """Record up to 50 check-ins, and undoings of check-ins, that a phone captured; answer for each by itself.

    They may arrive in any order, from several phones, more than once, and after the event was closed: the earliest
    check-in counts that was not undone later. A capture that is refused does not stop the others. Each counts as a
    request of its own for the rate limit.
    """
    count_further(request, len(body.check_ins) - 1)
    reception = Reception(datetime.now(UTC), body.sent_at)
    async with db.read(principal.taskforce) as conn:
        await calendar.event(conn, principal.taskforce, event_id, drafts=is_planner(principal))
    # One after another: a phone undoes what it captured before.
    results = [
        _result(content, await _record(db, principal, event_id, content, reception)) for content in body.check_ins
    ]
    return CaptureResults(results=results)


async def _record(
    db: Db, principal: Principal, event_id: UUID, content: Any, reception: Reception
) -> Captured | Problem:
    read = read_as(CapturedCheckInIn, content)
    if not isinstance(read, CapturedCheckInIn):
        return Problem(422, errors=read)
    try:
        return await record_capture(
            db,
            principal.taskforce,
            event_id,
            read.captured(),
            by=principal.subject,
            drafts=is_planner(principal),
            reception=reception,
        )
    except Refusal as refusal:
        return problem_of(refusal)


def _result(content: Any, outcome: Captured | Problem) -> CaptureResult:
    if isinstance(outcome, Captured):
        status = "repeated" if outcome.repeated else "recorded"
        return CaptureResult(id=content["id"], status=status, company_id=outcome.company_id)
    return CaptureResult(id=_id_of(content), status="refused", problem=outcome.document())


def _id_of(content: Any) -> UUID | None:
    try:
        return UUID(content["id"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
