"""The section of the figures by municipality, by industry and by member company. In the current language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from services.dashboard.measures.breakdowns import BROKEN_DOWN
from services.dashboard.measures.pledges import PledgedPositions
from services.dashboard.overview import findings
from services.dashboard.overview.restricted import shown_counts
from services.dashboard.overview.views.breakdowns import heading
from services.dashboard.pack.document import Column, Section, Sign, Table
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.product.industries import SECTIONS
from shared.product.municipalities import municipality_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from services.dashboard.measures.breakdowns import Breakdown, Dimension, Part
    from services.dashboard.measures.figures import Figures
    from services.dashboard.measures.measure import Measure
    from services.dashboard.pack.document import Cell
    from shared.contracts.pledges import JobType
    from shared.product.industries import SectionCode

_TITLES: Final[Mapping[Dimension, str]] = {
    "municipality": N_("By municipality"),
    "industry": N_("By industry"),
    "company": N_("By member company"),
}
_HEADS: Final[Mapping[Dimension, str]] = {
    "municipality": N_("Municipality"),
    "industry": N_("Industry"),
    "company": N_("Member company"),
}


def breakdowns_section(figures: Figures, job_type: JobType, *, hides_small: bool) -> Section:
    """Return the figures of one job type by each dimension.

    Args:
        hides_small: show hires by municipality only, without small counts.
    """
    title = _("Where they come from")
    municipalities = figures.breakdowns.get("municipality")
    if municipalities is not None:
        pledged = {_label("municipality", one): one.number(PledgedPositions, job_type) for one in municipalities.parts}
        title = findings.parts(pledged)
    return Section(
        "breakdowns",
        title,
        _("Where they come from"),
        tables=[
            _table(
                dimension,
                breakdown,
                job_type,
                hides_small=hides_small,
                filtered=bool(figures.filters),
                day=figures.closely.as_of if figures.closely else None,
            )
            for dimension, breakdown in figures.breakdowns.items()
            if breakdown.parts
        ],
        empty=_("There is nothing to show yet."),
    )


def _table(
    dimension: Dimension,
    breakdown: Breakdown,
    job_type: JobType,
    *,
    hides_small: bool,
    filtered: bool,
    day: date | None,
) -> Table:
    named = [(_label(dimension, part), part) for part in breakdown.parts]
    if breakdown.rest is not None:
        named.append((_("All others"), breakdown.rest))
    columns = {
        measure: _numbers(
            [part.number(measure, job_type) for _name, part in named],
            measure,
            hides_small=hides_small,
            shows_hires=dimension == "municipality" and not filtered,
        )
        for measure in BROKEN_DOWN
    }
    rows: list[list[Cell]] = [
        [label, *(columns[measure][place] for measure in BROKEN_DOWN)] for place, (label, _part) in enumerate(named)
    ]
    note = ""
    if hides_small and (dimension != "municipality" or filtered):
        note = _("Each hire is a person, so hires are not shown so closely.")
    return Table(
        _(_TITLES[dimension]),
        [Column(_(_HEADS[dimension]), words=True), *(Column(heading(measure, day)) for measure in BROKEN_DOWN)],
        rows,
        note=note,
    )


def _numbers(
    counted: Sequence[int], measure: type[Measure], *, hides_small: bool, shows_hires: bool
) -> Sequence[int | Sign]:
    if not hides_small or measure.unit != "hires":
        return counted
    if not shows_hires:
        return [Sign.HIDDEN] * len(counted)
    shown = shown_counts({str(place): number for place, number in enumerate(counted)})
    return [Sign.HIDDEN if number is None else number for number in shown.values()]


def _label(dimension: Dimension, part: Part) -> str:
    if part.key is None:
        return _("Not stated")
    if dimension == "municipality":
        return municipality_name(part.key)
    if dimension == "industry":
        return _(SECTIONS[cast("SectionCode", part.key)].label)
    return part.name or _("A company whose name is not published")
