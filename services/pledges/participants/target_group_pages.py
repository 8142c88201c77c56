"""The page where a coordinator extends the list of target groups, and ends those that are no longer in force."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.participants import commands, queries
from services.pledges.participants.access import TARGET_GROUP
from services.pledges.participants.schemas import TargetGroupCodeForm, TargetGroupEndForm
from services.pledges.participants.target_groups import TargetGroupCode
from services.pledges.pledges.access import Reviewer
from services.pledges.pledges.rendering import render
from shared.fields.copenhagen import COPENHAGEN
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.refusals import problem_of
from shared.refusals import Refusal
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(prefix="/participants/target-groups", include_in_schema=False)


@router.get("")
@concerns(TARGET_GROUP)
async def show_target_groups(request: Request, db: Db, principal: Reviewer) -> Response:
    """Show the list of target groups."""
    return await _page(request, db, principal, blank())


@router.post("")
@concerns()
async def add_target_group(request: Request, db: Db, principal: Reviewer) -> Response:
    """Add a target group, or show the page again with what is wrong."""
    form = await read_form(request, TargetGroupCodeForm)
    if form.data is None:
        return await _page(request, db, principal, form, status_code=422)
    sent = form.data
    new = TargetGroupCode(sent.code, sent.valid_from, None, sent.danish, sent.english)
    try:
        await commands.add_target_group(db, principal.taskforce, new)
    except Refusal as refusal:
        problem = problem_of(refusal)
        return await _page(request, db, principal, form.refused_by(problem.errors), status_code=problem.status)
    return RedirectResponse("/participants/target-groups", 303)


@router.post("/{code}")
@concerns(TARGET_GROUP)
async def end_target_group(
    code: Annotated[str, Path(max_length=20)], request: Request, db: Db, principal: Reviewer
) -> Response:
    """Let a target group be used until a day, or again."""
    form = await read_form(request, TargetGroupEndForm)
    if form.data is None:
        raise Problem(422)
    await commands.end_target_group(db, principal.taskforce, code, form.data.valid_until)
    return RedirectResponse("/participants/target-groups", 303)


async def _page(request: Request, db: Db, principal: Principal, form: Form[Any], *, status_code: int = 200) -> Response:
    async with db.read(principal.taskforce) as conn:
        codes = await queries.target_group_codes(conn, principal.taskforce)
    return render(
        request,
        "target_groups.html",
        status_code=status_code,
        form=form,
        codes=codes.codes,
        today=datetime.now(COPENHAGEN).date(),
    )
