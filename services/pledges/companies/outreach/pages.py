"""Forms that log and change contacts with companies. Two people who correct one at once see both versions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.companies import queries
from services.pledges.companies.access import OUTREACH_TO_CHANGE, OutreachMaker, may_change_outreach
from services.pledges.companies.outreach import commands, store
from services.pledges.companies.outreach.refusals import (
    OutreachNotFound,
    OutreachOfAnother,
    StaleOutreach,
    UnknownOwnerOfCard,
)
from services.pledges.companies.outreach.schemas import NOTE_LENGTH, OutreachForm, VersionForm, values_of
from services.pledges.companies.pages import company_page
from services.pledges.companies.words import OUTREACH_KINDS
from services.pledges.participants.access import ParticipantsDb, case_worker, record_refusal
from services.pledges.pledges.access import edits_as
from services.pledges.pledges.history import Difference
from services.pledges.pledges.rendering import render
from services.pledges.register.access import COMPANY
from shared.http.auth import NotAllowed
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.refusals import Refusal
from shared.ui.formats import date_text
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from services.pledges.companies.outreach.domain import Outreach, OutreachTerms
    from shared.http.auth import Principal

router = APIRouter(prefix="/companies/{company_id:uuid}/outreach", include_in_schema=False)


@router.post("")
@concerns(COMPANY)
async def log_outreach(
    company_id: UUID, request: Request, db: Db, participants: ParticipantsDb, principal: OutreachMaker
) -> Response:
    """Log a contact with the company, or show its page with what is wrong."""
    form = await read_form(request, OutreachForm)
    if form.data is None:
        return await company_page(request, db, principal, company_id, form=form)
    if form.data.id is None:
        raise Problem(422)
    card_of = form.data.citizen
    if card_of is not None and not principal.has("caseworker"):
        record_refusal(request, "role")
        raise NotAllowed
    try:
        await commands.log_outreach(
            db if card_of is None else participants,
            principal.taskforce,
            form.data.id,
            company_id,
            form.data.terms(),
            by=principal.person_id,
            reader=case_worker(principal),
            card_of=card_of,
        )
    except UnknownOwnerOfCard as refusal:
        record_refusal(request, "not_found")
        refused = form.refused_by(problem_of(refusal).errors)
        return await company_page(request, db, principal, company_id, form=refused)
    except Refusal as refusal:
        problem = problem_of(refusal)
        if problem.status != 422:
            raise
        return await company_page(request, db, principal, company_id, form=form.refused_by(problem.errors))
    return _back(company_id, form.data.id)


@router.get("/{outreach_id:uuid}")
@concerns(OUTREACH_TO_CHANGE)
async def show_outreach(
    company_id: UUID, outreach_id: UUID, request: Request, db: Db, principal: OutreachMaker
) -> Response:
    """Show the form that corrects a contact."""
    outreach, name = await _changeable(db, principal, company_id, outreach_id)
    return _page(request, outreach, name, blank(**values_of(outreach)))


@router.post("/{outreach_id:uuid}")
@concerns(OUTREACH_TO_CHANGE)
async def correct_outreach(
    company_id: UUID, outreach_id: UUID, request: Request, db: Db, principal: OutreachMaker
) -> Response:
    """Correct a contact, or show the form again: with what is wrong, or beside what somebody else has saved."""
    form = await read_form(request, OutreachForm)
    outreach, name = await _changeable(db, principal, company_id, outreach_id)
    if form.data is None:
        return _page(request, outreach, name, form, status_code=422)
    terms = form.data.terms()
    try:
        await commands.correct_outreach(
            db,
            principal.taskforce,
            company_id,
            outreach_id,
            terms,
            by=edits_as(principal),
            seen_version=form.data.version,
        )
    except StaleOutreach as refusal:
        # Sent again, it replaces what is shown beside it.
        mine: Form[Any] = replace(form, values={**form.values, "version": outreach.version})
        mine = mine.refused({"": _("Somebody has changed this while you were correcting it. Compare below.")})
        differences = _differences(outreach.terms, terms)
        return _page(request, outreach, name, mine, differences=differences, status_code=problem_of(refusal).status)
    except Refusal as refusal:
        problem = problem_of(refusal)
        if problem.status != 422:
            raise
        return _page(request, outreach, name, form.refused_by(problem.errors), status_code=422)
    return _back(company_id, outreach_id)


@router.post("/{outreach_id:uuid}/withdraw")
@concerns(OUTREACH_TO_CHANGE)
async def withdraw_outreach(
    company_id: UUID, outreach_id: UUID, request: Request, db: Db, principal: OutreachMaker
) -> Response:
    """Record that a contact has never been made."""
    form = await read_form(request, VersionForm)
    if form.data is None:
        raise Problem(422)
    await commands.withdraw_outreach(
        db, principal.taskforce, company_id, outreach_id, by=edits_as(principal), seen_version=form.data.version
    )
    return _back(company_id, outreach_id)


@router.post("/{outreach_id:uuid}/restore")
@concerns(OUTREACH_TO_CHANGE)
async def restore_outreach(
    company_id: UUID, outreach_id: UUID, request: Request, db: Db, principal: OutreachMaker
) -> Response:
    """Undo that a contact was withdrawn."""
    form = await read_form(request, VersionForm)
    if form.data is None:
        raise Problem(422)
    await commands.restore_outreach(
        db, principal.taskforce, company_id, outreach_id, by=edits_as(principal), seen_version=form.data.version
    )
    return _back(company_id, outreach_id)


def _back(company_id: UUID, outreach_id: UUID) -> Response:
    return RedirectResponse(f"/companies/{company_id}?changed={outreach_id}", 303)


async def _changeable(db: Db, principal: Principal, company_id: UUID, outreach_id: UUID) -> tuple[Outreach, str]:
    """Return a contact that the principal may change, and the company's name."""
    async with db.read(principal.taskforce) as conn:
        outreach = await store.load_outreach(conn, principal.taskforce, outreach_id)
        company = await queries.company(conn, principal.taskforce, company_id)
    if outreach is None or company is None or outreach.company_id != company_id:
        raise OutreachNotFound
    if not may_change_outreach(principal, outreach):
        raise OutreachOfAnother
    return outreach, company.name or _("Personally owned company")


def _differences(before: OutreachTerms, after: OutreachTerms) -> list[Difference]:
    then, now = _in_words(before), _in_words(after)
    return [Difference(label, then[label], now[label]) for label in then if then[label] != now[label]]


def _in_words(terms: OutreachTerms) -> dict[str, str]:
    return {
        _("What was it?"): _(OUTREACH_KINDS[terms.kind]),
        _("Day"): date_text(terms.made_on),
        _("What came of it?"): terms.note or "–",
        _("New company"): _("Yes") if terms.new_company else _("No"),
    }


def _page(
    request: Request,
    outreach: Outreach,
    company: str,
    form: Form[Any],
    *,
    differences: list[Difference] | None = None,
    status_code: int = 200,
) -> Response:
    return render(
        request,
        "outreach.html",
        status_code=status_code,
        outreach=outreach,
        company=company,
        form=form,
        differences=differences,
        kind_choices=[(code, _(label)) for code, label in OUTREACH_KINDS.items()],
        note_length=NOTE_LENGTH,
    )
