"""The page that corrects a pledge. Two people who do so at once see both versions side by side."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from services.pledges.catalogue.store import load_catalogue
from services.pledges.corrections import commands
from services.pledges.corrections.schemas import PledgePatch
from services.pledges.pledges.access import CHANGEABLE, PledgeEditor, edits_as, may_change
from services.pledges.pledges.dependencies import limits, settings
from services.pledges.pledges.domain import Contact
from services.pledges.pledges.forms import read_as, uuid_or_none
from services.pledges.pledges.guest_access import find_pledge
from services.pledges.pledges.history import Difference, differences_of, present_terms
from services.pledges.pledges.refusals import PledgeEnded, PledgeNotFound, StaleVersion
from services.pledges.pledges.rendering import render
from services.pledges.pledges.schemas import TypedId
from services.pledges.register import queries as register
from services.pledges.register.domain import TypedCompany
from shared.fields.numbers import point_decimal
from shared.fields.phone import TypedPhone, phone_text
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.refusals import Refusal
from shared.ui.formats import number_text
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.pledges.pledges.schemas import PledgeOut
    from services.pledges.register.queries import EventRow
    from shared.fields.validation import FieldError
    from shared.http.auth import Principal

router = APIRouter(include_in_schema=False)

_FIELDS: Final = {
    "/weekly_hours": "hours_from",
    "/weekly_hours/from": "hours_from",
    "/weekly_hours/to": "hours_to",
    "/company": "company.name",
    "/contact": "contact.name",
}
"""The name on the page of each field that has another one in the API."""


class _Company(BaseModel):
    name: str | None = None
    cvr: str | None = None
    p_number: str | None = None


class _Contact(BaseModel):
    name: str | None = None
    phone: TypedPhone | None = None
    email: str | None = None

    @property
    def is_blank(self) -> bool:
        return not (self.name or self.phone or self.email)


class CorrectionForm(BaseModel):
    """What the page sends. `PledgePatch` validates it. `version` is the pledge's version that the page showed."""

    version: int | None = None
    reason: str | None = None
    event_id: TypedId | None = None
    company: _Company = _Company()
    contact: _Contact = _Contact()
    positions: str | None = None
    hours_from: str | None = None
    hours_to: str | None = None
    job_type: str | None = None
    tasks: list[str] = []
    earliest_start: str | None = None

    def patch(self) -> dict[str, Any]:
        """Return the API's body. A field left empty is removed from the pledge, or is an error where it may not be."""
        body: dict[str, Any] = {
            "reason": self.reason or "",
            "event_id": self.event_id or None,
            "company": {
                "name": self.company.name or "",
                "cvr": self.company.cvr or None,
                "p_number": self.company.p_number or None,
            },
            "positions": self.positions or "",
            "weekly_hours": {
                "from": point_decimal(self.hours_from or self.hours_to or ""),
                "to": point_decimal(self.hours_to or self.hours_from or ""),
            },
            "tasks": self.tasks,
            "earliest_start": self.earliest_start or None,
        }
        if self.job_type:
            body["job_type"] = self.job_type
        # The page of a pledge whose contact was erased shows none, and asks for none.
        if not self.contact.is_blank:
            body["contact"] = {
                "name": self.contact.name or "",
                "phone": self.contact.phone or None,
                "email": self.contact.email or None,
            }
        return body


@router.get("/pledges/{pledge_id:uuid}/correct")
@concerns(CHANGEABLE)
async def show_correction(pledge_id: UUID, request: Request, principal: PledgeEditor) -> Response:
    """Show the form with what is pledged now."""
    pledge = await _changeable(request, principal, pledge_id)
    if pledge.ended:
        raise PledgeEnded
    return await _page(request, principal, pledge, blank(**_values(pledge)))


@router.post("/pledges/{pledge_id:uuid}/correct")
@concerns(CHANGEABLE)
async def correct_pledge(pledge_id: UUID, request: Request, db: Db, principal: PledgeEditor) -> Response:
    """Correct the pledge, or show the form again: with what is wrong, or beside what somebody else has saved."""
    form = await read_form(request, CorrectionForm)
    pledge = await _changeable(request, principal, pledge_id)
    if form.data is None:
        return await _page(request, principal, pledge, form, status_code=422)
    patch = read_as(PledgePatch, form.data.patch())
    errors = _by_field(patch) if isinstance(patch, list) else {}
    if pledge.contact is not None and form.data.contact.is_blank:
        errors["contact.name"] = _("Write whom to ring.")
    elif not form.data.contact.is_blank and not (form.data.contact.phone or form.data.contact.email):
        errors["contact.phone"] = _("Write a telephone number or an e-mail address.")
    if isinstance(patch, list) or errors:
        return await _page(request, principal, pledge, form.refused(errors), status_code=422)
    try:
        await commands.correct_pledge(
            db,
            principal.taskforce,
            pledge_id,
            patch,
            by=edits_as(principal),
            limits=limits(request),
            seen_version=form.data.version,
        )
    except StaleVersion as refusal:
        # Sent again, it replaces what is shown beside it.
        mine: Form[Any] = replace(form, values={**form.values, "version": pledge.version})
        mine = mine.refused({"": _("Somebody has changed the pledge while you were correcting it. Compare below.")})
        theirs = await _both(request, principal, pledge, patch)
        status_code = problem_of(refusal).status
        return await _page(request, principal, pledge, mine, differences=theirs, status_code=status_code)
    except PledgeNotFound:
        raise
    except Refusal as refusal:
        problem = problem_of(refusal)
        errors = _by_field(problem.errors) or {"": f"{problem.title}. {problem.detail}"}
        return await _page(request, principal, pledge, form.refused(errors), status_code=problem.status)
    return RedirectResponse(f"/pledges/{pledge_id}", 303)


