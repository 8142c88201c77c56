"""Column charts by period: one column for each series, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shared.i18n.translations import gettext as _
from shared.ui.charts.drawing import Drawing, element, hit_area, mark, nice_top, rule, sheet, text, width_of
from shared.ui.charts.figure import NumberFormat, drawn_once, figure
from shared.ui.charts.palette import INK_SOFT, fill_of, patterns
from shared.ui.formats import number_text

_GAP = 0.3
"""The share of a period's width that is space between periods."""


@dataclass(frozen=True)
class Period:
    """One period: a value for each series, a link, and a short name for narrow drawings.

    Attributes:
        hrefs: a link for each series instead of one for the whole period. The numbers in the table have them, too.
    """

    label: str
    values: tuple[float, ...]
    href: str | None = None
    short: str | None = None
    hrefs: tuple[str | None, ...] = ()


def draw_columns(
    chart_id: str,
    title: str,
    periods: Sequence[Period],
    names: Sequence[str],
    width: int,
    *,
    series: Sequence[int],
    number: NumberFormat = number_text,
) -> Drawing:
    """Return the drawing without frame and table. `names` are the names of the series, `series` their colours."""
    top_value, step = nice_top(max([0.0, *(value for period in periods for value in period.values)]))
    height = 240 if width < 480 else 300
    left, top, bottom = width_of(number(top_value), 14) + 12, 24.0, height - 34.0
    labels = [period.short or period.label for period in periods]
    plot_width = width - left
    # The last label is centred below its columns; printers cut off what is outside the drawing.
    last_label = min(width_of(labels[-1], 14), plot_width / 2) if labels else 0.0
    pitch = min(plot_width / max(len(periods), 1), (plot_width - last_label / 2) / max(len(periods) - 0.5, 0.5))
    bar_width = pitch * (1 - _GAP) / max(len(names), 1)
    longest = max((width_of(number(value), 13) for period in periods for value in period.values), default=0.0)
    # Show all numbers or none. If only some fitted, they would seem to belong to the columns beside them.
    numbers_fit = longest <= bar_width
    parts = [patterns(chart_id, set(series))]
    for line in range(round(top_value / step) + 1):
        y = bottom - step * line / top_value * (bottom - top)
        parts.append(rule(left, y, width, y))
        parts.append(text(left - 8, y + 5, number(step * line), size=14, anchor="end", fill=INK_SOFT, css="ink-soft"))
    label_step = max(1, -(-int(max((width_of(label, 14) for label in labels), default=1) + 12) // max(int(pitch), 1)))
    for index, period in enumerate(periods):
        x = left + index * pitch
        columns: list[list[Markup]] = [[] for _value in period.values]
        for series_index, value in enumerate(period.values):
            # A sum may fall in a period. Its number stands on the base line, without a column.
            bar_height = max(value, 0.0) / top_value * (bottom - top)
            bar_x = x + pitch * _GAP / 2 + series_index * bar_width
            columns[series_index].append(
                _column(fill_of(chart_id, series[series_index]), bar_x, bottom - bar_height, bar_width, bar_height)
            )
            if value and numbers_fit:
                columns[series_index].append(
                    text(
                        bar_x + bar_width / 2,
                        bottom - bar_height - 6,
                        number(value),
                        size=13,
                        anchor="middle",
                        weight=600,
                    )
                )
        told = [f"{name} {number(value)}" for name, value in zip(names, period.values, strict=True)]
        if period.hrefs:
            width_of_one = pitch / max(len(told), 1)
            for place, (href, words, drawn) in enumerate(zip(period.hrefs, told, columns, strict=True)):
                hit = hit_area(x + place * width_of_one, 0, width_of_one, bottom, least=0)
                parts.append(mark(href, f"{period.label}: {words}", hit, *drawn))
        else:
            drawn = [one for of_series in columns for one in of_series]
            parts.append(mark(period.href, f"{period.label}: {', '.join(told)}", hit_area(x, 0, pitch, bottom), *drawn))
        if (len(periods) - 1 - index) % label_step == 0:
            parts.append(
                text(x + pitch / 2, bottom + 22, labels[index], size=14, anchor="middle", fill=INK_SOFT, css="ink-soft")
            )
    description = _("%(parts)s columns in each of %(count)s periods.", parts=len(names), count=len(periods))
    return sheet(chart_id, title, description, width, height, *parts)


def _column(fill: str, x: float, y: float, width: float, height: float) -> Markup:
    """Return one column with a rounded top; nothing for the value 0."""
    corner = min(3.0, width / 3, height)
    path = (
        f"M{x + 0.75:.1f} {y + height:.1f}V{y + corner:.1f}q0 {-corner:.1f} {corner:.1f} {-corner:.1f}"
        f"H{x + width - 0.75 - corner:.1f}q{corner:.1f} 0 {corner:.1f} {corner:.1f}V{y + height:.1f}Z"
    )
    return element("path", {"d": path, "fill": fill}) if height > 0 else Markup("")


def _cells(period: Period, number: NumberFormat) -> list[str]:
    """Return the numbers of a period, as links where they have one."""
    hrefs = period.hrefs or (None,) * len(period.values)
    return [
        element("a", {"href": href}, number(value)) if href else number(value)
        for value, href in zip(period.values, hrefs, strict=True)
    ]


@drawn_once
def column_chart(
    chart_id: str,
    title: str,
    periods: Sequence[Period],
    names: Sequence[str],
    *,
    column: str,
    series: Sequence[int],
    intro: str | None = None,
    topic: str | None = None,
    caption: str | None = None,
    number: NumberFormat = number_text,
    level: int = 3,
) -> Markup:
    """Return a figure of columns. `names` are the names of the series, `column` heads the table's column of periods."""
    return figure(
        chart_id,
        title,
        lambda own_id, width: draw_columns(own_id, title, periods, names, width, series=series, number=number),
        intro=intro,
        topic=topic,
        caption=caption,
        legend=list(zip(series, names, strict=True)),
        columns=[column, *names],
        rows=[[period.label, *_cells(period, number)] for period in periods],
        level=level,
    )
