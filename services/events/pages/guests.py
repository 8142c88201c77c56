"""The QR code by which an event's guests come in: to show, to print, to replace, and the link behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from services.events import commands, passes, store
from services.events.access import Anybody, Db, Planner, Settings
from services.events.domain import EventNotFound, PassNotAvailable
from shared.web.forms import read_form
from shared.web.i18n import gettext as _
from shared.web.pages import render
from shared.web.problems import Problem

if TYPE_CHECKING:
    from services.events.domain import EmployerEvent

router = APIRouter(prefix="/events")


class RevokeForm(BaseModel):
    """The generation of codes that stood on the page."""

    generation: int


@router.get("/pass/{code}")
async def enter_as_guest(_who: Anybody, db: Db, settings: Settings, code: str) -> Response:
    """Where a QR code leads: on to the intake with a pass of the event's. Changes nothing."""
    try:
        taskforce_id, event_id, generation = passes.read_link(settings, code)
        async with db.read(taskforce_id) as conn:
            event = await store.load_event(conn, taskforce_id, event_id)
    except (passes.PassLinkBroken, EventNotFound) as error:
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
    try:
        issued = passes.issue(settings, taskforce_id, event)
    except PassNotAvailable as error:
        raise Problem(
            410,
            "pass-not-available",
            _("This event takes no more pledges"),
            _("It is over or has been cancelled. You are welcome to contact the taskforce instead."),
        ) from error
    return RedirectResponse(f"/pledges/pass/{issued.token}", 303)


@router.get("/{event_id:uuid}/pass")
async def show_code(request: Request, principal: Planner, db: Db, settings: Settings, event_id: UUID) -> Response:
    """The code on a page of its own, for the projector or the printer."""
    event = await _load(db, principal.taskforce, event_id)
    issued = passes.issue(settings, principal.taskforce, event)
    return render(request, "pass.html", event=event, issued=issued, now=datetime.now(UTC))


@router.get("/{event_id:uuid}/pass.svg")
async def draw_code(principal: Planner, db: Db, settings: Settings, event_id: UUID) -> Response:
    """The code alone, for posters and slides."""
    event = await _load(db, principal.taskforce, event_id)
    drawing = passes.qr_svg(passes.issue(settings, principal.taskforce, event).link)
    return Response(drawing, media_type="image/svg+xml")


@router.post("/{event_id:uuid}/pass/revoke")
async def revoke_passes(request: Request, principal: Planner, db: Db, event_id: UUID) -> Response:
    """Make the codes in use worthless, because one has got into the wrong hands; a new one takes over."""
    form = await read_form(request, RevokeForm)
    if form.data is None:
        raise Problem(422)
    await commands.revoke_passes(db, principal.taskforce, event_id, generation=form.data.generation)
    return RedirectResponse(f"/events/{event_id}", 303)


async def _load(db: Db, taskforce_id: UUID, event_id: UUID) -> EmployerEvent:
    async with db.read(taskforce_id) as conn:
        return await store.load_event(conn, taskforce_id, event_id)
