"""The company's page, opened with its link: what it shows, and the answers that it takes.

A GET changes nothing, not even how long the link works: mail scanners open links, too. Every answer is checked on a
page of its own and sent from there.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute

from services.pledges.catalogue.store import load_catalogue
from services.pledges.company_page import answers, queries
from services.pledges.company_page.access import COMPANY_PAGE
from services.pledges.company_page.links import open_link
from services.pledges.company_page.refusals import EventNotAhead, LinkRefused, NotOfCompany
from services.pledges.company_page.schemas import AdjustmentForm, AnswerForm
from services.pledges.company_page.words import CHECKPOINT_ANSWERS, THANKS
from services.pledges.corrections.schemas import PledgePatch
from services.pledges.pledges.dependencies import limits, settings
from services.pledges.pledges.forms import read_as, uuid_or_none
from services.pledges.pledges.history import differences_of, present_terms
from services.pledges.pledges.refusals import PledgeEnded, StaleVersion
from services.pledges.pledges.rendering import render
from shared.fields.copenhagen import COPENHAGEN
from shared.http.dependencies import Anybody, Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.refusals import STATUS, problem_of
from shared.i18n.translations import LANGUAGES, use_language
from shared.i18n.translations import gettext as _
from shared.refusals import Refusal
from shared.ui.formats import number_text
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.pledges.company_page.domain import CompanyAnswer, CompanyLink
    from services.pledges.pledges.schemas import PledgeOut
    from shared.db.database import Database
    from shared.fields.validation import FieldError

_EXPIRES_SOON: Final = timedelta(days=30)
_FIELDS: Final = {
    "/weekly_hours": "hours_from",
    "/weekly_hours/from": "hours_from",
    "/weekly_hours/to": "hours_to",
    "/reason": "note",
}
"""The name on the page of each field that has another one in the API."""


class _CompanyRoute(APIRoute):
    """Answers every refusal with a page that leads back to the company's page, or says whom to write to."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_refusals(request: Request) -> Response:
            try:
                response = await handle(request)
            except LinkRefused as refusal:
                response = _link_refused(request, refusal)
            except Refusal as refusal:
                problem = problem_of(refusal)
                problem.next_step = (f"/company/{request.path_params['token']}", _("Back to your page"))
                raise problem from None
            response.headers["x-robots-tag"] = "noindex"
            return response

        return handle_refusals


router = APIRouter(prefix="/company/{token}", route_class=_CompanyRoute, include_in_schema=False)


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
    link = await _open(request, db, token)
    today, answer_id = _today(), uuid_or_none(answered)
    async with db.read(link.taskforce_id) as conn:
        company = await queries.company(conn, link.taskforce_id, link.company_id)
        pledges = await queries.pledges_of(conn, link.taskforce_id, link.company_id)
        hires = await queries.hires_of(conn, link.taskforce_id, link.company_id, today)
        ahead = await queries.events_ahead(conn, link.taskforce_id, link.company_id)
        attended = await queries.events_attended(conn, link.taskforce_id, link.company_id)
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
        pledges=[pledge for pledge in pledges if not pledge.ended],
        ended=[pledge for pledge in pledges if pledge.ended],
        hires=hires,
        today=today,
        ahead=ahead,
        attended=attended,
        person=person,
        help=_help(request),
        checkpoint_answers=[(code, _(label)) for code, label in CHECKPOINT_ANSWERS.items()],
        thanks=_(THANKS[given.kind]) if given is not None and given.company_id == link.company_id else None,
        kept=kept,
        expires_soon=link.expires_at < datetime.now(UTC) + _EXPIRES_SOON,
    )


@router.post("/keep")
@concerns(COMPANY_PAGE)
async def keep_link(token: str, request: Request, db: Db, _principal: Anybody) -> Response:
    """Let the link work for another 90 days."""
    await answers.keep_link(db, await _open(request, db, token))
    return RedirectResponse(f"/company/{token}?kept=true", 303)


@router.get("/pledges/{pledge_id:uuid}/withdraw")
@concerns(COMPANY_PAGE)
async def check_withdrawal(token: str, pledge_id: UUID, request: Request, db: Db, _principal: Anybody) -> Response:
    """Show what is withdrawn, before it is."""
    link = await _open(request, db, token)
    pledge = await _own_pledge(db, link, pledge_id)
    return render(request, "company_withdraw.html", token=token, pledge=pledge, form=_new_answer(pledge.version))


