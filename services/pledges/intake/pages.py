"""The intake: one screen on a phone in a full hall. Works without JavaScript; a double send makes one pledge."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict

from services.pledges.danish import iso_date, point_decimal
from services.pledges.pledges import commands, queries
from services.pledges.pledges.access import (
    COMPANY,
    CONTACT,
    EVENT,
    LOGGERS,
    PASS,
    PLEDGE,
    event_of,
    is_guest,
    is_revoked,
    logs_as,
    sees_register,
)
from services.pledges.pledges.api import limits
from services.pledges.pledges.catalogue import JOB_TYPES, TASKS
from services.pledges.pledges.domain import starts_long_before
from services.pledges.pledges.guest_access import find_pledge, intake_of
from services.pledges.pledges.refusals import IdTaken, KeyUsedForAnother, PassRevoked
from services.pledges.pledges.rendering import judged, render, settings, uuid_or_none, without_empty
from services.pledges.pledges.schemas import PledgeBody, TypedId, TypedPhone
from shared.db.database import TRANSIENT_ERRORS
from shared.fields.copenhagen import COPENHAGEN
from shared.fields.validation import FieldError
from shared.http.auth import (
    COOKIE,
    RENEWED_COOKIE,
    SESSION_COOKIE,
    InvalidToken,
    Principal,
    TokenVerifier,
    public,
    require,
)
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.rate_limiter import rate_limit_problem
from shared.http.rate_limits import LOGGING, SIGNING_IN, limited
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.i18n.translations import pgettext
from shared.product.roles import role_labels
from shared.refusals import Refusal
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.pledges.pledges.queries import EventView
    from services.pledges.pledges.views import PledgeView

router = APIRouter()

PRESETS = ("5", "10", "15", "20")
"""Weekly hours that are one tap away."""
_OWN = "own"


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
    """What the page sends; judged as the API judges a pledge."""

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
        """The API's body but for the id and the moment, both of which the server adds."""
        hours: dict[str, Any] = {"from": self.hours, "to": self.hours}
        if self.hours == _OWN:
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


@router.get("/pledges/pass/{token}")
@concerns(PASS)
@limited(SIGNING_IN)
async def enter_with_pass(
    token: str, request: Request, principal: Annotated[Principal | None, Depends(public)]
) -> Response:
    """Open an event's intake to whoever scanned its code. Whoever is signed in stays who they are."""
    guest = _guest(request, token)
    if principal is None or is_guest(principal):
        return _go_on_as_guest(token, guest)
    if principal.taskforce_id == guest.taskforce_id and principal.has(*LOGGERS[:-1]):
        return RedirectResponse(f"/pledges/new?event={guest.event_id}", 303)
    # Following a link signs nobody out: the button does.
    held = ", ".join(_(label) for label in role_labels(principal.roles))
    return render(request, "pass_while_signed_in.html", token=token, roles_held=held)


@router.post("/pledges/pass/{token}")
@concerns(PASS)
@limited(SIGNING_IN)
async def go_on_as_guest(
    token: str, request: Request, _principal: Annotated[Principal | None, Depends(public)]
) -> Response:
    """Become an event's guest instead of who one was."""
    return _go_on_as_guest(token, _guest(request, token))


def _guest(request: Request, token: str) -> Principal:
    try:
        guest = TokenVerifier(settings(request).token_jwks).verify(token)
    except InvalidToken:
        guest = None
    if guest is None or not is_guest(guest) or guest.event_id is None:
        raise Problem(
            403,
            "pass-expired",
            _("The pass does not work any more"),
            _("Scan the event's code again, or ask the host."),
        )
    return guest


def _go_on_as_guest(token: str, guest: Principal) -> Response:
    response = RedirectResponse("/pledges/new", 303)
    response.set_cookie(
        COOKIE,
        token,
        max_age=max(0, guest.expires_at - int(time.time())),
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )
    # A tablet that is handed over in the hall: whoever was signed in on it is so no more.
    for name in (SESSION_COOKIE, RENEWED_COOKIE):
        response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
    return response


