"""JSON routes: request -> command or query -> answer. They translate, they do not decide."""

from __future__ import annotations

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response

from services.pledges.pledges import commands, queries
from services.pledges.pledges.access import (
    CONTACT,
    CONTACT_READERS,
    EVENT,
    HIRE,
    LOGGERS,
    PLEDGE,
    READERS,
    logs_as,
    seen_by,
)
from services.pledges.pledges.answers import (
    AddressAnswer,
    HireAnswer,
    HireListAnswer,
    PledgeAnswer,
    PledgeListAnswer,
    hire_answer,
    pledge_answer,
    respond,
)
from services.pledges.pledges.cursors import NewestFirst
from services.pledges.pledges.domain import Limits
from services.pledges.pledges.guest_access import find_pledge, intake_of
from services.pledges.pledges.idempotency import Asked
from services.pledges.pledges.queries import HireFilter, PledgeFilter
from services.pledges.pledges.refusals import StaleVersion
from services.pledges.pledges.schemas import HireBody, PledgeBody, SearchText
from services.pledges.pledges.views import HireView, PledgeView
from services.pledges.settings import PledgesSettings
from shared.contracts.pledges import JobType, PledgeStatus
from shared.db.database import Database
from shared.fields.cpr import mask_cpr
from shared.fields.validation import FieldError
from shared.http.auth import Principal, require, require_service
from shared.http.openapi import ETAG, LOCATION, REQUIRED
from shared.http.paging import PageSize, PageToken, cut
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.rate_limits import LOGGING, limited
from shared.i18n.translations import gettext as _

router = APIRouter(prefix="/api/pledges/v1", tags=["pledges"])
internal = APIRouter(prefix="/internal/pledges/v1", include_in_schema=False)

_PRINTABLE = re.compile(r"[\x21-\x7e]{1,200}")
_ETAG = re.compile(r'"(\d{1,9})"')
_ASKED_TWICE = "Required. The same key and body again give the same answer; another body is answered 422."

IdempotencyKey = Annotated[
    str | None,
    Header(
        description=_ASKED_TWICE,
        alias="Idempotency-Key",
        # Judged below, and its absence answered with words of its own.
        json_schema_extra={REQUIRED: True, "pattern": f"^{_PRINTABLE.pattern}$"},
    ),
]
IfMatch = Annotated[str | None, Header(description="The pledge's ETag as it was seen; stale is answered 412.")]


