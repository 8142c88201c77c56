"""JSON routes of the steps of positions and pledges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.pledges.pledges.access import PLEDGE, Caseworker, PledgeKeeper, keeps_as
from services.pledges.pledges.api import PREFIX, json_response
from services.pledges.pledges.dependencies import lapse_rules
from services.pledges.pledges.guest_access import find_pledge
from services.pledges.pledges.schemas import PledgeOut
from services.pledges.positions import commands
from services.pledges.positions.schemas import CancellationIn, DeferralIn, NoteIn, ReopeningIn, TrialIn
from shared.http.dependencies import Db
from shared.http.idempotency import Idempotent
from shared.http.openapi import ETAG
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion
from shared.http.problems import Problem

if TYPE_CHECKING:
    from services.pledges.pledges.domain import Pledge
    from shared.http.auth import Principal

router = APIRouter(prefix=PREFIX, tags=["pledges"])

_CHANGED: dict[int | str, dict[str, Any]] = {
    200: {"model": PledgeOut, "headers": ETAG, "description": "The pledge, again for every repeat"},
    404: {"description": "The taskforce has none"},
    409: {"description": "The step does not fit what it is now; the problem says what to do instead"},
    412: {"description": "Somebody changed the pledge before: If-Match has its version"},
}


@router.post("/positions/{position_id}/match", response_class=Response, responses=_CHANGED)
@concerns(PLEDGE)
async def match_position(
    *,
    position_id: UUID,
    body: NoteIn,
    request: Request,
    db: Db,
    principal: Caseworker,
    idempotent: Idempotent,
    expected: ExpectedVersion,
) -> Response:
    """Record that a person was found for a vacant position."""
    pledge = await commands.match_position(
        db,
        principal.taskforce,
        position_id,
        by=keeps_as(principal),
        request=idempotent,
        note=body.note,
        seen_version=expected,
    )
    return await _present_state(request, principal, pledge)


@router.post("/positions/{position_id}/trial", response_class=Response, responses=_CHANGED)
@concerns(PLEDGE)
async def start_trial(
    *,
    position_id: UUID,
    body: TrialIn,
    request: Request,
    db: Db,
    principal: Caseworker,
    idempotent: Idempotent,
    expected: ExpectedVersion,
) -> Response:
    """Record that the matched person tries the job, or that the trial ends on another day."""
    pledge = await commands.start_trial(
        db,
        principal.taskforce,
        position_id,
        starts_on=body.start,
        ends_on=body.ends_on,
        by=keeps_as(principal),
        request=idempotent,
        note=body.note,
        seen_version=expected,
    )
    return await _present_state(request, principal, pledge)


@router.post("/positions/{position_id}/cancel", response_class=Response, responses=_CHANGED)
@concerns(PLEDGE)
async def cancel_position(
    *,
    position_id: UUID,
    body: CancellationIn,
    request: Request,
    db: Db,
    principal: PledgeKeeper,
    idempotent: Idempotent,
    expected: ExpectedVersion,
) -> Response:
    """Cancel one position, which counts until today. The last one that is left withdraws the pledge."""
    pledge = await commands.cancel_position(
        db,
        principal.taskforce,
        position_id,
        body.reason,
        by=keeps_as(principal),
        request=idempotent,
        note=body.note,
        seen_version=expected,
    )
    return await _present_state(request, principal, pledge)


@router.post("/positions/{position_id}/reopen", response_class=Response, responses=_CHANGED)
@concerns(PLEDGE)
async def reopen_position(
    *,
    position_id: UUID,
    body: ReopeningIn,
    request: Request,
    db: Db,
    principal: Caseworker,
    idempotent: Idempotent,
    expected: ExpectedVersion,
) -> Response:
    """Let a matched, tried or cancelled position be vacant again."""
    pledge = await commands.reopen_position(
        db,
        principal.taskforce,
        position_id,
        body.reason,
        by=keeps_as(principal),
        request=idempotent,
        note=body.note,
        seen_version=expected,
    )
    return await _present_state(request, principal, pledge)


@router.post("/positions/{position_id}/undo", response_class=Response, responses=_CHANGED)
@concerns(PLEDGE)
async def undo_step(
    *,
    position_id: UUID,
    body: NoteIn,
    request: Request,
    db: Db,
    principal: PledgeKeeper,
    idempotent: Idempotent,
    expected: ExpectedVersion,
) -> Response:
    """Undo a position's last step within 15 minutes, as whoever made it or as a coordinator."""
    pledge = await commands.undo_step(
        db,
        principal.taskforce,
        position_id,
        by=keeps_as(principal),
        request=idempotent,
        note=body.note,
        seen_version=expected,
    )
    return await _present_state(request, principal, pledge)


