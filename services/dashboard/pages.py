"""HTML pages: the front page (the dashboard, or a welcome), and the projector."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.dashboard import figures, queries, views
from services.dashboard.access import BOARD, FIGURES, Anybody, TheDatabase, ThePublicFigures, Viewer, sees_figures
from services.dashboard.views import Selection
from shared.contracts.pledges import JobType
from shared.db.database import Database
from shared.http.auth import Principal, Role
from shared.http.policy import about
from shared.http.problems import Problem
from shared.http.validation import FieldError
from shared.ui.i18n import gettext as _
from shared.ui.pages import render

router = APIRouter(include_in_schema=False)

STREAM = "/api/dashboard/v1/stream"
_BOARDS_SHOWN = 12
_SEE_QUEUE: tuple[Role, ...] = ("caseworker", "coordinator")
_SEE_EVENTS: tuple[Role, ...] = ("member", "coordinator", "caseworker", "facilitator", "admin")
"""Who may follow a link to the work list, and to an event."""


async def _selection(
    as_of: Annotated[str, Query(max_length=40)] = "",
    job_type: JobType = "smaajob",
    *,
    everything: bool = False,
) -> Selection:
    """Read the address. An emptied date field means today; a day is also understood as Danes write it."""
    text = as_of.strip()
    danish = re.fullmatch(r"(\d{1,2})[.-](\d{1,2})[.-](\d{4})", text)
    try:
        if danish:
            text = date(int(danish[3]), int(danish[2]), int(danish[1])).isoformat()
        return Selection(date.fromisoformat(text) if text else None, job_type, everything)
    except ValueError:
        words = _("Give the day as year, month and day, such as 2026-12-31.")
        raise Problem(422, detail=words, errors=[FieldError("?as_of", "date_parsing", words)]) from None


Chosen = Annotated[Selection, Depends(_selection)]


@router.get("/")
@about(FIGURES, BOARD)
async def front_page(
    request: Request, principal: Anybody, database: TheDatabase, public_figures: ThePublicFigures, chosen: Chosen
) -> Response:
    """Show the dashboard to the taskforce's people, and what this is to everybody else."""
    if principal is None or not sees_figures(principal):
        known = await queries.all_taskforces(database, limit=_BOARDS_SHOWN)
        boards = [await public_figures.find(taskforce.slug) for taskforce in known]
        return render(request, "welcome.html", boards=[board for board in boards if board])
    taskforce = await queries.find_taskforce(database, taskforce_id=principal.taskforce)
    return render(request, "dashboard.html", taskforce=taskforce, **await _dashboard(database, principal, chosen))


@router.get("/dashboard/figures")
@about(FIGURES)
async def fresh_figures(request: Request, viewer: Viewer, database: TheDatabase, chosen: Chosen) -> Response:
    """Answer the dashboard's live part alone."""
    return render(request, "parts/figures.html", **await _dashboard(database, viewer, chosen))


async def _event(event: Annotated[str, Query(max_length=60)] = "") -> UUID | None:
    """Read which event is to be shown. Anything else than an id chooses none: the screen is never empty."""
    try:
        return UUID(event)
    except ValueError:
        return None


ChosenEvent = Annotated[UUID | None, Depends(_event)]


@router.get("/dashboard/projector")
@about(FIGURES)
async def projector(request: Request, viewer: Viewer, database: TheDatabase, event: ChosenEvent) -> Response:
    """Show the figures to a room: those of one event, or of what is going on."""
    taskforce = await queries.find_taskforce(database, taskforce_id=viewer.taskforce)
    return render(request, "projector.html", taskforce=taskforce, **await _projector(database, viewer, event))


@router.get("/dashboard/projector/figures")
@about(FIGURES)
async def fresh_projector(request: Request, viewer: Viewer, database: TheDatabase, event: ChosenEvent) -> Response:
    """Answer the projector's live part alone."""
    taskforce = await queries.find_taskforce(database, taskforce_id=viewer.taskforce)
    return render(request, "parts/projector.html", taskforce=taskforce, **await _projector(database, viewer, event))


async def _dashboard(database: Database, viewer: Principal, chosen: Selection) -> dict[str, Any]:
    reckoned = await figures.compute(database, viewer.taskforce, as_of=chosen.day)
    latest_quarters = None if chosen.everything else views.LATEST_QUARTERS
    latest_events = None if chosen.everything else views.LATEST_EVENTS
    sees_events = viewer.has(*_SEE_EVENTS)
    return {
        "figures": reckoned,
        "chosen": chosen,
        "today": figures.today(),
        "now": datetime.now(UTC),
        "evening": None if chosen.as_of else views.evening(reckoned),
        "added_together": figures.added_together,
        "types_in_words": views.types_in_words,
        "sees_events": sees_events,
        "cards": views.cards(reckoned, chosen.job_type),
        "types": views.type_rows(reckoned, chosen),
        "type_columns": [measure.label for measure in views.TYPE_COLUMNS],
        "job_type_label": figures.JOB_TYPE_LABELS[chosen.job_type],
        "funnel": views.funnel(reckoned, chosen.job_type, href="/queue" if viewer.has(*_SEE_QUEUE) else None),
        "by_quarter": views.by_quarter(reckoned, chosen, latest=latest_quarters),
        "by_event": views.by_event(reckoned, with_links=sees_events, latest=latest_events),
        "event_rows": views.event_rows(reckoned, chosen.job_type, with_links=sees_events, latest=latest_events),
        "more": len(reckoned.quarters) > views.LATEST_QUARTERS or len(reckoned.events) > views.LATEST_EVENTS,
        "measures": figures.MEASURES,
        "stream": STREAM,
    }


async def _projector(database: Database, viewer: Principal, event_id: UUID | None) -> dict[str, Any]:
    reckoned = await figures.compute(database, viewer.taskforce)
    return {
        "fresh": f"/dashboard/projector/figures?event={event_id}" if event_id else "/dashboard/projector/figures",
        "figures": reckoned,
        "now": datetime.now(UTC),
        "evening": views.chosen_event(reckoned, event_id),
        "added_together": figures.added_together,
        "types_in_words": views.types_in_words,
        "charts": views.projected(reckoned, "smaajob"),
        "stream": STREAM,
    }
