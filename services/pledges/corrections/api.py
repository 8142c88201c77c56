"""The JSON route that corrects a pledge."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request
from fastapi.responses import Response

from services.pledges.corrections import commands
from services.pledges.corrections.schemas import PledgePatch
from services.pledges.pledges.access import CHANGEABLE, PledgeEditor, edits_as
from services.pledges.pledges.api import PREFIX, json_response
from services.pledges.pledges.dependencies import limits
from services.pledges.pledges.guest_access import find_pledge
from services.pledges.pledges.schemas import PledgeOut
from shared.http.idempotency import IdempotentDb
from shared.http.openapi import ETAG
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion
from shared.http.problems import Problem

router = APIRouter(prefix=PREFIX, tags=["pledges"])


@router.patch(
    "/pledges/{pledge_id}",
    response_class=Response,
    responses={
        200: {"model": PledgeOut, "headers": ETAG},
        404: {"description": "Not found, or the caller may not change it"},
        409: {"description": "More positions are in use, or it has ended"},
        412: {"description": "Somebody changed it before"},
    },
)
@concerns(CHANGEABLE)
async def correct_pledge(
    *,
    pledge_id: UUID,
    body: Annotated[PledgePatch, Body(media_type="application/merge-patch+json")],
    request: Request,
    db: IdempotentDb,
    principal: PledgeEditor,
    expected: ExpectedVersion,
) -> Response:
    """Correct a pledge by a merge patch (RFC 7396): it becomes a new version, and what was logged is kept.

    Coordinators correct any pledge, others the ones that they have logged. A patch that changes nothing makes no
    version, so the same request may be repeated.
    """
    await commands.correct_pledge(
        db,
        principal.taskforce,
        pledge_id,
        body,
        by=edits_as(principal),
        limits=limits(request),
        seen_version=expected,
    )
    pledge = await find_pledge(request, principal, pledge_id)
    if pledge is None:
        raise Problem(404)
    return json_response(pledge, version=pledge.version)