async def _changeable(request: Request, principal: Principal, pledge_id: UUID) -> PledgeOut:
    pledge = await find_pledge(request, principal, pledge_id)
    if pledge is None or not may_change(principal, pledge):
        raise PledgeNotFound
    return pledge


def _values(pledge: PledgeOut) -> dict[str, Any]:
    contact = pledge.contact
    return {
        "version": pledge.version,
        "event_id": str(pledge.event_id or ""),
        "company.name": pledge.company.name,
        "company.cvr": pledge.company.cvr,
        "company.p_number": pledge.company.p_number,
        "contact.name": contact and contact.name,
        "contact.phone": contact and contact.phone and phone_text(contact.phone),
        "contact.email": contact and contact.email,
        "positions": pledge.positions,
        "hours_from": _hours(pledge.weekly_hours.start),
        "hours_to": _hours(pledge.weekly_hours.to),
        "job_type": pledge.job_type,
        "tasks": pledge.tasks,
        "earliest_start": pledge.earliest_start and pledge.earliest_start.isoformat(),
    }


def _hours(hours: Decimal) -> str:
    return number_text(hours)


def _by_field(errors: Sequence[FieldError]) -> dict[str, str]:
    """Return the first error of each field, by its name on the page."""
    found: dict[str, str] = {}
    for error in errors:
        parts = error.pointer.split("/")[1:]
        name = "tasks" if parts[:1] == ["tasks"] else _FIELDS.get(error.pointer, ".".join(parts))
        found.setdefault(name, error.message)
    return found


async def _both(request: Request, principal: Principal, pledge: PledgeOut, patch: PledgePatch) -> list[Difference]:
    """Return what differs between the pledge now and the correction that was not saved."""
    now = present_terms(pledge)
    async with request.app.state.database.read(principal.taskforce) as conn:
        event = await register.event(conn, principal.taskforce, patch.event_id) if patch.event_id else None
        tasks = (await load_catalogue(conn, principal.taskforce)).labels()
    contact = Contact(**patch.contact.sent("name", "phone", "email")) if patch.contact.sent("name") else now.contact
    mine = replace(
        now,
        company=TypedCompany(patch.company.name, patch.company.cvr, now.company.municipality, patch.company.p_number),
        event_title=event.title if event else None,
        contact=contact,
        job_type=patch.sent("job_type").get("job_type", now.job_type),
        positions=patch.positions,
        hours_from=patch.weekly_hours.start,
        hours_to=patch.weekly_hours.to,
        tasks=tuple(patch.tasks),
        earliest_start=patch.earliest_start,
    )
    return differences_of(now, mine, tasks)


async def _page(
    request: Request,
    principal: Principal,
    pledge: PledgeOut,
    form: Form[Any],
    *,
    differences: Sequence[Difference] | None = None,
    status_code: int = 200,
) -> Response:
    async with request.app.state.database.read(principal.taskforce) as conn:
        events: list[EventRow] = await register.events(conn, principal.taskforce, ("published", "open", "closed"))
        named = uuid_or_none(str(form.value("event_id"))) or pledge.event_id
        chosen = await register.event(conn, principal.taskforce, named) if named else None
        catalogue = await load_catalogue(conn, principal.taskforce)
    if chosen is not None and chosen.id not in {event.id for event in events}:
        events.insert(0, chosen)
    # A task that is hidden stays on the pledges that have it.
    labels = catalogue.labels()
    tasks = dict(catalogue.choices()) | {task: labels.get(task, task) for task in pledge.tasks}
    return render(
        request,
        "correction.html",
        status_code=status_code,
        form=form,
        pledge=pledge,
        differences=differences,
        event_choices=[(str(event.id), event.title) for event in events],
        task_choices=list(tasks.items()),
        job_type_choices=[(code, _(label)) for code, label in JOB_TYPES.items()],
        positions_max=max(settings(request).positions_max, pledge.positions),
    )