@router.get("/pledges/new")
@concerns(EVENT, COMPANY, PLEDGE, CONTACT)
async def new_pledge(
    request: Request,
    principal: Annotated[Principal, Depends(require(*LOGGERS))],
    event: Annotated[str, Query(max_length=60)] = "",
    received: Annotated[str, Query(max_length=60)] = "",
    again: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """An empty form, under the receipt of the pledge before where there was one.

    Args:
        event: where the pledge is made.
        received: the pledge that was just sent.
        again: a pledge whose company promises something else too; its contact too, where one may read it.
    """
    chosen = event_of(principal, uuid_or_none(event))
    receipt = await _receipt(request, principal, uuid_or_none(received))
    before = await _receipt(request, principal, uuid_or_none(again))
    if chosen is None and receipt is not None:
        chosen = receipt.event_id
    if chosen is None and before is not None:
        chosen = await _if_open(request, principal, before.event_id)
    form = blank(id=uuid4(), positions=1, event_id=chosen or "", job_type="smaajob", **_same(before))
    try:
        return await _page(request, principal, form, receipt=receipt, before=before)
    except TRANSIENT_ERRORS:
        if chosen is None:
            raise  # the event that is on would be missing, and its pledge would count for none
        words = _("The list of companies could not be fetched just now. Fill in the form all the same.")
        refused = form.refused({"": words})
        return await _page(request, principal, refused, receipt=receipt, before=before, status_code=503, offline=True)


async def _if_open(request: Request, principal: Principal, event_id: UUID | None) -> UUID | None:
    """Return the event where it goes on: what is promised after an event was not promised there."""
    if event_id is None:
        return None
    async with intake_of(request, principal).database.read(principal.taskforce) as conn:
        event = await queries.event(conn, principal.taskforce, event_id)
    return event_id if event is not None and event.status == "open" else None


def _same(before: PledgeView | None) -> dict[str, Any]:
    """Company and contact of a pledge, as the form's fields."""
    if before is None:
        return {}
    company, contact = before.company, before.contact
    values = {"company__name": company.name, "company__cvr": company.cvr}
    if contact is not None:
        values |= {"contact__name": contact.name, "contact__phone": contact.phone, "contact__email": contact.email}
    return values


@router.post("/pledges/new")
@concerns(EVENT)
@limited(LOGGING, answered_by_route=True)
async def log_pledge(request: Request, principal: Annotated[Principal, Depends(require(*LOGGERS))]) -> Response:
    """Log what was filled in, and go on to the next."""
    form = await read_form(request, IntakeForm)
    refused = rate_limit_problem(request)
    if form.data is None or refused is not None:
        return await _unread(request, principal, form, refused)
    pledge_id = uuid_or_none(form.data.id) or uuid4()
    body = form.data.body()
    read = judged(PledgeBody, body | _moment(request, principal, pledge_id))
    errors = _by_field(read, form.data) if isinstance(read, list) else {}
    if not form.data.contact.phone and not form.data.contact.email:
        errors["contact.phone"] = _("Write a telephone number or an e-mail address.")
    if isinstance(read, PledgeBody) and starts_long_before(read.earliest_start, datetime.now(COPENHAGEN).date()):
        errors["earliest_start"] = _("Lies more than a year back. Correct the date, or leave it out.")
    if isinstance(read, list) or errors:
        return await _page(request, principal, form.refused(errors), status_code=422)
    intake = intake_of(request, principal)
    try:
        pledge = await commands.log_pledge(
            intake.database,
            principal.taskforce,
            read.promise(),
            by=logs_as(principal),
            # The moment is ours and differs each time; the rest is what was sent.
            asked=commands.asked(str(pledge_id), body, request_key=settings(request).request_key),
            limits=limits(settings(request)),
            patience_seconds=settings(request).event_patience_seconds,
            together=intake.together,
        )
    except (KeyUsedForAnother, IdTaken):
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
    return RedirectResponse(f"/pledges/new?received={pledge.id}", 303)


async def _unread(request: Request, principal: Principal, form: Form[IntakeForm], refused: Problem | None) -> Response:
    """The form again: as wrong as it is, or to be sent once more because so many are."""
    if refused is None:
        return await _page(request, principal, form, status_code=422)
    words = _("So much came at once that this has to wait. Nothing you typed is lost: send it again in a moment.")
    page = await _page(request, principal, form.refused({"": words}), status_code=refused.status, offline=True)
    page.headers.update(refused.headers)
    return page


def _moment(request: Request, principal: Principal, pledge_id: UUID) -> dict[str, str]:
    on_phone = is_guest(principal) or "Mobi" in request.headers.get("user-agent", "")
    return {
        "id": str(pledge_id),
        "captured_at": datetime.now(UTC).isoformat(),
        "captured_by": "phone" if on_phone else "web",
    }


def _by_field(errors: Sequence[FieldError], data: IntakeForm) -> dict[str, str]:
    """The first error of each field, by its name on the page."""
    own = data.hours == _OWN
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


async def _receipt(request: Request, principal: Principal, pledge_id: UUID | None) -> PledgeView | None:
    if pledge_id is None:
        return None
    return await find_pledge(request, principal, pledge_id)


async def _page(
    request: Request,
    principal: Principal,
    form: Form[Any],
    *,
    receipt: PledgeView | None = None,
    before: PledgeView | None = None,
    status_code: int = 200,
    offline: bool = False,
) -> Response:
    event_id = event_of(principal, uuid_or_none(str(form.value("event_id"))))
    event: EventView | None = None
    open_events: list[EventView] = []
    companies: list[queries.CompanyView] = []
    if not offline:
        async with intake_of(request, principal).database.read(principal.taskforce) as conn:
            if sees_register(principal):
                open_events = await queries.events(conn, principal.taskforce, ("open",))
                if event_id is None and not form.values.get("company.name") and len(open_events) == 1:
                    event_id = open_events[0].id
            if event_id is not None:
                event = await queries.event(conn, principal.taskforce, event_id)
                if is_revoked(principal, event) and status_code < 400:
                    raise PassRevoked
                # Whoever has filled something in keeps it, but is told no more of who is here.
                if not is_revoked(principal, event):
                    companies = await queries.companies_at(conn, principal.taskforce, event_id)
            if not companies and sees_register(principal):
                companies = await queries.companies(conn, principal.taskforce)
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
        task_choices=[(code, _(label)) for code, label in TASKS.items()],
        job_type_choices=[(code, _(label)) for code, label in JOB_TYPES.items()],
        hour_choices=[(preset, preset) for preset in PRESETS] + [(_OWN, pgettext("hours a week", "Other"))],
        positions_max=settings(request).positions_max,
    )
