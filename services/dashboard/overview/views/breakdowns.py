"""The figures by municipality, by industry and by member company."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from services.dashboard.measures.breakdowns import BROKEN_DOWN
from services.dashboard.measures.pledges import PledgedPositions
from services.dashboard.overview import findings
from services.dashboard.overview.captions import PLEDGES
from services.dashboard.overview.restricted import shown_counts
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.product.industries import SECTIONS
from shared.product.municipalities import municipality_name
from shared.ui.charts import Bar, bar_chart
from shared.ui.charts.palette import PROMISED
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from markupsafe import Markup

    from services.dashboard.measures.breakdowns import Breakdown, Dimension, Part
    from services.dashboard.measures.figures import Figures
    from services.dashboard.measures.measure import Measure
    from services.dashboard.measures.selection import Filters
    from services.dashboard.overview.captions import Population
    from services.dashboard.overview.links import Links
    from shared.product.industries import SectionCode

_TOPICS: Final[Mapping[Dimension, str]] = {
    "municipality": N_("By municipality"),
    "industry": N_("By industry"),
    "company": N_("By member company"),
}

_INDUSTRIES: Final[Mapping[str, str]] = {code: section.label for code, section in SECTIONS.items()}


@dataclass(frozen=True, slots=True)
class BreakdownRow:
    """One part: its words, the page narrowed to it, and its numbers; None: hidden, or not for this viewer."""

    label: str
    href: str | None
    numbers: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class BreakdownView:
    """A chart of the pledged positions of each part, and a table that has its hires, too, where they may be seen."""

    code: Dimension
    topic: str
    chart: Markup
    columns: Sequence[str]
    rows: Sequence[BreakdownRow]


def breakdowns(figures: Figures, population: Population, links: Links, *, restricted: bool) -> list[BreakdownView]:
    """Return the breakdowns that divide anything: not one by a dimension that is filtered to a single part.

    Args:
        restricted: the viewer sees hires by municipality only, without small counts.
    """
    filters = links.selection.filters
    views = []
    day = figures.closely.as_of if figures.closely else None
    for dimension, breakdown in figures.breakdowns.items():
        filtered = getattr(filters, "company_id" if dimension == "company" else dimension) is not None
        stated = any(part.key is not None for part in breakdown.parts)
        if stated and not filtered:
            by_municipality = dimension == "municipality" and not filters
            measures = [one for one in BROKEN_DOWN if not restricted or one.unit != "hires" or by_municipality]
            views.append(_view(dimension, breakdown, population, links, measures, restricted=restricted, day=day))
    return views


def _view(
    dimension: Dimension,
    breakdown: Breakdown,
    population: Population,
    links: Links,
    measures: Sequence[type[Measure]],
    *,
    restricted: bool,
    day: date | None,
) -> BreakdownView:
    job_type = population.job_type
    named = [(_LABELS[dimension](part), part) for part in breakdown.parts]
    rest = [(_("All others"), breakdown.rest)] if breakdown.rest else []
    pledged = {label: part.number(PledgedPositions, job_type) for label, part in named if part.key}
    # The rest, and what is not stated, have no name to be called the largest by.
    others = sum(part.number(PledgedPositions, job_type) for _label, part in [*named, *rest] if not part.key)
    finding = findings.companies if dimension == "company" else findings.parts
    topic = _(_TOPICS[dimension])
    bars = [
        Bar(label, part.number(PledgedPositions, job_type), _list_of(dimension, part, links)) for label, part in named
    ]
    bars += [Bar(label, part.number(PledgedPositions, job_type)) for label, part in rest]
    numbers = {measure: _numbers([*named, *rest], measure, job_type, restricted=restricted) for measure in measures}
    return BreakdownView(
        dimension,
        topic,
        bar_chart(
            f"by-{dimension}",
            finding(pledged, others=others),
            [bar for bar in bars if bar.value],
            columns=(_HEADS[dimension](), _(PledgedPositions.label)),
            series=PROMISED,
            topic=topic,
            caption=population.caption(_(PledgedPositions.label), PLEDGES),
            level=2,
        ),
        [_HEADS[dimension](), *(heading(measure, day) for measure in measures)],
        [
            BreakdownRow(label, _narrowed(dimension, part, links), [numbers[measure][place] for measure in measures])
            for place, (label, part) in enumerate([*named, *rest])
        ],
    )


def heading(measure: type[Measure], day: date | None) -> str:
    """Return the heading of a column, with the day of hires that are of another day than the figures."""
    return _(measure.label) if day is None or measure.unit != "hires" else f"{_(measure.label)}, {date_text(day)}"


def _numbers(
    parts: Sequence[tuple[str, Part]], measure: type[Measure], job_type: str, *, restricted: bool
) -> list[int | None]:
    """Return a measure's number for each part, with None for those to hide."""
    counted = {str(place): part.number(measure, job_type) for place, (_label, part) in enumerate(parts)}
    shown = shown_counts(counted) if restricted and measure.unit == "hires" else counted
    return [shown[str(place)] for place in range(len(parts))]


def _filter(dimension: Dimension, part: Part, filters: Filters) -> Filters | None:
    """Return the filters with this part; None for what is not stated, and for the rest."""
    if part.key is None:
        return None
    if dimension == "company":
        return replace(filters, company_id=UUID(part.key))
    if dimension == "municipality":
        return replace(filters, municipality=part.key)
    return replace(filters, industry=cast("SectionCode", part.key))


def _list_of(dimension: Dimension, part: Part, links: Links) -> str | None:
    narrowed = _filter(dimension, part, links.selection.filters)
    return links.list_of(PledgedPositions, filters=narrowed) if narrowed else None


def _narrowed(dimension: Dimension, part: Part, links: Links) -> str | None:
    narrowed = _filter(dimension, part, links.selection.filters)
    return links.selection.url("/", filters=narrowed) if narrowed else None


def _municipality(part: Part) -> str:
    return municipality_name(part.key) if part.key else _("Not stated")


def _industry(part: Part) -> str:
    label = _INDUSTRIES.get(part.key or "")
    return _(label) if label else _("Not stated")


def _company(part: Part) -> str:
    return part.name or _("A company without a published name")


_LABELS: Final[Mapping[Dimension, Callable[[Part], str]]] = {
    "municipality": _municipality,
    "industry": _industry,
    "company": _company,
}
_HEADS: Final[Mapping[Dimension, Callable[[], str]]] = {
    "municipality": lambda: _("Municipality"),
    "industry": lambda: _("Industry"),
    "company": lambda: _("Member company"),
}
