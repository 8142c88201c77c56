"""HTML pages of registrations: the list with the ways to fill it, the invitations to print, and the link in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from services.events.access import COMPANY, EVENT, INVITATION, REGISTRATION, Planner, Settings, is_door_keeper
from services.events.calendar import queries as calendar
from services.events.calendar.codes import InvalidCode
from services.events.calendar.domain import EventNotFound
from services.events.calendar.registrations import commands, queries
from services.events.calendar.registrations.domain import pasted_companies
from services.events.calendar.registrations.invitations import Invitation, invitation_link, read_invitation
from services.events.calendar.registrations.queries import ByCompany
from services.events.calendar.registrations.schemas import ChosenForm, PastedForm
from shared.documents.qr import qr_svg
from shared.fields.text import SearchText
from shared.http.dependencies import Anybody, Db
from shared.http.paging import PageToken, cut
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.rate_limits import SIGNING_IN, limited
from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext
from shared.ui.forms import Form, blank, read_form
from shared.ui.pages import render

if TYPE_CHECKING:
    from typing import Any

    from shared.http.auth import Principal

router = APIRouter(prefix="/events", include_in_schema=False)

_PER_PAGE = 100
_TO_CHOOSE_FROM = 50
_MOST_INVITATIONS = 500


@router.get("/{event_id:uuid}/registrations")
@concerns(EVENT, REGISTRATION, COMPANY)
async def show_registrations(
    *,
    request: Request,
    principal: Planner,
    db: Db,
    event_id: UUID,
    q: SearchText = "",
    page_token: PageToken = None,
) -> Response:
    """The companies that are expected at an event, and the ways to add to them.

    Args:
        q: the search text for companies to add.
    """
    return await _page(request, principal, db, event_id, q=q.strip(), page_token=page_token, form=blank())


@router.post("/{event_id:uuid}/registrations")
@concerns(EVENT, COMPANY)
async def register_companies(request: Request, principal: Planner, db: Db, event_id: UUID) -> Response:
    """Register the companies that were ticked."""
    form = await read_form(request, ChosenForm)
    if form.data is not None:
        await commands.register_companies(db, principal.taskforce, event_id, form.data.company_id, by=principal.subject)
    return _to_registrations(event_id)


@router.post("/{event_id:uuid}/registrations/pasted")
@concerns(EVENT)
async def register_pasted(request: Request, principal: Planner, db: Db, event_id: UUID) -> Response:
    """Register a pasted list of companies. The lines that were not recognised are shown again."""
    form: Form[Any] = await read_form(request, PastedForm)
    if form.data is not None:
        pasted = pasted_companies(form.data.companies)
        unknown = await commands.register_pasted(db, principal.taskforce, event_id, pasted, by=principal.subject)
        if not unknown:
            return _to_registrations(event_id)
        words = ngettext(
            "One line was not recognised, or fits several companies: %(lines)s. The others are registered.",
            "%(number)s lines were not recognised, or fit several companies: %(lines)s. The others are registered.",
            len(unknown),
            lines="; ".join(line.line for line in unknown[:10]) + (" …" if len(unknown) > 10 else ""),
        )
        form = blank(companies="\n".join(line.line for line in unknown)).refused({"companies": words})
    return await _page(request, principal, db, event_id, q="", page_token=None, form=form)


@router.post("/{event_id:uuid}/registrations/{registration_id:uuid}/cancel")
@concerns(REGISTRATION)
async def cancel_registration(principal: Planner, db: Db, event_id: UUID, registration_id: UUID) -> Response:
    """Take a company off the list."""
    await commands.cancel_registration(db, principal.taskforce, event_id, registration_id, by=principal.subject)
    return _to_registrations(event_id)


@dataclass(frozen=True, slots=True)
class _InvitationToPrint:
    company_name: str
    drawing: Markup


@router.get("/{event_id:uuid}/invitations")
@concerns(EVENT, REGISTRATION)
async def print_invitations(
    request: Request, principal: Planner, db: Db, settings: Settings, event_id: UUID
) -> Response:
    """A sheet with the name and the QR code of every registered company, to print and cut."""
    taskforce = principal.taskforce
    async with db.read(taskforce) as conn:
        event = await calendar.event(conn, taskforce, event_id)
        rows = await queries.registrations(conn, taskforce, event_id, limit=_MOST_INVITATIONS)
    invitations = [
        _InvitationToPrint(
            row.company_name,
            # Our own drawing, of a link that we made.
            Markup(  # noqa: S704  (a drawing of our own: the code's link is in it as squares, not as text)
                qr_svg(invitation_link(settings, Invitation(taskforce, event_id, row.company_id))).decode()
            ),
        )
        for row in rows
    ]
    return render(request, "invitations.html", event=event, invitations=invitations)


@router.get("/invitation/{code}")
@concerns(INVITATION)
@limited(SIGNING_IN)
async def show_invitation(request: Request, who: Anybody, db: Db, settings: Settings, code: str) -> Response:
    """What an invitation's link shows to whoever scans it: where and when to show it. Changes nothing.

    A door keeper who has scanned it with the phone's own camera gets a way to the company at the door.
    """
    try:
        invitation = read_invitation(settings, code)
        async with db.read(invitation.taskforce_id) as conn:
            event = await calendar.event(conn, invitation.taskforce_id, invitation.event_id, drafts=False)
    except (InvalidCode, EventNotFound) as error:
        raise Problem(
            404,
            "invitation-broken",
            _("This code does not work"),
            _("The address is not complete. Scan the invitation again, or say the company's name at the door."),
        ) from error
    keeps_this_door = who is not None and is_door_keeper(who) and who.taskforce == invitation.taskforce_id
    return render(request, "invitation.html", event=event, code=code, keeps_this_door=keeps_this_door)


async def _page(
    request: Request,
    principal: Principal,
    db: Db,
    event_id: UUID,
    *,
    q: str,
    page_token: str | None,
    form: Form[Any],
) -> Response:
    taskforce = principal.taskforce
    async with db.read(taskforce) as conn:
        event = await calendar.event(conn, taskforce, event_id)
        rows = await queries.registrations(
            conn, taskforce, event_id, after=ByCompany.read(page_token), limit=_PER_PAGE + 1
        )
        to_choose = await queries.companies_to_register(conn, taskforce, event_id, q, limit=_TO_CHOOSE_FROM + 1)
    page, last = cut(rows, _PER_PAGE)
    path = f"/events/{event_id}/registrations"
    return render(
        request,
        "registrations.html",
        status_code=422 if form.errors else 200,
        event=event,
        registrations=page,
        further=f"{path}?page_token={ByCompany(company_id=last.company_id).token()}" if last else None,
        is_open=event.status not in {"closed", "cancelled"},
        q=q,
        to_choose=to_choose[:_TO_CHOOSE_FROM],
        more_to_choose=len(to_choose) > _TO_CHOOSE_FROM,
        form=form,
    )


def _to_registrations(event_id: UUID) -> Response:
    return RedirectResponse(f"/events/{event_id}/registrations", 303)
