"""JSON routes: the figures, their definitions, and the stream that tells clients when to fetch them again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic_core import to_json

from services.dashboard.access import FIGURES, ApiViewer, sees_health
from services.dashboard.measures import catalogue
from services.dashboard.measures.breakdowns import break_down
from services.dashboard.measures.figures import compute_from
from services.dashboard.measures.narrowing import refuse_unknown
from services.dashboard.overview.restricted import restrict_figures
from services.dashboard.overview.restricted_document import restrict
from services.dashboard.overview.schemas import Figures, Measure, Measures, as_document, of_one_type
from services.dashboard.selection import ApiTimes, ChosenFilters
from shared.contracts.pledges import JobType
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.streams import EventStream, Follower, TheChanges
from shared.i18n.translations import gettext as _

STREAM = "/api/dashboard/v1/stream"
"""The URL of the stream that pages follow."""

router = APIRouter(prefix="/api/dashboard/v1", tags=["figures"])

BrokenDown = Annotated[
    bool, Query(alias="breakdowns", description="Also by municipality, industry and member company.")
]

OneType = Annotated[
    JobType | None, Query(description="Only the numbers of this job type; those of every one if it is left out.")
]

_REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No token, or one that is expired or forged"},
    403: {"description": "The role does not allow this: event passes and services see no figures"},
    503: {"description": "The database is temporarily unavailable"},
}


@router.get(
    "/figures",
    summary="The figures on a day",
    response_model=Figures,
    responses={
        **_REFUSALS,
        422: {
            "description": "A time or a filter cannot be read, `known_at` is still to come, or a parameter is unknown"
        },
    },
)
@concerns(FIGURES)
async def show_figures(
    *,
    viewer: ApiViewer,
    database: Db,
    times: ApiTimes,
    filters: ChosenFilters,
    job_type: OneType = None,
    broken_down: BrokenDown = False,
) -> Response:
    """Pledged positions, hires and citizens, by job type, as of any day and as known at any moment.

    `hires` counts hires, and `citizens` counts citizens: whoever has been hired twice is two hires and one citizen.
    Positions and hires are also counted by event and by quarter.

    All figures come from one snapshot of the database. Coordinators, case workers and administrators see all of them.
    For all others, hires are null under a filter by company, municipality or industry. Citizens, and persons by reason,
    hours and municipality, and after 3, 6 and 12 months, are for them those at the end of a quarter (`groups_as_of`),
    and only without a filter; small counts of them are null, with what would give them away. Median days are
    of all job types together, also where one is requested.
    """
    async with database.read(viewer.taskforce) as conn:
        await refuse_unknown(conn, filters)
        computed = await compute_from(conn, times, filters)
        if broken_down:
            computed.breakdowns = await break_down(conn, times, filters)
        restricted = not sees_health(viewer)
        if restricted:
            await restrict_figures(conn, computed)
    document = as_document(computed)
    if restricted:
        document = restrict(document, computed)
    if job_type is not None:
        document = of_one_type(document, job_type)
    # Serialised here, because FastAPI would validate the whole response again.
    return Response(to_json(document), media_type="application/json")


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
    summary="Stream of changes",
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
        429: {"description": "This account or address has too many streams open: retry after `Retry-After` seconds"},
        503: {"description": "Too many streams are open: retry after `Retry-After` seconds"},
    },
)
@concerns(FIGURES)
async def follow(request: Request, viewer: ApiViewer, changes: TheChanges) -> Response:
    """Stream an event whenever the figures may have changed, or a new day has begun."""

    async def message() -> dict[str, Any]:
        return {"changed_at": datetime.now(UTC).isoformat(timespec="milliseconds")}

    return EventStream(changes, viewer.taskforce, Follower.of(request), message, ends_at=viewer.expires_at)
