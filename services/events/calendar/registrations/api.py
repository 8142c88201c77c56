"""JSON routes of registrations."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from fastapi import APIRouter, Response

from services.events.access import COMPANY, EVENT, REGISTRATION, DoorKeeper, Planner, is_planner
from services.events.calendar import queries as calendar
from services.events.calendar.registrations import commands, queries
from services.events.calendar.registrations.queries import ByCompany
from services.events.calendar.registrations.schemas import RegistrationIn, RegistrationOut, RegistrationPage
from shared.contracts.events import registration_id
from shared.http.dependencies import Db
from shared.http.idempotency import IdempotentDb
from shared.http.openapi import problems, versioned
from shared.http.paging import PageSize, PageToken, cut
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion, etag

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(prefix="/api/events/v1/events/{event_id}/registrations", tags=["registrations"])


@router.post("", status_code=201, responses=versioned(201) | problems(404, 409, 422))
@concerns(EVENT, COMPANY)
async def register_company(
    principal: Planner, db: IdempotentDb, event_id: UUID, registration: RegistrationIn, response: Response
) -> RegistrationOut:
    """Register a company for an event. Repeating the request gives the same answer."""
    company_id = registration.company_id
    await commands.register_companies(db, principal.taskforce, event_id, [company_id], by=principal.subject)
    return await _response(db, principal, event_id, registration_id(event_id, company_id), response)


@router.post("/{registration_id}/cancel", responses=versioned() | problems(404, 409, 412, 422))
@concerns(REGISTRATION)
async def cancel_registration(
    *,
    principal: Planner,
    db: IdempotentDb,
    event_id: UUID,
    registration_id: UUID,
    response: Response,
    expected: ExpectedVersion,
) -> RegistrationOut:
    """Take a company off the list. If it has checked in, it stays checked in."""
    await commands.cancel_registration(
        db, principal.taskforce, event_id, registration_id, by=principal.subject, expected_version=expected
    )
    return await _response(db, principal, event_id, registration_id, response)


@router.get("", responses=problems(404, 422))
@concerns(EVENT, REGISTRATION)
async def list_registrations(
    principal: DoorKeeper, db: Db, event_id: UUID, page_size: PageSize = 50, page_token: PageToken = None
) -> RegistrationPage:
    """List the companies that are expected at an event, by name, and which of them have come."""
    async with db.read(principal.taskforce) as conn:
        await calendar.event(conn, principal.taskforce, event_id, drafts=is_planner(principal))
        rows = await queries.registrations(
            conn, principal.taskforce, event_id, after=ByCompany.read(page_token), limit=page_size + 1
        )
    page, last = cut(rows, page_size)
    token = ByCompany(company_id=last.company_id).token() if last else None
    return RegistrationPage(items=[RegistrationOut.of(row) for row in page], next_page_token=token)


async def _response(
    db: Db, principal: Principal, event_id: UUID, registration_id: UUID, response: Response
) -> RegistrationOut:
    async with db.read(principal.taskforce) as conn:
        row = await queries.registration(conn, principal.taskforce, event_id, registration_id)
    response.headers["etag"] = etag(row.version)
    return RegistrationOut.of(row)
