"""The company's page, opened with its link: what it shows, and the answers that it takes.

A GET changes nothing, not even how long the link works: mail scanners open links, too. Every answer is checked on a
page of its own and sent from there.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.company_page import answers, queries
from services.pledges.company_page.access import COMPANY_PAGE
from services.pledges.company_page.refusals import AlreadyAnswered, EventNotAhead, NotOfCompany
from services.pledges.company_page.routing import (
    CompanyRoute,
    changed_meanwhile,
    help_unit,
    new_answer,
    open_page,
    own_pledge,
    say_thanks,
)
from services.pledges.company_page.schemas import AnswerForm, CheckpointForm
from services.pledges.company_page.words import AGREEMENTS, CHECKPOINT_ANSWERS, THANKS
from services.pledges.pledges.forms import uuid_or_none
from services.pledges.pledges.refusals import StaleVersion
from services.pledges.pledges.rendering import render
from shared.contracts.pledges import CheckpointMonths
from shared.fields.copenhagen import COPENHAGEN
from shared.http.dependencies import Anybody, Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from services.pledges.company_page.domain import CompanyLink
    from services.pledges.company_page.queries import CompanyHire, DueCheckpoint
    from shared.db.database import Database

_EXPIRES_SOON: Final = timedelta(days=30)


async def _checkpoint_months(months: int) -> CheckpointMonths:
    found = {3: 3, 6: 6, 12: 12}.get(months)
    if found is None:
        raise NotOfCompany
    return found  # type: ignore[return-value]


Months = Annotated[CheckpointMonths, Depends(_checkpoint_months)]

router = APIRouter(prefix="/company/{token}", route_class=CompanyRoute, include_in_schema=False)


@router.get("")
@concerns(COMPANY_PAGE)
async def show_page(
    *,
    token: str,
    request: Request,
    db: Db,
    _principal: Anybody,
    answered: Annotated[str, Query(max_length=60)] = "",
    kept: bool = False,
) -> Response:
    """Show everything of the company.

    Args:
        answered: an answer that was just given.
        kept: whether the link was just renewed.
    """
    link = await open_page(request, db, token)
    today, answer_id = datetime.now(COPENHAGEN).date(), uuid_or_none(answered)
    async with db.read(link.taskforce_id) as conn:
        company = await queries.company(conn, link.taskforce_id, link.company_id)
        pledges = await queries.pledges_of(conn, link.taskforce_id, link.company_id)
        affirmed = await queries.affirmed_on(conn, link.taskforce_id, [pledge.id for pledge in pledges])
        hires = await queries.hires_of(conn, link.taskforce_id, link.company_id, today)
        ahead = await queries.events_ahead(conn, link.taskforce_id, link.company_id)
        attended = await queries.events_attended(conn, link.taskforce_id, link.company_id)
        agreements = await queries.agreements_of(conn, link.taskforce_id, link.company_id, today)
        person = await queries.person_to_ring(conn, link.taskforce_id, link.company_id)
        given = await queries.answer(conn, link.taskforce_id, answer_id) if answer_id else None
    if company is None:
        raise NotOfCompany
    return render(
        request,
        "company_page.html",
        token=token,
        link=link,
        company=company,
        affirmed=affirmed,
        pledges=[pledge for pledge in pledges if not pledge.ended],
        ended=[pledge for pledge in pledges if pledge.ended],
        hires=hires,
        today=today,
        ahead=ahead,
        attended=attended,
        agreements=agreements,
        agreement_words=AGREEMENTS,
        person=person,
        help=help_unit(request),
        checkpoint_answers=[(code, _(label)) for code, label in CHECKPOINT_ANSWERS.items()],
        thanks=_(THANKS[given.kind]) if given is not None and given.company_id == link.company_id else None,
        kept=kept,
        expires_soon=link.expires_at < datetime.now(UTC) + _EXPIRES_SOON,
    )


@router.post("/keep")
@concerns(COMPANY_PAGE)
async def keep_link(token: str, request: Request, db: Db, _principal: Anybody) -> Response:
    """Let the link work for another 90 days."""
    await answers.keep_link(db, await open_page(request, db, token))
    return RedirectResponse(f"/company/{token}?kept=true", 303)


@router.get("/pledges/{pledge_id:uuid}/affirm")
@concerns(COMPANY_PAGE)
async def check_affirmation(token: str, pledge_id: UUID, request: Request, db: Db, _principal: Anybody) -> Response:
    """Show what is affirmed, before it is."""
    link = await open_page(request, db, token)
    pledge = await own_pledge(db, link, pledge_id)
    return render(request, "company_affirm.html", token=token, pledge=pledge, form=new_answer(pledge.version))


@router.post("/pledges/{pledge_id:uuid}/affirm")
@concerns(COMPANY_PAGE)
async def affirm(token: str, pledge_id: UUID, request: Request, db: Db, _principal: Anybody) -> Response:
    """Affirm a pledge."""
    link = await open_page(request, db, token)
    form = await read_form(request, AnswerForm)
    if form.data is None:
        raise Problem(422)
    try:
        answer = await answers.affirm(db, link, pledge_id, answer_id=form.data.id, seen_version=form.data.version)
    except StaleVersion as refusal:
        pledge = await own_pledge(db, link, pledge_id)
        return render(
            request,
            "company_affirm.html",
            status_code=problem_of(refusal).status,
            token=token,
            pledge=pledge,
            form=changed_meanwhile(form, pledge),
        )
    return say_thanks(token, answer)


@router.get("/pledges/{pledge_id:uuid}/withdraw")
@concerns(COMPANY_PAGE)
async def check_withdrawal(token: str, pledge_id: UUID, request: Request, db: Db, _principal: Anybody) -> Response:
    """Show what is withdrawn, before it is."""
    link = await open_page(request, db, token)
    pledge = await own_pledge(db, link, pledge_id)
    return render(request, "company_withdraw.html", token=token, pledge=pledge, form=new_answer(pledge.version))


@router.post("/pledges/{pledge_id:uuid}/withdraw")
@concerns(COMPANY_PAGE)
async def withdraw(token: str, pledge_id: UUID, request: Request, db: Db, _principal: Anybody) -> Response:
    """Withdraw what is left of a pledge."""
    link = await open_page(request, db, token)
    form = await read_form(request, AnswerForm)
    if form.data is None:
        pledge = await own_pledge(db, link, pledge_id)
        return render(request, "company_withdraw.html", status_code=422, token=token, pledge=pledge, form=form)
    try:
        answer = await answers.withdraw(
            db, link, pledge_id, answer_id=form.data.id, note=form.data.note, seen_version=form.data.version
        )
    except StaleVersion as refusal:
        pledge = await own_pledge(db, link, pledge_id)
        return render(
            request,
            "company_withdraw.html",
            status_code=problem_of(refusal).status,
            token=token,
            pledge=pledge,
            form=changed_meanwhile(form, pledge),
        )
    return say_thanks(token, answer)


@router.get("/hires/{hire_id:uuid}/checkpoints/{months}")
@concerns(COMPANY_PAGE)
async def check_checkpoint(
    *,
    token: str,
    hire_id: UUID,
    months: Months,
    request: Request,
    db: Db,
    _principal: Anybody,
    answer: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """Show an answer to whether somebody is still employed, before it is given."""
    link = await open_page(request, db, token)
    hire, checkpoint = await _own_checkpoint(db, link, hire_id, months)
    if answer not in CHECKPOINT_ANSWERS:
        return RedirectResponse(f"/company/{token}#questions", 303)
    return _checkpoint_page(request, token, hire, checkpoint, blank(id=uuid4(), answer=answer))


@router.post("/hires/{hire_id:uuid}/checkpoints/{months}")
@concerns(COMPANY_PAGE)
async def answer_checkpoint(
    *, token: str, hire_id: UUID, months: Months, request: Request, db: Db, _principal: Anybody
) -> Response:
    """Answer whether somebody is still employed."""
    link = await open_page(request, db, token)
    form = await read_form(request, CheckpointForm)
    if form.data is None:
        hire, checkpoint = await _own_checkpoint(db, link, hire_id, months)
        if form.value("answer") not in CHECKPOINT_ANSWERS:
            raise Problem(422)
        return _checkpoint_page(request, token, hire, checkpoint, form, status_code=422)
    given = await answers.answer_checkpoint(
        db, link, hire_id, months, form.data.answer, answer_id=form.data.id, note=form.data.note
    )
    return say_thanks(token, given)


@router.get("/events/{event_id:uuid}/{step}")
@concerns(COMPANY_PAGE)
async def check_registration(
    *,
    token: str,
    event_id: UUID,
    step: Literal["register", "unregister"],
    request: Request,
    db: Db,
    _principal: Anybody,
) -> Response:
    """Show the event before the company registers for it, or is taken off its list."""
    link = await open_page(request, db, token)
    async with db.read(link.taskforce_id) as conn:
        found = await queries.events_ahead(conn, link.taskforce_id, link.company_id, event_id=event_id)
        company = await queries.company(conn, link.taskforce_id, link.company_id)
    if not found:
        raise EventNotAhead
    return render(
        request,
        "company_event.html",
        token=token,
        company=company,
        event=found[0].event,
        wanted=step == "register",
        form=new_answer(None),
    )


@router.post("/events/{event_id:uuid}/{step}")
@concerns(COMPANY_PAGE)
async def register_for_event(
    *,
    token: str,
    event_id: UUID,
    step: Literal["register", "unregister"],
    request: Request,
    db: Db,
    _principal: Anybody,
) -> Response:
    """Ask for a registration for the event, or to be taken off its list."""
    link = await open_page(request, db, token)
    form = await read_form(request, AnswerForm)
    if form.data is None:
        raise Problem(422)
    answer = await answers.register_for_event(db, link, event_id, answer_id=form.data.id, wanted=step == "register")
    return say_thanks(token, answer)


async def _own_checkpoint(
    db: Database, link: CompanyLink, hire_id: UUID, months: int
) -> tuple[CompanyHire, DueCheckpoint]:
    """Return a checkpoint of the company that waits for an answer. Raises `NotOfCompany`, `AlreadyAnswered`."""
    async with db.read(link.taskforce_id) as conn:
        today = datetime.now(COPENHAGEN).date()
        hires = await queries.hires_of(conn, link.taskforce_id, link.company_id, today, hire_id=hire_id)
    if not hires:
        raise NotOfCompany
    checkpoint = next((one for one in hires[0].due if one.months == months), None)
    if checkpoint is None:
        raise AlreadyAnswered
    return hires[0], checkpoint


def _checkpoint_page(
    request: Request,
    token: str,
    hire: CompanyHire,
    checkpoint: DueCheckpoint,
    form: Form[Any],
    *,
    status_code: int = 200,
) -> Response:
    return render(
        request,
        "company_checkpoint.html",
        status_code=status_code,
        token=token,
        hire=hire,
        checkpoint=checkpoint,
        form=form,
        answer_words=_(CHECKPOINT_ANSWERS[form.value("answer")]),
    )
