"""JSON routes of check-ins."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from fastapi import APIRouter, Response

from services.events.access import CHECK_IN, COMPANY, EVENT, DoorKeeper, is_planner
from services.events.calendar import commands, queries
from services.events.calendar.queries import ByTime
from services.events.calendar.schemas import CheckInIn, CheckInOut, CheckInPage
from shared.http.dependencies import Db
from shared.http.idempotency import IdempotentDb
from shared.http.openapi import problems, versioned
from shared.http.paging import PageSize, PageToken, cut
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.rate_limits import LOGGING, limited

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(prefix="/api/events/v1/events/{event_id}/check-ins", tags=["attendance"])


@router.post("", status_code=201, responses=problems(404, 409, 422))
@concerns(EVENT, COMPANY)
@limited(LOGGING)
async def check_in(principal: DoorKeeper, db: IdempotentDb, event_id: UUID, arrival: CheckInIn) -> CheckInOut:
    """Check a company in. Repeating the request gives the same answer."""
    company_id = await run_check_in(db, principal, event_id, arrival)
    async with db.read(principal.taskforce) as conn:
        row = await queries.check_in(conn, principal.taskforce, event_id, company_id)
    return CheckInOut.of(row)


async def run_check_in(db: Db, principal: Principal, event_id: UUID, arrival: CheckInIn) -> UUID:
    """Run the use case for a registered company or a walk-in. Returns the company's id."""
    if arrival.company is not None:
        company = arrival.company.company()
        await commands.check_in_walk_in(
            db, principal.taskforce, event_id, company, by=principal.subject, drafts=is_planner(principal)
        )
        return company.id
    assert arrival.company_id is not None
    await commands.check_in(
        db, principal.taskforce, event_id, arrival.company_id, by=principal.subject, drafts=is_planner(principal)
    )
    return arrival.company_id


@router.post("/{check_in_id}/undo", responses=versioned() | problems(404, 412, 422))
@concerns(CHECK_IN)
@limited(LOGGING)
async def undo_check_in(
    *,
    principal: DoorKeeper,
    db: IdempotentDb,
    event_id: UUID,
    check_in_id: UUID,
    response: Response,
    expected: ExpectedVersion,
) -> CheckInOut:
    """Undo a check-in that was a mistake: it no longer counts. Also possible after the event was closed."""
    attendance = await commands.undo_check_in(
        db,
        principal.taskforce,
        event_id,
        check_in_id,
        by=principal.subject,
        drafts=is_planner(principal),
        expected_version=expected,
    )
    async with db.read(principal.taskforce) as conn:
        row = await queries.check_in(conn, principal.taskforce, event_id, attendance.company_id)
    response.headers["etag"] = etag(row.version)
    return CheckInOut.of(row)


@router.get("", responses=problems(404, 422))
@concerns(EVENT, CHECK_IN)
async def list_check_ins(
    principal: DoorKeeper, db: Db, event_id: UUID, page_size: PageSize = 50, page_token: PageToken = None
) -> CheckInPage:
    """List an event's check-ins, latest first."""
    async with db.read(principal.taskforce) as conn:
        await queries.event(conn, principal.taskforce, event_id, drafts=is_planner(principal))
        rows = await queries.check_ins(
            conn, principal.taskforce, event_id, after=ByTime.read(page_token), limit=page_size + 1
        )
    page, last = cut(rows, page_size)
    token = ByTime(at=last.checked_in_at, id=last.id).token() if last else None
    return CheckInPage(items=[CheckInOut.of(row) for row in page], next_page_token=token)
