"""Confirming a hire from the work list: fill in, check the answers, confirm."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ValidationError

from services.pledges.hires import commands, queries
from services.pledges.hires.access import edits_hires_as
from services.pledges.hires.pages import draft
from services.pledges.hires.prefill import Prefilled, position_to_fill, prefilled
from services.pledges.hires.queries import HireFilter
from services.pledges.hires.schemas import HireIn
from services.pledges.pledges.access import PLEDGE, Caseworker
from services.pledges.pledges.dependencies import limits
from services.pledges.pledges.forms import read_as, uuid_or_none, without_empty
from services.pledges.pledges.queries import pledge as find_pledge
from services.pledges.pledges.refusals import IdTaken, NoPositionOpen, PledgeEnded, PositionTaken, StaleVersion
from services.pledges.pledges.rendering import render
from services.pledges.pledges.schemas import TypedId
from shared.db.idempotency import IdempotencyKeyReused
from shared.fields.copenhagen import COPENHAGEN
from shared.fields.dates import iso_date
from shared.fields.numbers import point_decimal
from shared.fields.phone import TypedPhone, phone_text
from shared.http.auth import Principal
from shared.http.dependencies import Db
from shared.http.idempotency import sent_by_principal
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.refusals import Refusal
from shared.ui.formats import number_text
from shared.ui.forms import Form, read_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.pledges.pledges.schemas import PledgeOut
    from shared.fields.validation import FieldError

router = APIRouter(include_in_schema=False)

_MAX_POSITIONS = 500
_EDITED = frozenset(
    f"field-{name}" for name in ("position", "start-date", "weekly-hours", "job-type", "contact-person-name")
)
"""The fields that the page with the answers leads to, by their ids in the form."""
_CHANGED_MEANWHILE = (StaleVersion, PositionTaken, NoPositionOpen, PledgeEnded)


class _Person(BaseModel):
    name: str | None = None
    phone: TypedPhone | None = None
    email: str | None = None


class HireForm(BaseModel):
    """What the page sends. `HireIn` validates it.

    `step` is what the pressed button asks for: to `check` the answers, to `edit` them (`edit:field-job-type` one of
    them), or to `confirm`.
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
        """Return the API's body."""
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


