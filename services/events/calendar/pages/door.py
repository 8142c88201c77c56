"""HTML routes for the door of an open event: checking companies in."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.events.access import CHECK_IN, COMPANY, EVENT, DoorKeeper, is_planner
from services.events.calendar import commands, queries
from services.events.calendar.schemas import CheckInForm, UndoForm
from services.events.register.schemas import CompanyIn
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.rate_limits import LOGGING, limited
from shared.ui.forms import read_form
from shared.ui.pages import render

router = APIRouter(prefix="/events/{event_id:uuid}", include_in_schema=False)


_MAX_NAMES = 500


@router.post("/check-ins")
@concerns(EVENT, COMPANY)
@limited(LOGGING)
async def check_in(request: Request, principal: DoorKeeper, db: Db, event_id: UUID) -> Response:
    """Check a registered company in."""
    form = await read_form(request, CheckInForm)
    if form.data is None:
        raise Problem(422)
    company_id = form.data.company_id
    await commands.check_in(
        db, principal.taskforce, event_id, company_id, by=principal.subject, drafts=is_planner(principal)
    )
    return RedirectResponse(f"/events/{event_id}?arrived={company_id}", 303)


@router.post("/walk-ins")
@concerns(EVENT)
@limited(LOGGING)
async def check_in_walk_in(request: Request, principal: DoorKeeper, db: Db, event_id: UUID) -> Response:
    """Register a company that walks in, and check it in."""
    form = await read_form(request, CompanyIn)
    if form.data is None:
        async with db.read(principal.taskforce) as conn:
            event = await queries.event(conn, principal.taskforce, event_id, drafts=is_planner(principal))
        return render(request, "walk_in.html", status_code=422, event=event, form=form)
    company = form.data.company()
    await commands.check_in_walk_in(
        db, principal.taskforce, event_id, company, by=principal.subject, drafts=is_planner(principal)
    )
    return RedirectResponse(f"/events/{event_id}?arrived={company.id}", 303)


@router.post("/check-ins/{check_in_id:uuid}/undo")
@concerns(CHECK_IN)
@limited(LOGGING)
async def undo_check_in(request: Request, principal: DoorKeeper, db: Db, event_id: UUID, check_in_id: UUID) -> Response:
    """Undo a check-in that was a mistake."""
    form = await read_form(request, UndoForm)
    attendance = await commands.undo_check_in(
        db,
        principal.taskforce,
        event_id,
        check_in_id,
        by=principal.subject,
        drafts=is_planner(principal),
        expected_version=form.data.check_in_version if form.data else None,
    )
    return RedirectResponse(f"/events/{event_id}?undone={attendance.company_id}", 303)


@router.get("/held-names")
@concerns(EVENT, CHECK_IN)
async def unpublished_names(request: Request, principal: DoorKeeper, db: Db, event_id: UUID) -> Response:
    """The unpublished names of companies at this event, as options for the intake's list of suggestions.

    They are personal data until a coordinator clears them, and no other service has them: a member's browser fetches
    them here.
    """
    async with db.read(principal.taskforce) as conn:
        await queries.event(conn, principal.taskforce, event_id, drafts=is_planner(principal))
        names = await queries.unpublished_names(conn, principal.taskforce, event_id, limit=_MAX_NAMES)
    return render(request, "unpublished_names.html", names=names)
