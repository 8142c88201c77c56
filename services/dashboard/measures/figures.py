"""The figures of a taskforce on a day: every measure, for the taskforce, for each event and for each quarter.

A measure has a number for each job type. Only `total_of_types` adds them up, for pages that label the total as such.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from services.dashboard.measures import catalogue, queries
from services.dashboard.measures.hires import HiresEndedByReason, StillEmployed
from services.dashboard.measures.measure import ALL_SCOPES, addends
from services.dashboard.measures.outreach import outreach_counts
from services.dashboard.measures.selection import NO_FILTERS, Filters, Times
from services.dashboard.measures.waits import median_days
from shared.product.vocabulary import JOB_TYPES
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from services.dashboard.measures.breakdowns import Breakdown, Dimension
    from services.dashboard.measures.measure import Measure, Scope
    from services.dashboard.measures.outreach import Outreach
    from services.dashboard.measures.queries import DeltaSum, EventFacts
    from services.dashboard.measures.waits import Wait
    from services.dashboard.read_model.ladder import Outcome
    from shared.db.database import Connection, Database

ByJobType = dict[str, int]
ALL: Final = ""
"""The key of a measure's single number, in place of a job type."""


@dataclass
class Counts:
    """The measures of one scope.

    Attributes:
        values: by the code of a measure: its number for each job type, or under `ALL` its single number.
        groups: by the code of a measure that is split into groups, and by group: the number for each job type.
    """

    values: dict[str, ByJobType]
    groups: dict[str, dict[str, ByJobType]] = field(default_factory=dict)

    @classmethod
    def zero(cls, scope: Scope) -> Counts:
        """Return zero for every measure of the scope."""
        shown = catalogue.shown_for(scope)
        return cls(
            {
                measure.code: dict.fromkeys(JOB_TYPES if measure.by_job_type else (ALL,), 0)
                for measure in shown
                if not measure.groups
            },
            {
                measure.code: {group: dict.fromkeys(JOB_TYPES, 0) for group in measure.groups}
                for measure in shown
                if measure.groups
            },
        )

    def __getitem__(self, code: str) -> Any:
        """Return a measure's number for each job type, or its single number, by its code. For templates and JSON."""
        values = self.values[code]
        return values.get(ALL, values)

    def by_job_type(self, measure: type[Measure]) -> ByJobType:
        """Return a measure's number for each job type."""
        return self.values[measure.code]

    def number(self, measure: type[Measure]) -> int:
        """The number of a measure without job types."""
        return self.values[measure.code][ALL]

    def by_group(self, measure: type[Measure], job_type: str) -> dict[str, int]:
        """Return a measure's number for each group of one job type."""
        return {group: values[job_type] for group, values in self.groups[measure.code].items()}

    def add(self, measure: type[Measure], job_type: str | None, number: int, *, group: str = "") -> None:
        """Add to a measure. A job type that only a newer release knows is ignored."""
        values = self.groups[measure.code][group] if group else self.values[measure.code]
        key = job_type or ALL
        if key in values:
            values[key] += number

    def without_health(self) -> None:
        """Count those who have left for their health among those with another reason."""
        reasons = self.groups[HiresEndedByReason.code]
        for job_type, number in reasons.pop("health").items():
            reasons["other"][job_type] += number

    def take_close_counts(self, other: Counts) -> None:
        """Replace the numbers of `is_close` measures by those of another time."""
        self.groups = other.groups
        for measure in catalogue.MEASURES:
            if is_close(measure) and measure.code in self.values:
                self.values[measure.code] = other.values[measure.code]

    def has_counts_by_job_type(self) -> bool:
        """Whether any measure with numbers by job type is not zero."""
        return any(number for values in self.values.values() for key, number in values.items() if key != ALL)


@dataclass
class EventFigures:
    """The results of one event. `title` and `date` are None until the event's own messages have arrived.

    `goal_positions` is None if the event has no goal, or if filters leave out a part of its pledges.
    """

    event_id: UUID
    title: str | None = None
    place: str | None = None
    status: str | None = None
    date: date | None = None
    goal_positions: int | None = None
    counts: Counts = field(default_factory=lambda: Counts.zero("event"))


