"""The projector of an evening: the figures of one event, by default the current one, on a screen in a room."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.dashboard.access import FIGURES, Viewer
from services.dashboard.measures import figures
from services.dashboard.overview import views
from services.dashboard.overview.api import STREAM
from services.dashboard.read_model import taskforces
from shared.db.database import Database
from shared.http.auth import Principal
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.ui.pages import render

router = APIRouter(include_in_schema=False)


async def _event(event: Annotated[str, Query(max_length=60)] = "") -> UUID | None:
    """Read the id of the event to show. None, which shows the current event, if it is not a valid id."""
    try:
        return UUID(event)
    except ValueError:
        return None


ChosenEvent = Annotated[UUID | None, Depends(_event)]


@router.get("/dashboard/projector")
@concerns(FIGURES)
async def projector(request: Request, viewer: Viewer, database: Db, event: ChosenEvent) -> Response:
    """Show the figures of one event, or of the current one."""
    taskforce = await taskforces.find_taskforce(database, taskforce_id=viewer.taskforce)
    return render(request, "evening_projector.html", taskforce=taskforce, **await _projector(database, viewer, event))


@router.get("/dashboard/projector/figures")
@concerns(FIGURES)
async def fresh_projector(request: Request, viewer: Viewer, database: Db, event: ChosenEvent) -> Response:
    """Answer only the part of the projector that is updated live."""
    taskforce = await taskforces.find_taskforce(database, taskforce_id=viewer.taskforce)
    return render(
        request, "parts/evening_projector.html", taskforce=taskforce, **await _projector(database, viewer, event)
    )


async def _projector(database: Database, viewer: Principal, event_id: UUID | None) -> dict[str, Any]:
    computed = await figures.compute(database, viewer.taskforce)
    return {
        "fresh": f"/dashboard/projector/figures?event={event_id}" if event_id else "/dashboard/projector/figures",
        "figures": computed,
        "now": datetime.now(UTC),
        "event": views.chosen_event(computed, event_id),
        "total_of_types": figures.total_of_types,
        "types_in_words": views.types_in_words,
        "charts": views.projector_charts(computed, "smaajob"),
        "stream": STREAM,
    }
