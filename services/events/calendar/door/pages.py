"""The HTML page of the door on a phone: its script shows the list, and checks companies in without a network."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.events.access import EVENT, DoorKeeper, is_planner
from services.events.calendar import queries as calendar
from services.events.calendar.door.words import door_words
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.ui.pages import render

router = APIRouter(prefix="/events", include_in_schema=False)


@router.get("/{event_id:uuid}/door")
@concerns(EVENT)
async def show_door(request: Request, principal: DoorKeeper, db: Db, event_id: UUID) -> Response:
    """The door of an event. The script fetches the companies."""
    async with db.read(principal.taskforce) as conn:
        event = await calendar.event(conn, principal.taskforce, event_id, drafts=is_planner(principal))
    return render(request, "door.html", event=event, words=door_words())
