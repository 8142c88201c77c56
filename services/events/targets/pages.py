"""The page of the targets. Who is too late sees their own values below what was saved meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.events.access import TARGET, Planner, TargetReader, is_planner
from services.events.targets import commands, store
from services.events.targets.api import SHOWN
from services.events.targets.domain import StaleTarget
from services.events.targets.schemas import TargetForm, TargetVersion, values_of
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.product.targets import TARGET_MEASURES
from shared.product.vocabulary import JOB_TYPES
from shared.refusals import Refusal
from shared.ui.formats import local_date, percent_text
from shared.ui.forms import Form, blank, read_form
from shared.ui.pages import render

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(prefix="/targets", include_in_schema=False)


@router.get("")
@concerns(TARGET)
async def show_targets(
    *,
    request: Request,
    principal: TargetReader,
    db: Db,
    change: UUID | None = None,
    saved: bool = False,
    dropped: UUID | None = None,
) -> Response:
    """Show the targets and, to those who may, the form for a new one, or for one that is to be changed.

    Args:
        dropped: a target that has just been dropped, to undo that.
    """
    return await _page(request, db, principal, form_of=change, saved=saved, dropped=dropped)


@router.post("")
@concerns(TARGET)
async def set_target(request: Request, principal: Planner, db: Db) -> Response:
    """Set a target."""
    form = await read_form(request, TargetForm)
    if form.data is None:
        return await _page(request, db, principal, form=form)
    if form.data.id is None:
        raise Problem(422)
    try:
        await commands.set_target(db, principal.taskforce, form.data.id, form.data.terms(), by=principal.subject)
    except Refusal as refusal:
        return await _refused(request, db, principal, form=form, refusal=refusal)
    return RedirectResponse("/targets?saved=true", 303)


@router.post("/{target_id:uuid}")
@concerns(TARGET)
async def change_target(target_id: UUID, request: Request, principal: Planner, db: Db) -> Response:
    """Change what is to be reached."""
    form = await read_form(request, TargetForm)
    if form.data is None:
        return await _page(request, db, principal, form=form, form_of=target_id)
    try:
        await commands.change_target(
            db,
            principal.taskforce,
            target_id,
            form.data.terms(),
            by=principal.subject,
            expected_version=form.data.version,
        )
    except Refusal as refusal:
        return await _refused(request, db, principal, form=form, refusal=refusal, form_of=target_id)
    return RedirectResponse("/targets?saved=true", 303)


@router.post("/{target_id:uuid}/drop")
@concerns(TARGET)
async def drop_target(target_id: UUID, request: Request, principal: Planner, db: Db) -> Response:
    """Let a target hold no longer."""
    await commands.drop_target(
        db, principal.taskforce, target_id, by=principal.subject, expected_version=await _version(request)
    )
    return RedirectResponse(f"/targets?dropped={target_id}", 303)


@router.post("/{target_id:uuid}/restore")
@concerns(TARGET)
async def restore_target(target_id: UUID, request: Request, principal: Planner, db: Db) -> Response:
    """Let a dropped target hold again."""
    await commands.restore_target(
        db, principal.taskforce, target_id, by=principal.subject, expected_version=await _version(request)
    )
    return RedirectResponse("/targets?saved=true", 303)


async def _version(request: Request) -> int | None:
    form = await read_form(request, TargetVersion)
    if form.data is None:
        raise Problem(422)
    return form.data.version


async def _refused(
    request: Request,
    db: Db,
    principal: Principal,
    *,
    form: Form[Any],
    refusal: Refusal,
    form_of: UUID | None = None,
) -> Response:
    problem = problem_of(refusal)
    if isinstance(refusal, StaleTarget):
        assert form_of is not None
        async with db.read(principal.taskforce) as conn:
            saved = await store.load_target(conn, principal.taskforce, form_of)
        # Sent again, it replaces what is shown above it.
        form = replace(form, values={**form.values, "version": saved.version}).refused(
            {"": _("Somebody has changed the target meanwhile. Compare what is saved with what you have written.")}
        )
    elif problem.status == 422:
        form = form.refused_by(problem.errors)
    else:
        raise refusal
    return await _page(request, db, principal, form=form, form_of=form_of, status_code=problem.status)


async def _page(
    request: Request,
    db: Db,
    principal: Principal,
    *,
    form: Form[Any] | None = None,
    form_of: UUID | None = None,
    saved: bool = False,
    dropped: UUID | None = None,
    status_code: int = 422,
) -> Response:
    """Return the page; with a form, that form and what is wrong with it.

    Args:
        form_of: the target that is to be changed; None: the form is for a new one.
    """
    today = local_date(datetime.now(UTC))
    async with db.read(principal.taskforce) as conn:
        known = await store.targets(conn, principal.taskforce, limit=SHOWN)
    by_id = {one.id: one for one in known}
    changed = by_id.get(form_of) if form_of else None
    values = (
        values_of(changed)
        if changed
        else {
            "id": str(uuid4()),
            "measure": "hires",
            "job_type": "smaajob",
            "starts_on": today.isoformat(),
            "ends_on": today.replace(month=12, day=31).isoformat(),
        }
    )
    return render(
        request,
        "targets.html",
        status_code=status_code if form is not None else 200,
        holding=[one for one in known if not one.dropped],
        dropped=[one for one in known if one.dropped],
        just_dropped=by_id.get(dropped) if dropped else None,
        changed=changed,
        edits=is_planner(principal),
        form=form if form is not None else blank(**values),
        measures=[(one.code, _(one.label)) for one in TARGET_MEASURES.values()],
        job_types=[(code, _(label)) for code, label in JOB_TYPES.items()],
        job_type_words=JOB_TYPES,
        percent_text=percent_text,
        today=today,
        saved=saved,
    )