@dataclass
class QuarterFigures:
    """What one quarter has added: positions by the day they were pledged, hires by their first day of work.

    Positions that a company has withdrawn are subtracted from the quarter of that day, so a number may be negative.
    """

    quarter: str
    begins_on: date
    counts: Counts = field(default_factory=lambda: Counts.zero("quarter"))


@dataclass
class Figures:
    """All figures of one taskforce on one day, as known at one moment.

    Attributes:
        waits: how long it took from one step to a later one, by the code of the pair of steps.
        outreach: the new companies reached; None: they are not for the viewer, or not for an event.
        breakdowns: by municipality, industry and member company, if somebody has asked for it (`break_down`).
        closely: the times of the citizens, of the groups of hires and of their breakdowns; None: those of the figures.
            Viewers who may not know of single persons see them at earlier times (`overview.restricted`).
        hides_groups: whether the citizens and the groups of hires are not for the viewer.
    """

    as_of: date
    known_at: datetime | None
    updated_at: datetime | None
    counts: Counts = field(default_factory=lambda: Counts.zero("taskforce"))
    waits: dict[str, Wait] = field(default_factory=dict)
    outreach: Outreach | None = None
    events: list[EventFigures] = field(default_factory=list)
    quarters: list[QuarterFigures] = field(default_factory=list)
    filters: Filters = NO_FILTERS
    breakdowns: Mapping[Dimension, Breakdown] = field(default_factory=dict)
    closely: Times | None = None
    hides_groups: bool = False

    @property
    def day_of_groups(self) -> date:
        """The day of the citizens and of the groups of hires."""
        return self.closely.as_of if self.closely else self.as_of


def today(now: datetime | None = None) -> date:
    """Return the current day in Europe/Copenhagen, or the day of `now`."""
    return local_date(now or datetime.now(UTC))


def quarter_code(day: date) -> str:
    """`2026-Q4` for any day of that quarter."""
    return f"{day.year:04}-Q{(day.month + 2) // 3}"


async def compute(
    database: Database,
    taskforce_id: UUID,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    filters: Filters = NO_FILTERS,
) -> Figures:
    """Read and compute one taskforce's figures, all from one snapshot.

    Args:
        as_of: the day of the figures; None: today in Europe/Copenhagen.
        known_at: count only what had been recorded by then; None: everything.
        filters: which pledges, hires and check-ins count.
    """
    async with database.read(taskforce_id) as conn:
        return await compute_from(conn, Times(as_of or today(), known_at), filters)


async def compute_from(conn: Connection, times: Times, filters: Filters = NO_FILTERS) -> Figures:
    """Read and compute the figures from a connection's snapshot, for a page that reads more from it.

    Args:
        conn: bound to the taskforce.
    """
    as_of, known_at = times.as_of, times.known_at
    sums = await queries.delta_sums(
        conn,
        as_of=as_of,
        known_at=known_at,
        codes={scope: _codes(catalogue.shown_for(scope)) for scope in ALL_SCOPES},
        filters=filters,
    )
    events = await queries.employer_events(conn, known_at=known_at)
    waits = await median_days(conn, as_of=as_of, known_at=known_at, filters=filters)
    outreach = await outreach_counts(conn, as_of=as_of, known_at=known_at, filters=filters)
    updated_at = await queries.last_change(conn)
    figures = Figures(as_of, known_at, updated_at, filters=filters, waits=waits, outreach=outreach)
    _add_up(figures, sums)
    figures.events = _with_facts(figures.events, events, as_of, filters)
    figures.quarters = _without_gaps(figures.quarters)
    return figures


async def close_counts_from(conn: Connection, times: Times) -> Counts:
    """Read the measures of the taskforce that tell more closely of persons, without a filter.

    In what is returned, only `is_close` measures have their numbers.
    """
    close = [measure for measure in catalogue.shown_for("taskforce") if is_close(measure)]
    codes: dict[Scope, list[str]] = {scope: [] for scope in ALL_SCOPES}
    codes["taskforce"] = _codes(close)
    figures = Figures(times.as_of, times.known_at, None)
    _add_up(figures, await queries.delta_sums(conn, as_of=times.as_of, known_at=times.known_at, codes=codes))
    return figures.counts


def is_close(measure: type[Measure]) -> bool:
    """Whether a measure divides hires into groups, or says beside them which are one citizen's."""
    return bool(measure.groups) or measure.unit == "citizens"


