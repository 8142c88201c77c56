"""The intake form: one screen on a phone. Works without JavaScript; sending it twice logs one pledge."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict

from services.pledges.catalogue.store import load_catalogue
from services.pledges.intake.choices import OWN, form_choices
from services.pledges.intake.commands import Received, receive_pledges
from services.pledges.intake.words import phone_words
from services.pledges.pledges.access import CONTACT, PLEDGE, Logger, logs_as
from services.pledges.pledges.commands import NewPledge
from services.pledges.pledges.dependencies import limits, settings
from services.pledges.pledges.forms import read_as, uuid_or_none, without_empty
from services.pledges.pledges.guest_access import find_pledge, intake_for
from services.pledges.pledges.refusals import IdTaken, PassRevoked
from services.pledges.pledges.rendering import render
from services.pledges.pledges.schemas import PledgeIn, TypedId
from services.pledges.pledges.timing import start_is_plausible
from services.pledges.register import queries as register
from services.pledges.register.access import COMPANY, EVENT, event_of, is_guest, is_revoked, sees_register
from shared.db.database import TRANSIENT_ERRORS
from shared.db.idempotency import IdempotencyKeyReused
from shared.fields.copenhagen import COPENHAGEN
from shared.fields.dates import iso_date
from shared.fields.numbers import point_decimal
from shared.fields.phone import TypedPhone, phone_text
from shared.http.auth import Principal
from shared.http.idempotency import sent_by_principal
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.rate_limiter import rate_limit_problem
from shared.http.rate_limits import LOGGING, limited
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.messaging import outbox
from shared.refusals import Refusal
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.pledges.catalogue.domain import Catalogue
    from services.pledges.pledges.schemas import PledgeOut
    from services.pledges.register.queries import CompanyRow, EventRow
    from shared.fields.validation import FieldError

router = APIRouter(include_in_schema=False)


class _Name(BaseModel):
    name: str | None = None
    cvr: str | None = None
    phone: TypedPhone | None = None
    email: str | None = None


class _Hours(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    start: str | None = None
    to: str | None = None


class IntakeForm(BaseModel):
    """What the page sends. `PledgeIn` validates it."""

    id: TypedId | None = None
    event_id: TypedId | None = None
    company: _Name = _Name()
    contact: _Name = _Name()
    tasks: list[str] = []
    positions: str | None = None
    hours: str | None = None
    own: _Hours = _Hours()
    job_type: str | None = None
    earliest_start: str | None = None

    def body(self) -> dict[str, Any]:
        """Return the API's body without the id and the time, which the server adds."""
        hours: dict[str, Any] = {"from": self.hours, "to": self.hours}
        if self.hours == OWN:
            hours = {
                "from": point_decimal(self.own.start or self.own.to or ""),
                "to": point_decimal(self.own.to or self.own.start or ""),
            }
        return without_empty(
            {
                "event_id": self.event_id,
                "company": {"name": self.company.name, "cvr": self.company.cvr},
                "contact": {"name": self.contact.name, "phone": self.contact.phone, "email": self.contact.email},
                "job_type": self.job_type or "smaajob",
                "positions": self.positions,
                "weekly_hours": hours,
                "tasks": self.tasks,
                "earliest_start": iso_date(self.earliest_start) if self.earliest_start else None,
            }
        )


