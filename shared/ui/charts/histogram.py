"""A histogram: how many fall within each interval, such as weekly hours."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shared.i18n.translations import gettext as _
from shared.ui.charts.drawing import Drawing, element, hit_area, mark, rule, sheet, text, width_of
from shared.ui.charts.figure import NumberFormat, figure
from shared.ui.charts.palette import INK_SOFT, REAL, fill_of, patterns
from shared.ui.formats import number_text


@dataclass(frozen=True)
class Bin:
    """An interval by its name (`5–9`), how many are in it, and the list of them."""

    label: str
    count: float
    href: str | None = None


def draw_histogram(
    chart_id: str,
    title: str,
    bins: Sequence[Bin],
    width: int,
    *,
    axis: str,
    series: int = REAL,
    number: NumberFormat = number_text,
) -> Drawing:
    """The columns alone; `axis` names what is along the bottom, with its unit."""
    height = 240 if width < 480 else 270
    top, bottom = 28.0, height - 52.0
    most = max([1e-9, *(one.count for one in bins)])
    pitch = width / max(len(bins), 1)
    widest = max((width_of(one.label, 14) for one in bins), default=1)
    every = max(1, -(-int(widest + 10) // max(int(pitch), 1)))
    parts = [patterns(chart_id, {series})]
    for place, one in enumerate(bins):
        x = place * pitch
        tall = one.count / most * (bottom - top)
        parts.append(
            mark(
                one.href,
                f"{one.label} {axis}: {number(one.count)}",
                hit_area(x, 0, pitch, bottom),
                element(
                    "rect",
                    {
                        "x": x + 2,
                        "y": bottom - tall,
                        "width": max(pitch - 4, 2),
                        "height": tall,
                        "rx": 3,
                        "fill": fill_of(chart_id, series),
                    },
                ),
                text(x + pitch / 2, bottom - tall - 8, number(one.count), size=15, anchor="middle", weight=600),
            )
        )
        if place % every == 0:
            parts.append(
                text(x + pitch / 2, bottom + 21, one.label, size=14, anchor="middle", fill=INK_SOFT, css="ink-soft")
            )
    parts.append(rule(0, bottom, width, bottom))
    parts.append(text(width / 2, height - 8, axis, size=14, anchor="middle", fill=INK_SOFT, css="ink-soft"))
    description = _("%(count)s intervals; the fullest holds %(largest)s.", count=len(bins), largest=number(most))
    return sheet(chart_id, title, description, width, height, *parts)


def histogram(
    chart_id: str,
    title: str,
    bins: Sequence[Bin],
    *,
    axis: str,
    count: str,
    intro: str | None = None,
    series: int = REAL,
    number: NumberFormat = number_text,
    level: int = 3,
) -> Markup:
    """A figure of intervals. `axis` and `count` head the table and name the axis."""
    return figure(
        chart_id,
        title,
        lambda own_id, width: draw_histogram(own_id, title, bins, width, axis=axis, series=series, number=number),
        intro=intro,
        columns=[axis, count],
        rows=[[one.label, number(one.count)] for one in bins],
        level=level,
    )
