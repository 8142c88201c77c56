"""The page where a coordinator changes the task catalogue, and the card that is printed from it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.catalogue import commands
from services.pledges.catalogue.access import TASK, Editor
from services.pledges.catalogue.built_in import GROUPS
from services.pledges.catalogue.card import Size, card
from services.pledges.catalogue.refusals import CatalogueFull, TaskExists
from services.pledges.catalogue.schemas import StepForm, TaskForm
from services.pledges.catalogue.store import load_catalogue
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.refusals import problem_of
from shared.i18n.translations import Language
from shared.i18n.translations import gettext as _
from shared.ui.forms import Form, blank, read_form
from shared.ui.pages import render

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(prefix="/pledges/catalogue", include_in_schema=False)

Code = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,40}$")]


@router.get("")
@concerns(TASK)
async def show_catalogue(
    request: Request, db: Db, principal: Editor, changed: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """Show the task catalogue.

    Args:
        changed: the code of a task that was just added, moved, hidden or shown again.
    """
    return await _page(request, db, principal, blank(group="other"), changed=changed)


@router.get("/card.pdf")
@concerns(TASK)
async def print_card(
    db: Db,
    principal: Editor,
    size: Annotated[Size, Query()] = "a5",
    lang: Annotated[Language, Query()] = "da",
) -> Response:
    """Send the card "Spot et småjob" with the tasks that are offered."""
    async with db.read(principal.taskforce) as conn:
        catalogue = await load_catalogue(conn, principal.taskforce)
    content = await asyncio.to_thread(card, catalogue, size=size, language=lang, made_at=datetime.now(UTC))
    name = {"da": "spot-et-smaajob", "en": "spot-a-smaajob"}[lang]
    return Response(
        content,
        media_type="application/pdf",
        headers={"content-disposition": f'inline; filename="{name}-{size}.pdf"'},
    )


@router.post("/tasks")
@concerns()
async def add_task(request: Request, db: Db, principal: Editor) -> Response:
    """Add a task."""
    form = await read_form(request, TaskForm)
    if form.data is None:
        return await _page(request, db, principal, form, status_code=422)
    data = form.data
    try:
        task = await commands.add_task(db, principal.taskforce, data.danish, data.english, data.group)
    except (TaskExists, CatalogueFull) as refusal:
        problem = problem_of(refusal)
        errors = {"danish" if refusal.field else "": f"{problem.title}. {problem.detail}"}
        return await _page(request, db, principal, form.refused(errors), status_code=problem.status)
    return RedirectResponse(f"/pledges/catalogue?changed={task.code}#up-{task.code}", 303)


@router.post("/tasks/{code}")
@concerns(TASK)
async def change_task(code: Code, request: Request, db: Db, principal: Editor) -> Response:
    """Move a task by one place, hide it or show it again."""
    form = await read_form(request, StepForm)
    if form.data is None:
        raise Problem(422)
    await commands.change_task(db, principal.taskforce, code, form.data.step, seen_version=form.data.version)
    # The focus stays on the button; the one to hide a task becomes the one to show it.
    button = {"hide": "show", "show": "hide"}.get(form.data.step, form.data.step)
    return RedirectResponse(f"/pledges/catalogue?changed={code}#{button}-{code}", 303)


async def _page(
    request: Request,
    db: Db,
    principal: Principal,
    form: Form[Any],
    *,
    changed: str = "",
    status_code: int = 200,
) -> Response:
    async with db.read(principal.taskforce) as conn:
        catalogue = await load_catalogue(conn, principal.taskforce)
    return render(
        request,
        "catalogue.html",
        status_code=status_code,
        form=form,
        groups=[(_(GROUPS[group]), tasks) for group, tasks in catalogue.by_group(catalogue.tasks).items()],
        group_choices=[(code, _(label)) for code, label in GROUPS.items()],
        version=catalogue.version,
        hidden=sum(task.hidden for task in catalogue.tasks),
        changed=next((task for task in catalogue.tasks if task.code == changed), None),
    )