@router.get("/pledges/new")
@concerns(EVENT, COMPANY, PLEDGE, CONTACT)
async def new_pledge(
    request: Request,
    principal: Logger,
    event: Annotated[str, Query(max_length=60)] = "",
    received: Annotated[str, Query(max_length=60)] = "",
    again: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """Show an empty form, below the receipt of the pledge that was just sent.

    Args:
        event: the event the pledge is made at.
        received: the pledge that was just sent.
        again: a pledge whose company and contact are filled in again, as far as the reader may see them.
    """
    chosen = event_of(principal, uuid_or_none(event))
    receipt = await _receipt(request, principal, uuid_or_none(received))
    before = await _receipt(request, principal, uuid_or_none(again))
    if chosen is None and receipt is not None:
        chosen = receipt.event_id
    if chosen is None and before is not None:
        chosen = await _if_open(request, principal, before.event_id)
    form = blank(id=uuid4(), positions=1, event_id=chosen or "", job_type="smaajob", **_company_and_contact(before))
    try:
        return await _page(request, principal, form, receipt=receipt, before=before)
    except TRANSIENT_ERRORS:
        if chosen is None:
            raise  # the open event would be missing, and the pledge would be logged without it
        words = _("The list of companies could not be fetched just now. You can still fill in the form.")
        refused = form.refused({"": words})
        return await _page(request, principal, refused, receipt=receipt, before=before, status_code=503, offline=True)


async def _if_open(request: Request, principal: Principal, event_id: UUID | None) -> UUID | None:
    """Return the event while it is open: a pledge made later was not made there."""
    if event_id is None:
        return None
    async with intake_for(request, principal).database.read(principal.taskforce) as conn:
        event = await register.event(conn, principal.taskforce, event_id)
    return event_id if event is not None and event.status == "open" else None


def _company_and_contact(before: PledgeOut | None) -> dict[str, Any]:
    """Return company and contact of an earlier pledge as the form's fields."""
    if before is None:
        return {}
    company, contact = before.company, before.contact
    values = {"company__name": company.name, "company__cvr": company.cvr}
    if contact is not None:
        phone = phone_text(contact.phone) if contact.phone else None
        values |= {"contact__name": contact.name, "contact__phone": phone, "contact__email": contact.email}
    return values


@router.post("/pledges/new")
@concerns(EVENT)
@limited(LOGGING, answered_by_route=True)
async def log_pledge(request: Request, principal: Logger) -> Response:
    """Log the pledge and show a new form."""
    form = await read_form(request, IntakeForm)
    refused = rate_limit_problem(request)
    if form.data is None or refused is not None:
        return await _form_again(request, principal, form, refused)
    pledge_id = uuid_or_none(form.data.id) or uuid4()
    body = form.data.body()
    read = read_as(PledgeIn, body | _captured(request, principal, pledge_id))
    errors = _by_field(read, form.data) if isinstance(read, list) else {}
    if not form.data.contact.phone and not form.data.contact.email:
        errors["contact.phone"] = _("Write a telephone number or an e-mail address.")
    if isinstance(read, PledgeIn) and not start_is_plausible(read.earliest_start, datetime.now(COPENHAGEN).date()):
        errors["earliest_start"] = _("Lies long ago or far in the future. Correct the date, or leave it out.")
    if isinstance(read, list) or errors:
        return await _page(request, principal, form.refused(errors), status_code=422)
    new = NewPledge(
        read.terms(),
        logs_as(principal),
        # Without the time, which the server adds and which differs when the form is sent again.
        sent_by_principal(request, str(pledge_id), body),
        limits(request),
        datetime.now(UTC),
        outbox.correlation_id(),
    )
    practice = _is_practice(request)
    try:
        [outcome] = await receive_pledges(
            intake_for(request, principal),
            principal.taskforce,
            [Received(new, practice)],
            patience_seconds=settings(request).event_patience_seconds,
        )
        if isinstance(outcome, Refusal):
            raise outcome
    except (IdempotencyKeyReused, IdTaken):
        words = _("This page was sent before, and that pledge was received. Send again to log this as one more.")
        again: Form[IntakeForm] = Form({**form.values, "id": str(uuid4())}).refused({"": words})
        return await _page(request, principal, again, status_code=409)
    except Refusal as refusal:
        problem = problem_of(refusal)
        errors = _by_field(problem.errors, form.data) or {"": f"{problem.title}. {problem.detail}"}
        return await _page(request, principal, form.refused(errors), status_code=problem.status)
    except TRANSIENT_ERRORS:
        words = _("It could not be saved just now. Nothing you typed is lost: send it again in a moment.")
        return await _page(request, principal, form.refused({"": words}), status_code=503, offline=True)
    # Practice has no receipt: the list of pledges does not know it.
    shown = (
        f"practice=true&event={read.event_id or ''}&received=practice" if practice else f"received={outcome.pledge.id}"
    )
    return RedirectResponse(f"/pledges/new?{shown}", 303)


def _is_practice(request: Request) -> bool:
    """Whether the page is that of practice: its address says so, and its form has the same address."""
    return "practice" in request.query_params


async def _form_again(
    request: Request, principal: Principal, form: Form[IntakeForm], refused: Problem | None
) -> Response:
    """Show the form again: with its errors, or to be sent later because of the rate limit."""
    if refused is None:
        return await _page(request, principal, form, status_code=422)
    words = _("So much came at once that this has to wait. Nothing you typed is lost: send it again in a moment.")
    page = await _page(request, principal, form.refused({"": words}), status_code=refused.status, offline=True)
    page.headers.update(refused.headers)
    return page


def _captured(request: Request, principal: Principal, pledge_id: UUID) -> dict[str, str]:
    on_phone = is_guest(principal) or "Mobi" in request.headers.get("user-agent", "")
    return {
        "id": str(pledge_id),
        "captured_at": datetime.now(UTC).isoformat(),
        "captured_by": "phone" if on_phone else "web",
    }


def _by_field(errors: Sequence[FieldError], data: IntakeForm) -> dict[str, str]:
    """Return the first error of each field, by its name on the page."""
    own = data.hours == OWN
    names = {
        "/weekly_hours": "own.start" if own else "hours",
        "/weekly_hours/from": "own.start" if own else "hours",
        "/weekly_hours/to": "own.to" if own else "hours",
    }
    found: dict[str, str] = {}
    for error in errors:
        name = names.get(error.pointer)
        if name is None:
            parts = error.pointer.split("/")[1:]
            name = "tasks" if parts[0] == "tasks" else ".".join(parts)
            name = {"company": "company.name", "contact": "contact.name"}.get(name, name)
        found.setdefault(name, error.message)
    return found


async def _receipt(request: Request, principal: Principal, pledge_id: UUID | None) -> PledgeOut | None:
    if pledge_id is None:
        return None
    return await find_pledge(request, principal, pledge_id)


async def _page(
    request: Request,
    principal: Principal,
    form: Form[Any],
    *,
    receipt: PledgeOut | None = None,
    before: PledgeOut | None = None,
    status_code: int = 200,
    offline: bool = False,
) -> Response:
    event_id = event_of(principal, uuid_or_none(str(form.value("event_id"))))
    event: EventRow | None = None
    open_events: list[EventRow] = []
    companies: list[CompanyRow] = []
    catalogue: Catalogue | None = None
    if not offline:
        async with intake_for(request, principal).database.read(principal.taskforce) as conn:
            if sees_register(principal):
                open_events = await register.events(conn, principal.taskforce, ("open",))
                if event_id is None and not form.values.get("company.name") and len(open_events) == 1:
                    event_id = open_events[0].id
            if event_id is not None:
                event = await register.event(conn, principal.taskforce, event_id)
                if is_revoked(principal, event) and status_code < 400:
                    raise PassRevoked
                # With a revoked pass, what was filled in is kept, but the companies at the event are not shown.
                if not is_revoked(principal, event):
                    companies = await register.companies_at(conn, principal.taskforce, event_id)
            if not companies and sees_register(principal):
                companies = await register.companies(conn, principal.taskforce)
            catalogue = await load_catalogue(conn, principal.taskforce)
    choices = [(str(one.id), one.title) for one in open_events]
    if event is not None and str(event.id) not in {value for value, _title in choices}:
        choices.insert(0, (str(event.id), event.title))
    return render(
        request,
        "intake.html",
        status_code=status_code,
        form=Form({**form.values, "event_id": str(event_id or "")}, form.errors, labels=form.labels),
        event=event,
        event_choices=choices,
        companies=sorted(companies, key=lambda one: one.name.casefold()),
        receipt=receipt,
        before=before,
        is_shell=False,
        practice=_is_practice(request),
        practised=_is_practice(request) and request.query_params.get("received") == "practice",
        phone_words=phone_words(limits(request)),
        **form_choices(settings(request).positions_max, catalogue),
    )
