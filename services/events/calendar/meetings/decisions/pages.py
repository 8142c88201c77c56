"""HTML pages of decisions: the list, and one decision. Who is too late sees their own text below what was saved."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.events.access import DECISION, OWN_DECISION, EventReader, Planner, is_planner
from services.events.calendar.meetings import queries as meetings
from services.events.calendar.meetings.decisions import commands, queries
from services.events.calendar.meetings.decisions.domain import ReasonMissing, Report, StaleDecision
from services.events.calendar.meetings.decisions.queries import ByDueDay
from services.events.calendar.meetings.decisions.schemas import ChangeForm, StepForm
from shared.fields.copenhagen import COPENHAGEN
from shared.http.dependencies import Db
from shared.http.paging import PageToken, cut
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.refusals import Refusal
from shared.ui.forms import Form, blank, read_form
from shared.ui.pages import render

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(prefix="/decisions", include_in_schema=False)

_PER_PAGE: Final = 30
_MAX_PEOPLE: Final = 500
Shown = Literal["open", "overdue", "mine", "done", "dropped"]


@router.get("")
@concerns(DECISION)
async def show_decisions(
    *,
    request: Request,
    principal: EventReader,
    db: Db,
    show: Shown = "open",
    settled: UUID | None = None,
    page_token: PageToken = None,
) -> Response:
    """The decisions of all meetings, the one that is due first first.

    Args:
        show: which of them; `mine` are the open ones for which the reader is responsible.
        settled: a decision that has just been reported as done, for a message.
    """
    today = datetime.now(COPENHAGEN).date()
    async with db.read(principal.taskforce) as conn:
        rows = await queries.decisions(
            conn,
            principal.taskforce,
            status=show if show in {"done", "dropped"} else "open",
            owner=principal.person if show == "mine" else None,
            due_before=today if show == "overdue" else None,
            after=ByDueDay.read(page_token),
            limit=_PER_PAGE + 1,
        )
        latest = await queries.decision(conn, principal.taskforce, settled) if settled else None
    page, last = cut(rows, _PER_PAGE)
    token = ByDueDay(day=last.due_on, id=last.id).token() if last else None
    return render(
        request,
        "decisions.html",
        decisions=page,
        further=f"/decisions?show={show}&page_token={token}" if token else None,
        show=show,
        settled=latest if latest and latest.status != "open" else None,
        is_planner=is_planner(principal),
        reader=principal.person,
        today=today,
    )


@router.get("/mine")
@concerns(OWN_DECISION)
async def count_own(request: Request, principal: EventReader, db: Db) -> Response:
    """How many open decisions the reader is responsible for, as part of the dashboard's front page."""
    async with db.read(principal.taskforce) as conn:
        open_ = await queries.open_of(
            conn, principal.taskforce, principal.person, today=datetime.now(COPENHAGEN).date()
        )
    return render(request, "own_decisions.html", open=open_)


@router.get("/{decision_id:uuid}")
@concerns(DECISION)
async def show_decision(
    request: Request, principal: EventReader, db: Db, decision_id: UUID, *, saved: bool = False
) -> Response:
    """One decision, and the forms to change or to drop it."""
    return await _page(request, db, principal, decision_id, saved=saved)


@router.post("/{decision_id:uuid}")
@concerns(DECISION)
async def change_decision(request: Request, principal: Planner, db: Db, decision_id: UUID) -> Response:
    """Change what was decided."""
    form = await read_form(request, ChangeForm)
    if form.data is None:
        return await _page(request, db, principal, decision_id, form=form)
    try:
        await commands.change_decision(
            db,
            principal.taskforce,
            decision_id,
            form.data.terms(),
            by=principal.subject,
            expected_version=form.data.version,
        )
    except StaleDecision:
        async with db.read(principal.taskforce) as conn:
            saved = await queries.decision(conn, principal.taskforce, decision_id)
        words = _("Somebody has changed the decision meanwhile. Compare what is saved with what you have written.")
        # Sent again, it replaces what is shown above it.
        form = replace(form, values={**form.values, "version": saved.version}).refused({"": words})
        return await _page(request, db, principal, decision_id, form=form, status_code=412)
    except Refusal as refusal:
        problem = problem_of(refusal)
        if problem.status != 422:
            raise
        return await _page(request, db, principal, decision_id, form=form.refused_by(problem.errors))
    return RedirectResponse(f"/decisions/{decision_id}?saved=true", 303)


@router.post("/{decision_id:uuid}/drop")
@concerns(DECISION)
async def drop_decision(*, request: Request, principal: Planner, db: Db, decision_id: UUID) -> Response:
    """Drop a decision with a reason."""
    form = await read_form(request, StepForm)
    told = form.data
    if told is None:
        return await _page(request, db, principal, decision_id, drop_form=form)
    try:
        await commands.settle(
            db,
            principal.taskforce,
            decision_id,
            "drop",
            reason=told.reason,
            by=principal.subject,
            expected_version=told.version,
        )
    except ReasonMissing as refusal:
        form = form.refused_by(problem_of(refusal).errors)
        return await _page(request, db, principal, decision_id, drop_form=form)
    return RedirectResponse(f"/decisions?settled={decision_id}", 303)


@router.post("/{decision_id:uuid}/{step}")
@concerns(OWN_DECISION)
async def report_decision(
    *, request: Request, principal: EventReader, db: Db, decision_id: UUID, step: Report
) -> Response:
    """Report a decision as done, or open it again. Whoever is responsible for it may, and those who plan meetings."""
    told = (await read_form(request, StepForm)).data
    if told is None:
        raise Problem(422)
    await commands.settle(
        db,
        principal.taskforce,
        decision_id,
        step,
        owner=None if is_planner(principal) else principal.person,
        by=principal.subject,
        expected_version=told.version,
    )
    back = f"/events/{told.back}/agenda" if told.back else "/decisions"
    return RedirectResponse(back if step == "reopen" else f"{back}?settled={decision_id}", 303)


async def _page(
    request: Request,
    db: Db,
    principal: Principal,
    decision_id: UUID,
    *,
    form: Form[Any] | None = None,
    drop_form: Form[Any] | None = None,
    saved: bool = False,
    status_code: int = 422,
) -> Response:
    planner = is_planner(principal)
    async with db.read(principal.taskforce) as conn:
        decision = await queries.decision(conn, principal.taskforce, decision_id)
        people = await meetings.people(conn, principal.taskforce, limit=_MAX_PEOPLE) if planner else []
    values: dict[str, Any] = {
        "text": decision.text,
        "owner": decision.owner,
        "due_on": decision.due_on.isoformat(),
        "version": decision.version,
    }
    return render(
        request,
        "decision.html",
        status_code=status_code if form or drop_form else 200,
        decision=decision,
        people=people,
        is_planner=planner,
        is_own=decision.owner == principal.person,
        form=form or blank(**values),
        drop_form=drop_form or blank(),
        saved=saved,
        today=datetime.now(COPENHAGEN).date(),
    )
