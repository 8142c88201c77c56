"""The JSON models of the figures. Each listed measure is a field, named by its code."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, create_model

from services.dashboard.measures import breakdowns, catalogue, figures, outreach, waits
from services.dashboard.measures.hires import StillEmployed
from services.dashboard.measures.measure import Unit
from services.dashboard.read_model.ladder import CHECKPOINT_MONTHS
from shared.contracts.pledges import JobType, OutreachKind
from shared.product.vocabulary import JOB_TYPES

if TYPE_CHECKING:
    from services.dashboard.measures.measure import Measure as AnyMeasure
    from services.dashboard.measures.measure import Scope


class ByJobType(BaseModel):
    """One number for each job type, or for the requested one alone. Label a total of several types as such."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"smaajob": 47, "praktik": 3}]})

    smaajob: int = Field(0, description="Småjob: ordinary pay, few hours")
    praktik: int = Field(0, description="Unpaid work practice")
    loentilskud: int = Field(0, description="Wage subsidy")
    fleksjob: int = Field(0, description="Flex job")
    ordinaer: int = Field(0, description="Ordinary job")
    traening: int = Field(0, description="Training track")


class Shown(BaseModel):
    """One number for each job type, or for the requested one alone.

    It is null where it is hidden, because so few persons may be known.
    """

    smaajob: int | None = None
    praktik: int | None = None
    loentilskud: int | None = None
    fleksjob: int | None = None
    ordinaer: int | None = None
    traening: int | None = None


class EmployedOfOneType(BaseModel):
    """Of the hires whose day has come: how many are employed, how many are not, and of how many nobody has said so.

    All are null where one is hidden.
    """

    yes: int | None = Field(description="employed on that day, at the same company or elsewhere")
    no: int | None
    unknown: int | None = Field(description="nobody has answered, or somebody that it is not known")
    of: int | None = Field(description="all of them: `yes`, `no` and `unknown`")


class Employed(EmployedOfOneType):
    """The outcome for all job types together, or for the requested one, and for each one."""

    by_job_type: dict[JobType, EmployedOfOneType] = Field(description="by the job type that the hires began with")


class Wait(BaseModel):
    """How long it took from one step to a later one, all job types together."""

    days: float | None = Field(description="the median; null if there is no case", examples=[31])
    cases: int | None = Field(description="how many have taken both steps; null where that is hidden")


class Part(BaseModel):
    """The figures of one municipality, industry or member company."""

    key: str | None = Field(
        description="the municipality's code, the letter of the section of DB07, or the company's id; null: not stated",
        examples=["0671"],
    )
    name: str | None = Field(description="of a company, if the register publishes it")
    pledged_positions: ByJobType
    hires: Shown | None = Field(description="null if the role may not see it")
    hires_current: Shown | None = Field(description="null if the role may not see it")


class Breakdown(BaseModel):
    """The parts that add up to the figures, the largest first."""

    parts: list[Part]
    rest: Part | None = Field(description="of companies: all that are not named; null: there are no others")
    in_rest: int = Field(description="the number of companies in the rest")


_OF_PERSONS: Final = ("hires", "citizens")


def _type(measure: type[AnyMeasure]) -> Any:
    if measure is StillEmployed:
        return dict[Literal["3", "6", "12"], Employed] | None
    if measure.groups:
        # mypy does not read a Literal that is made at run time: the codes are those of the measure.
        return dict[Literal[tuple(measure.groups)], Shown] | None  # type: ignore[misc]
    if not measure.by_job_type:
        return int
    return ByJobType | None if measure.unit in _OF_PERSONS else ByJobType


def _description(measure: type[AnyMeasure], scope: Scope) -> str | None:
    notes = [measure.notes.get(scope), "null if the role may not see it" if measure.unit in _OF_PERSONS else None]
    return "; ".join(note for note in notes if note) or None


