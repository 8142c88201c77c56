"""The headline figures, and the table of job types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.dashboard.measures.catalogue import HEADLINES
from services.dashboard.measures.citizens import Citizens, CitizensCurrent
from services.dashboard.measures.figures import today
from services.dashboard.measures.hires import Hires, HiresCurrent, HiresStartingLater, HiresWithoutPledge
from services.dashboard.measures.pledges import PledgedPositions
from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext
from shared.product.vocabulary import JOB_TYPES
from shared.ui.formats import date_text, number_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.dashboard.measures.figures import ByJobType, Figures
    from services.dashboard.measures.measure import Measure
    from services.dashboard.overview.links import Links
    from services.dashboard.selection import Selection

TYPE_COLUMNS: tuple[type[Measure], ...] = (
    PledgedPositions,
    Hires,
    HiresWithoutPledge,
    HiresCurrent,
    HiresStartingLater,
)
"""The measures that the table of job types shows for each job type, one in each column."""

_CITIZENS: Mapping[type[Measure], type[Measure]] = {Hires: Citizens, HiresCurrent: CitizensCurrent}
_TONES: Mapping[type[Measure], str] = {PledgedPositions: "promised", HiresStartingLater: "waiting"}


@dataclass(frozen=True)
class Card:
    """A headline figure.

    Attributes:
        tone: the suffix of its CSS class.
        citizens: in words, how many citizens the hires are.
        href: the list behind it.
    """

    measure: type[Measure]
    label: str
    value: int
    tone: str
    note: str | None = None
    citizens: str | None = None
    href: str | None = None


@dataclass(frozen=True)
class TypeRow:
    """One job type's figures, and a link to the dashboard of that type."""

    job_type: str
    label: str
    href: str
    counts: Sequence[int]


def cards(figures: Figures, job_type: str, *, hires: bool = True, links: Links | None = None) -> list[Card]:
    """Return the headline figures of one job type.

    Args:
        hires: whether the viewer may see counts of hires.
        links: the lists behind the figures; None: there are no links.
    """
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
            _TONES.get(measure, "real"),
            note if measure is Hires else None,
            citizens_in_words(figures, measure, job_type),
            links.list_of(measure) if links else None,
        )
        for measure in HEADLINES
        if hires or measure.unit != "hires"
    ]


def citizens_in_words(figures: Figures, measure: type[Measure], job_type: str) -> str | None:
    """Return how many citizens the hires of a headline are, such as `47 different citizens`.

    None of a measure that counts no hires, where the viewer may not know, and where there is nobody.
    """
    if measure not in _CITIZENS or figures.hides_groups:
        return None
    citizens = figures.counts.by_job_type(_CITIZENS[measure])[job_type]
    if not citizens:
        return None
    if figures.closely:
        return ngettext(
            "%(count)s citizen on %(day)s",
            "%(count)s citizens on %(day)s",
            citizens,
            count=number_text(citizens),
            day=date_text(figures.closely.as_of),
        )
    return ngettext("%(count)s citizen", "%(count)s different citizens", citizens, count=number_text(citizens))


def type_columns(*, hires: bool) -> list[type[Measure]]:
    """Return the measures of the table of job types. `hires`: whether the viewer may see counts of hires."""
    return [measure for measure in TYPE_COLUMNS if hires or measure.unit != "hires"]


def type_rows(figures: Figures, selection: Selection, columns: Sequence[type[Measure]] = TYPE_COLUMNS) -> list[TypeRow]:
    """Return a row for each job type with at least one number that is not zero."""
    return [
        TypeRow(
            job_type,
            _(JOB_TYPES[job_type]),
            selection.url(job_type=job_type),
            [figures.counts.by_job_type(measure)[job_type] for measure in columns],
        )
        for job_type in JOB_TYPES
        if any(
            figures.counts.by_job_type(measure)[job_type] for measure in (PledgedPositions, Hires, HiresStartingLater)
        )
    ]


def types_in_words(counts: ByJobType) -> str:
    """`44 småjob · 3 praktik`: the parts of a sum over job types."""
    return " · ".join(
        f"{number_text(counts[job_type])} {_in_sentence(_(JOB_TYPES[job_type]))}"
        for job_type in JOB_TYPES
        if counts[job_type]
    )


def _in_sentence(label: str) -> str:
    return label[:1].lower() + label[1:]