def _codes(measures: Iterable[type[Measure]]) -> list[str]:
    return sorted({code for measure in measures for code, _group, _sign in addends(measure)})


@cache
def _using(measures: tuple[type[Measure], ...]) -> Mapping[str, Sequence[tuple[type[Measure], str, int]]]:
    """Return measures by the codes of the deltas that they use, each with its group and its sign."""
    using: dict[str, list[tuple[type[Measure], str, int]]] = {}
    for measure in measures:
        for code, group, sign in addends(measure):
            using.setdefault(code, []).append((measure, group, sign))
    return using


def _add_up(figures: Figures, sums: Iterable[DeltaSum]) -> None:
    """Add each sum of deltas to the measures that use it."""
    of_taskforce, of_event, of_quarter = (_using(catalogue.shown_for(scope)) for scope in ALL_SCOPES)
    events: dict[UUID, EventFigures] = {}
    quarters: dict[date, QuarterFigures] = {}
    for code, job_type, quarter, event_id, total in sums:
        if event_id is not None:
            if event_id not in events:
                events[event_id] = EventFigures(event_id)
            counts, measures = events[event_id].counts, of_event
        else:
            counts, measures = figures.counts, of_taskforce
        for measure, group, sign in measures.get(code, ()):
            counts.add(measure, job_type, sign * total, group=group)
        if quarter is not None:
            if quarter not in quarters:
                quarters[quarter] = QuarterFigures(quarter_code(quarter), quarter)
            for measure, group, sign in of_quarter.get(code, ()):
                quarters[quarter].counts.add(measure, job_type, sign * total, group=group)
    figures.events = list(events.values())
    figures.quarters = list(quarters.values())


def _with_facts(
    counted: Iterable[EventFigures], known: Sequence[EventFacts], as_of: date, filters: Filters
) -> list[EventFigures]:
    """Return the events that were held by `as_of` or have counts by job type, the latest first, with their facts.

    Drafts, cancelled events and meetings of the taskforce are included only if they have counts by job type. An event
    has a goal here only if all its pledges pass the filters: beside a part of them it would say what is not so.
    """
    found: list[EventFigures] = []
    remaining = {event.event_id: event for event in counted}
    for facts in known:
        event = remaining.pop(facts.event_id, None) or EventFigures(facts.event_id)
        held = facts.held_on <= as_of and facts.status not in {"draft", "cancelled"}
        if not event.counts.has_counts_by_job_type() and (not held or facts.kind == "taskforce_meeting"):
            continue
        event.title = facts.title
        event.place = facts.place
        event.status = facts.status
        event.date = facts.held_on
        event.goal_positions = facts.goal_positions if filters in (NO_FILTERS, Filters(facts.event_id)) else None
        found.append(event)
    return [
        *found,
        *(remaining[event_id] for event_id in sorted(remaining) if remaining[event_id].counts.has_counts_by_job_type()),
    ]


def _without_gaps(counted: Iterable[QuarterFigures]) -> list[QuarterFigures]:
    """Return all quarters from the first with counts to the last, including those without counts."""
    quarters = {quarter.begins_on: quarter for quarter in counted}
    if not quarters:
        return []
    day, last = min(quarters), max(quarters)
    consecutive: list[QuarterFigures] = []
    while day <= last:
        consecutive.append(quarters.get(day) or QuarterFigures(quarter_code(day), day))
        day = date(day.year + (day.month == 10), (day.month + 2) % 12 + 1, 1)
    return consecutive


@dataclass(frozen=True, slots=True)
class Employed:
    """Of the hires whose day some months after the start has come: how many people were employed on it.

    Attributes:
        unknown: of so many hires nobody has said so.
        of: all of them.
    """

    yes: int
    no: int
    unknown: int
    of: int


def employed_after(counts: Counts, months: int, job_type: str | None = None) -> Employed:
    """Return the outcome of one job type after so many months; None: of all job types together."""

    def number(outcome: Outcome) -> int:
        values = counts.groups[StillEmployed.code][StillEmployed.group(months, outcome)]
        return total_of_types(values) if job_type is None else values[job_type]

    yes, no, unknown = number("yes"), number("no"), number("unknown")
    return Employed(yes, no, unknown, yes + no + unknown)


def total_of_types(figure: ByJobType) -> int:
    """Return the total of all job types. A page that shows it labels it as such."""
    return sum(figure.values())
