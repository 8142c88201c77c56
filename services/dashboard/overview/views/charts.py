"""The charts of the taskforce: from pledge to job, and quarter by quarter; also for the projector."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from services.dashboard.measures.hires import Hires, HiresFromPledges
from services.dashboard.measures.pledges import PledgedPositions, PositionsAffirmed, PositionsMatched
from services.dashboard.measures.selection import Times
from services.dashboard.overview import findings
from services.dashboard.overview.captions import PLEDGES, PLEDGES_AND_HIRES
from services.dashboard.overview.lasting import employed_rows
from shared.i18n.translations import N_, current_language, ngettext
from shared.i18n.translations import gettext as _
from shared.ui.charts import Period, Step, column_chart, draw_columns, draw_funnel, funnel_chart
from shared.ui.charts.palette import PROMISED, REAL, swatch
from shared.ui.formats import percent_text, quarter_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from markupsafe import Markup

    from services.dashboard.measures.figures import Figures, QuarterFigures
    from services.dashboard.measures.measure import Measure
    from services.dashboard.measures.waits import Wait
    from services.dashboard.overview.captions import Population
    from services.dashboard.overview.links import Links
    from shared.contracts.pledges import JobType

LATEST_QUARTERS = 12
_WAY: Final[tuple[tuple[str, type[Measure], str], ...]] = (
    (N_("Affirmed by the company"), PositionsAffirmed, "pledged_to_affirmed"),
    (N_("A person found"), PositionsMatched, "pledged_to_matched"),
    (N_("Have started work"), HiresFromPledges, "pledged_to_hired"),
)
"""The steps after the pledge: the words, the measure, and the pair of steps whose median days it shows."""
_SERIES: Final[tuple[type[Measure], ...]] = (PledgedPositions, Hires)


def funnel(figures: Figures, population: Population, links: Links, *, restricted: bool) -> Markup:
    """Return the chart from pledged positions to the hires on them, and to those who are still employed.

    Hires without a pledge are included in the last steps only.

    Args:
        restricted: whether small counts of persons are hidden.
    """
    steps = funnel_steps(figures, population.job_type, links)
    steps += _employed_steps(figures, population.job_type, restricted=restricted, links=links)
    return funnel_chart(
        "funnel",
        funnel_finding(figures, population.job_type),
        steps if any(step.value for step in steps) else [],
        columns=(_("Step"), _("Number")),
        intro=_(
            "A step that was skipped does not count. Days are counted from the pledge, all job types together. "
            "Employed: of all hires whose day has come, also those without a pledge."
        ),
        topic=_("From pledge to job"),
        caption=population.caption(_("Pledged positions, and the hires on them"), PLEDGES_AND_HIRES),
        level=2,
    )


def funnel_finding(figures: Figures, job_type: str) -> str:
    """Return the title of the funnel: how many of the pledged positions have become jobs."""
    counts = figures.counts
    return findings.funnel(
        counts.by_job_type(PledgedPositions)[job_type], counts.by_job_type(HiresFromPledges)[job_type]
    )


def quarters_finding(figures: Figures, job_type: str, *, hires: bool = True) -> str:
    """Return the title of the chart by quarter, of all quarters, not only of those that are shown.

    Args:
        hires: whether the viewer may see counts of hires.
    """
    if not hires:
        return _("Pledged positions, quarter by quarter")
    return findings.quarters(
        [
            findings.Quarter(
                quarter.begins_on,
                quarter.counts.by_job_type(PledgedPositions)[job_type],
                quarter.counts.by_job_type(Hires)[job_type],
            )
            for quarter in figures.quarters
        ]
    )


def by_quarter(
    figures: Figures,
    population: Population,
    links: Links,
    *,
    hires: bool = True,
    latest: int | None = LATEST_QUARTERS,
) -> Markup:
    """Return the chart of pledged positions and hires of one job type. A column leads to what has come in its quarter.

    Args:
        hires: whether the viewer may see counts of hires.
    """
    measures = _SERIES if hires else _SERIES[:1]
    return column_chart(
        "by-quarter",
        quarters_finding(figures, population.job_type, hires=hires),
        _periods(figures, population.job_type, measures, latest, links),
        _series_names()[: len(measures)],
        series=(PROMISED, REAL)[: len(measures)],
        column=_("Quarter"),
        topic=_("Quarter by quarter"),
        caption=population.caption(
            _("Positions by the day they were pledged, hires by their first day of work")
            if hires
            else _("Positions by the day they were pledged"),
            PLEDGES_AND_HIRES if hires else PLEDGES,
            shown=_("The last %(shown)s of %(all)s quarters.", shown=latest, all=len(figures.quarters))
            if latest and len(figures.quarters) > latest
            else "",
        ),
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
    quarters, steps = quarters_finding(figures, job_type), funnel_finding(figures, job_type)
    periods = _periods(figures, job_type, _SERIES, LATEST_QUARTERS)
    names = _series_names()
    columns = draw_columns("by-quarter", quarters, periods, names, 520, series=(PROMISED, REAL))
    legend = [(swatch("legend", series), name) for series, name in zip((PROMISED, REAL), names, strict=True)]
    return [
        ProjectorChart(quarters, legend, columns.svg),
        ProjectorChart(steps, [], draw_funnel("funnel", steps, funnel_steps(figures, job_type), 470).svg),
    ]


def funnel_steps(figures: Figures, job_type: str, links: Links | None = None) -> list[Step]:
    """Return the steps from pledge to job, with the share of the pledged positions and the median days to each."""

    def number(measure: type[Measure]) -> int:
        return figures.counts.by_job_type(measure)[job_type]

    pledged = number(PledgedPositions)
    first = Step(
        _("Pledged positions"), pledged, href=links.list_of(PledgedPositions) if links else None, series=PROMISED
    )
    return [
        first,
        *(
            Step(
                _(label),
                number(measure),
                href=links.list_of(measure) if links else None,
                between=_between(number(measure), pledged, figures.waits.get(pair)),
            )
            for label, measure, pair in _WAY
        ),
    ]


def _between(reached: int, pledged: int, wait: Wait | None) -> str:
    """Return `39 % of the pledged · median 14 days`, as far as there is anything to say."""
    parts = [_("%(share)s of the pledged", share=percent_text(reached / pledged))] if 0 < reached <= pledged else []
    if reached and wait and wait.days is not None:
        days = round(wait.days)
        parts.append(ngettext("median %(num)s day", "median %(num)s days", days))
    return " · ".join(parts)


def _employed_steps(figures: Figures, job_type: str, *, restricted: bool, links: Links) -> list[Step]:
    """Return those still employed, of all hires whose day has come; nothing where a part of it is hidden."""
    steps = []
    for row in employed_rows(figures, job_type, restricted=restricted, links=links):
        if row.counts is not None and row.counts.of:
            of = _("%(share)s (%(part)s of %(of)s)", share=row.share, part=row.counts.yes, of=row.counts.of)
            label = _("Employed after %(months)s months", months=row.months)
            steps.append(Step(label, row.counts.yes, href=row.href, between=of))
    return steps


def _series_names() -> list[str]:
    return [_("Pledged positions"), _("Hires")]


def _periods(
    figures: Figures,
    job_type: str,
    measures: Sequence[type[Measure]],
    latest: int | None,
    links: Links | None = None,
) -> list[Period]:
    return [
        Period(
            quarter_text(quarter.begins_on),
            tuple(quarter.counts.by_job_type(measure)[job_type] for measure in measures),
            short=_short_quarter(quarter),
            hrefs=tuple(_of_quarter(quarter, measure, links) for measure in measures) if links else (),
        )
        for quarter in (figures.quarters[-latest:] if latest else figures.quarters)
    ]


def _of_quarter(quarter: QuarterFigures, measure: type[Measure], links: Links) -> str | None:
    """Return the URL of how a figure has changed in a quarter; None if that is still to come."""
    known_at, day = links.selection.known_at, links.selection.day
    since = Times(quarter.begins_on - timedelta(days=1), known_at)
    return links.between(measure, since, Times(min(_last_day(quarter), day), known_at)) if since.as_of < day else None


def _last_day(quarter: QuarterFigures) -> date:
    return (quarter.begins_on.replace(day=1) + timedelta(days=95)).replace(day=1) - timedelta(days=1)


def _short_quarter(quarter: QuarterFigures) -> str:
    number, year = (quarter.begins_on.month + 2) // 3, quarter.begins_on.year % 100
    return f"{number}. kv. {year:02}" if current_language() == "da" else f"Q{number} {year:02}"
