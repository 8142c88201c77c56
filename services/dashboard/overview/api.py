"""JSON routes: the figures, what they mean, and the stream that says when to look again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from services.dashboard.access import FIGURES, ApiViewer
from services.dashboard.live.streams import EventStream, TheChanges
from services.dashboard.measures import figures
from shared.fields import dates
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.i18n.translations import gettext as _

_Day = date  # a field named `date` hides the type from its own annotation

STREAM = "/api/dashboard/v1/stream"
"""The stream that pages follow."""

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


Day = date
"""For a field that is called `date` itself."""


class ByJobType(BaseModel):
    """One number for each job type. They are not to be added together without saying so."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"smaajob": 47, "praktik": 3}]})

    smaajob: int = Field(0, description="Småjob: ordinary pay, few hours")
    praktik: int = Field(0, description="Unpaid work practice")
    loentilskud: int = Field(0, description="Wage subsidy")
    fleksjob: int = Field(0, description="Flex job")
    ordinaer: int = Field(0, description="Ordinary job")
    traening: int = Field(0, description="Training track")


class EventFigures(BaseModel):
    """What came of one employer event."""

    model_config = ConfigDict(from_attributes=True)

    event_id: UUID = Field(description="the id the event has in the register of events")
    title: str | None = Field(description="null while only pledges from the event are known", examples=["Småjob-aften"])
    place: str | None = Field(description="where it is held", examples=["B&O, Struer"])
    status: Literal["draft", "published", "open", "closed", "cancelled"] | None = Field(
        description="null while only pledges from the event are known"
    )
    date: _Day | None = Field(description="the day it is held, in Europe/Copenhagen")
    goal_positions: int | None = Field(description="pledged positions hoped for", examples=[50])
    companies_present: int = Field(description="companies checked in", examples=[80])
    pledged_positions: ByJobType = Field(description="positions pledged at the event")
    hires: ByJobType = Field(description="hires on positions pledged at the event")
    hires_starting_later: ByJobType = Field(description="confirmed hires on them that have not begun")


class QuarterFigures(BaseModel):
    """What began in one quarter: positions by the day they were pledged, hires by their first day of work."""

    model_config = ConfigDict(from_attributes=True)

    quarter: str = Field(examples=["2026-Q4"])
    begins_on: date = Field(examples=["2026-10-01"])
    pledged_positions: ByJobType
    hires: ByJobType


class Figures(BaseModel):
    """All figures of the taskforce. `/measures` says what each one counts."""

    model_config = ConfigDict(from_attributes=True)

    as_of: date = Field(description="the day the figures are for; it may be still to come")
    known_at: datetime | None = Field(description="as asked for; null where the figures hold all that is known")
    updated_at: datetime | None = Field(
        description="when the latest change that these figures can hold was recorded; null before the first"
    )
    pledged_positions: ByJobType
    hires: ByJobType = Field(description="confirmed, first day of work reached; all of them over time")
    hires_from_pledges: ByJobType = Field(description="of `hires`, those on pledged positions")
    hires_without_pledge: ByJobType = Field(description="of `hires`, the others")
    hires_current: ByJobType = Field(description="of `hires`, those that have not ended")
    hires_starting_later: ByJobType = Field(description="confirmed, and not among `hires` before their first day")
    events: list[EventFigures] = Field(description="the latest first")
    quarters: list[QuarterFigures] = Field(description="the earliest first, without gaps")


class Measure(BaseModel):
    """What a figure is, in the language asked for."""

    code: str = Field(examples=["pledged_positions"])
    unit: figures.Unit = Field(description="what one of it is")
    label: str = Field(examples=["Pledged positions"])
    definition: str = Field(description="what is counted, from when, and what is not")


class Measures(BaseModel):
    """Every measure of the figures."""

    measures: list[Measure]


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
    reckoned = await figures.compute(database, viewer.taskforce, as_of=as_of, known_at=known_at)
    # Written here and not by the framework, which would check the whole of it twice more.
    return Response(Figures.model_validate(reckoned).model_dump_json(), media_type="application/json")


@router.get("/measures", summary="What the figures mean", responses=_REFUSALS)
@concerns()
async def show_measures(_viewer: ApiViewer) -> Measures:
    """Name and definition of every measure, in Danish or English (`Accept-Language`)."""
    return Measures(
        measures=[
            Measure(code=m.code, unit=m.unit, label=_(m.label), definition=_(m.definition)) for m in figures.MEASURES
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
