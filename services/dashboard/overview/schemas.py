"""The JSON models of the figures. Each listed measure is a field, named by its code."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, create_model

from services.dashboard.measures import catalogue
from services.dashboard.measures.measure import Unit

if TYPE_CHECKING:
    from services.dashboard.measures import figures
    from services.dashboard.measures.measure import Scope


class ByJobType(BaseModel):
    """One number for each job type. Label a total of several types as such."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"smaajob": 47, "praktik": 3}]})

    smaajob: int = Field(0, description="Småjob: ordinary pay, few hours")
    praktik: int = Field(0, description="Unpaid work practice")
    loentilskud: int = Field(0, description="Wage subsidy")
    fleksjob: int = Field(0, description="Flex job")
    ordinaer: int = Field(0, description="Ordinary job")
    traening: int = Field(0, description="Training track")


def _fields(scope: Scope) -> dict[str, Any]:
    return {
        measure.code: (ByJobType if measure.by_job_type else int, Field(description=measure.notes.get(scope)))
        for measure in catalogue.shown_for(scope)
        if measure.listed
    }


def _model(name: str, doc: str, fields: dict[str, Any]) -> type[BaseModel]:
    return create_model(name, __doc__=doc, **fields)


EventFigures = _model(
    "EventFigures",
    "The results of one employer event.",
    {
        "event_id": (UUID, Field(description="the id the event has in the register of events")),
        "title": (
            str | None,
            Field(description="null while only pledges from the event are known", examples=["Småjob-aften"]),
        ),
        "place": (str | None, Field(description="where it is held", examples=["B&O, Struer"])),
        "status": (
            Literal["draft", "published", "open", "closed", "cancelled"] | None,
            Field(description="null while only pledges from the event are known"),
        ),
        "date": (date | None, Field(description="the day it is held, in Europe/Copenhagen")),
        "goal_positions": (int | None, Field(description="pledged positions hoped for", examples=[50])),
        **_fields("event"),
    },
)

QuarterFigures = _model(
    "QuarterFigures",
    "What began in one quarter: positions by the day they were pledged, hires by their first day of work.",
    {
        "quarter": (str, Field(examples=["2026-Q4"])),
        "begins_on": (date, Field(examples=["2026-10-01"])),
        **_fields("quarter"),
    },
)

Figures = _model(
    "Figures",
    "All figures of the taskforce. `/measures` says what each one counts.",
    {
        "as_of": (date, Field(description="the day of the figures; it may be in the future")),
        "known_at": (
            datetime | None,
            Field(description="as requested; null if the figures include everything recorded"),
        ),
        "updated_at": (
            datetime | None,
            Field(description="when the latest change to the figures or events was recorded; null before the first"),
        ),
        **_fields("taskforce"),
        "events": (list[EventFigures], Field(description="the latest first")),  # type: ignore[valid-type]
        "quarters": (
            list[QuarterFigures],  # type: ignore[valid-type]
            Field(description="the earliest first, without gaps"),
        ),
    },
)


class Measure(BaseModel):
    """The definition of a measure, in the requested language."""

    code: str = Field(examples=["pledged_positions"])
    unit: Unit = Field(description="what the measure counts")
    label: str = Field(examples=["Pledged positions"])
    definition: str = Field(description="what is counted, from when, and what is not")


class Measures(BaseModel):
    """Every measure of the figures."""

    measures: list[Measure]


def as_document(computed: figures.Figures) -> dict[str, Any]:
    """Return the figures as a JSON document of the model `Figures`."""
    return {
        "as_of": computed.as_of,
        "known_at": computed.known_at,
        "updated_at": computed.updated_at,
        **_listed(computed.counts),
        "events": [
            {
                "event_id": event.event_id,
                "title": event.title,
                "place": event.place,
                "status": event.status,
                "date": event.date,
                "goal_positions": event.goal_positions,
                **_listed(event.counts),
            }
            for event in computed.events
        ],
        "quarters": [
            {"quarter": quarter.quarter, "begins_on": quarter.begins_on, **_listed(quarter.counts)}
            for quarter in computed.quarters
        ],
    }


def _listed(counts: figures.Counts) -> dict[str, Any]:
    return {measure.code: counts[measure.code] for measure in catalogue.listed() if measure.code in counts.values}