@router.post("/pledges/{pledge_id}/affirm", response_class=Response, responses=_CHANGED)
@concerns(PLEDGE)
async def affirm_pledge(
    *,
    pledge_id: UUID,
    body: NoteIn,
    request: Request,
    db: Db,
    principal: PledgeKeeper,
    idempotent: Idempotent,
    expected: ExpectedVersion,
) -> Response:
    """Record that the company has confirmed the pledge, after it was logged. The same again changes nothing."""
    pledge = await commands.affirm_pledge(
        db,
        principal.taskforce,
        pledge_id,
        by=keeps_as(principal),
        request=idempotent,
        note=body.note,
        seen_version=expected,
    )
    return await _present_state(request, principal, pledge)


@router.post("/pledges/{pledge_id}/undo-affirmation", response_class=Response, responses=_CHANGED)
@concerns(PLEDGE)
async def undo_affirmation(
    *,
    pledge_id: UUID,
    body: NoteIn,
    request: Request,
    db: Db,
    principal: PledgeKeeper,
    idempotent: Idempotent,
    expected: ExpectedVersion,
) -> Response:
    """Undo that the company has confirmed the pledge. One that is not affirmed does not change."""
    pledge = await commands.undo_affirmation(
        db,
        principal.taskforce,
        pledge_id,
        by=keeps_as(principal),
        request=idempotent,
        note=body.note,
        seen_version=expected,
    )
    return await _present_state(request, principal, pledge)


@router.post("/pledges/{pledge_id}/lapse", response_class=Response, responses=_CHANGED)
@concerns(PLEDGE)
async def lapse_pledge(
    *,
    pledge_id: UUID,
    body: NoteIn,
    request: Request,
    db: Db,
    principal: PledgeKeeper,
    idempotent: Idempotent,
    expected: ExpectedVersion,
) -> Response:
    """Close a pledge of which nothing came, once it is about to lapse. Its vacant positions count until today."""
    pledge = await commands.lapse_pledge(
        db,
        principal.taskforce,
        pledge_id,
        rules=lapse_rules(request),
        by=keeps_as(principal),
        request=idempotent,
        note=body.note,
        seen_version=expected,
    )
    return await _present_state(request, principal, pledge)


@router.post("/pledges/{pledge_id}/defer-lapse", response_class=Response, responses=_CHANGED)
@concerns(PLEDGE)
async def defer_lapse(
    *,
    pledge_id: UUID,
    body: DeferralIn,
    request: Request,
    db: Db,
    principal: PledgeKeeper,
    idempotent: Idempotent,
    expected: ExpectedVersion,
) -> Response:
    """Let a pledge not lapse before a day, for a reason."""
    pledge = await commands.defer_lapse(
        db,
        principal.taskforce,
        pledge_id,
        until=body.until,
        note=body.note,
        by=keeps_as(principal),
        request=idempotent,
        seen_version=expected,
    )
    return await _present_state(request, principal, pledge)


async def _present_state(request: Request, principal: Principal, pledge: Pledge) -> Response:
    found = await find_pledge(request, principal, pledge.id)
    if found is None:
        raise Problem(404)
    return json_response(found, version=found.version)
