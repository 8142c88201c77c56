"""The page of a company's agreements. Who is too late sees their own values below what was saved meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.events.access import COMPANY, AgreementMaker
from services.events.register import queries
from services.events.register.agreements import commands, store
from services.events.register.agreements.domain import StaleAgreement
from services.events.register.agreements.schemas import AgreementForm, EndForm, values_of
from shared.fields.copenhagen import COPENHAGEN
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.refusals import problem_of
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.refusals import Refusal
from shared.ui.forms import Form, blank, read_form
from shared.ui.pages import render

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(prefix="/companies/agreements/{company_id:uuid}", include_in_schema=False)

ROLES: Final = {"trains": N_("Trains people"), "hires": N_("Hires people"), "both": N_("Trains and hires people")}


@router.get("")
@concerns(COMPANY)
async def show_agreements(
    *,
    company_id: UUID,
    request: Request,
    principal: AgreementMaker,
    db: Db,
    change: UUID | None = None,
    saved: bool = False,
) -> Response:
    """Show a company's agreements, and the form for a new one, or for one that is to be changed."""
    return await _page(request, db, principal, company_id, form_of=change, saved=saved)


@router.post("")
@concerns(COMPANY)
async def make_agreement(company_id: UUID, request: Request, principal: AgreementMaker, db: Db) -> Response:
    """Write down an agreement."""
    form = await read_form(request, AgreementForm)
    if form.data is None:
        return await _page(request, db, principal, company_id, form=form)
    if form.data.id is None:
        raise Problem(422)
    try:
        await commands.make_agreement(
            db, principal.taskforce, form.data.id, company_id, form.data.terms(), by=principal.subject
        )
    except Refusal as refusal:
        return await _refused(request, db, principal, company_id, form=form, refusal=refusal)
    return _back(company_id)


@router.post("/{agreement_id:uuid}")
@concerns(COMPANY)
async def change_agreement(
    company_id: UUID, agreement_id: UUID, request: Request, principal: AgreementMaker, db: Db
) -> Response:
    """Change what was agreed."""
    form = await read_form(request, AgreementForm)
    if form.data is None:
        return await _page(request, db, principal, company_id, form=form, form_of=agreement_id)
    try:
        await commands.change_agreement(
            db,
            principal.taskforce,
            company_id,
            agreement_id,
            form.data.terms(),
            by=principal.subject,
            expected_version=form.data.version,
        )
    except Refusal as refusal:
        return await _refused(request, db, principal, company_id, form=form, refusal=refusal, form_of=agreement_id)
    return _back(company_id)


@router.post("/{agreement_id:uuid}/end")
@concerns(COMPANY)
async def end_agreement(
    company_id: UUID, agreement_id: UUID, request: Request, principal: AgreementMaker, db: Db
) -> Response:
    """Let an agreement end."""
    form = await read_form(request, EndForm)
    if form.data is None:
        raise Problem(422)
    await commands.end_agreement(
        db,
        principal.taskforce,
        company_id,
        agreement_id,
        form.data.ends_on,
        by=principal.subject,
        expected_version=form.data.version,
    )
    return _back(company_id)


def _back(company_id: UUID) -> Response:
    return RedirectResponse(f"/companies/agreements/{company_id}?saved=true", 303)


async def _refused(
    request: Request,
    db: Db,
    principal: Principal,
    company_id: UUID,
    *,
    form: Form[Any],
    refusal: Refusal,
    form_of: UUID | None = None,
) -> Response:
    problem = problem_of(refusal)
    if isinstance(refusal, StaleAgreement):
        async with db.read(principal.taskforce) as conn:
            saved = {one.id: one for one in await store.agreements(conn, principal.taskforce, company_id)}
        # Sent again, it replaces what is shown above it.
        version = saved[form_of].version if form_of in saved else None
        form = replace(form, values={**form.values, "version": version}).refused(
            {"": _("Somebody has changed the agreement meanwhile. Compare what is saved with what you have written.")}
        )
    elif problem.status == 422:
        form = form.refused_by(problem.errors)
    else:
        raise refusal
    return await _page(request, db, principal, company_id, form=form, form_of=form_of, status_code=problem.status)


async def _page(
    request: Request,
    db: Db,
    principal: Principal,
    company_id: UUID,
    *,
    form: Form[Any] | None = None,
    form_of: UUID | None = None,
    saved: bool = False,
    status_code: int = 422,
) -> Response:
    """Return the page; with a form, that form and what is wrong with it.

    Args:
        form_of: the agreement that is to be changed; None: the form is for a new one.
    """
    today = datetime.now(COPENHAGEN).date()
    async with db.read(principal.taskforce) as conn:
        company = await queries.company(conn, principal.taskforce, company_id)
        agreements = await store.agreements(conn, principal.taskforce, company_id)
    changed = next((one for one in agreements if one.id == form_of), None)
    values = values_of(changed) if changed else {"id": str(uuid4()), "role": "both", "starts_on": today.isoformat()}
    return render(
        request,
        "agreements.html",
        status_code=status_code if form is not None else 200,
        company=company,
        agreements=agreements,
        changed=changed,
        form=form if form is not None else blank(**values),
        roles=[(code, _(label)) for code, label in ROLES.items()],
        role_words=ROLES,
        today=today,
        saved=saved,
    )
