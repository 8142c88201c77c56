"""JSON routes that read pledges and decide whether they count. `intake.api` logs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.pledges.pledges import commands, queries
from services.pledges.pledges.access import CONTACT, PLEDGE, Logger, ReaderOrProgram, Reviewer, visible_part
from services.pledges.pledges.cursors import NewestFirst
from services.pledges.pledges.guest_access import find_pledge
from services.pledges.pledges.queries import PledgeFilter
from services.pledges.pledges.schemas import ContactAddress, PledgeOut, PledgePage, ReviewIn
from shared.contracts.pledges import JobType, PledgeStatus
from shared.fields.text import SearchText
from shared.http.auth import Principal, require_service
from shared.http.dependencies import Db
from shared.http.idempotency import IdempotentDb
from shared.http.openapi import ETAG
from shared.http.paging import PageSize, PageToken, cut
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.problems import Problem

if TYPE_CHECKING:
    from pydantic import BaseModel

PREFIX = "/api/pledges/v1"

router = APIRouter(prefix=PREFIX, tags=["pledges"])
internal = APIRouter(prefix="/internal/pledges/v1", include_in_schema=False)


@router.get("/pledges", response_class=Response, responses={200: {"model": PledgePage}})
@concerns(PLEDGE, CONTACT)
async def list_pledges(
    *,
    db: Db,
    principal: ReaderOrProgram,
    event_id: UUID | None = None,
    company_id: UUID | None = None,
    job_type: JobType | None = None,
    municipality: Annotated[str | None, Query(pattern=r"^\d{4}$")] = None,
    status: PledgeStatus | None = None,
    q: Annotated[SearchText | None, Query(description="part of the company's name")] = None,
    unfilled: Annotated[bool, Query(description="only those that may have a position left")] = False,
    flagged: Annotated[bool, Query(description="only those a coordinator should look at")] = False,
    held: Annotated[bool, Query(description="only those that count when a coordinator has accepted them")] = False,
    mine: Annotated[bool, Query(description="only those the caller logged")] = False,
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List pledges, the most recently received first."""
    after = NewestFirst.read(page_token)
    filters = PledgeFilter(
        event_id=event_id,
        company_id=company_id,
        job_type=job_type,
        municipality=municipality,
        status=status,
        logged_by=principal.person_id if mine else None,
        text=q,
        unfilled=unfilled,
        flagged=flagged,
        held=held,
    )
    async with db.read(principal.taskforce) as conn:
        rows = await queries.pledges(
            conn, principal.taskforce, filters, after=(after.at, after.id) if after else None, limit=page_size + 1
        )
    items, last = cut(rows, page_size)
    page = PledgePage.model_construct(
        items=[visible_part(principal, pledge) for pledge in items],
        next_page_token=NewestFirst(at=last.received_at, id=last.id).token() if last else None,
    )
    return json_response(page)


@router.get(
    "/pledges/{pledge_id}",
    response_class=Response,
    responses={
        200: {"model": PledgeOut, "headers": ETAG},
        404: {"description": "Not found, or not visible to the caller"},
    },
)
@concerns(PLEDGE, CONTACT)
async def get_pledge(pledge_id: UUID, request: Request, principal: Logger) -> Response:
    """Return a pledge as it is now. An event pass sees only what its event's passes have logged."""
    pledge = await find_pledge(request, principal, pledge_id)
    if pledge is None:
        raise Problem(404)
    return json_response(pledge, version=pledge.version)


@router.post(
    "/pledges/{pledge_id}/review",
    response_class=Response,
    responses={
        200: {"model": PledgeOut, "headers": ETAG},
        404: {"description": "Not found, or not visible to the caller"},
        409: {"description": "A position of it is filled, so it cannot be rejected"},
        412: {"description": "Somebody changed it before"},
    },
)
@concerns(PLEDGE)
async def review_pledge(
    *,
    pledge_id: UUID,
    body: ReviewIn,
    request: Request,
    db: IdempotentDb,
    principal: Reviewer,
    expected: ExpectedVersion,
) -> Response:
    """Decide whether a pledge counts: one that is held, or any other. The same decision again changes nothing."""
    await commands.review_pledge(
        db,
        principal.taskforce,
        pledge_id,
        body.decision,
        decided_by=principal.person_id,
        seen_version=expected,
    )
    pledge = await find_pledge(request, principal, pledge_id)
    if pledge is None:
        raise Problem(404)
    return json_response(pledge, version=pledge.version)


@internal.get("/pledges/{pledge_id}/contact")
@concerns(PLEDGE)
async def contact_address(
    pledge_id: UUID,
    taskforce: UUID,
    db: Db,
    _principal: Annotated[Principal, Depends(require_service("notifications"))],
) -> ContactAddress:
    """Return the address of a pledge's contact, for sending a mail; 404 if it has none or was erased."""
    async with db.read(taskforce) as conn:
        address = await queries.contact_address(conn, taskforce, pledge_id)
    if address is None:
        raise Problem(404)
    return ContactAddress(email=address.email, name=address.name, company=address.company, language="da")


def json_response(
    answer: BaseModel, status: int = 200, *, location: str | None = None, version: int | None = None
) -> Response:
    """Return an answer as a response: the same bytes for the same answer.

    Args:
        location: the URL of the created resource.
        version: the version of the answer, for its ETag.
    """
    headers = {"location": location} if location is not None else {}
    if version is not None:
        headers["etag"] = etag(version)
    return Response(answer.model_dump_json(), status, headers, media_type="application/json")
