"""What a slide shows: at most three numbers, one chart, or a few lines, with their words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from services.dashboard.bridge.words import MINUS, sum_text
from services.dashboard.measures.figures import total_of_types
from services.dashboard.measures.hires import Hires, HiresCurrentByHours
from services.dashboard.measures.pledges import PledgedPositions
from services.dashboard.overview import findings, lasting, views
from services.dashboard.overview.restricted import shown_counts
from services.dashboard.overview.views import ProjectorChart
from services.dashboard.targets.words import draw_targets, target_rows
from services.dashboard.targets.words import finding as target_finding
from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext
from shared.ui.charts import Bar, draw_bars
from shared.ui.charts.palette import PROMISED
from shared.ui.formats import date_text, number_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.dashboard.measures.figures import Employed, Figures
    from services.dashboard.meeting.changes import Changes, Correction
    from services.dashboard.meeting.slides import SlideView
    from services.dashboard.targets.domain import Forecast
    from shared.contracts.pledges import JobType

_LATEST_EVENTS = 6
_MOST_LINES = 3
_WIDTH, _WIDE = 580, 680


@dataclass(frozen=True, slots=True)
class Number:
    """A number to be read from the back row. `tone` is the suffix of its CSS class; `of` what it is a part of."""

    value: str
    label: str
    tone: str = "real"
    of: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A figure that was another one: its label, both values, and the sum that leads from the first to the second."""

    label: str
    value: str
    sum: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a slide: a finding, and numbers, a chart or lines. With none of them, `nothing` says why."""

    finding: str = ""
    numbers: Sequence[Number] = ()
    chart: ProjectorChart | None = None
    lines: Sequence[Line] = ()
    nothing: str = ""


NOTHING: Final = Content()


def of_changes(changes: Changes) -> Content:
    """Return how the headlines have changed since the meeting before."""
    if changes.before is None or not changes.bridges:
        return Content(nothing=changes.nothing)
    hires = next(bridge for bridge in changes.bridges if bridge.measure is Hires)
    return Content(
        findings.changes(hires.end - hires.start, changes.before.held_on, meeting=True),
        lines=[
            Line(_(one.measure.label), number_text(one.end), sum_text(one), _difference(one.end - one.start))
            for one in changes.bridges[:_MOST_LINES]
        ],
    )


def of_corrections(corrections: Sequence[Correction]) -> Content:
    """Return the figures of earlier meetings that have been corrected since, the latest first."""
    if not corrections:
        return Content(nothing=_("No figure that an earlier meeting saw has been corrected since."))
    more = len(corrections) - _MOST_LINES
    return Content(
        ngettext(
            "%(num)s figure that an earlier meeting saw is another one now",
            "%(num)s figures that earlier meetings saw are others now",
            len(corrections),
        ),
        lines=[
            Line(
                _(
                    "%(figure)s, as the meeting on %(day)s saw it",
                    figure=_(one.bridge.measure.label),
                    day=date_text(one.meeting.held_on),
                ),
                _("%(before)s, now %(after)s", before=number_text(one.bridge.start), after=number_text(one.bridge.end)),
                sum_text(one.bridge),
            )
            for one in corrections[:_MOST_LINES]
        ],
        nothing=ngettext(
            "and %(num)s more on the page of the meeting", "and %(num)s more on the page of the meeting", more
        )
        if more > 0
        else "",
    )


def of_targets(forecasts: Sequence[Forecast]) -> Content:
    """Return how the targets stand, as a chart. Shares of few persons are hidden."""
    if not forecasts:
        return Content(nothing=_("No target has been set."))
    rows = target_rows(forecasts, hides_small=True)
    title = target_finding(rows)
    return Content(title, chart=ProjectorChart(title, [], draw_targets("slide-targets", rows, _WIDE).svg))


def _difference(number: int) -> str:
    """Return a change in words; empty if there is none, or if changes cancel each other out: the sum says so."""
    if not number:
        return ""
    return f"{'+' if number > 0 else MINUS}{number_text(abs(number))}"


def of_figures(view: SlideView, figures: Figures, job_type: JobType, *, restricted: bool) -> Content:
    """Return what a slide shows of figures.

    Args:
        restricted: whether small counts of persons are hidden.
    """
    if view == "numbers":
        return Content(numbers=_headlines(figures, job_type))
    day = _("On %(day)s, at the end of a quarter", day=date_text(figures.closely.as_of)) if figures.closely else ""
    if view == "employed":
        return replace(_employed(figures, job_type, restricted), nothing=day)
    chart = _chart(view, figures, job_type, restricted)
    if view == "hours" and chart:
        return Content(chart.title, chart=chart, nothing=day)
    return Content(chart.title, chart=chart) if chart else Content(nothing=_("There is nothing to show yet."))


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
    """Return the positions pledged at the latest events, all job types together, each with its goal.

    The title is that of the page: of all events.
    """
    held = figures.events[:_LATEST_EVENTS]
    if not held:
        return None
    pledged = [total_of_types(event.counts.by_job_type(PledgedPositions)) for event in held]
    title = views.events_finding(figures)
    bars = [
        Bar(views.event_name(event), number, goal=event.goal_positions)
        for event, number in zip(held, pledged, strict=True)
    ]
    return ProjectorChart(title, [], draw_bars("slide-events", title, bars, _WIDE, series=PROMISED).svg)


def _hours(figures: Figures, job_type: JobType, restricted: bool) -> ProjectorChart | None:
    counted = figures.counts.by_group(HiresCurrentByHours, job_type)
    if not any(counted.values()):
        return None
    shown = shown_counts(counted) if restricted else counted
    bands = {_(HiresCurrentByHours.group_labels[band]): number for band, number in shown.items()}
    title = findings.hours(bands)
    bars = [Bar(words, number, sign=_("hidden")) for words, number in bands.items()]
    return ProjectorChart(title, [], draw_bars("slide-hours", title, bars, _WIDTH).svg)
