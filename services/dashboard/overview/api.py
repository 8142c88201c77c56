"""JSON routes: the figures, their definitions, and the stream that says when to fetch them again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic_core import to_json

from services.dashboard.access import FIGURES, ApiViewer
from services.dashboard.live.streams import EventStream, TheChanges
from services.dashboard.measures import catalogue
from services.dashboard.measures.figures import compute
from services.dashboard.overview.schemas import Figures, Measure, Measures, as_document
from shared.fields import dates
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.i18n.translations import gettext as _

STREAM = "/api/dashboard/v1/stream"
"""The URL of the stream that pages follow."""

router = APIRouter(prefix="/api/dashboard/v1", tags=["figures"])

_REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No token, or one that is expired or forged"},
    403: {"description": "Not for this role: event passes and services see no figures"},
    503: {"description": "The database is away for the moment"},
}

AsOf = Annotated[
    dates.Day | None,
    Query(
        description="The day the figures are for, in Europe/Copenhagen; today where it is left out. Any day will "
        "do: for one that is still to come, what is confirmed to start by then is counted in.",
        examples=["2026-12-31"],
    ),
]
KnownAt = Annotated[
    dates.Moment | None,
    Query(
        description="By when the system had been told what is counted; everything where it is left out. "
        "With `as_of` it gives the figures as they were shown at a meeting, for ever after.",
        examples=["2026-12-01T19:30:00Z"],
    ),
]


@router.get(
    "/figures",
    summary="The figures on a day",
    response_model=Figures,
    responses={**_REFUSALS, 422: {"description": "`as_of` is no date, or `known_at` no moment with a time zone"}},
)
@concerns(FIGURES)
async def show_figures(viewer: ApiViewer, database: Db, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
    """Pledged positions and hires by job type, event and quarter, as of any day and as known at any moment.

    All of them are of one moment: no change is in one figure and not in another.
    """
    computed = await compute(database, viewer.taskforce, as_of=as_of, known_at=known_at)
    # Written here and not by the framework, which would validate all of it once more.
    return Response(to_json(as_document(computed)), media_type="application/json")


@router.get("/measures", summary="What the figures mean", responses=_REFUSALS)
@concerns()
async def show_measures(_viewer: ApiViewer) -> Measures:
    """Name and definition of every measure, in Danish or English (`Accept-Language`)."""
    return Measures(
        measures=[
            Measure(code=one.code, unit=one.unit, label=_(one.label), definition=_(one.definition))
            for one in catalogue.listed()
        ]
    )


@router.get(
    "/stream",
    summary="Follow along",
    response_class=EventStream,
    status_code=200,
    responses={
        **_REFUSALS,
        200: {
            "description": "Server-sent events. A message without a name says that the figures may have changed and "
            "can be fetched again; `heartbeat` comes every 15 s. The stream ends with the session.",
            "content": {
                "text/event-stream": {
                    "schema": {"type": "string"},
                    "example": 'data: {"changed_at":"2026-12-01T18:04:09+00:00"}\n\n',
                }
            },
        },
        503: {"description": "Too many streams are open here: come back after `Retry-After` seconds"},
    },
)
@concerns(FIGURES)
async def follow(viewer: ApiViewer, changes: TheChanges) -> Response:
    """Hear within a moment when something has changed, or when a new day has begun."""

    async def message() -> dict[str, Any]:
        return {"changed_at": datetime.now(UTC).isoformat(timespec="milliseconds")}

    return EventStream(changes, viewer.taskforce, "members", message, ends_at=viewer.expires_at)
