"""The case workers' work list, and confirming a hire from it: choose, fill in, check the answers, confirm."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ValidationError

from services.pledges.danish import iso_date, point_decimal
from services.pledges.hires import draft
from services.pledges.pledges import commands, queries
from services.pledges.pledges.access import HIRE, PLEDGE
from services.pledges.pledges.api import limits
from services.pledges.pledges.catalogue import JOB_TYPES
from services.pledges.pledges.cursors import OldestFirst
from services.pledges.pledges.queries import HireFilter, PledgeFilter
from services.pledges.pledges.refusals import (
    IdTaken,
    KeyUsedForAnother,
    NoPositionOpen,
    PledgeEnded,
    PositionTaken,
    StaleVersion,
)
from services.pledges.pledges.rendering import (
    address,
    database,
    judged,
    render,
    settings,
    uuid_or_none,
    without_empty,
)
from services.pledges.pledges.schemas import HireBody, SearchText, TypedId, TypedPhone
from shared.fields.copenhagen import COPENHAGEN
from shared.http.auth import Principal, require
from shared.http.paging import PageToken, cut
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext
from shared.refusals import Refusal
from shared.ui.formats import number_text
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.pledges.pledges.views import PledgeView
    from shared.fields.validation import FieldError

router = APIRouter()

_PAGE = 30
_MOST_POSITIONS = 500
_CHANGED_MEANWHILE = (StaleVersion, PositionTaken, NoPositionOpen, PledgeEnded)

Chosen = Annotated[str, Query(max_length=60)]


class _Person(BaseModel):
    name: str | None = None
    phone: TypedPhone | None = None
    email: str | None = None


class HireForm(BaseModel):
    """What the page sends; judged as the API judges a hire.

    `step` is what the pressed button asks for: `check` the answers, `edit` them, or `confirm`.
    """

    id: TypedId | None = None
    version: str | None = None
    step: str | None = None
    position: str | None = None
    start_date: str | None = None
    weekly_hours: str | None = None
    job_type: str | None = None
    contact_person: _Person = _Person()

    def body(self, pledge_id: UUID, hire_id: UUID) -> dict[str, Any]:
        """The API's body."""
        return without_empty(
            {
                "id": str(hire_id),
                "pledge_id": str(pledge_id),
                "position": self.position,
                "start_date": iso_date(self.start_date) if self.start_date else None,
                "weekly_hours": point_decimal(self.weekly_hours) if self.weekly_hours else None,
                "job_type": self.job_type,
                "contact_person": self.contact_person.model_dump(),
            }
        ) | ({} if self.contact_person.name else {"contact_person": {"name": ""}})


@router.get("/queue")
@concerns(PLEDGE, HIRE)
async def queue(
    *,
    request: Request,
    principal: Annotated[Principal, Depends(require("caseworker", "coordinator"))],
    event: Chosen = "",
    job_type: Chosen = "",
    municipality: Chosen = "",
    q: SearchText = "",
    flagged: bool = False,
    older: bool = False,
    hired: Chosen = "",
    page_token: PageToken = None,
) -> Response:
    """Pledges of the last 12 months with vacant positions, or of all time; those that waited longest first."""
    today = datetime.now(COPENHAGEN).date()
    after = OldestFirst.read(page_token)
    of_all_time = PledgeFilter(
        event_id=uuid_or_none(event),
        job_type=job_type if job_type in JOB_TYPES else None,
        municipality=municipality or None,
        text=q or None,
        flagged=flagged,
    )
    recent = replace(of_all_time, pledged_since=_a_year_before(today))
    wanted = of_all_time if older else recent
    async with database(request).read(principal.taskforce) as conn:
        rows = await queries.waiting_pledges(
            conn, principal.taskforce, wanted, after=(after.on, after.id) if after else None, limit=_PAGE + 1
        )
        events = await queries.events_with_pledges(conn, principal.taskforce)
        all_totals = await queries.waiting_totals(conn, principal.taskforce, of_all_time)
        recent_totals = await queries.waiting_totals(conn, principal.taskforce, recent)
        hire_id = uuid_or_none(hired)
        confirmed = await queries.hire(conn, principal.taskforce, hire_id) if hire_id else None
    pledges, last = cut(rows, _PAGE)
    query: list[tuple[str, object]] = [
        ("event", event),
        ("job_type", job_type),
        ("municipality", municipality),
        ("q", q),
        ("flagged", "true" if flagged else ""),
    ]
    all_query = [*query, ("older", "true")]
    token = OldestFirst(on=last.pledged_on, id=last.id).token() if last else None
    return render(
        request,
        "queue.html",
        pledges=pledges,
        totals=all_totals if older else recent_totals,
        older=older,
        older_pledges=all_totals.pledges - recent_totals.pledges,
        older_href=address("/queue", query if older else all_query),
        confirmed=confirmed,
        chosen={"event": event, "job_type": job_type, "municipality": municipality, "q": q, "flagged": flagged},
        filtered=any((event, job_type, municipality, q, flagged)),
        events=events,
        job_types=[(code, _(label)) for code, label in JOB_TYPES.items()],
        may_confirm=principal.has("caseworker"),
        next_href=address("/queue", [*(all_query if older else query), ("page_token", token)]) if token else None,
        waited=partial(waited, today),
    )


