"""Every measure, defined once: its code, its unit, its name, the words that explain it, and how it is reckoned.

Job types are never added together here: each figure is one number for each type. Whoever shows a sum says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Literal, get_args

from services.dashboard.measures import queries
from shared.contracts.pledges import JobType
from shared.i18n.translations import N_
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from services.dashboard.measures.queries import EventFacts, Tally
    from shared.db.database import Database

JOB_TYPES: tuple[JobType, ...] = get_args(JobType)
JOB_TYPE_LABELS: dict[JobType, str] = {
    "smaajob": N_("Småjob"),
    "praktik": N_("Work placement"),
    "loentilskud": N_("Wage subsidy"),
    "fleksjob": N_("Fleksjob"),
    "ordinaer": N_("Ordinary job"),
    "traening": N_("Training track"),
}

Unit = Literal["positions", "hires", "companies"]


@dataclass(frozen=True)
class Measure:
    """What a figure is. Label and definition are English and translated where they are shown.

    Attributes:
        code: its name for programs, the same for ever.
        unit: what one of it is.
    """

    code: str
    unit: Unit
    label: str
    definition: str


PLEDGED_POSITIONS = Measure(
    "pledged_positions",
    "positions",
    N_("Pledged positions"),
    N_(
        "Every position a company has promised, from the day it was pledged. A pledge of three positions counts as "
        "three. Positions that were cancelled or pledges that were withdrawn later still count as pledged; a pledge "
        "registered twice counts once."
    ),
)
HIRES = Measure(
    "hires",
    "hires",
    N_("Hires"),
    N_(
        "Hires that a case worker has confirmed, from the day the work starts, all of them added up over time: also "
        "those that have ended since, and also those without a pledge. Each counts as one citizen."
    ),
)
HIRES_FROM_PLEDGES = Measure(
    "hires_from_pledges",
    "hires",
    N_("Hires on pledged positions"),
    N_("Of the hires, those that fill a position a company had pledged."),
)
HIRES_WITHOUT_PLEDGE = Measure(
    "hires_without_pledge",
    "hires",
    N_("Hires without a pledge"),
    N_(
        "Of the hires, those that came about without a pledge before. They are counted apart and are not in the funnel."
    ),
)
HIRES_CURRENT = Measure(
    "hires_current",
    "hires",
    N_("Employed now"),
    N_("Of the hires, those that have not ended: the person is employed on the day the figures are for."),
)
HIRES_STARTING_LATER = Measure(
    "hires_starting_later",
    "hires",
    N_("Confirmed, starting later"),
    N_(
        "Hires a case worker has confirmed whose first day of work is still to come. They are not among the hires "
        "before that day."
    ),
)
COMPANIES_PRESENT = Measure(
    "companies_present",
    "companies",
    N_("Companies present"),
    N_("Companies that were checked in at the event, each counted once."),
)

MEASURES: tuple[Measure, ...] = (
    PLEDGED_POSITIONS,
    HIRES,
    HIRES_FROM_PLEDGES,
    HIRES_WITHOUT_PLEDGE,
    HIRES_CURRENT,
    HIRES_STARTING_LATER,
    COMPANIES_PRESENT,
)

ByJobType = dict[str, int]


def nothing() -> ByJobType:
    """A figure of zero for each job type."""
    return dict.fromkeys(JOB_TYPES, 0)


@dataclass
class EventFigures:
    """What came of one event. `title` and `date` are None while only pledges from it are known."""

    event_id: UUID
    title: str | None = None
    place: str | None = None
    status: str | None = None
    date: date | None = None
    goal_positions: int | None = None
    companies_present: int = 0
    pledged_positions: ByJobType = field(default_factory=nothing)
    hires: ByJobType = field(default_factory=nothing)
    hires_starting_later: ByJobType = field(default_factory=nothing)


@dataclass
class QuarterFigures:
    """What began in one quarter: positions by the day they were pledged, hires by their first day of work."""

    quarter: str
    begins_on: date
    pledged_positions: ByJobType = field(default_factory=nothing)
    hires: ByJobType = field(default_factory=nothing)


@dataclass
class Figures:
    """All figures of one taskforce on one day, as known at one moment (see `MEASURES` for what each is)."""

    as_of: date
    known_at: datetime | None
    updated_at: datetime | None
    pledged_positions: ByJobType = field(default_factory=nothing)
    hires: ByJobType = field(default_factory=nothing)
    hires_from_pledges: ByJobType = field(default_factory=nothing)
    hires_without_pledge: ByJobType = field(default_factory=nothing)
    hires_current: ByJobType = field(default_factory=nothing)
    hires_starting_later: ByJobType = field(default_factory=nothing)
    starting_later_from_pledges: ByJobType = field(default_factory=nothing)
    events: list[EventFigures] = field(default_factory=list)
    quarters: list[QuarterFigures] = field(default_factory=list)

    def job_types(self) -> list[str]:
        """The job types of which there is anything at all, in their usual order."""
        return [
            job_type
            for job_type in JOB_TYPES
            if self.pledged_positions[job_type] or self.hires[job_type] or self.hires_starting_later[job_type]
        ]


def today(now: datetime | None = None) -> date:
    """The day it is in Europe/Copenhagen, now or at a moment."""
    return local_date(now or datetime.now(UTC))


def quarter_code(day: date) -> str:
    """`2026-Q4` for any day of that quarter."""
    return f"{day.year:04}-Q{(day.month + 2) // 3}"


def reckon(
    tallies: Iterable[Tally],
    events: Sequence[EventFacts],
    companies_present: Mapping[UUID, int],
    *,
    as_of: date,
    known_at: datetime | None = None,
    updated_at: datetime | None = None,
) -> Figures:
    """Make the figures of what was tallied for `as_of` and `known_at`."""
    figures = Figures(as_of, known_at, updated_at)
    quarters: dict[date, QuarterFigures] = {}
    by_event: dict[UUID, EventFigures] = {}
    for tally in tallies:
        of = tally.job_type
        hires = tally.hires_from_pledges + tally.hires_without_pledge
        starting_later = tally.starting_from_pledges + tally.starting_without_pledge
        # Nothing is left of what was taken back: as if it had never been.
        if tally.event_id is not None and (tally.positions or hires or starting_later):
            event = by_event.setdefault(tally.event_id, EventFigures(tally.event_id))
            event.pledged_positions[of] += tally.positions
            event.hires[of] += hires
            event.hires_starting_later[of] += starting_later
        elif tally.quarter is not None:
            if tally.positions or hires:
                quarter = quarters.setdefault(tally.quarter, QuarterFigures(quarter_code(tally.quarter), tally.quarter))
                quarter.pledged_positions[of] += tally.positions
                quarter.hires[of] += hires
            figures.pledged_positions[of] += tally.positions
            figures.hires[of] += hires
            figures.hires_from_pledges[of] += tally.hires_from_pledges
            figures.hires_without_pledge[of] += tally.hires_without_pledge
            figures.hires_current[of] += hires - tally.hires_ended
            figures.hires_starting_later[of] += starting_later
            figures.starting_later_from_pledges[of] += tally.starting_from_pledges
    figures.events = _in_order(by_event, events, companies_present, as_of)
    figures.quarters = _without_gaps(quarters)
    return figures


def _in_order(
    counted: dict[UUID, EventFigures], known: Sequence[EventFacts], present: Mapping[UUID, int], as_of: date
) -> list[EventFigures]:
    """Events that were held by `as_of` or of which something is counted, the latest first.

    One that is still a draft, or was cancelled, is left out unless something is counted of it; so is a meeting of
    the taskforce, which is not held to get pledges.
    """
    found: list[EventFigures] = []
    unknown = dict(counted)
    for facts in known:
        event = unknown.pop(facts.event_id, None)
        held = facts.held_on <= as_of and facts.status not in {"draft", "cancelled"}
        if event is None and (not held or facts.kind == "taskforce_meeting"):
            continue
        event = event or EventFigures(facts.event_id)
        event.title = facts.title
        event.place = facts.place
        event.status = facts.status
        event.date = facts.held_on
        event.goal_positions = facts.goal_positions
        event.companies_present = present.get(facts.event_id, 0)
        found.append(event)
    return [*found, *(unknown[event_id] for event_id in sorted(unknown))]


def _without_gaps(quarters: dict[date, QuarterFigures]) -> list[QuarterFigures]:
    """The quarters from the first to the last of which there is something, those between included."""
    if not quarters:
        return []
    day, last = min(quarters), max(quarters)
    every: list[QuarterFigures] = []
    while day <= last:
        every.append(quarters.get(day) or QuarterFigures(quarter_code(day), day))
        day = date(day.year + (day.month == 10), (day.month + 2) % 12 + 1, 1)
    return every


async def compute(
    database: Database, taskforce_id: UUID, *, as_of: date | None = None, known_at: datetime | None = None
) -> Figures:
    """Read and reckon one taskforce's figures, all from one snapshot.

    Args:
        as_of: the day they are for; today in Europe/Copenhagen where none is given.
        known_at: by when the system had been told; everything where None.
    """
    as_of = as_of or today()
    async with database.read(taskforce_id) as conn:
        return reckon(
            await queries.tallies(conn, as_of=as_of, known_at=known_at),
            await queries.employer_events(conn, known_at=known_at),
            await queries.companies_present(conn, as_of=as_of, known_at=known_at),
            as_of=as_of,
            known_at=known_at,
            updated_at=await queries.last_change(conn),
        )


def added_together(figure: ByJobType) -> int:
    """One number for all job types. Whoever shows it says that types are added together."""
    return sum(figure.values())
