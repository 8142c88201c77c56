"""Whether the jobs last, for the page: employment after some months, hours, ends, and days between the steps."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from services.dashboard.measures.figures import employed_after, today
from services.dashboard.measures.hires import HiresCurrentByHours, HiresEndedByReason, StillEmployed
from services.dashboard.measures.waits import PAIRS, MedianDays
from services.dashboard.read_model.deltas import UNKNOWN
from services.dashboard.read_model.ladder import CHECKPOINT_MONTHS
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import END_REASONS
from shared.ui.charts import Bar, bar_chart
from shared.ui.formats import number_text, percent_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from services.dashboard.measures.figures import Employed, Figures
    from services.dashboard.measures.measure import Measure

HOURS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "0": N_("No paid hours"),
        "1-4": N_("1–4 hours"),
        "5-9": N_("5–9 hours"),
        "10-15": N_("10–15 hours"),
        "16-20": N_("16–20 hours"),
        "21-29": N_("21–29 hours"),
        "30+": N_("30 hours or more"),
    }
)
"""The words of the bands of paid weekly hours."""
_REASONS: Final[Mapping[str, str]] = MappingProxyType(dict(END_REASONS) | {UNKNOWN: N_("No reason given")})


@dataclass(frozen=True)
class EmployedRow:
    """How many people were employed some months after their start. `share` is in words, with its counts beside it."""

    months: int
    counts: Employed
    share: str


@dataclass(frozen=True)
class WaitRow:
    """How long it took from one step to a later one. `days` is the median, in words."""

    label: str
    days: str
    cases: int


@dataclass(frozen=True)
class Lasting:
    """What the section shows of one job type. The days between the steps are of all job types together."""

    employed: Sequence[EmployedRow]
    hours: Markup
    ended: Markup
    waits: Sequence[WaitRow]
    still_employed: type[Measure] = StillEmployed
    median_days: type[Measure] = MedianDays


def lasting(figures: Figures, job_type: str) -> Lasting:
    """Return what is known about how long the jobs of one type last."""
    return Lasting(
        [_employed(figures, months, job_type) for months in CHECKPOINT_MONTHS],
        _by_hours(figures, job_type),
        _by_reason(figures, job_type),
        [
            WaitRow(_(label), "–" if wait.days is None else number_text(wait.days), wait.cases)
            for label, wait in ((label, figures.waits[pair]) for pair, label in PAIRS.items())
        ],
    )


def _employed(figures: Figures, months: int, job_type: str) -> EmployedRow:
    counts = employed_after(figures.counts, months, job_type)
    if not counts.of:
        return EmployedRow(months, counts, "")
    share = percent_text(counts.yes / counts.of)
    # Those of whom nobody has said so may be employed, too.
    return EmployedRow(months, counts, _("at least %(share)s", share=share) if counts.unknown else share)


def _by_hours(figures: Figures, job_type: str) -> Markup:
    hours = figures.counts.by_group(HiresCurrentByHours, job_type)
    title = (
        _(HiresCurrentByHours.label) if figures.as_of == today() else _("Employed on that day, by paid hours a week")
    )
    return bar_chart(
        "by-hours",
        title,
        [Bar(_(HOURS[band]), number) for band, number in hours.items()] if any(hours.values()) else [],
        columns=(_("Paid hours a week"), _("Employed")),
    )


def _by_reason(figures: Figures, job_type: str) -> Markup:
    reasons = figures.counts.by_group(HiresEndedByReason, job_type)
    return bar_chart(
        "by-reason",
        _(HiresEndedByReason.label),
        [Bar(_(_REASONS[reason]), number) for reason, number in reasons.items() if number],
        columns=(_("Reason"), _("Ended")),
    )