@router.post("/pledges/{pledge_id:uuid}/withdraw")
@concerns(COMPANY_PAGE)
async def withdraw(token: str, pledge_id: UUID, request: Request, db: Db, _principal: Anybody) -> Response:
    """Withdraw what is left of a pledge."""
    link = await _open(request, db, token)
    form = await read_form(request, AnswerForm)
    if form.data is None:
        pledge = await _own_pledge(db, link, pledge_id)
        return render(request, "company_withdraw.html", status_code=422, token=token, pledge=pledge, form=form)
    try:
        answer = await answers.withdraw(
            db, link, pledge_id, answer_id=form.data.id, note=form.data.note, seen_version=form.data.version
        )
    except StaleVersion as refusal:
        pledge = await _own_pledge(db, link, pledge_id)
        return render(
            request,
            "company_withdraw.html",
            status_code=problem_of(refusal).status,
            token=token,
            pledge=pledge,
            form=_changed_meanwhile(form, pledge),
        )
    return _thanks(token, answer)


@router.get("/pledges/{pledge_id:uuid}/adjust")
@concerns(COMPANY_PAGE)
async def show_adjustment(token: str, pledge_id: UUID, request: Request, db: Db, _principal: Anybody) -> Response:
    """Show the form with what is pledged now."""
    link = await _open(request, db, token)
    pledge = await _own_pledge(db, link, pledge_id)
    return await _adjustment_page(request, db, link, token, pledge, blank(**_values(pledge)))


@router.post("/pledges/{pledge_id:uuid}/adjust")
@concerns(COMPANY_PAGE)
async def adjust(token: str, pledge_id: UUID, request: Request, db: Db, _principal: Anybody) -> Response:
    """Go on to the answers to check, go back to the form, or adjust the pledge."""
    link = await _open(request, db, token)
    form = await read_form(request, AdjustmentForm)
    pledge = await _own_pledge(db, link, pledge_id)
    if form.data is None:
        return await _adjustment_page(request, db, link, token, pledge, form, status_code=422)
    if form.data.step == "edit":
        return await _adjustment_page(request, db, link, token, pledge, form)
    patch = read_as(PledgePatch, form.data.patch())
    if isinstance(patch, list):
        return await _adjustment_page(request, db, link, token, pledge, form.refused(_by_field(patch)), status_code=422)
    if form.data.step != "confirm":
        return await _adjustment_check(request, db, link, token, pledge, form, patch)
    try:
        answer = await answers.adjust(
            db,
            link,
            pledge_id,
            patch,
            answer_id=uuid_or_none(form.data.id) or uuid4(),
            limits=limits(request),
            note=form.data.note and patch.reason,
            seen_version=form.data.version,
        )
    except StaleVersion as refusal:
        # Sent again, it replaces what is shown beside it.
        return await _adjustment_check(
            request,
            db,
            link,
            token,
            pledge,
            _changed_meanwhile(form, pledge),
            patch,
            status_code=problem_of(refusal).status,
        )
    except Refusal as refusal:
        problem = problem_of(refusal)
        errors = _by_field(problem.errors) or {"": f"{problem.title}. {problem.detail}"}
        return await _adjustment_page(
            request, db, link, token, pledge, form.refused(errors), status_code=problem.status
        )
    return _thanks(token, answer)


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
    link = await _open(request, db, token)
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
        form=_new_answer(None),
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
    link = await _open(request, db, token)
    form = await read_form(request, AnswerForm)
    if form.data is None:
        raise Problem(422)
    answer = await answers.register_for_event(
        db, link, event_id, answer_id=form.data.id, wanted=step == "register"
    )
    return _thanks(token, answer)


async def _open(request: Request, db: Database, token: str) -> CompanyLink:
    return await open_link(db, token, key=settings(request).request_key)


def _link_refused(request: Request, refusal: LinkRefused) -> Response:
    """Return one page for everybody whose link does not work, in both languages: whoever opens it chose neither."""
    words, ask = {}, {}
    for language in LANGUAGES:
        with use_language(language, service="pledges"):
            problem = problem_of(refusal)
            words[language] = (problem.title, problem.detail)
            ask[language] = _("Reply to the mail in which you got it, and we will ring you.")
    return render(
        request,
        "company_link_refused.html",
        status_code=STATUS[refusal.kind],
        words_of=words,
        ask=ask,
        help=_help(request),
    )


