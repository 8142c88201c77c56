"""The page of a bridge: the sum in words, each term with a link to its list."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.dashboard.access import FIGURES, Viewer, sees_health
from services.dashboard.bridge import links, words
from services.dashboard.bridge.api import build
from services.dashboard.bridge.counted import has_list
from services.dashboard.bridge.filters import in_words
from services.dashboard.bridge.request import ChosenBridge
from services.dashboard.measures import catalogue
from services.dashboard.measures.figures import today
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.product.vocabulary import JOB_TYPES
from shared.ui.pages import render

router = APIRouter(include_in_schema=False)


@router.get("/dashboard/bridge")
@concerns(FIGURES)
async def show_bridge(request: Request, viewer: Viewer, database: Db, chosen: ChosenBridge) -> Response:
    """Show how a figure came from one pair of times to another."""
    bridge = await build(database, viewer, chosen)
    async with database.read(viewer.taskforce) as conn:
        filters = await in_words(conn, bridge.counted.filters, bridge.until.known_at)
    return render(
        request,
        "bridge.html",
        bridge=bridge,
        job_type_label=JOB_TYPES[bridge.job_type] if bridge.job_type else None,
        to_come=bridge.until.as_of > today(),
        # Each hire is a person.
        lists=bridge.measure.unit != "hires" or sees_health(viewer),
        links=links,
        words=words,
        filters=filters,
        measures=[one for one in catalogue.listed() if one.adds and one.by_job_type and has_list(one)],
        job_types=JOB_TYPES,
    )
