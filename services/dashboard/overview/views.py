"""The figures prepared for pages: cards, rows and charts, with their texts and links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from services.dashboard.measures.attendance import CompaniesPresent
from services.dashboard.measures.figures import today, total_of_types
from services.dashboard.measures.hires import (
    Hires,
    HiresCurrent,
    HiresFromPledges,
    HiresStartingLater,
    HiresWithoutPledge,
    StartingLaterFromPledges,
)
from services.dashboard.measures.pledges import PledgedPositions
from services.dashboard.selection import Selection
from shared.i18n.translations import current_language, ngettext
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.ui.charts import Bar, Period, Step, bar_chart, column_chart, draw_columns, draw_funnel, funnel_chart
from shared.ui.charts.palette import PROMISED, REAL, swatch
from shared.ui.formats import date_text, number_text, quarter_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from markupsafe import Markup

    from services.dashboard.measures.figures import ByJobType, EventFigures, Figures, QuarterFigures
    from services.dashboard.measures.measure import Measure
    from shared.contracts.pledges import JobType

TYPE_COLUMNS: tuple[type[Measure], ...] = (
    PledgedPositions,
    Hires,
    HiresWithoutPledge,
    HiresCurrent,
    HiresStartingLater,
)
"""The measures that the table of job types shows for each job type, one in each column."""

_HEADLINES: tuple[tuple[type[Measure], str], ...] = (
    (PledgedPositions, "promised"),
    (Hires, "real"),
    (HiresCurrent, "real"),
    (HiresStartingLater, "waiting"),
)
LATEST_QUARTERS = 12
LATEST_EVENTS = 8


@dataclass(frozen=True)
class Card:
    """A headline figure. `tone` is the suffix of its CSS class; a click shows the measure's definition."""

    measure: type[Measure]
    label: str
    value: int
    tone: str
    note: str | None = None


@dataclass(frozen=True)
class TypeRow:
    """One job type's figures, and a link to the dashboard of that type."""

    job_type: str
    label: str
    href: str
    counts: Sequence[int]


def cards(figures: Figures, job_type: str) -> list[Card]:
    """Return the headline figures of one job type."""
    current_label = _(HiresCurrent.label) if figures.as_of == today() else _("Employed on that day")
    without_pledge = figures.counts.by_job_type(HiresWithoutPledge)[job_type]
    note = (
        ngettext(
            "%(count)s of them without a pledge",
            "%(count)s of them without a pledge",
            without_pledge,
            count=number_text(without_pledge),
        )
        if without_pledge
        else None
    )
    return [
        Card(
            measure,
            current_label if measure is HiresCurrent else _(measure.label),
            figures.counts.by_job_type(measure)[job_type],
            tone,
            note if measure is Hires else None,
        )
        for measure, tone in _HEADLINES
    ]


def type_rows(figures: Figures, selection: Selection) -> list[TypeRow]:
    """Return a row for each job type with at least one number that is not zero."""
    return [
        TypeRow(
            job_type,
            _(JOB_TYPES[job_type]),
            selection.url(job_type=job_type),
            [figures.counts.by_job_type(measure)[job_type] for measure in TYPE_COLUMNS],
        )
        for job_type in JOB_TYPES
        if any(
            figures.counts.by_job_type(measure)[job_type] for measure in (PledgedPositions, Hires, HiresStartingLater)
        )
    ]


def funnel(figures: Figures, job_type: str, *, href: str | None = None) -> Markup:
    """Return the chart from pledged positions to the hires on them. Hires without a pledge are not included."""
    steps = _steps(figures, job_type, href)
    return funnel_chart(
        "funnel",
        _("From pledge to job"),
        steps if any(step.value for step in steps) else [],
        columns=(_("Step"), _("Number")),
        level=2,
    )


def by_quarter(figures: Figures, selection: Selection, *, latest: int | None = LATEST_QUARTERS) -> Markup:
    """Return the chart of pledged positions and hires of one job type. A quarter links to the figures of its end."""
    return column_chart(
        "by-quarter",
        _("Quarter by quarter"),
        _periods(figures, selection, latest),
        _series_names(),
        series=(PROMISED, REAL),
        column=_("Quarter"),
        level=2,
    )


@dataclass(frozen=True)
class ProjectorChart:
    """A chart of the projector page: a title, a legend, and a drawing with large letters."""

    title: str
    legend: Sequence[tuple[Markup, str]]
    svg: Markup


def projector_charts(figures: Figures, job_type: JobType) -> list[ProjectorChart]:
    """Return the charts of the projector page; none if nothing has been counted."""
    if not figures.quarters:
        return []
    quarters, steps = _("Quarter by quarter"), _("From pledge to job")
    periods = _periods(figures, Selection(job_type=job_type), LATEST_QUARTERS)
    names = _series_names()
    columns = draw_columns("by-quarter", quarters, periods, names, 520, series=(PROMISED, REAL))
    legend = [(swatch("legend", series), name) for series, name in zip((PROMISED, REAL), names, strict=True)]
    return [
        ProjectorChart(quarters, legend, columns.svg),
        ProjectorChart(steps, [], draw_funnel("funnel", steps, _steps(figures, job_type), 470).svg),
    ]


