"""The HTML page of the door on a phone, as the server shows it and as a phone keeps it for the time without a network.

Its script shows the list and checks companies in.
"""

from __future__ import annotations

import functools
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.events.access import EVENT, DoorKeeper, Settings, is_planner
from services.events.calendar import queries as calendar
from services.events.calendar.door.words import door_words
from shared.http.dependencies import Anybody, Db
from shared.http.policy import concerns
from shared.i18n.translations import Language
from shared.ui.offline_shell import Shell, render_shell, worker_response
from shared.ui.pages import render

router = APIRouter(prefix="/events", include_in_schema=False)

_PAGE = "/events/*/door"


@router.get("/{event_id:uuid}/door")
@concerns(EVENT)
async def show_door(request: Request, principal: DoorKeeper, db: Db, event_id: UUID) -> Response:
    """The door of an event. The script fetches the companies."""
    async with db.read(principal.taskforce) as conn:
        event = await calendar.event(conn, principal.taskforce, event_id, drafts=is_planner(principal))
    return render(request, "door.html", event=event, words=door_words())


@router.get("/service-worker.js")
@concerns()
async def service_worker(_who: Anybody, settings: Settings) -> Response:
    """Send the service worker's script."""
    return worker_response(door_shell(demo_mode=settings.demo_mode))


@router.get("/shell/{language}")
@concerns()
async def shell(_who: Anybody, settings: Settings, language: Language) -> Response:
    """Show the door without anything of a person or an event."""
    return HTMLResponse(door_shell(demo_mode=settings.demo_mode).html[language])


@functools.cache
def door_shell(*, demo_mode: bool) -> Shell:
    """Return the door's shell. It is rendered once in a process."""
    html = render_shell(
        "events", "door_shell.html", "", lambda: {"event": None, "words": door_words()}, demo_mode=demo_mode
    )
    # The server remembers a language that was chosen for all pages.
    return Shell(_PAGE, of_server=("lang",), html=html, assets=("door.css", "forms.js", "door.js"), later=("codes.js",))
