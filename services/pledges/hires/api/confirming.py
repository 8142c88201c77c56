"""JSON routes that confirm and read hires."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.pledges.hires import commands, queries
from services.pledges.hires.access import edits_hires_as, unknown_participants_recorded, visible_hire
from services.pledges.hires.queries import HireFilter
from services.pledges.hires.schemas import HireIn, HireOut, HirePage
from services.pledges.participants.access import ParticipantsDb, case_worker
from services.pledges.pledges.access import HIRE, PLEDGE, Caseworker, ContactReader
from services.pledges.pledges.api import PREFIX, json_response
from services.pledges.pledges.cursors import NewestFirst
from services.pledges.pledges.dependencies import limits
from shared.contracts.pledges import JobType
from shared.http.dependencies import Db
from shared.http.idempotency import Idempotent
from shared.http.openapi import ETAG, LOCATION
from shared.http.paging import PageSize, PageToken, cut
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion
from shared.http.problems import Problem

router = APIRouter(prefix=PREFIX, tags=["pledges"])


@router.post(
    "/hires",
    status_code=201,
    response_class=Response,
    responses={
        201: {
            "model": HireOut,
            "description": "The hire, again for every repeat",
            "headers": LOCATION | ETAG,
        },
        400: {"description": "No usable Idempotency-Key, or no JSON"},
        403: {"description": "Only a case worker confirms hires"},
        409: {"description": "The position is filled, or another hire has this id"},
        412: {"description": "The pledge has changed since the version in If-Match"},
        422: {"description": "A field is wrong, or the key was used with another body"},
    },
)
@concerns(PLEDGE)
async def confirm_hire(
    *,
    body: HireIn,
    request: Request,
    db: Db,
    participants: ParticipantsDb,
    principal: Caseworker,
    idempotent: Idempotent,
    seen_version: ExpectedVersion,
) -> Response:
    """Confirm that a position has become real. Without `pledge_id`: a hire without a pledge, which is counted
    separately. With `participant_id`: it is the job of that participant, who counts once for all their hires."""
    with unknown_participants_recorded(request):
        hire = await commands.confirm_hire(
            participants if body.participant_id is not None else db,
            principal.taskforce,
            body.confirmation(),
            by=edits_hires_as(principal),
            reader=case_worker(principal),
            request=idempotent,
            limits=limits(request),
            seen_version=seen_version,
        )
    return json_response(HireOut.of(hire), 201, location=f"{PREFIX}/hires/{hire.id}", version=hire.version)


@router.get("/hires", response_class=Response, responses={200: {"model": HirePage}})
@concerns(HIRE)
async def list_hires(
    *,
    db: Db,
    principal: ContactReader,
    pledge_id: UUID | None = None,
    event_id: UUID | None = None,
    company_id: UUID | None = None,
    job_type: JobType | None = None,
    mine: Annotated[bool, Query(description="only those the caller confirmed")] = False,
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List hires, the most recently confirmed first. Those whose confirmation was undone are left out."""
    after = NewestFirst.read(page_token)
    filters = HireFilter(pledge_id, event_id, company_id, job_type, principal.person_id if mine else None)
    async with db.read(principal.taskforce) as conn:
        rows = await queries.hires(
            conn, principal.taskforce, filters, after=(after.at, after.id) if after else None, limit=page_size + 1
        )
    items, last = cut([visible_hire(principal, row) for row in rows], page_size)
    page = HirePage.model_construct(
        items=items,
        next_page_token=NewestFirst(at=last.confirmed_at, id=last.id).token() if last else None,
    )
    return json_response(page)


@router.get(
    "/hires/{hire_id}",
    response_class=Response,
    responses={200: {"model": HireOut, "headers": ETAG}, 404: {"description": "There is none"}},
)
@concerns(HIRE)
async def get_hire(hire_id: UUID, db: Db, principal: ContactReader) -> Response:
    """Return a hire."""
    async with db.read(principal.taskforce) as conn:
        hire = await queries.hire(conn, principal.taskforce, hire_id)
    if hire is None:
        raise Problem(404)
    return json_response(visible_hire(principal, hire), version=hire.version)
