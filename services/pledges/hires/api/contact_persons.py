"""JSON routes that give hires another contact person, one or many."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.pledges.hires import commands
from services.pledges.hires.access import edits_hires_as
from services.pledges.hires.api.answers import CHANGED, changed
from services.pledges.hires.change_schemas import ContactPersonIn, HandedOver, HandOverIn
from services.pledges.hires.schemas import HireOut
from services.pledges.pledges.access import HIRE, Caseworker
from services.pledges.pledges.api import PREFIX, json_response
from shared.http.dependencies import Db
from shared.http.idempotency import Idempotent, IdempotentChange
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion

router = APIRouter(prefix=f"{PREFIX}/hires", tags=["pledges"])


@router.post(
    "/contact-person",
    response_class=Response,
    responses=CHANGED | {200: {"model": HandedOver, "description": "The hires as they are now"}},
)
@concerns(HIRE)
async def hand_over(*, body: HandOverIn, db: Db, principal: Caseworker, idempotent: Idempotent) -> Response:
    """Hand hires over to another contact person: all of them, or none. A version beside a hire is as If-Match."""
    hires = await commands.hand_over(
        db,
        principal.taskforce,
        {one.id: one.version for one in body.hires},
        body.contact(),
        body.person_id,
        by=edits_hires_as(principal),
        request=idempotent,
    )
    return json_response(HandedOver.model_construct(items=[HireOut.of(hire) for hire in hires]))


@router.post("/{hire_id}/contact-person", response_class=Response, responses=CHANGED)
@concerns(HIRE)
async def change_contact_person(
    *,
    hire_id: UUID,
    body: ContactPersonIn,
    db: Db,
    principal: Caseworker,
    idempotent: IdempotentChange,
    expected: ExpectedVersion,
) -> Response:
    """Give a hire another contact person, whom employer and employee can ring."""
    hire = await commands.change_contact_person(
        db,
        principal.taskforce,
        hire_id,
        body.contact(),
        body.person_id,
        by=edits_hires_as(principal),
        request=idempotent,
        seen_version=expected,
    )
    return changed(hire)
