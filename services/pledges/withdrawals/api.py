"""JSON routes that withdraw pledges and undo it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from services.pledges.pledges.access import CHANGEABLE, PledgeEditor, Reviewer, edits_as
from services.pledges.pledges.api import PREFIX, json_response
from services.pledges.pledges.guest_access import find_pledge
from services.pledges.pledges.schemas import PledgeOut
from services.pledges.register.access import EVENT
from services.pledges.withdrawals import commands
from services.pledges.withdrawals.queries import pledges_of_pass
from services.pledges.withdrawals.schemas import PassChanged, RestorationIn, WithdrawalIn
from shared.http.idempotency import IdempotentDb
from shared.http.openapi import ETAG
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion
from shared.http.problems import Problem

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(prefix=PREFIX, tags=["pledges"])

Generation = Annotated[int, Path(ge=1, le=2**31 - 1, description="of the event's passes; a revoked one is older")]
_CHANGED: dict[int | str, dict[str, Any]] = {
    200: {"model": PledgeOut, "headers": ETAG},
    404: {"description": "Not found, or the caller may not change it"},
    409: {"description": "It has become a job, or has ended in another way"},
    412: {"description": "Somebody changed it before"},
}
_NO_EVENT: dict[int | str, dict[str, Any]] = {404: {"description": "The taskforce has no such event"}}


@router.post("/pledges/{pledge_id}/withdraw", response_class=Response, responses=_CHANGED)
@concerns(CHANGEABLE)
async def withdraw_pledge(
    *,
    pledge_id: UUID,
    body: WithdrawalIn,
    request: Request,
    db: IdempotentDb,
    principal: PledgeEditor,
    expected: ExpectedVersion,
) -> Response:
    """Withdraw a pledge: its vacant positions are cancelled. The same again changes nothing.

    Coordinators withdraw any pledge; others the ones that they have logged, before a position is matched.
    """
    await commands.withdraw_pledge(
        db,
        principal.taskforce,
        pledge_id,
        body.reason,
        by=edits_as(principal),
        note=body.note,
        seen_version=expected,
    )
    return await _present_state(request, principal, pledge_id)


@router.post("/pledges/{pledge_id}/restore", response_class=Response, responses=_CHANGED)
@concerns(CHANGEABLE)
async def restore_pledge(
    *,
    pledge_id: UUID,
    body: RestorationIn,
    request: Request,
    db: IdempotentDb,
    principal: PledgeEditor,
    expected: ExpectedVersion,
) -> Response:
    """Undo a withdrawal, at any time. A pledge that is not withdrawn does not change."""
    await commands.restore_pledge(
        db, principal.taskforce, pledge_id, by=edits_as(principal), note=body.note, seen_version=expected
    )
    return await _present_state(request, principal, pledge_id)


async def _present_state(request: Request, principal: Principal, pledge_id: UUID) -> Response:
    pledge = await find_pledge(request, principal, pledge_id)
    if pledge is None:
        raise Problem(404)
    return json_response(pledge, version=pledge.version)


@router.post("/events/{event_id}/passes/{generation}/withdraw", responses=_NO_EVENT)
@concerns(EVENT)
async def withdraw_pass(
    event_id: UUID, generation: Generation, body: WithdrawalIn, db: IdempotentDb, principal: Reviewer
) -> PassChanged:
    """Withdraw everything that came with an event's passes of one generation: a flood by guests.

    What has become a job stays, and is in `left_out`. The same again changes nothing.
    """
    changed = await commands.withdraw_pass(
        db, principal.taskforce, event_id, generation, body.reason, by=edits_as(principal), note=body.note
    )
    async with db.read(principal.taskforce) as conn:
        rows = await pledges_of_pass(conn, principal.taskforce, event_id, generation)
    return PassChanged.of(changed, rows)


@router.post("/events/{event_id}/passes/{generation}/restore", responses=_NO_EVENT)
@concerns(EVENT)
async def restore_pass(
    event_id: UUID, generation: Generation, body: RestorationIn, db: IdempotentDb, principal: Reviewer
) -> PassChanged:
    """Undo the withdrawal of everything that came with an event's passes, at any time."""
    changed = await commands.restore_pass(
        db, principal.taskforce, event_id, generation, by=edits_as(principal), note=body.note
    )
    async with db.read(principal.taskforce) as conn:
        rows = await pledges_of_pass(conn, principal.taskforce, event_id, generation)
    return PassChanged.of(changed, rows)
