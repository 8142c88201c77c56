"""The front page: the dashboard for the taskforce's people, a welcome for everybody else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.dashboard.access import BOARD, FIGURES, Viewer, sees_figures, sees_health
from services.dashboard.board.public_figure import ThePublicFigures
from services.dashboard.bridge import links as bridge_links
from services.dashboard.bridge import words as bridge_words
from services.dashboard.measures import catalogue, figures
from services.dashboard.measures.breakdowns import break_down
from services.dashboard.measures.narrowing import refuse_unknown
from services.dashboard.overview import filters, lasting, queries, views
from services.dashboard.overview.api import STREAM
from services.dashboard.overview.captions import Population
from services.dashboard.overview.changes import changes
from services.dashboard.overview.links import Links
from services.dashboard.overview.reached import reached
from services.dashboard.overview.restricted import restrict_figures, shows_hires
from services.dashboard.read_model import taskforces
from services.dashboard.read_model.lag import current_lag
from services.dashboard.selection import Chosen, Selection
from services.dashboard.targets.figures import targets_in
from services.dashboard.targets.words import target_rows, targets_chart
from shared.db.database import Database
from shared.http.auth import Principal
from shared.http.dependencies import Anybody, Db
from shared.http.policy import concerns
from shared.product.roles import Role
from shared.product.vocabulary import JOB_TYPES
from shared.ui.pages import render

router = APIRouter(include_in_schema=False)

_BOARDS_SHOWN = 12
_SEE_EVENTS: tuple[Role, ...] = ("member", "coordinator", "caseworker", "facilitator", "admin")
"""Who may follow a link to an event."""


@router.get("/")
@concerns(FIGURES, BOARD)
async def front_page(
    request: Request, principal: Anybody, database: Db, public_figures: ThePublicFigures, chosen: Chosen
) -> Response:
    """Show the dashboard to the taskforce's people, and a welcome to everybody else."""
    if principal is None or not sees_figures(principal):
        known = await taskforces.all_taskforces(database, limit=_BOARDS_SHOWN)
        boards = [await public_figures.find(taskforce.slug) for taskforce in known]
        return render(request, "welcome.html", boards=[board for board in boards if board])
    taskforce = await taskforces.find_taskforce(database, taskforce_id=principal.taskforce)
    return render(request, "dashboard.html", taskforce=taskforce, **await dashboard(database, principal, chosen))


@router.get("/dashboard/figures")
@concerns(FIGURES)
async def fresh_figures(request: Request, viewer: Viewer, database: Db, chosen: Chosen) -> Response:
    """Answer only the part of the dashboard that is updated live."""
    return render(request, "parts/live_figures.html", **await dashboard(database, viewer, chosen))


async def dashboard(
    database: Database, viewer: Principal, chosen: Selection, *, with_changes: bool = True
) -> dict[str, Any]:
    """Return what `parts/figures.html` shows: the figures that the viewer has chosen, in charts and tables.

    Args:
        with_changes: whether it begins with what has changed since the last meeting.
    """
    restricted = not sees_health(viewer)
    hires = not restricted or shows_hires(chosen.filters)
    async with database.read(viewer.taskforce) as conn:
        await refuse_unknown(conn, chosen.filters)
        computed = await figures.compute_from(conn, chosen.times, chosen.filters)
        headlines = [one for one in catalogue.HEADLINES if hires or one.unit != "hires"]
        changed = await changes(conn, chosen, computed, headlines) if with_changes else None
        computed.breakdowns = await break_down(conn, chosen.times, chosen.filters, job_type=chosen.job_type)
        if restricted:
            await restrict_figures(conn, computed, job_type=chosen.job_type)
        # They are of the whole taskforce.
        forecasts = [] if chosen.filters else await targets_in(conn, chosen.times, shares_at=computed.closely)
        companies = await queries.companies(conn, known_at=chosen.known_at)
        lag = await current_lag(conn)
    latest_quarters = None if chosen.everything else views.LATEST_QUARTERS
    latest_events = None if chosen.everything else views.LATEST_EVENTS
    sees_events = viewer.has(*_SEE_EVENTS)
    targets = target_rows(forecasts, hides_small=restricted, known_at=chosen.known_at)
    words = filters.in_words(chosen, companies, computed.events)
    population = Population(chosen.job_type, computed.as_of, computed.known_at, [*words.values()])
    to_lists = Links(chosen, to_hires=not restricted, to_events=sees_events)
    type_columns = views.type_columns(hires=hires)
    return {
        "figures": computed,
        "chosen": chosen,
        "chips": filters.chips(chosen, words),
        "known_at_typed": filters.typed_moment(chosen.known_at),
        "choices": filters.choices(chosen, companies, computed.events),
        "lag": lag,
        "today": figures.today(),
        "now": datetime.now(UTC),
        "current_event": None if chosen.as_of or chosen.known_at else views.current_event(computed),
        "total_of_types": figures.total_of_types,
        "types_in_words": views.types_in_words,
        "sees_events": sees_events,
        "shows_hires": hires,
        "to_hires": not restricted,
        "changes": changed,
        "bridge_words": bridge_words,
        "bridge_links": bridge_links,
        "cards": views.cards(computed, chosen.job_type, hires=hires, links=to_lists),
        "bridge_of": {built.measure: built for built in changed.bridges} if changed else {},
        "types": views.type_rows(computed, chosen, type_columns),
        "type_columns": [measure.label for measure in type_columns],
        "job_type_label": JOB_TYPES[chosen.job_type],
        "funnel": views.funnel(computed, population, to_lists, restricted=restricted) if hires else None,
        "lasting": lasting.lasting(computed, population, restricted=restricted, links=to_lists)
        if hires and not computed.hides_groups
        else None,
        "by_quarter": views.by_quarter(computed, population, to_lists, hires=hires, latest=latest_quarters),
        "by_event": views.by_event(computed, population, to_lists, latest=latest_events),
        "event_rows": views.event_rows(computed, chosen.job_type, with_links=sees_events, latest=latest_events)
        if hires
        else None,
        "reached": reached(computed, population),
        # The list shows all contacts of now.
        "to_outreach": not (restricted or chosen.filters or chosen.as_of or chosen.known_at),
        "breakdowns": views.breakdowns(computed, population, to_lists, restricted=restricted),
        "target_rows": targets,
        "targets_chart": targets_chart(targets, as_of=chosen.day) if targets else None,
        "sets_targets": viewer.has("coordinator", "admin"),
        "more": len(computed.quarters) > views.LATEST_QUARTERS or len(computed.events) > views.LATEST_EVENTS,
        "measures": catalogue.listed(),
        "fresh": chosen.url("/dashboard/figures"),
        "stream": STREAM,
    }
