"""HTML pages of event passes: showing, printing and replacing the QR code, and the link behind it."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.events.access import EVENT, PASS, DoorKeeper, Planner, Settings, is_planner
from services.events.calendar import commands, passes, store
from services.events.calendar.codes import InvalidCode
from services.events.calendar.domain import EventNotFound, PassNotAvailable
from services.events.calendar.schemas import RevokeForm
from services.events.register import queries
from shared.documents.qr import qr_svg
from shared.http.dependencies import Anybody, Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.rate_limits import SIGNING_IN, limited
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import PASS_GRACE
from shared.secrets import normalize_code
from shared.ui.forms import read_form
from shared.ui.pages import render

if TYPE_CHECKING:
    from services.events.calendar.domain import EmployerEvent
    from shared.http.auth import Principal

router = APIRouter(prefix="/events", include_in_schema=False)


@router.get("/pass/{code}")
@concerns(PASS)
@limited(SIGNING_IN)
async def enter_as_guest(_who: Anybody, db: Db, settings: Settings, code: str, *, practice: bool = False) -> Response:
    """Open a QR code's link: redirects to the intake with a pass, or to practice. Changes nothing."""
    try:
        taskforce_id, event_id, generation = passes.read_link(settings, code)
        async with db.read(taskforce_id) as conn:
            event = await store.load_event(conn, taskforce_id, event_id)
    except (InvalidCode, EventNotFound) as error:
        raise Problem(
            404,
            "pass-link-broken",
            _("This code does not work"),
            _("The address is not complete. Scan the QR code at the event again."),
        ) from error
    if generation != event.pass_generation:
        raise Problem(
            410,
            "pass-revoked",
            _("This code has been replaced"),
            _("Scan the new QR code at the event, or ask the host for it."),
        )
    return _to_intake(settings, taskforce_id, event, practice=practice)


@router.get("/pass/{slug}/{code}")
@concerns(PASS)
@limited(SIGNING_IN)
async def enter_by_typing(_who: Anybody, db: Db, settings: Settings, slug: str, code: str) -> Response:
    """Open the typed address: redirects to the intake with a pass. Changes nothing."""
    typed = normalize_code(code)
    async with db.system() as conn:
        taskforce = next((one for one in await queries.taskforces(conn) if one.slug == slug.lower()), None)
    if taskforce is not None:
        async with db.read(taskforce.id) as conn:
            events = await store.events_with_passes(conn, taskforce.id, ended_after=datetime.now(UTC) - PASS_GRACE)
        for event in events:
            spoken = passes.typed_code(settings, taskforce.id, event.id, event.pass_generation)
            if hmac.compare_digest(spoken.encode(), typed.encode()):
                return _to_intake(settings, taskforce.id, event)
    raise Problem(
        404,
        "pass-link-broken",
        _("This code does not work"),
        _("Look at the eight characters once more, scan the QR code instead, or ask the host."),
    )


def _to_intake(settings: Settings, taskforce_id: UUID, event: EmployerEvent, *, practice: bool = False) -> Response:
    try:
        issued = passes.issue(settings, taskforce_id, event)
    except PassNotAvailable as error:
        raise Problem(
            410,
            "pass-not-available",
            _("This event takes no more pledges"),
            _("It is over or has been cancelled. You are welcome to contact the taskforce instead."),
        ) from error
    query = "?practice=true" if practice else ""
    return RedirectResponse(f"/pledges/pass/{issued.token}{query}", 303)


@router.get("/{event_id:uuid}/pass")
@concerns(EVENT)
async def show_code(request: Request, principal: DoorKeeper, db: Db, settings: Settings, event_id: UUID) -> Response:
    """The QR code on a page of its own, for the projector or the printer."""
    event = await _load(db, principal, event_id)
    issued = passes.issue(settings, principal.taskforce, event)
    async with db.read(principal.taskforce) as conn:
        taskforce = await queries.taskforce(conn, principal.taskforce)
    spoken = passes.typed_code(settings, taskforce.id, event.id, event.pass_generation)
    host = settings.public_url.partition("://")[2]
    address = f"{host}/events/pass/{taskforce.slug}/"
    return render(request, "pass.html", event=event, issued=issued, address=address, spoken=spoken)


@router.get("/{event_id:uuid}/pass.svg")
@concerns(EVENT)
async def draw_code(
    principal: DoorKeeper, db: Db, settings: Settings, event_id: UUID, *, practice: bool = False
) -> Response:
    """The QR code alone, as SVG; for practice, the one that opens the intake with nothing counting."""
    event = await _load(db, principal, event_id)
    link = passes.issue(settings, principal.taskforce, event).link
    drawing = qr_svg(f"{link}?practice=true" if practice else link)
    return Response(drawing, media_type="image/svg+xml")


@router.post("/{event_id:uuid}/pass/revoke")
@concerns(EVENT)
async def revoke_passes(request: Request, principal: Planner, db: Db, event_id: UUID) -> Response:
    """Revoke the codes in use and show a new one."""
    form = await read_form(request, RevokeForm)
    if form.data is None:
        raise Problem(422)
    await commands.revoke_passes(db, principal.taskforce, event_id, generation=form.data.generation)
    return RedirectResponse(f"/events/{event_id}", 303)


async def _load(db: Db, principal: Principal, event_id: UUID) -> EmployerEvent:
    async with db.read(principal.taskforce) as conn:
        event = await store.load_event(conn, principal.taskforce, event_id)
    if event.status == "draft" and not is_planner(principal):
        raise EventNotFound
    return event
