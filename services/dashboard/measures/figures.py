"""The figures of a taskforce on a day: every measure, for the whole, for each event and for each quarter.

Job types are never added together here: a measure is one number for each type. A page that shows a sum says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from services.dashboard.measures import catalogue, queries
from services.dashboard.measures.measure import EVERYWHERE, signs
from shared.product.vocabulary import JOB_TYPES
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from services.dashboard.measures.measure import Measure, Scope
    from services.dashboard.measures.queries import DeltaSum, EventFacts
    from shared.db.database import Database

ByJobType = dict[str, int]
ALL: Final = ""
"""Stands for the job type where a measure has a single number."""


@dataclass
class Counts:
    """The measures of one scope.

    Attributes:
        values: by the code of a measure: its number for each job type, or under `ALL` its single number.
    """

    values: dict[str, ByJobType]

    @classmethod
    def zero(cls, scope: Scope) -> Counts:
        """Every measure of the scope, with nothing counted."""
        return cls(
            {
                measure.code: dict.fromkeys(JOB_TYPES if measure.by_job_type else (ALL,), 0)
                for measure in catalogue.shown_for(scope)
            }
        )

    def __getitem__(self, code: str) -> Any:
        """Return a measure's number for each job type, or its single number, by its code. For templates and JSON."""
        values = self.values[code]
        return values.get(ALL, values)

    def by_job_type(self, measure: type[Measure]) -> ByJobType:
        """A measure's number for each job type."""
        return self.values[measure.code]

    def number(self, measure: type[Measure]) -> int:
        """The number of a measure without job types."""
        return self.values[measure.code][ALL]

    def add(self, measure: type[Measure], job_type: str | None, number: int) -> None:
        """Add to a measure; a job type of a later release is passed over."""
        values = self.values[measure.code]
        key = job_type or ALL
        if key in values:
            values[key] += number

    def anything_by_job_type(self) -> bool:
        """Whether any measure with numbers by job type is not zero."""
        return any(number for values in self.values.values() for key, number in values.items() if key != ALL)


@dataclass
class EventFigures:
    """What came of one event. `title` and `date` are None while only pledges from it are known."""

    event_id: UUID
    title: str | None = None
    place: str | None = None
    status: str | None = None
    date: date | None = None
    goal_positions: int | None = None
    counts: Counts = field(default_factory=lambda: Counts.zero("event"))


@dataclass
class QuarterFigures:
    """What began in one quarter: positions by the day they were pledged, hires by their first day of work."""

    quarter: str
    begins_on: date
    counts: Counts = field(default_factory=lambda: Counts.zero("quarter"))


@dataclass
class Figures:
    """All figures of one taskforce on one day, as known at one moment."""

    as_of: date
    known_at: datetime | None
    updated_at: datetime | None
    counts: Counts = field(default_factory=lambda: Counts.zero("taskforce"))
    events: list[EventFigures] = field(default_factory=list)
    quarters: list[QuarterFigures] = field(default_factory=list)


def today(now: datetime | None = None) -> date:
    """The day it is in Europe/Copenhagen, now or at a moment."""
    return local_date(now or datetime.now(UTC))


def quarter_code(day: date) -> str:
    """`2026-Q4` for any day of that quarter."""
    return f"{day.year:04}-Q{(day.month + 2) // 3}"


async def compute(
    database: Database, taskforce_id: UUID, *, as_of: date | None = None, known_at: datetime | None = None
) -> Figures:
    """Read and compute one taskforce's figures, all from one snapshot.

    Args:
        as_of: the day they are for; today in Europe/Copenhagen where none is given.
        known_at: count only what had been recorded by then; everything where None.
    """
    as_of = as_of or today()
    async with database.read(taskforce_id) as conn:
        sums = await queries.delta_sums(
            conn,
            as_of=as_of,
            known_at=known_at,
            wanted={scope: _codes(catalogue.shown_for(scope)) for scope in EVERYWHERE},
        )
        events = await queries.employer_events(conn, known_at=known_at)
        updated_at = await queries.last_change(conn)
    figures = Figures(as_of, known_at, updated_at)
    _add_up(figures, sums)
    figures.events = _with_facts(figures.events, events, as_of)
    figures.quarters = _without_gaps(figures.quarters)
    return figures


def _codes(measures: Iterable[type[Measure]]) -> list[str]:
    return sorted({code for measure in measures for code in signs(measure)})


def _add_up(figures: Figures, sums: Iterable[DeltaSum]) -> None:
    """Put each sum into the measures that are made of it."""
    made_of: dict[Scope, dict[str, list[tuple[type[Measure], int]]]] = {scope: {} for scope in EVERYWHERE}
    for scope in EVERYWHERE:
        for measure in catalogue.shown_for(scope):
            for code, sign in signs(measure).items():
                made_of[scope].setdefault(code, []).append((measure, sign))
    events: dict[UUID, EventFigures] = {}
    quarters: dict[date, QuarterFigures] = {}
    for code, job_type, quarter, event_id, total in sums:
        if event_id is not None:
            measures = made_of["event"].get(code, ())
            if event_id not in events:
                events[event_id] = EventFigures(event_id)
            counts = events[event_id].counts
        elif quarter is not None:
            measures = made_of["quarter"].get(code, ())
            if quarter not in quarters:
                quarters[quarter] = QuarterFigures(quarter_code(quarter), quarter)
            counts = quarters[quarter].counts
        else:
            measures = made_of["taskforce"].get(code, ())
            counts = figures.counts
        for measure, sign in measures:
            counts.add(measure, job_type, sign * total)
    figures.events = list(events.values())
    figures.quarters = list(quarters.values())


def _with_facts(counted: Iterable[EventFigures], known: Sequence[EventFacts], as_of: date) -> list[EventFigures]:
    """Events that were held by `as_of` or of which something is counted by job type, the latest first.

    An event that is still a draft, or was cancelled, is left out unless something is counted of it; so is a meeting
    of the taskforce, which is not held to get pledges.
    """
    found: list[EventFigures] = []
    unknown = {event.event_id: event for event in counted}
    for facts in known:
        event = unknown.pop(facts.event_id, None) or EventFigures(facts.event_id)
        held = facts.held_on <= as_of and facts.status not in {"draft", "cancelled"}
        if not event.counts.anything_by_job_type() and (not held or facts.kind == "taskforce_meeting"):
            continue
        event.title = facts.title
        event.place = facts.place
        event.status = facts.status
        event.date = facts.held_on
        event.goal_positions = facts.goal_positions
        found.append(event)
    return [
        *found,
        *(unknown[event_id] for event_id in sorted(unknown) if unknown[event_id].counts.anything_by_job_type()),
    ]


def _without_gaps(counted: Iterable[QuarterFigures]) -> list[QuarterFigures]:
    """The quarters from the first to the last of which there is something, those between included."""
    quarters = {quarter.begins_on: quarter for quarter in counted}
    if not quarters:
        return []
    day, last = min(quarters), max(quarters)
    every: list[QuarterFigures] = []
    while day <= last:
        every.append(quarters.get(day) or QuarterFigures(quarter_code(day), day))
        day = date(day.year + (day.month == 10), (day.month + 2) % 12 + 1, 1)
    return every


def added_together(figure: ByJobType) -> int:
    """One number for all job types. A page that shows it says that types are added together."""
    return sum(figure.values())