def _steps(figures: Figures, job_type: str, href: str | None = None) -> list[Step]:
    started = figures.counts.by_job_type(HiresFromPledges)[job_type]
    confirmed = started + figures.counts.by_job_type(StartingLaterFromPledges)[job_type]
    return [
        Step(
            _("Pledged positions"), figures.counts.by_job_type(PledgedPositions)[job_type], href=href, series=PROMISED
        ),
        Step(_("Confirmed hires on them"), confirmed, href=href),
        Step(_("Have started work"), started, href=href),
    ]


def _series_names() -> list[str]:
    return [_("Pledged positions"), _("Hires")]


def _periods(figures: Figures, selection: Selection, latest: int | None) -> list[Period]:
    return [
        Period(
            quarter_text(quarter.begins_on),
            [quarter.counts.by_job_type(measure)[selection.job_type] for measure in (PledgedPositions, Hires)],
            href=selection.url(as_of=min(_last_day(quarter), selection.day)),
            short=_short_quarter(quarter),
        )
        for quarter in (figures.quarters[-latest:] if latest else figures.quarters)
    ]


@dataclass(frozen=True)
class EventRow:
    """The results of one event in one job type."""

    name: str
    href: str | None
    companies_present: int
    pledged_positions: int
    hires: int
    hires_starting_later: int


def event_rows(
    figures: Figures, job_type: str, *, with_links: bool, latest: int | None = LATEST_EVENTS
) -> list[EventRow]:
    """Return a row for each event, the latest first."""
    return [
        EventRow(
            event_name(event),
            f"/events/{event.event_id}" if with_links and event.title else None,
            event.counts.number(CompaniesPresent),
            *(event.counts.by_job_type(one)[job_type] for one in (PledgedPositions, Hires, HiresStartingLater)),
        )
        for event in (figures.events[:latest] if latest else figures.events)
    ]


def by_event(figures: Figures, *, with_links: bool, latest: int | None = LATEST_EVENTS) -> Markup:
    """Return the chart of pledged positions by event, each with its goal. Both are totals of all job types."""
    events = figures.events[:latest] if latest else figures.events
    several = len([job_type for job_type in JOB_TYPES if figures.counts.by_job_type(PledgedPositions)[job_type]]) > 1
    return bar_chart(
        "by-event",
        _("Event by event"),
        [
            Bar(
                event_name(event),
                total_of_types(event.counts.by_job_type(PledgedPositions)),
                href=f"/events/{event.event_id}" if with_links and event.title else None,
                goal=event.goal_positions,
            )
            for event in events
        ],
        columns=(_("Event"), _("Pledged positions")),
        series=PROMISED,
        intro=_("All job types added together, as an event's goal is for all of them. The tick marks the goal.")
        if several
        else _("The tick marks the event's goal."),
        level=2,
    )


def event_name(event: EventFigures) -> str:
    """`Småjob-aften, 01.12.2026`."""
    if event.title is None or event.date is None:
        return _("An event not yet known here")
    # A chart breaks its labels at spaces, but not within a date.
    day = date_text(event.date).replace(" ", "\N{NO-BREAK SPACE}")
    return f"{event.title}, {day}"


def types_in_words(counts: ByJobType) -> str:
    """`44 småjob · 3 praktik`: the parts of a sum over job types."""
    return " · ".join(
        f"{number_text(counts[job_type])} {_in_sentence(_(JOB_TYPES[job_type]))}"
        for job_type in JOB_TYPES
        if counts[job_type]
    )


def current_event(figures: Figures) -> EventFigures | None:
    """Return the open event of today, or of yesterday, because an event may end after midnight.

    Of several, it is the one with the most pledges, so that an event that opens early does not replace it.
    """
    days = (figures.as_of, figures.as_of - timedelta(days=1))
    going_on = [event for event in figures.events if event.status == "open" and event.date in days]
    return max(
        going_on,
        key=lambda event: (
            total_of_types(event.counts.by_job_type(PledgedPositions)),
            event.counts.number(CompaniesPresent),
            event.date or date.min,
        ),
        default=None,
    )


def chosen_event(figures: Figures, event_id: UUID | None) -> EventFigures | None:
    """Return the event with this id, or the current event if the id is None or unknown."""
    chosen = (event for event in figures.events if event.event_id == event_id and event.title)
    return next(chosen, None) or current_event(figures)


def _in_sentence(label: str) -> str:
    return label[:1].lower() + label[1:]


def _last_day(quarter: QuarterFigures) -> date:
    return (quarter.begins_on.replace(day=1) + timedelta(days=95)).replace(day=1) - timedelta(days=1)


def _short_quarter(quarter: QuarterFigures) -> str:
    number, year = (quarter.begins_on.month + 2) // 3, quarter.begins_on.year % 100
    return f"{number}. kv. {year:02}" if current_language() == "da" else f"Q{number} {year:02}"
