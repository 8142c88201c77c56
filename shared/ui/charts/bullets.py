"""Bullet charts: how far each of some targets has come, what is expected of it, and the target as a tick.

Each row has a scale of its own, because targets count different things.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shared.i18n.translations import gettext as _
from shared.ui.charts.drawing import (
    Drawing,
    element,
    hit_area,
    lines_of_text,
    mark,
    rule,
    sheet,
    text,
    width_of,
    wrapped,
)
from shared.ui.charts.palette import INK_SOFT, REAL, fill_of, patterns

_BAR, _BAND = 26, 10
_ROW_WIDE, _ROW_NARROW = 52, 78
_LABELS_WIDE = 240


@dataclass(frozen=True)
class Bullet:
    """One row.

    Attributes:
        words: the number so far and the target, in words, at the end of the row.
        value: how far it has come; None: not to be shown, and `words` say why.
        goal: the target, drawn as a tick.
        low, high: the band of what is expected, drawn as a thin bar; None: nothing is expected.
    """

    label: str
    words: str
    value: float | None
    goal: float
    low: float | None = None
    high: float | None = None
    href: str | None = None


def draw_bullets(chart_id: str, title: str, bullets: Sequence[Bullet], width: int, *, series: int = REAL) -> Drawing:
    """Return the rows without frame and table."""
    narrow = width < 480
    left = 0.0 if narrow else float(_LABELS_WIDE)
    row = _ROW_NARROW if narrow else _ROW_WIDE
    room = width - left - max((width_of(bullet.words, 16) for bullet in bullets), default=0) - 20
    height = row * len(bullets) + 8
    parts = [patterns(chart_id, {series}), *([] if narrow else [rule(left, 0, left, height)])]
    for place, bullet in enumerate(bullets):
        top = place * row + 4
        label = (
            lines_of_text(0, top + 12, wrapped(bullet.label, width, 15, max_lines=1), size=15)
            if narrow
            else lines_of_text(0, top + row / 2, wrapped(bullet.label, left - 14, 15), size=15)
        )
        bar_top = top + (30 if narrow else (row - _BAR) / 2)
        parts.append(
            mark(
                bullet.href,
                f"{bullet.label}: {bullet.words}",
                hit_area(0, top, width, row - 4),
                label,
                *_row(bullet, left, bar_top, room, fill_of(chart_id, series)),
            )
        )
    description = _("%(count)s targets; the tick is the target, the thin bar what is expected.", count=len(bullets))
    return sheet(chart_id, title, description, width, height, *parts)


def _row(bullet: Bullet, left: float, top: float, room: float, fill: str) -> list[Markup]:
    scale = room / (1.04 * max(1e-9, bullet.value or 0, bullet.goal, bullet.high or 0))
    parts = []
    if bullet.value is not None:
        bar = {"x": left, "y": top, "width": max(bullet.value * scale, 1.5), "height": _BAR, "rx": 3, "fill": fill}
        parts.append(element("rect", bar))
        if bullet.low is not None and bullet.high is not None:
            parts.append(_band(left + bullet.low * scale, max((bullet.high - bullet.low) * scale, 4), top))
    x = left + bullet.goal * scale
    tick = {"x1": x, "x2": x, "y1": top - 6, "y2": top + _BAR + 6, "stroke": "#8a5a00", "stroke-width": 3}
    parts.append(element("line", {"class": "ink-target", **tick}))
    parts.append(
        text(left + room + 12, top + 19, bullet.words, size=16, weight=600 if bullet.value is not None else 400)
    )
    return parts


def _band(x: float, width: float, top: float) -> Markup:
    """Return the band, outlined twice so that it is seen on the bar and beside it."""
    place = {"x": x, "y": top + (_BAR - _BAND) / 2, "width": width, "height": _BAND, "rx": 2}
    return element("rect", {"class": "ink-band", **place, "fill": "#ffffff", "stroke": INK_SOFT, "stroke-width": 1.5})