def _a_year_before(day: date) -> date:
    # The day after February 29 stands for it where there is none.
    return date(day.year - 1, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def waited(today: date, pledged_on: date) -> str:
    """How long a pledge has waited, in the largest unit that still tells two of them apart."""
    days = (today - pledged_on).days
    months = (today.year - pledged_on.year) * 12 + today.month - pledged_on.month - (today.day < pledged_on.day)
    if days < 1:
        return _("Pledged today")
    if months < 3:
        return ngettext("Has waited %(num)s day", "Has waited %(num)s days", days)
    if months < 24:
        return ngettext("Has waited %(num)s month", "Has waited %(num)s months", months)
    return ngettext("Has waited %(num)s year", "Has waited %(num)s years", months // 12)


@router.get("/queue/{pledge_id:uuid}/hire")
@concerns(PLEDGE)
async def new_hire(
    pledge_id: UUID,
    request: Request,
    principal: Annotated[Principal, Depends(require("caseworker"))],
    position: Annotated[int | None, Query(ge=1, le=_MOST_POSITIONS)] = None,
    step: Chosen = "",
) -> Response:
    """An almost filled form, or the answers that wait to be checked."""
    async with database(request).read(principal.taskforce) as conn:
        pledge = await queries.pledge(conn, principal.taskforce, pledge_id)
        if pledge is None:
            raise Problem(404)
        person = (
            await queries.last_contact_person(conn, principal.taskforce, principal.person_id)
            if principal.person_id
            else None
        )
    drafted = _drafted(request, principal)
    if step == "check" and drafted is not None:
        return await _check(request, principal, pledge, drafted)
    if not pledge.vacant:
        return RedirectResponse(f"/pledges/{pledge_id}", 303)
    vacant = [one.number for one in pledge.vacant]
    if drafted is not None and position is None and drafted.value("version") == str(pledge.version):
        return _form_page(request, pledge, drafted)
    form = blank(
        id=uuid4(),
        version=pledge.version,
        position=position if position in vacant else vacant[0],
        start_date=datetime.now(COPENHAGEN).date().isoformat(),
        weekly_hours=_shown(pledge.hours_from),
        job_type=pledge.job_type,
        contact_person__name=person.name if person else "",
        contact_person__phone=(person.phone or "") if person else "",
        contact_person__email=(person.email or "") if person else "",
    )
    return _form_page(request, pledge, form)


def _drafted(request: Request, principal: Principal) -> Form[HireForm] | None:
    """What was filled in before and not yet confirmed."""
    try:
        data = HireForm.model_validate(draft.kept(request, principal))
    except ValidationError:
        return None
    values = data.model_dump(exclude={"contact_person"})
    return Form(values | {f"contact_person.{name}": value for name, value in data.contact_person}, data=data)


@router.post("/queue/{pledge_id:uuid}/hire")
@concerns(PLEDGE)
async def confirm_hire(
    pledge_id: UUID, request: Request, principal: Annotated[Principal, Depends(require("caseworker"))]
) -> Response:
    """Lead to the answers to be checked (or corrected) or back to the form, or confirm the hire."""
    form = await read_form(request, HireForm)
    pledge = await _pledge(request, principal, pledge_id)
    if form.data is None:
        return _form_page(request, pledge, form, status_code=422)
    step = "edit" if form.data.step == "edit" else "check"
    if step == "edit":
        shown = _form_page(request, pledge, form)
    elif form.data.step == "confirm":
        shown = await _confirm(request, principal, pledge, form)
    else:
        shown = await _check(request, principal, pledge, form)
    if isinstance(shown, RedirectResponse):
        return shown
    # To an address of its own, where it is judged again: a page that answers a POST cannot be gone back to. A refused
    # confirmation too: what stood in its way is refused when the answers are checked.
    there = RedirectResponse(f"/queue/{pledge_id}/hire{'?step=check' if step == 'check' else ''}", 303)
    return there if draft.keep(there, principal, pledge_id, form.data.model_dump(exclude_none=True)) else shown


def _read(pledge_id: UUID, form: Form[HireForm]) -> tuple[dict[str, Any], HireBody | dict[str, str]]:
    """The API's body, and what it says, or what is wrong with it by field."""
    assert form.data is not None
    body = form.data.body(pledge_id, uuid_or_none(form.data.id) or uuid4())
    hire = judged(HireBody, body)
    errors = _by_field(hire) if isinstance(hire, list) else {}
    if not form.data.contact_person.phone:
        errors["contact_person.phone"] = _("Write a number that employer and employee can ring.")
    return body, errors if isinstance(hire, list) or errors else hire


async def _check(request: Request, principal: Principal, pledge: PledgeView, form: Form[HireForm]) -> Response:
    """The answers to be checked, judged by the rules that confirming obeys; or the form with what is wrong."""
    _body, hire = _read(pledge.id, form)
    if isinstance(hire, dict):
        return _form_page(request, pledge, form.refused(hire), status_code=422)
    try:
        await commands.check_hire(
            database(request),
            principal.taskforce,
            hire.confirmation(),
            limits=limits(settings(request)),
            seen_version=_seen_version(form),
        )
    except Refusal as refusal:
        return await _refused(request, principal, pledge, form, refusal)
    return render(request, "hire_check.html", pledge=pledge, form=form, hire=hire)


async def _confirm(request: Request, principal: Principal, pledge: PledgeView, form: Form[HireForm]) -> Response:
    body, hire = _read(pledge.id, form)
    if isinstance(hire, dict):
        return _form_page(request, pledge, form.refused(hire), status_code=422)
    try:
        confirmed = await commands.confirm_hire(
            database(request),
            principal.taskforce,
            hire.confirmation(),
            confirmed_by=principal.person_id,
            asked=commands.asked(str(hire.id), body, request_key=settings(request).request_key),
            limits=limits(settings(request)),
            seen_version=_seen_version(form),
        )
    except Refusal as refusal:
        return await _refused(request, principal, pledge, form, refusal)
    done = RedirectResponse(f"/queue?hired={confirmed.id}", 303)
    draft.forget(done, pledge.id)
    return done


def _seen_version(form: Form[HireForm]) -> int | None:
    version = str(form.value("version"))
    return int(version) if version.isdecimal() else None


async def _refused(
    request: Request, principal: Principal, pledge: PledgeView, form: Form[HireForm], refusal: Refusal
) -> Response:
    if isinstance(refusal, _CHANGED_MEANWHILE):
        return await _changed_meanwhile(request, principal, pledge.id, form, refusal)
    if isinstance(refusal, (KeyUsedForAnother, IdTaken)):
        # This form was confirmed before, perhaps in another tab: show what came of it.
        return RedirectResponse(f"/pledges/{pledge.id}", 303)
    problem = problem_of(refusal)
    errors = _by_field(problem.errors) or {"": f"{problem.title}. {problem.detail}"}
    return _form_page(request, pledge, form.refused(errors), status_code=problem.status)


async def _pledge(request: Request, principal: Principal, pledge_id: UUID) -> PledgeView:
    async with database(request).read(principal.taskforce) as conn:
        pledge = await queries.pledge(conn, principal.taskforce, pledge_id)
    if pledge is None:
        raise Problem(404)
    return pledge


async def _changed_meanwhile(
    request: Request, principal: Principal, pledge_id: UUID, form: Form[HireForm], refusal: Refusal
) -> Response:
    """The case worker's answers beside what the pledge has become; nothing is overwritten."""
    pledge = await _pledge(request, principal, pledge_id)
    async with database(request).read(principal.taskforce) as conn:
        hires = await queries.hires(conn, principal.taskforce, HireFilter(pledge_id=pledge_id), limit=_MOST_POSITIONS)
    problem = problem_of(refusal)
    vacant = [str(one.number) for one in pledge.vacant]
    values = {**form.values, "version": pledge.version}
    if str(form.value("position")) not in vacant:
        values["position"] = vacant[0] if vacant else ""
    again: Form[HireForm] = Form(values, {"": f"{problem.title}. {problem.detail}"})
    return _form_page(request, pledge, again, status_code=problem.status, hires={hire.id: hire for hire in hires})


def _form_page(
    request: Request,
    pledge: PledgeView,
    form: Form[Any],
    *,
    status_code: int = 200,
    hires: dict[UUID, Any] | None = None,
) -> Response:
    return render(
        request,
        "hire.html",
        status_code=status_code,
        pledge=pledge,
        form=form,
        hires=hires,
        positions=[(str(one.number), _("Position %(number)s", number=one.number)) for one in pledge.vacant],
        job_types=[(code, _(label)) for code, label in JOB_TYPES.items()],
    )


def _by_field(errors: Sequence[FieldError]) -> dict[str, str]:
    """The first error of each field, by its name on the page."""
    found: dict[str, str] = {}
    for error in errors:
        found.setdefault(".".join(error.pointer.split("/")[1:]), error.message)
    return found


def _shown(hours: Decimal) -> str:
    """7,5 as it is typed in Denmark, 7.5 as in English; both are read."""
    return number_text(hours)