@router.get("/queue/{pledge_id:uuid}/hire")
@concerns(PLEDGE)
async def new_hire(
    *,
    pledge_id: UUID,
    request: Request,
    db: Db,
    principal: Caseworker,
    position: Annotated[int | None, Query(ge=1, le=_MAX_POSITIONS)] = None,
    step: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """Show the answers to check at once if somebody has been found for the position and nothing is missing, and
    otherwise a form that is almost filled in."""
    pledge = await _pledge(db, principal, pledge_id)
    drafted = _drafted(request, principal)
    if step == "check" and drafted is not None:
        return await _check(request, db, principal, pledge, drafted)
    if not pledge.vacant:
        return RedirectResponse(f"/pledges/{pledge_id}", 303)
    if drafted is not None and position is None and drafted.value("version") == str(pledge.version):
        return _form_page(request, pledge, drafted)
    answers = await _prefilled(db, principal, pledge, position)
    form = _form_of(pledge, answers)
    if position not in {None, answers.position}:
        return await _changed_meanwhile(request, db, principal, pledge_id, form=form, refusal=PositionTaken())
    if answers.may_be_confirmed:
        return await _check(request, db, principal, pledge, form)
    return _form_page(request, pledge, form)


async def _prefilled(db: Db, principal: Principal, pledge: PledgeOut, number: int | None) -> Prefilled:
    async with db.read(principal.taskforce) as conn:
        former = await queries.last_hire_at(
            conn, principal.taskforce, pledge.company, municipality=principal.municipality
        )
        person = None
        if principal.person_id is not None:
            person = await queries.last_contact_person(conn, principal.taskforce, principal.person_id)
    return prefilled(
        pledge,
        position_to_fill(pledge, number),
        former=former,
        own_contact_person=person,
        today=datetime.now(COPENHAGEN).date(),
    )


def _form_of(pledge: PledgeOut, answers: Prefilled) -> Form[HireForm]:
    """Return a form that is filled in with the answers."""
    known = answers.contact_person
    person = _Person()
    if known is not None:
        phone = known.person.phone
        person = _Person(name=known.person.name, phone=phone and phone_text(phone), email=known.person.email)
    return _filled_in(
        HireForm(
            id=str(uuid4()),
            version=str(pledge.version),
            position=str(answers.position),
            start_date=answers.start_date.isoformat(),
            weekly_hours=number_text(answers.weekly_hours),
            job_type=answers.job_type,
            contact_person=person,
        )
    )


def _filled_in(data: HireForm) -> Form[HireForm]:
    values = data.model_dump(exclude={"contact_person"})
    return Form(values | {f"contact_person.{name}": value for name, value in data.contact_person}, data=data)


def _drafted(request: Request, principal: Principal) -> Form[HireForm] | None:
    """Return what was filled in before and is not confirmed yet."""
    try:
        data = HireForm.model_validate(draft.load(request, principal))
    except ValidationError:
        return None
    return _filled_in(data)


@router.post("/queue/{pledge_id:uuid}/hire")
@concerns(PLEDGE)
async def confirm_hire(pledge_id: UUID, request: Request, db: Db, principal: Caseworker) -> Response:
    """Go on to the answers to check, go back to the form, or confirm the hire."""
    form = await read_form(request, HireForm)
    pledge = await _pledge(db, principal, pledge_id)
    if form.data is None:
        return _form_page(request, pledge, form, status_code=422)
    asked, _colon, field = (form.data.step or "").partition(":")
    step = "edit" if asked == "edit" else "check"
    if step == "edit":
        page = _form_page(request, pledge, form)
    elif asked == "confirm":
        page = await _confirm(request, db, principal, pledge, form)
    else:
        page = await _check(request, db, principal, pledge, form)
    if isinstance(page, RedirectResponse):
        return page
    # Redirect to a GET that shows the saved draft, because a browser cannot go back to a page that answered a POST.
    # The GET checks the answers again, so after a refused confirmation it shows the same refusal.
    place = "?step=check" if step == "check" else f"#{field}" if field in _EDITED else ""
    there = RedirectResponse(f"/queue/{pledge_id}/hire{place}", 303)
    return there if draft.save(there, principal, pledge_id, form.data.model_dump(exclude_none=True)) else page


def _read(pledge_id: UUID, form: Form[HireForm]) -> tuple[dict[str, Any], HireIn | dict[str, str]]:
    """Return the API's body, and the hire in it or what is wrong with it by field."""
    assert form.data is not None
    body = form.data.body(pledge_id, uuid_or_none(form.data.id) or uuid4())
    hire = read_as(HireIn, body)
    errors = _by_field(hire) if isinstance(hire, list) else {}
    if not form.data.contact_person.phone:
        errors["contact_person.phone"] = _("Write a number that employer and employee can ring.")
    return body, errors if isinstance(hire, list) or errors else hire


async def _check(request: Request, db: Db, principal: Principal, pledge: PledgeOut, form: Form[HireForm]) -> Response:
    """Show the answers to check, under the same rules as the confirmation; or the form with what is wrong."""
    _body, hire = _read(pledge.id, form)
    if isinstance(hire, dict):
        return _form_page(request, pledge, form.refused(hire), status_code=422)
    try:
        await commands.check_hire(
            db,
            principal.taskforce,
            hire.confirmation(),
            limits=limits(request),
            seen_version=_seen_version(form),
        )
    except Refusal as refusal:
        return await _refused(request, db, principal, pledge, form=form, refusal=refusal)
    return render(request, "hire_check.html", pledge=pledge, form=form, hire=hire)


async def _confirm(request: Request, db: Db, principal: Principal, pledge: PledgeOut, form: Form[HireForm]) -> Response:
    body, hire = _read(pledge.id, form)
    if isinstance(hire, dict):
        return _form_page(request, pledge, form.refused(hire), status_code=422)
    try:
        confirmed = await commands.confirm_hire(
            db,
            principal.taskforce,
            hire.confirmation(),
            by=edits_hires_as(principal),
            request=sent_by_principal(request, str(hire.id), body),
            limits=limits(request),
            seen_version=_seen_version(form),
        )
    except Refusal as refusal:
        return await _refused(request, db, principal, pledge, form=form, refusal=refusal)
    done = RedirectResponse(f"/queue?hired={confirmed.id}", 303)
    draft.delete(done, pledge.id)
    return done


def _seen_version(form: Form[HireForm]) -> int | None:
    version = str(form.value("version"))
    return int(version) if version.isdecimal() else None


async def _refused(
    request: Request, db: Db, principal: Principal, pledge: PledgeOut, *, form: Form[HireForm], refusal: Refusal
) -> Response:
    if isinstance(refusal, _CHANGED_MEANWHILE):
        return await _changed_meanwhile(request, db, principal, pledge.id, form=form, refusal=refusal)
    if isinstance(refusal, (IdempotencyKeyReused, IdTaken)):
        # This form was confirmed before, perhaps in another tab: show the result.
        return RedirectResponse(f"/pledges/{pledge.id}", 303)
    problem = problem_of(refusal)
    errors = _by_field(problem.errors) or {"": f"{problem.title}. {problem.detail}"}
    return _form_page(request, pledge, form.refused(errors), status_code=problem.status)


async def _pledge(db: Db, principal: Principal, pledge_id: UUID) -> PledgeOut:
    async with db.read(principal.taskforce) as conn:
        pledge = await find_pledge(conn, principal.taskforce, pledge_id)
    if pledge is None:
        raise Problem(404)
    return pledge


async def _changed_meanwhile(
    request: Request, db: Db, principal: Principal, pledge_id: UUID, *, form: Form[HireForm], refusal: Refusal
) -> Response:
    """Show the case worker's answers beside the pledge as it is now; nothing is overwritten."""
    pledge = await _pledge(db, principal, pledge_id)
    async with db.read(principal.taskforce) as conn:
        hires = await queries.hires(conn, principal.taskforce, HireFilter(pledge_id=pledge_id), limit=_MAX_POSITIONS)
    problem = problem_of(refusal)
    vacant = [str(one.number) for one in pledge.vacant]
    values = {**form.values, "version": pledge.version}
    if str(form.value("position")) not in vacant:
        values["position"] = vacant[0] if vacant else ""
    again: Form[HireForm] = Form(values, {"": f"{problem.title}. {problem.detail}"})
    return _form_page(request, pledge, again, status_code=problem.status, hires={hire.id: hire for hire in hires})


def _form_page(
    request: Request,
    pledge: PledgeOut,
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
    """Return the first error of each field, by its name on the page."""
    found: dict[str, str] = {}
    for error in errors:
        found.setdefault(".".join(error.pointer.split("/")[1:]), error.message)
    return found
