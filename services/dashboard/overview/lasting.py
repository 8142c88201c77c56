"""Whether the jobs last, for the page: employment after some months, hours, ends, and days between the steps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from services.dashboard.measures.figures import employed_after, today
from services.dashboard.measures.hires import (
    HiresCurrentByHours,
    HiresCurrentByLadder,
    HiresEndedByReason,
    StillEmployed,
)
from services.dashboard.measures.waits import PAIRS, MedianDays
from services.dashboard.overview import findings
from services.dashboard.overview.captions import HIRES
from services.dashboard.overview.restricted import shown_counts, shown_employed
from services.dashboard.read_model.ladder import CHECKPOINT_MONTHS
from shared.i18n.translations import gettext as _
from shared.ui.charts import Bar, bar_chart
from shared.ui.formats import number_text, percent_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from services.dashboard.measures.figures import Employed, Figures
    from services.dashboard.measures.measure import Measure
    from services.dashboard.overview.captions import Population
    from services.dashboard.overview.links import Links


@dataclass(frozen=True)
class EmployedRow:
    """How many people were employed some months after their start.

    Attributes:
        counts: None: hidden, because a part of it is small.
        share: in words, with its counts beside it.
        href: the list of those who are employed; None: the viewer may not see it.
    """

    months: int
    counts: Employed | None
    share: str
    href: str | None = None


@dataclass(frozen=True)
class WaitRow:
    """How long it took from one step to a later one. `days` is the median, in words; `cases` None: too few to show."""

    label: str
    days: str
    cases: int | None


@dataclass(frozen=True)
class Lasting:
    """What the section shows of one job type. The days between the steps are of all job types together."""

    title: str
    caption: str
    employed: Sequence[EmployedRow]
    hours: Markup
    ladder: Markup
    ended: Markup
    waits: Sequence[WaitRow]
    still_employed: type[Measure] = StillEmployed
    median_days: type[Measure] = MedianDays


def lasting(figures: Figures, population: Population, *, restricted: bool, links: Links | None = None) -> Lasting:
    """Return what is known about how long the jobs of one type last.

    Args:
        restricted: whether small counts of persons are hidden.
        links: the lists behind the figures; None: there are no links.
    """
    if figures.closely:
        population = replace(population, as_of=figures.closely.as_of, known_at=figures.closely.known_at)
    employed = employed_rows(figures, population.job_type, restricted=restricted, links=links)
    return Lasting(
        findings.employed({row.months: row.counts for row in employed}),
        population.caption(_("Hires whose day has come"), HIRES),
        employed,
        _by_hours(figures, population, restricted, links),
        _by_ladder(figures, population, restricted, links),
        _by_reason(figures, population, restricted, links),
        [
            WaitRow(
                _(label),
                _("hidden") if wait.cases is None else "–" if wait.days is None else number_text(wait.days),
                wait.cases,
            )
            for label, wait in ((label, figures.waits[pair]) for pair, label in PAIRS.items())
        ],
    )


def employed_rows(
    figures: Figures, job_type: str, *, restricted: bool, links: Links | None = None
) -> list[EmployedRow]:
    """Return how many were employed after 3, 6 and 12 months. The arguments are those of `lasting`."""
    return [_employed(figures, months, job_type, restricted, links) for months in CHECKPOINT_MONTHS]


def _employed(figures: Figures, months: int, job_type: str, restricted: bool, links: Links | None) -> EmployedRow:
    counts = employed_after(figures.counts, months, job_type)
    shown = shown_employed(counts) if restricted else counts
    if shown is None or not counts.of:
        return EmployedRow(months, shown, "")
    share = percent_text(counts.yes / counts.of)
    # Those of whom nobody has said so may be employed, too.
    words = _("at least %(share)s", share=share) if counts.unknown else share
    href = links.list_of(StillEmployed, group=StillEmployed.group(months, "yes")) if links and counts.yes else None
    return EmployedRow(months, counts, words, href)


def _by_hours(figures: Figures, population: Population, restricted: bool, links: Links | None) -> Markup:
    hours = figures.counts.by_group(HiresCurrentByHours, population.job_type)
    shown = _shown(hours, restricted)
    topic = (
        _(HiresCurrentByHours.label)
        if figures.day_of_groups == today()
        else _("Employed on that day, by paid hours a week")
    )
    return bar_chart(
        "by-hours",
        findings.hours({_(HiresCurrentByHours.group_labels[band]): number for band, number in shown.items()}),
        _bars(HiresCurrentByHours, shown, links) if any(hours.values()) else [],
        columns=(_("Paid hours a week"), _("Employed")),
        topic=topic,
        caption=population.caption(topic, HIRES),
    )


def _by_ladder(figures: Figures, population: Population, restricted: bool, links: Links | None) -> Markup:
    counted = figures.counts.by_group(HiresCurrentByLadder, population.job_type)
    shown = _shown(counted, restricted)
    topic = ladder_label(figures)
    return bar_chart(
        "by-ladder",
        findings.ladder(shown),
        _bars(HiresCurrentByLadder, shown, links) if any(counted.values()) else [],
        columns=(_("Paid hours a week"), _("Employed")),
        topic=topic,
        caption=population.caption(topic, HIRES),
    )


def ladder_label(figures: Figures) -> str:
    """Return the name of the measure of the hours ladder on the day of the figures."""
    return (
        _(HiresCurrentByLadder.label)
        if figures.day_of_groups == today()
        else _("Employed on that day, by the hours ladder")
    )


def _by_reason(figures: Figures, population: Population, restricted: bool, links: Links | None) -> Markup:
    counted = figures.counts.by_group(HiresEndedByReason, population.job_type)
    reasons = {reason: number for reason, number in _shown(counted, restricted).items() if number != 0}
    return bar_chart(
        "by-reason",
        findings.reasons({_(HiresEndedByReason.group_labels[reason]): number for reason, number in reasons.items()}),
        _bars(HiresEndedByReason, reasons, links),
        columns=(_("Reason"), _("Ended")),
        topic=_(HiresEndedByReason.label),
        caption=population.caption(_(HiresEndedByReason.label), HIRES),
    )


def _shown(counts: Mapping[str, int], restricted: bool) -> Mapping[str, int | None]:
    return shown_counts(counts) if restricted else counts


def _bars(measure: type[Measure], shown: Mapping[str, int | None], links: Links | None) -> list[Bar]:
    """Return a bar for each group, with a link to its list if it has one."""
    return [
        Bar(
            _(measure.group_labels[group]),
            number,
            links.list_of(measure, group=group) if links and number else None,
            sign=_("hidden"),
        )
        for group, number in shown.items()
    ]
