"""JSON routes of a hire's support log. Only case workers of the municipality that confirmed the hire read it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.pledges.hires.access import edits_hires_as
from services.pledges.hires.support_log import commands, store
from services.pledges.hires.support_log.schemas import (
    SettlementIn,
    SupportContactIn,
    SupportContactOut,
    SupportLog,
)
from services.pledges.pledges.access import HIRE, Caseworker
from services.pledges.pledges.api import PREFIX, json_response
from shared.http.dependencies import Db
from shared.http.idempotency import IdempotentChange
from shared.http.openapi import ETAG
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion

router = APIRouter(prefix=f"{PREFIX}/hires/{{hire_id}}/support", tags=["pledges"])

_FOR_COLLEAGUES: Final[dict[int | str, dict[str, Any]]] = {
    403: {"description": "Only case workers of the municipality that confirmed the hire read and keep its log"},
    404: {"description": "There is no such hire, or no such entry"},
}
_CHANGED: Final[dict[int | str, dict[str, Any]]] = _FOR_COLLEAGUES | {
    400: {"description": "No usable Idempotency-Key, or no JSON"},
    422: {"description": "A field is wrong, or the key was used with another body"},
}


@router.get("", response_class=Response, responses=_FOR_COLLEAGUES | {200: {"model": SupportLog}})
@concerns(HIRE)
async def support_log(hire_id: UUID, db: Db, principal: Caseworker) -> Response:
    """Return the calls about a hire, the latest first."""
    async with db.read(principal.taskforce) as conn:
        await commands.hire_for(conn, principal.taskforce, hire_id, by=edits_hires_as(principal))
        contacts = await store.support_log(conn, principal.taskforce, hire_id)
    return json_response(SupportLog.model_construct(items=[SupportContactOut.of(contact) for contact in contacts]))


@router.post(
    "",
    status_code=201,
    response_class=Response,
    responses=_CHANGED
    | {
        201: {"model": SupportContactOut, "headers": ETAG, "description": "The entry, again for every repeat"},
        409: {"description": "The confirmation of the hire was undone"},
    },
)
@concerns(HIRE)
async def log_support_contact(
    *, hire_id: UUID, body: SupportContactIn, db: Db, principal: Caseworker, idempotent: IdempotentChange
) -> Response:
    """Log that employer or employee rang, and what was agreed."""
    contact = await commands.log_support_contact(
        db,
        principal.taskforce,
        hire_id,
        contacted_on=body.contacted_on,
        contacted_by=body.contacted_by,
        agreed=body.agreed,
        solved=body.solved,
        by=edits_hires_as(principal),
        request=idempotent,
    )
    return json_response(SupportContactOut.of(contact), 201, version=contact.version)


@router.post(
    "/{contact_id}",
    response_class=Response,
    responses=_CHANGED
    | {
        200: {"model": SupportContactOut, "headers": ETAG, "description": "The entry as it is now"},
        412: {"description": "The entry has changed since the version in If-Match"},
    },
)
@concerns(HIRE)
async def settle_support_contact(
    *,
    hire_id: UUID,
    contact_id: UUID,
    body: SettlementIn,
    db: Db,
    principal: Caseworker,
    idempotent: IdempotentChange,
    expected: ExpectedVersion,
) -> Response:
    """Record whether nothing is left to be done about a call. If-Match is the entry's version."""
    contact = await commands.settle_support_contact(
        db,
        principal.taskforce,
        hire_id,
        contact_id,
        solved=body.solved,
        by=edits_hires_as(principal),
        request=idempotent,
        seen_version=expected,
    )
    return json_response(SupportContactOut.of(contact), version=contact.version)