@router.post(
    "/pledges",
    status_code=201,
    response_class=Response,
    responses={
        201: {
            "model": PledgeAnswer,
            "description": "The pledge as it was logged, again for every repeat",
            "headers": LOCATION | ETAG,
        },
        400: {"description": "No usable Idempotency-Key, or no JSON"},
        403: {"description": "The role, or the event pass, does not open this"},
        409: {"description": "Another pledge has this id"},
        413: {"description": "Over 1 MiB"},
        422: {"description": "A field is wrong, or the key was used with another body"},
    },
)
@concerns(EVENT)
@limited(LOGGING)
async def log_pledge(
    body: PledgeBody,
    request: Request,
    principal: Annotated[Principal, Depends(require(*LOGGERS))],
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Log a company's pledge. Answered once it is safe, never before."""
    settings: PledgesSettings = request.app.state.settings
    intake = intake_of(request, principal)
    pledge = await commands.log_pledge(
        intake.database,
        principal.taskforce,
        body.promise(),
        by=logs_as(principal),
        asked=await _asked(idempotency_key, request),
        limits=limits(settings),
        patience_seconds=settings.event_patience_seconds,
        together=intake.together,
    )
    answer = pledge_answer(seen_by(principal, PledgeView.of(pledge)))
    return respond(answer, 201, _place(f"/api/pledges/v1/pledges/{pledge.id}", pledge.version))


@router.get("/pledges", response_class=Response, responses={200: {"model": PledgeListAnswer}})
@concerns(PLEDGE, CONTACT)
async def list_pledges(
    *,
    request: Request,
    principal: Annotated[Principal, Depends(require(*READERS, "pledges:read"))],
    event_id: UUID | None = None,
    company_id: UUID | None = None,
    job_type: JobType | None = None,
    municipality: Annotated[str | None, Query(pattern=r"^\d{4}$")] = None,
    status: PledgeStatus | None = None,
    q: Annotated[SearchText | None, Query(description="part of the company's name")] = None,
    unfilled: Annotated[bool, Query(description="only those that may have a position left")] = False,
    flagged: Annotated[bool, Query(description="only those a coordinator should look at")] = False,
    mine: Annotated[bool, Query(description="only those the asker logged")] = False,
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List pledges, the last received first."""
    after = NewestFirst.read(page_token)
    wanted = PledgeFilter(
        event_id=event_id,
        company_id=company_id,
        job_type=job_type,
        municipality=municipality,
        status=status,
        logged_by=principal.person_id if mine else None,
        text=q,
        unfilled=unfilled,
        flagged=flagged,
    )
    async with _database(request).read(principal.taskforce) as conn:
        rows = await queries.pledges(
            conn, principal.taskforce, wanted, after=(after.at, after.id) if after else None, limit=page_size + 1
        )
    items, last = cut(rows, page_size)
    answer = PledgeListAnswer.model_construct(
        items=[pledge_answer(seen_by(principal, one)) for one in items],
        next_page_token=NewestFirst(at=last.received_at, id=last.id).token() if last else None,
    )
    return respond(answer)


@router.get(
    "/pledges/{pledge_id}",
    response_class=Response,
    responses={
        200: {"model": PledgeAnswer, "headers": ETAG},
        404: {"description": "There is none, for this asker"},
    },
)
@concerns(PLEDGE, CONTACT)
async def get_pledge(
    pledge_id: UUID, request: Request, principal: Annotated[Principal, Depends(require(*LOGGERS))]
) -> Response:
    """Return a pledge as it is now. An event pass sees only what its event's passes have logged."""
    pledge = await find_pledge(request, principal, pledge_id)
    if pledge is None:
        raise Problem(404)
    return respond(pledge_answer(pledge), headers={"etag": f'"{pledge.version}"'})


@router.post(
    "/hires",
    status_code=201,
    response_class=Response,
    responses={
        201: {
            "model": HireAnswer,
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
    body: HireBody,
    request: Request,
    principal: Annotated[Principal, Depends(require("caseworker"))],
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Confirm that a position has become real. Without `pledge_id`: a hire without a pledge, counted apart."""
    hire = await commands.confirm_hire(
        _database(request),
        principal.taskforce,
        body.confirmation(),
        confirmed_by=principal.person_id,
        asked=await _asked(idempotency_key, request),
        limits=limits(request.app.state.settings),
        seen_version=_seen_version(if_match),
    )
    return respond(hire_answer(HireView.of(hire)), 201, _place(f"/api/pledges/v1/hires/{hire.id}", hire.version))


@router.get("/hires", response_class=Response, responses={200: {"model": HireListAnswer}})
@concerns(HIRE)
async def list_hires(
    *,
    request: Request,
    principal: Annotated[Principal, Depends(require(*CONTACT_READERS))],
    pledge_id: UUID | None = None,
    event_id: UUID | None = None,
    company_id: UUID | None = None,
    job_type: JobType | None = None,
    mine: Annotated[bool, Query(description="only those the asker confirmed")] = False,
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List hires, the last confirmed first."""
    after = NewestFirst.read(page_token)
    wanted = HireFilter(pledge_id, event_id, company_id, job_type, principal.person_id if mine else None)
    async with _database(request).read(principal.taskforce) as conn:
        rows = await queries.hires(
            conn, principal.taskforce, wanted, after=(after.at, after.id) if after else None, limit=page_size + 1
        )
    items, last = cut(rows, page_size)
    answer = HireListAnswer.model_construct(
        items=[hire_answer(one) for one in items],
        next_page_token=NewestFirst(at=last.confirmed_at, id=last.id).token() if last else None,
    )
    return respond(answer)


@router.get(
    "/hires/{hire_id}",
    response_class=Response,
    responses={200: {"model": HireAnswer, "headers": ETAG}, 404: {"description": "There is none"}},
)
@concerns(HIRE)
async def get_hire(
    hire_id: UUID, request: Request, principal: Annotated[Principal, Depends(require(*CONTACT_READERS))]
) -> Response:
    """Return a hire."""
    async with _database(request).read(principal.taskforce) as conn:
        hire = await queries.hire(conn, principal.taskforce, hire_id)
    if hire is None:
        raise Problem(404)
    return respond(hire_answer(hire), headers={"etag": f'"{hire.version}"'})


@internal.get("/pledges/{pledge_id}/contact")
@concerns(PLEDGE)
async def contact_address(
    pledge_id: UUID,
    taskforce: UUID,
    request: Request,
    _principal: Annotated[Principal, Depends(require_service("notifications"))],
) -> AddressAnswer:
    """Return whom to write to about a pledge, asked at the moment of sending; 404 where there is nobody any more."""
    async with _database(request).read(taskforce) as conn:
        address = await queries.contact_address(conn, taskforce, pledge_id)
    if address is None:
        raise Problem(404)
    return AddressAnswer(email=address.email, name=address.name, company=address.company, language="da")


def limits(settings: PledgesSettings) -> Limits:
    """Return what this installation allows."""
    return Limits(settings.positions_max, settings.weekly_hours_max)


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _key(key: str | None) -> str:
    """The idempotency key. Raises `Problem` 400 where there is none that can be kept."""
    # It is kept: a UUID may have digits like a CPR number's, and nothing else.
    if key is not None and _PRINTABLE.fullmatch(key.strip()) and mask_cpr(key) == key:
        return key.strip()
    words = _("Send a UUID of your own making, and the same one when you try again.")
    error = FieldError("Idempotency-Key:", "missing" if key is None else "unusable", words)
    raise Problem(400, "idempotency-key-missing", _("The Idempotency-Key is missing"), words, errors=[error])


async def _asked(key: str | None, request: Request) -> Asked:
    """How the request is recognised when it comes again: by its key, and its body as it was sent."""
    try:
        return commands.asked(_key(key), await request.json(), request_key=request.app.state.settings.request_key)
    except RecursionError:
        # Nested as deeply as the reader just bears, in a field that nobody knows.
        raise Problem(400, "malformed-json") from None


def _place(path: str, version: int) -> dict[str, str]:
    return {"location": path, "etag": f'"{version}"'}


def _seen_version(if_match: str | None) -> int | None:
    """The version in an If-Match header; one we never gave out is as stale as any."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise StaleVersion
    return int(found[1])
