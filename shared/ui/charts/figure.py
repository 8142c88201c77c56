"""The frame of every chart: title, legend, the drawing in two widths, and a table of the same numbers."""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache, wraps
from typing import Any, ParamSpec

from markupsafe import Markup

from shared.i18n.translations import Catalog, current
from shared.i18n.translations import gettext as _
from shared.ui.charts.drawing import Drawing, element
from shared.ui.charts.palette import swatch

WIDE, NARROW = 860, 340
_FITS_A_PHONE = 3
"""Columns."""
NumberFormat = Callable[[float], str]
_KEPT = 128
"""Figures of each kind, of about 15 KB; a page has up to ten."""
P = ParamSpec("P")


def drawn_once(chart: Callable[P, Markup]) -> Callable[P, Markup]:
    """Return a function that keeps its last figures, and does not draw one of them again.

    A figure is a function of its arguments and the language, so these are all that it is found by. They are strings,
    numbers, and lists, tuples and frozen data classes of them; a text that is `Markup` is one only as an argument
    itself. Between two changes everybody who opens a page is shown the same figures, which take a third of its time.
    """

    @lru_cache(_KEPT, typed=True)
    def draw(_language: Catalog, *args: Any, **named: Any) -> Markup:
        return chart(*args, **named)

    @wraps(chart)
    def drawn(*args: P.args, **named: P.kwargs) -> Markup:
        return draw(
            current(),
            *(tuple(one) if isinstance(one, list) else one for one in args),
            **{name: tuple(one) if isinstance(one, list) else one for name, one in named.items()},
        )

    return drawn


def figure(
    chart_id: str,
    title: str,
    draw: Callable[[str, int], Drawing],
    *,
    intro: str | None = None,
    topic: str | None = None,
    caption: str | None = None,
    legend: Sequence[tuple[int, str]] = (),
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    words: Collection[int] = (),
    level: int = 3,
) -> Markup:
    """Return a chart with its frame.

    `draw(id, width)` makes the drawing. The first column of the table names its row; the others hold numbers, except
    those whose indexes are in `words`. Without rows there is only a sentence that says so.

    Args:
        title: what the chart shows, as a sentence.
        topic: what it is about, in a few words above the title.
        caption: what is counted, where the numbers come from, of whom and of which time; below the drawing.
    """
    parts = [element("p", {"class": "chart-topic"}, topic)] if topic else []
    parts.append(element(f"h{level}", {"class": "chart-title", "id": f"{chart_id}-heading"}, title))
    if intro:
        parts.append(element("p", {"class": "chart-intro"}, intro))
    if not rows:
        parts.append(element("p", {"class": "empty"}, _("There is nothing to show yet.")))
        return _framed(chart_id, parts)
    if legend:
        items = [element("li", {}, swatch(chart_id, series), label) for series, label in legend]
        parts.append(element("ul", {"class": "legend"}, *items))
    for name, width in (("wide", WIDE), ("narrow", NARROW)):
        drawing = draw(f"{chart_id}-{name}", width)
        parts.append(element("div", {"class": f"chart-{name}"}, drawing.svg))
    if caption:
        parts.append(element("figcaption", {"class": "chart-caption"}, caption))
    parts.append(_table(chart_id, title, columns, rows, {0, *words}))
    return _framed(chart_id, parts)


def _framed(chart_id: str, parts: Sequence[Markup]) -> Markup:
    return element("figure", {"class": "chart", "id": chart_id, "aria-labelledby": f"{chart_id}-heading"}, *parts)


def _table(
    chart_id: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], words: Collection[int]
) -> Markup:
    head = element(
        "tr",
        {},
        *(
            element("th", {"scope": "col", "class": None if place in words else "numeric"}, column)
            for place, column in enumerate(columns)
        ),
    )
    # On a phone a wide table becomes cards, on which each number has its column's name.
    cards = len(columns) > _FITS_A_PHONE
    names = columns if cards else [None] * len(columns)
    body = [
        element(
            "tr",
            {},
            element("th", {"scope": "row", "data-title": names[0]}, row[0]),
            *(
                element("td", {"class": None if place in words else "numeric", "data-title": names[place]}, cell)
                for place, cell in enumerate(row[1:], start=1)
            ),
        )
        for row in rows
    ]
    table = element(
        "table",
        {"class": f"table data-table{' table-sm-responsive-headers d-print-table' if cards else ''}"},
        element("caption", {"class": "sr-only"}, title),
        element("thead", {}, head),
        element("tbody", {}, *body),
    )
    return element(
        "details",
        {"class": "details", "id": f"{chart_id}-table"},
        element("summary", {"class": "details-summary"}, _("Show as a table")),
        element("div", {"class": "details-text"}, table),
    )
