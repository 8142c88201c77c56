"""The JSON route that logs a pledge, for people and for guests."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.pledges.pledges import commands
from services.pledges.pledges.access import CONTACT, Logger, logs_as, visible_part
from services.pledges.pledges.api import PREFIX, json_response
from services.pledges.pledges.dependencies import limits, settings
from services.pledges.pledges.guest_access import intake_for
from services.pledges.pledges.schemas import PledgeIn, PledgeOut
from services.pledges.register.access import EVENT
from shared.http.idempotency import Idempotent
from shared.http.openapi import ETAG, LOCATION
from shared.http.policy import concerns
from shared.http.rate_limits import LOGGING, limited

router = APIRouter(prefix=PREFIX, tags=["pledges"])


@router.post(
    "/pledges",
    status_code=201,
    response_class=Response,
    responses={
        201: {
            "model": PledgeOut,
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
@concerns(EVENT, CONTACT)
@limited(LOGGING)
async def log_pledge(
    body: PledgeIn,
    request: Request,
    principal: Logger,
    idempotent: Idempotent,
) -> Response:
    """Log a company's pledge. Answered once it is safe, never before."""
    intake = intake_for(request, principal)
    pledge = await commands.log_pledge(
        intake.database,
        principal.taskforce,
        body.terms(),
        by=logs_as(principal),
        request=idempotent,
        limits=limits(request),
        patience_seconds=settings(request).event_patience_seconds,
        group_commit=intake.group_commit,
    )
    answer = visible_part(principal, PledgeOut.of(pledge))
    return json_response(answer, 201, location=f"{PREFIX}/pledges/{pledge.id}", version=pledge.version)
