"""Names of people for the pages of other services: only this service has them, so the browser fetches them here."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.events.access import PERSON, ColleagueReader
from services.events.identity.people import queries
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.ui.pages import render

router = APIRouter(prefix="/people", include_in_schema=False)

_MAX_NAMES: Final = 500


@router.get("/names")
@concerns(PERSON)
async def show_names(request: Request, principal: ColleagueReader, db: Db) -> Response:
    """The names of the taskforce's active people, as parts of a page for htmx to put in their places.

    An element with the id `person-<id>` gets that person's name, and so do all with the class `person-<id>`; one with
    the id or the class `person-options` gets an option for each. One with the class `person-checkboxes` gets a checkbox
    `person` for each but the reader.
    """
    async with db.read(principal.taskforce) as conn:
        names = await queries.active_names(conn, principal.taskforce, limit=_MAX_NAMES)
    return render(request, "people_names.html", names=names, me=principal.person)