def _help(request: Request) -> Mapping[str, str]:
    """Return the unit that helps companies: its name, telephone and address, as far as the installation names them."""
    chosen = settings(request)
    return {
        "name": chosen.company_help_name,
        "phone": chosen.company_help_phone,
        "email": chosen.company_help_email,
    }


async def _own_pledge(db: Database, link: CompanyLink, pledge_id: UUID) -> PledgeOut:
    """Return a pledge of the company that has not ended. Raises `NotOfCompany`, `PledgeEnded`."""
    async with db.read(link.taskforce_id) as conn:
        pledges = await queries.pledges_of(conn, link.taskforce_id, link.company_id)
    pledge = next((one for one in pledges if one.id == pledge_id), None)
    if pledge is None:
        raise NotOfCompany
    if pledge.ended:
        raise PledgeEnded
    return pledge


def _today() -> Any:
    return datetime.now(COPENHAGEN).date()


def _new_answer(version: int | None) -> Form[Any]:
    return blank(id=uuid4(), version=version)


def _thanks(token: str, answer: CompanyAnswer) -> Response:
    return RedirectResponse(f"/company/{token}?answered={answer.id}", 303)


def _changed_meanwhile(form: Form[Any], pledge: PledgeOut) -> Form[Any]:
    """Return the form with the pledge's present version, and with the reason why it is shown again."""
    mine: Form[Any] = replace(form, values={**form.values, "version": pledge.version})
    return mine.refused({"": _("Somebody has changed the pledge since you opened the page. Compare, and send again.")})


def _values(pledge: PledgeOut) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "version": pledge.version,
        "positions": pledge.positions,
        "hours_from": number_text(pledge.weekly_hours.start),
        "hours_to": number_text(pledge.weekly_hours.to),
        "tasks": pledge.tasks,
        "earliest_start": pledge.earliest_start and pledge.earliest_start.isoformat(),
    }


def _by_field(errors: Sequence[FieldError]) -> dict[str, str]:
    """Return the first error of each field, by its name on the page."""
    found: dict[str, str] = {}
    for error in errors:
        parts = error.pointer.split("/")[1:]
        name = "tasks" if parts[:1] == ["tasks"] else _FIELDS.get(error.pointer, ".".join(parts))
        found.setdefault(name, error.message)
    return found


async def _adjustment_check(
    request: Request,
    db: Database,
    link: CompanyLink,
    token: str,
    pledge: PledgeOut,
    form: Form[AdjustmentForm],
    patch: PledgePatch,
    *,
    status_code: int = 200,
) -> Response:
    """Show what the adjustment changes, or the form where it changes nothing."""
    async with db.read(link.taskforce_id) as conn:
        tasks = (await load_catalogue(conn, link.taskforce_id)).labels()
    now = present_terms(pledge)
    differences = differences_of(
        now,
        replace(
            now,
            positions=patch.positions,
            hours_from=patch.weekly_hours.start,
            hours_to=patch.weekly_hours.to,
            tasks=tuple(patch.tasks),
            earliest_start=patch.earliest_start,
        ),
        tasks,
    )
    if not differences:
        unchanged = form.refused({"": _("You have changed nothing.")})
        return await _adjustment_page(request, db, link, token, pledge, unchanged, status_code=422)
    return render(
        request,
        "company_adjust_check.html",
        status_code=status_code,
        token=token,
        pledge=pledge,
        form=form,
        differences=differences,
    )


async def _adjustment_page(
    request: Request,
    db: Database,
    link: CompanyLink,
    token: str,
    pledge: PledgeOut,
    form: Form[Any],
    *,
    status_code: int = 200,
) -> Response:
    async with db.read(link.taskforce_id) as conn:
        catalogue = await load_catalogue(conn, link.taskforce_id)
    # A task that is hidden stays on the pledges that have it.
    labels = catalogue.labels()
    tasks = dict(catalogue.choices()) | {task: labels.get(task, task) for task in pledge.tasks}
    return render(
        request,
        "company_adjust.html",
        status_code=status_code,
        token=token,
        pledge=pledge,
        form=form,
        task_choices=list(tasks.items()),
        positions_max=max(settings(request).positions_max, pledge.positions),
    )
