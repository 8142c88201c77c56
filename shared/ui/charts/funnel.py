"""Funnel charts: how many reached each step, and which share of the step before."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shared.i18n.translations import gettext as _
from shared.ui.charts.drawing import Drawing, element, hit_area, lines_of_text, mark, sheet, text, width_of, wrapped
from shared.ui.charts.figure import NumberFormat, drawn_once, figure
from shared.ui.charts.palette import INK_SOFT, REAL, fill_of, patterns
from shared.ui.formats import number_text, percent_text

_BAR, _BETWEEN = 40, 34
_LABELS_WIDE = 240


@dataclass(frozen=True)
class Step:
    """A step: label, count and link.

    Attributes:
        between: the words between the step before and this one; None: the share of the step before.
    """

    label: str
    value: float
    href: str | None = None
    series: int = REAL
    between: str | None = None


def share_of(before: Step, step: Step) -> str:
    """Return the text between two steps; empty if nothing reached the first one."""
    if step.between is not None:
        return step.between
    if not before.value:
        return ""
    return _("%(share)s of the step before", share=percent_text(step.value / before.value))


def draw_funnel(
    chart_id: str, title: str, steps: Sequence[Step], width: int, *, number: NumberFormat = number_text
) -> Drawing:
    """Return the funnel without frame and table."""
    narrow = width < 480
    left = 0.0 if narrow else float(_LABELS_WIDE)
    above = 24 if narrow else 0
    pitch = above + _BAR + _BETWEEN
    largest = max([1e-9, *(step.value for step in steps)])
    room = width - left - width_of(number(largest), 20) - 16
    parts = [patterns(chart_id, {step.series for step in steps})]
    for place, step in enumerate(steps):
        top = place * pitch
        bar_top = top + above
        length = max(step.value / largest * room, 2)
        if place:
            before = max(steps[place - 1].value / largest * room, 2)
            parts.append(_slope(left=left, top=bar_top - _BETWEEN - above, before=before, bottom=bar_top, after=length))
            parts.append(
                text(
                    left + 12,
                    bar_top - above - 11,
                    share_of(steps[place - 1], step),
                    size=14,
                    fill=INK_SOFT,
                    css="ink-soft",
                )
            )
        label = (
            text(0, top + 15, step.label, size=15)
            if narrow
            else lines_of_text(0, bar_top + _BAR / 2, wrapped(step.label, left - 14, 16), size=16)
        )
        parts.append(
            mark(
                step.href,
                f"{step.label}: {number(step.value)}",
                hit_area(0, top - 2, width, above + _BAR + 4),
                label,
                element(
                    "rect",
                    {
                        "x": left,
                        "y": bar_top,
                        "width": length,
                        "height": _BAR,
                        "rx": 4,
                        "fill": fill_of(chart_id, step.series),
                    },
                ),
                text(left + length + 10, bar_top + 28, number(step.value), size=22, weight=600),
            )
        )
    description = (
        _(
            "A funnel of %(count)s steps, from %(first)s to %(last)s.",
            count=len(steps),
            first=number(steps[0].value),
            last=number(steps[-1].value),
        )
        if steps
        else ""
    )
    return sheet(chart_id, title, description, width, max(pitch * len(steps) - _BETWEEN + 4, 1), *parts)


def _slope(*, left: float, top: float, before: float, bottom: float, after: float) -> Markup:
    """Return the pale shape between two bars."""
    corners = (
        f"{left:.1f},{top:.1f} {left + before:.1f},{top:.1f} {left + after:.1f},{bottom:.1f} {left:.1f},{bottom:.1f}"
    )
    return element("polygon", {"class": "slope", "points": corners, "fill": "#0b5561", "fill-opacity": "0.08"})


def _table_share(before: Step | None, step: Step, number: NumberFormat) -> str:
    """Return the share of the step before, with the two numbers it is made of."""
    if step.between is not None:
        return step.between or "–"
    if before is None or not before.value:
        return "–"
    share = percent_text(step.value / before.value)
    return _("%(share)s (%(part)s of %(of)s)", share=share, part=number(step.value), of=number(before.value))


@drawn_once
def funnel_chart(
    chart_id: str,
    title: str,
    steps: Sequence[Step],
    *,
    columns: tuple[str, str],
    intro: str | None = None,
    topic: str | None = None,
    caption: str | None = None,
    number: NumberFormat = number_text,
    level: int = 3,
) -> Markup:
    """Return a figure of steps. `columns` are the heads of the table: what a step is, and what is counted."""
    rows = [
        [step.label, number(step.value), _table_share(before, step, number)]
        for before, step in zip([None, *steps], steps, strict=False)
    ]
    return figure(
        chart_id,
        title,
        lambda own_id, width: draw_funnel(own_id, title, steps, width, number=number),
        intro=intro,
        topic=topic,
        caption=caption,
        columns=[*columns, _("Of the step before") if all(step.between is None for step in steps) else _("Share")],
        rows=rows,
        level=level,
    )
