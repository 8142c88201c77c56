"""The events: what each has brought, against its goal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from services.dashboard.measures.attendance import CompaniesPresent
from services.dashboard.measures.figures import total_of_types
from services.dashboard.measures.hires import Hires, HiresStartingLater
from services.dashboard.measures.pledges import PledgedPositions
from services.dashboard.overview import findings
from services.dashboard.overview.captions import PLEDGES
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.ui.charts import Bar, bar_chart
from shared.ui.charts.palette import PROMISED
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from uuid import UUID

    from markupsafe import Markup

    from services.dashboard.measures.figures import EventFigures, Figures
    from services.dashboard.overview.captions import Population
    from services.dashboard.overview.links import Links

LATEST_EVENTS = 8


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


def events_finding(figures: Figures) -> str:
    """Return the title of the chart by event: how many have reached their goals."""
    return findings.events(
        [
            findings.Goal(total_of_types(event.counts.by_job_type(PledgedPositions)), event.goal_positions)
            for event in figures.events
        ]
    )


def by_event(figures: Figures, population: Population, links: Links, *, latest: int | None = LATEST_EVENTS) -> Markup:
    """Return the chart of pledged positions by event, each with its goal. Both are totals of all job types.

    A bar leads to the list of its pledges; if they are of several job types, which have a list each, to the event.
    """
    events = figures.events[:latest] if latest else figures.events
    several = len([job_type for job_type in JOB_TYPES if figures.counts.by_job_type(PledgedPositions)[job_type]]) > 1
    return bar_chart(
        "by-event",
        events_finding(figures),
        [
            Bar(
                event_name(event),
                total_of_types(event.counts.by_job_type(PledgedPositions)),
                href=_behind(event, population.job_type, links),
                goal=event.goal_positions,
            )
            for event in events
        ],
        columns=(_("Event"), _("Pledged positions")),
        series=PROMISED,
        topic=_("Event by event"),
        caption=population.caption(
            _("Pledged positions"),
            PLEDGES,
            all_types=True,
            shown=_("The last %(shown)s of %(all)s events.", shown=latest, all=len(figures.events))
            if latest and len(figures.events) > latest
            else "",
        ),
        intro=_events_intro(goals=any(event.goal_positions is not None for event in events), several=several),
        level=2,
    )


def _events_intro(*, goals: bool, several: bool) -> str | None:
    if goals and several:
        return _("All job types added together, as an event's goal is for all of them. The tick marks the goal.")
    if goals:
        return _("The tick marks the event's goal.")
    return _("All job types added together.") if several else None


def _behind(event: EventFigures, job_type: str, links: Links) -> str | None:
    counted = event.counts.by_job_type(PledgedPositions)
    if counted[job_type] and counted[job_type] == total_of_types(counted):
        return links.list_of(PledgedPositions, filters=replace(links.selection.filters, event_id=event.event_id))
    return links.event(event.event_id) if event.title else None


def event_name(event: EventFigures) -> str:
    """`Småjob-aften, 01.12.2026`."""
    if event.title is None or event.date is None:
        return _("An event not yet known here")
    # A chart breaks its labels at spaces, but not within a date.
    day = date_text(event.date).replace(" ", "\N{NO-BREAK SPACE}")
    return f"{event.title}, {day}"


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
