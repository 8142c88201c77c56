"""The case workers' work list, and confirming a hire from it: choose, fill in, check the answers, confirm."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from services.pledges import commands, queries
from services.pledges.api import limits
from services.pledges.bodies import HireBody
from services.pledges.catalogue import JOB_TYPES
from services.pledges.danish import iso_date, point_decimal
from services.pledges.domain.pledge import COPENHAGEN
from services.pledges.domain.refusals import (
    IdTaken,
    KeyUsedForAnother,
    NoPositionOpen,
    PledgeEnded,
    PositionTaken,
    Refusal,
    StaleVersion,
)
from services.pledges.pages.common import (
    address,
    database,
    judged,
    refusal_problem,
    render,
    settings,
    uuid_or_none,
    without_empty,
)
from services.pledges.queries import HireFilter, PledgeFilter
from services.pledges.sorting import OldestFirst
from shared.auth import Principal, require
from shared.web.forms import Form, blank, read_form
from shared.web.i18n import gettext as _
from shared.web.paging import PageToken, cut
from shared.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.pledges.views import PledgeView
    from shared.web.validation import FieldError

router = APIRouter()

_PAGE = 30
_MOST_POSITIONS = 500
_CHANGED_MEANWHILE = (StaleVersion, PositionTaken, NoPositionOpen, PledgeEnded)

Chosen = Annotated[str, Query(max_length=60)]


class _Person(BaseModel):
    name: str | None = None
    phone: str | None = None
    email: str | None = None


class HireForm(BaseModel):
    """What the page sends; judged as the API judges a hire.

    `step` is what the pressed button asks for: `check` the answers, `edit` them, or `confirm`.
    """

    id: str | None = None
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
async def queue(
    *,
    request: Request,
    principal: Annotated[Principal, Depends(require("caseworker", "coordinator"))],
    event: Chosen = "",
    job_type: Chosen = "",
    municipality: Chosen = "",
    q: Annotated[str, Query(max_length=100)] = "",
    flagged: bool = False,
    hired: Chosen = "",
    page_token: PageToken = None,
) -> Response:
    """Pledges with vacant positions, those that have waited longest first."""
    after = OldestFirst.read(page_token)
    wanted = PledgeFilter(
        event_id=uuid_or_none(event),
        job_type=job_type if job_type in JOB_TYPES else None,
        municipality=municipality or None,
        text=q or None,
        flagged=flagged,
    )
    async with database(request).read(principal.taskforce) as conn:
        rows = await queries.waiting_pledges(
            conn, principal.taskforce, wanted, after=(after.on, after.id) if after else None, limit=_PAGE + 1
        )
        events = await queries.events(conn, principal.taskforce, ("open", "closed", "published"))
        totals = await queries.waiting_totals(conn, principal.taskforce, wanted)
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
    token = OldestFirst(on=last.pledged_on, id=last.id).token() if last else None
    return render(
        request,
        "queue.html",
        pledges=pledges,
        totals=totals,
        confirmed=confirmed,
        chosen={"event": event, "job_type": job_type, "municipality": municipality, "q": q, "flagged": flagged},
        filtered=any((event, job_type, municipality, q, flagged)),
        events=events,
        job_types=[(code, _(label)) for code, label in JOB_TYPES.items()],
        may_confirm=principal.has("caseworker"),
        next_href=address("/queue", [*query, ("page_token", token)]) if token else None,
        today=datetime.now(COPENHAGEN).date(),
    )


@router.get("/queue/{pledge_id}/hire")
async def new_hire(
    pledge_id: UUID,
    request: Request,
    principal: Annotated[Principal, Depends(require("caseworker"))],
    position: Annotated[int | None, Query(ge=1, le=_MOST_POSITIONS)] = None,
) -> Response:
    """An almost filled form: today, the fewest hours, the contact person of the last time."""
    async with database(request).read(principal.taskforce) as conn:
        pledge = await queries.pledge(conn, principal.taskforce, pledge_id)
        if pledge is None:
            raise Problem(404)
        person = (
            await queries.last_contact_person(conn, principal.taskforce, principal.person_id)
            if principal.person_id
            else None
        )
    if not pledge.vacant:
        return RedirectResponse(f"/pledges/{pledge_id}", 303)
    vacant = [one.number for one in pledge.vacant]
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


@router.post("/queue/{pledge_id}/hire")
async def confirm_hire(
    pledge_id: UUID, request: Request, principal: Annotated[Principal, Depends(require("caseworker"))]
) -> Response:
    """Show the answers to be checked, the form again, or confirm the hire."""
    form = await read_form(request, HireForm)
    pledge = await _pledge(request, principal, pledge_id)
    if form.data is None or form.data.step == "edit":
        return _form_page(request, pledge, form, status_code=200 if form.data else 422)
    body = form.data.body(pledge_id, uuid_or_none(form.data.id) or uuid4())
    hire = judged(HireBody, body)
    errors = _by_field(hire) if isinstance(hire, list) else {}
    if not form.data.contact_person.phone:
        errors["contact_person.phone"] = _("Write a number that employer and employee can ring.")
    if isinstance(hire, list) or errors:
        return _form_page(request, pledge, form.refused(errors), status_code=422)
    return await _check_or_confirm(request, principal, pledge, form=form, hire=hire, body=body)


async def _check_or_confirm(
    request: Request,
    principal: Principal,
    pledge: PledgeView,
    *,
    form: Form[HireForm],
    hire: HireBody,
    body: dict[str, Any],
) -> Response:
    """Both steps are judged by the same rules: what may be checked can be confirmed."""
    version = str(form.value("version"))
    seen_version = int(version) if version.isdecimal() else None
    allowed = limits(settings(request))
    try:
        if form.value("step") != "confirm":
            await commands.check_hire(
                database(request), principal.taskforce, hire.confirmation(), limits=allowed, seen_version=seen_version
            )
            return render(request, "hire_check.html", pledge=pledge, form=form, hire=hire)
        confirmed = await commands.confirm_hire(
            database(request),
            principal.taskforce,
            hire.confirmation(),
            confirmed_by=principal.person_id,
            asked=commands.asked(str(hire.id), body),
            limits=allowed,
            seen_version=seen_version,
        )
    except _CHANGED_MEANWHILE as refusal:
        return await _changed_meanwhile(request, principal, pledge.id, form, refusal)
    except (KeyUsedForAnother, IdTaken):
        # This form was confirmed before, perhaps in another tab: show what came of it.
        return RedirectResponse(f"/pledges/{pledge.id}", 303)
    except Refusal as refusal:
        problem = refusal_problem(request, refusal)
        errors = _by_field(problem.errors) or {"": f"{problem.title}. {problem.detail}"}
        return _form_page(request, pledge, form.refused(errors), status_code=problem.status)
    return RedirectResponse(f"/queue?hired={confirmed.id}", 303)


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
    problem = refusal_problem(request, refusal)
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


def _shown(hours: Any) -> str:
    """7,5 as it is typed in Denmark."""
    return f"{hours.normalize():f}".replace(".", ",")