def _fields(scope: Scope) -> dict[str, Any]:
    return {
        measure.code: (_type(measure), Field(description=_description(measure, scope)))
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
        "goal_positions": (
            int | None,
            Field(description="pledged positions hoped for; null beside a part of its pledges", examples=[50]),
        ),
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
        "job_type": (JobType | None, Field(description="as requested; null: the numbers are of every job type")),
        "filters": (
            dict[str, str],
            Field(
                description="as requested: only these pledges, hires and check-ins count", examples=[{"industry": "C"}]
            ),
        ),
        "groups_as_of": (
            date | None,
            Field(
                description="the day of the citizens and of the groups of hires (by hours, reason and municipality, "
                "and after 3, 6 and 12 months); for roles that see no single hires it is the end of a quarter, with "
                "what was known then, or null under a filter"
            ),
        ),
        **_fields("taskforce"),
        waits.MedianDays.code: (
            dict[Literal[tuple(waits.PAIRS)], Wait],  # type: ignore[misc]  # made at run time, as above
            Field(description="the median number of days from one step to a later one"),
        ),
        outreach.OutreachNewCompanies.code: (
            int | None,
            Field(
                description="companies that were new to the municipality when the staff reached them, each once; null "
                "for an event, and where it is hidden"
            ),
        ),
        outreach.OutreachContacts.code: (
            dict[OutreachKind, int | None] | None,
            Field(
                description="visits to companies, calls and cards handed over, by kind; null for an event, and where "
                "it is hidden"
            ),
        ),
        "events": (list[EventFigures], Field(description="the latest first")),  # type: ignore[valid-type]
        "breakdowns": (
            dict[breakdowns.Dimension, Breakdown] | None,
            Field(description="by municipality, industry and member company; null unless requested"),
        ),
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
        "job_type": None,
        "filters": computed.filters.query(),
        "groups_as_of": None if computed.hides_groups else computed.day_of_groups,
        **_listed(computed.counts),
        waits.MedianDays.code: {
            pair: {"days": wait.days, "cases": wait.cases} for pair, wait in computed.waits.items()
        },
        outreach.OutreachNewCompanies.code: None if computed.outreach is None else computed.outreach.new_companies,
        outreach.OutreachContacts.code: None if computed.outreach is None else computed.outreach.contacts,
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
        "breakdowns": {
            dimension: {
                "parts": [_part(part) for part in breakdown.parts],
                "rest": breakdown.rest and _part(breakdown.rest),
                "in_rest": breakdown.in_rest,
            }
            for dimension, breakdown in computed.breakdowns.items()
        }
        or None,
    }


def of_one_type(document: dict[str, Any], job_type: JobType) -> dict[str, Any]:
    """Return a document of the model `Figures` with the numbers of one job type alone. Median days stay as they are."""
    narrowed: dict[str, Any] = _narrowed(document, job_type)
    return narrowed | {"job_type": job_type}


def _narrowed(value: Any, job_type: JobType) -> Any:
    if isinstance(value, list):
        return [_narrowed(one, job_type) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == JOB_TYPES.keys():
        return {job_type: value[job_type]}
    parts = {key: _narrowed(one, job_type) for key, one in value.items()}
    # The outcome of all types together gives way to that of the one.
    return parts | parts["by_job_type"][job_type] if "by_job_type" in parts else parts


def _part(part: breakdowns.Part) -> dict[str, Any]:
    return {"key": part.key, "name": part.name, **part.counts}


def _listed(counts: figures.Counts) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for measure in catalogue.listed():
        if measure is StillEmployed and measure.code in counts.groups:
            shown[measure.code] = {str(months): _still_employed(counts, months) for months in CHECKPOINT_MONTHS}
        elif measure.code in counts.groups:
            shown[measure.code] = counts.groups[measure.code]
        elif measure.code in counts.values:
            shown[measure.code] = counts[measure.code]
    return shown


def _still_employed(counts: figures.Counts, months: int) -> dict[str, Any]:
    by_job_type = {job_type: asdict(figures.employed_after(counts, months, job_type)) for job_type in JOB_TYPES}
    return {**asdict(figures.employed_after(counts, months)), "by_job_type": by_job_type}
