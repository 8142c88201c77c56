"""Pages that withdraw pledges and undo it: one, and everything that came with an event's code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.pledges.access import CHANGEABLE, PledgeEditor, Reviewer, edits_as
from services.pledges.pledges.rendering import render
from services.pledges.pledges.words import WITHDRAWALS
from services.pledges.register import queries as register
from services.pledges.register.access import EVENT
from services.pledges.withdrawals import commands, queries
from services.pledges.withdrawals.schemas import RestorationForm, WithdrawalForm
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.i18n.translations import gettext as _
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from shared.db.database import Database
    from shared.http.auth import Principal

router = APIRouter(include_in_schema=False)

Generation = Annotated[int, Path(ge=1, le=2**31 - 1)]
_OF_A_FLOOD = ("not_genuine", "logged_by_mistake")
"""Everything that guests have pledged is withdrawn because it was never made."""


@router.post("/pledges/{pledge_id:uuid}/withdraw")
@concerns(CHANGEABLE)
async def withdraw_pledge(pledge_id: UUID, request: Request, db: Db, principal: PledgeEditor) -> Response:
    """Withdraw a pledge."""
    form = await read_form(request, WithdrawalForm)
    if form.data is None:
        raise Problem(422)
    await commands.withdraw_pledge(
        db,
        principal.taskforce,
        pledge_id,
        form.data.reason,
        by=edits_as(principal),
        note=form.data.note,
        seen_version=form.data.version,
    )
    return RedirectResponse(f"/pledges/{pledge_id}", 303)


@router.post("/pledges/{pledge_id:uuid}/restore")
@concerns(CHANGEABLE)
async def restore_pledge(pledge_id: UUID, request: Request, db: Db, principal: PledgeEditor) -> Response:
    """Undo a withdrawal."""
    form = await read_form(request, RestorationForm)
    if form.data is None:
        raise Problem(422)
    await commands.restore_pledge(
        db,
        principal.taskforce,
        pledge_id,
        by=edits_as(principal),
        note=form.data.note,
        seen_version=form.data.version,
    )
    return RedirectResponse(f"/pledges/{pledge_id}", 303)


@router.get("/pledges/passes/{event_id:uuid}/{generation}")
@concerns(EVENT)
async def show_pass(event_id: UUID, generation: Generation, request: Request, principal: Reviewer) -> Response:
    """Show what came with an event's code, before all of it is withdrawn, and after."""
    return await _page(request, principal, event_id, generation, blank(reason=_OF_A_FLOOD[0]))


@router.post("/pledges/passes/{event_id:uuid}/{generation}/withdraw")
@concerns(EVENT)
async def withdraw_pass(
    event_id: UUID, generation: Generation, request: Request, db: Db, principal: Reviewer
) -> Response:
    """Withdraw everything that came with an event's code."""
    form = await read_form(request, WithdrawalForm)
    if form.data is None:
        return await _page(request, principal, event_id, generation, form, status_code=422)
    await commands.withdraw_pass(
        db,
        principal.taskforce,
        event_id,
        generation,
        form.data.reason,
        by=edits_as(principal),
        note=form.data.note,
    )
    return RedirectResponse(f"/pledges/passes/{event_id}/{generation}", 303)


@router.post("/pledges/passes/{event_id:uuid}/{generation}/restore")
@concerns(EVENT)
async def restore_pass(
    event_id: UUID, generation: Generation, request: Request, db: Db, principal: Reviewer
) -> Response:
    """Undo the withdrawal of everything that came with an event's code."""
    form = await read_form(request, RestorationForm)
    if form.data is None:
        raise Problem(422)
    await commands.restore_pass(
        db, principal.taskforce, event_id, generation, by=edits_as(principal), note=form.data.note
    )
    return RedirectResponse(f"/pledges/passes/{event_id}/{generation}", 303)


async def _page(
    request: Request,
    principal: Principal,
    event_id: UUID,
    generation: int,
    form: Form[Any],
    *,
    status_code: int = 200,
) -> Response:
    db: Database = request.app.state.database
    async with db.read(principal.taskforce) as conn:
        event = await register.event(conn, principal.taskforce, event_id)
        rows = await queries.pledges_of_pass(conn, principal.taskforce, event_id, generation)
    if event is None:
        raise Problem(404)
    there = [row for row in rows if row.can_be_withdrawn]
    return render(
        request,
        "pass.html",
        status_code=status_code,
        form=form,
        event=event,
        generation=generation,
        there=there,
        positions=sum(row.positions for row in there),
        withdrawn=[row for row in rows if row.withdrawn],
        left_out=[row for row in rows if row.filled],
        reasons=[(code, _(WITHDRAWALS[code])) for code in _OF_A_FLOOD],
    )
