"""What a slide shows of the figures: at most three numbers or one chart, with its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.dashboard.measures.figures import total_of_types
from services.dashboard.measures.hires import HiresCurrentByHours
from services.dashboard.measures.pledges import PledgedPositions
from services.dashboard.overview import findings, lasting, views
from services.dashboard.overview.restricted import shown_counts
from services.dashboard.overview.views import ProjectorChart
from shared.i18n.translations import gettext as _
from shared.ui.charts import Bar, draw_bars
from shared.ui.charts.palette import PROMISED
from shared.ui.formats import number_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.dashboard.measures.figures import Employed, Figures
    from services.dashboard.meeting.slides import SlideView
    from shared.contracts.pledges import JobType

_LATEST_EVENTS = 6
_CHART_WIDTH = 520


@dataclass(frozen=True, slots=True)
class Number:
    """A number to be read from the back row. `tone` is the suffix of its CSS class; `of` what it is a part of."""

    value: str
    label: str
    tone: str = "real"
    of: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a slide: a finding, and numbers or a chart. With neither there is nothing to show yet."""

    finding: str = ""
    numbers: Sequence[Number] = ()
    chart: ProjectorChart | None = None


def content(view: SlideView, figures: Figures, job_type: JobType, *, restricted: bool) -> Content:
    """Return what a slide shows of figures; nothing for a view that shows something else.

    Args:
        restricted: whether small counts of persons are hidden.
    """
    if view == "numbers":
        return Content(numbers=_headlines(figures, job_type))
    if view == "employed":
        return _employed(figures, job_type, restricted)
    chart = _chart(view, figures, job_type, restricted)
    return Content(chart.title, chart=chart) if chart else Content()


def _headlines(figures: Figures, job_type: JobType) -> list[Number]:
    return [
        Number(number_text(card.value), card.label, card.tone, note=card.note or "")
        for card in views.cards(figures, job_type)[:3]
    ]


def _employed(figures: Figures, job_type: JobType, restricted: bool) -> Content:
    rows = lasting.employed_rows(figures, job_type, restricted=restricted)
    numbers = [
        Number(
            _number(row.counts),
            _("Employed after %(months)s months", months=row.months),
            of=_("of %(count)s", count=number_text(row.counts.of)) if row.counts and row.counts.of else "",
            note=row.share or (_("Nobody's day has come yet.") if row.counts else ""),
        )
        for row in rows
    ]
    return Content(findings.employed({row.months: row.counts for row in rows}), numbers)


def _number(counts: Employed | None) -> str:
    if counts is None:
        return _("hidden")
    return number_text(counts.yes) if counts.of else "–"


def _chart(view: SlideView, figures: Figures, job_type: JobType, restricted: bool) -> ProjectorChart | None:
    if view == "events":
        return _events(figures)
    if view == "hours":
        return _hours(figures, job_type, restricted)
    drawn = dict(zip(("quarters", "funnel"), views.projector_charts(figures, job_type), strict=False))
    return drawn.get(view)


def _events(figures: Figures) -> ProjectorChart | None:
    """Return the positions pledged at the latest events, all job types together, each with its goal."""
    held = figures.events[:_LATEST_EVENTS]
    if not held:
        return None
    pledged = [total_of_types(event.counts.by_job_type(PledgedPositions)) for event in held]
    title = findings.events(
        [findings.Goal(number, event.goal_positions) for event, number in zip(held, pledged, strict=True)]
    )
    bars = [
        Bar(views.event_name(event), number, goal=event.goal_positions)
        for event, number in zip(held, pledged, strict=True)
    ]
    return ProjectorChart(title, [], draw_bars("slide-events", title, bars, _CHART_WIDTH + 160, series=PROMISED).svg)


def _hours(figures: Figures, job_type: JobType, restricted: bool) -> ProjectorChart | None:
    counted = figures.counts.by_group(HiresCurrentByHours, job_type)
    if not any(counted.values()):
        return None
    shown = shown_counts(counted) if restricted else counted
    bands = {_(lasting.HOURS[band]): number for band, number in shown.items()}
    title = findings.hours(bands)
    bars = [Bar(words, number, sign=_("hidden")) for words, number in bands.items()]
    return ProjectorChart(title, [], draw_bars("slide-hours", title, bars, _CHART_WIDTH + 60).svg)
