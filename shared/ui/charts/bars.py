"""Bar charts: horizontal bars, with the number at the end of each bar."""

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
from shared.ui.charts.figure import NumberFormat, drawn_once, figure
from shared.ui.charts.palette import REAL, fill_of, patterns
from shared.ui.formats import number_text

_BAR, _ROW_WIDE, _ROW_NARROW = 26, 44, 68
_LABELS_WIDE = 240


@dataclass(frozen=True)
class Bar:
    """One bar: label, value, link, and a goal that is drawn as a tick (in the same unit).

    Attributes:
        value: None: there is no number to show, and `sign` stands in its place, without a bar.
        sign: a word such as `hidden` or `unknown`. Zero is a number and not a sign.
    """

    label: str
    value: float | None
    href: str | None = None
    goal: float | None = None
    sign: str = "–"

    @property
    def length(self) -> float:
        """What the length of the bar stands for."""
        return self.value or 0.0

    def shown(self, number: NumberFormat) -> str:
        """Return the number in words, or the sign."""
        return self.sign if self.value is None else number(self.value)


@dataclass(frozen=True)
class _Frame:
    """The positions of labels, bars and numbers in a drawing of some width."""

    width: int
    left: float
    row: int
    narrow: bool
    room: float

    @classmethod
    def of(cls, width: int, longest_number: str) -> "_Frame":
        narrow = width < 480
        left = 0.0 if narrow else float(_LABELS_WIDE)
        room = width - left - width_of(longest_number, 16) - 14
        return cls(width, left, _ROW_NARROW if narrow else _ROW_WIDE, narrow, room)

    def label(self, top: float, label: str) -> Markup:
        """Return the label beside its bar, or above it in a narrow drawing."""
        if self.narrow:
            return lines_of_text(0, top + 12, wrapped(label, self.width, 15, max_lines=1), size=15)
        return lines_of_text(0, top + self.row / 2, wrapped(label, self.left - 14, 15), size=15)

    def axis(self, height: float) -> list[Markup]:
        """Return the axis from which the bars start, in a wide drawing."""
        return [] if self.narrow else [rule(self.left, 0, self.left, height)]

    def bar_top(self, top: float) -> float:
        return top + (26 if self.narrow else (self.row - _BAR) / 2)


def draw_bars(
    chart_id: str,
    title: str,
    bars: Sequence[Bar],
    width: int,
    *,
    series: int = REAL,
    number: NumberFormat = number_text,
) -> Drawing:
    """Return the bars without frame and table."""
    largest = max([1e-9, *(bar.length for bar in bars), *(bar.goal or 0 for bar in bars)])
    frame = _Frame.of(width, max((bar.shown(number) for bar in bars), key=len, default=""))
    height = frame.row * len(bars) + 8
    parts = [patterns(chart_id, {series}), *frame.axis(height)]
    for place, bar in enumerate(bars):
        top = place * frame.row + 4
        bar_top = frame.bar_top(top)
        length = bar.length / largest * frame.room
        description = f"{bar.label}: {bar.shown(number)}"
        if bar.goal is not None:
            description += f" ({_('goal')}: {number(bar.goal)})"
        body = _body(fill_of(chart_id, series), frame.left, bar_top, length) if bar.value is not None else Markup("")
        goal = _goal_tick(frame.left + bar.goal / largest * frame.room, bar_top) if bar.goal else Markup("")
        value = text(
            frame.left + max(length, _past_goal(bar, largest, frame)) + 8,
            bar_top + 19,
            bar.shown(number),
            size=16,
            weight=400 if bar.value is None else 600,
        )
        parts.append(
            mark(
                bar.href,
                description,
                hit_area(0, top, width, frame.row - 4),
                frame.label(top, bar.label),
                body,
                goal,
                value,
            )
        )
    description = _("%(count)s bars; the largest is %(largest)s.", count=len(bars), largest=number(largest))
    return sheet(chart_id, title, description, width, height, *parts)


def _body(fill: str, x: float, y: float, length: float) -> Markup:
    return element("rect", {"x": x, "y": y, "width": max(length, 1.5), "height": _BAR, "rx": 3, "fill": fill})


def _past_goal(bar: Bar, largest: float, frame: _Frame) -> float:
    """Return the x at which the number does not overlap the goal's tick."""
    if bar.goal is None or bar.goal <= bar.length:
        return 0
    goal = bar.goal / largest * frame.room
    near = goal - bar.length / largest * frame.room < 60
    return goal if near else 0


def _goal_tick(x: float, top: float) -> Markup:
    return element(
        "line",
        {
            "class": "ink-target",
            "x1": x,
            "x2": x,
            "y1": top - 4,
            "y2": top + _BAR + 4,
            "stroke": "#8a5a00",
            "stroke-width": 3,
        },
    )


@drawn_once
def bar_chart(
    chart_id: str,
    title: str,
    bars: Sequence[Bar],
    *,
    columns: tuple[str, str],
    intro: str | None = None,
    topic: str | None = None,
    caption: str | None = None,
    series: int = REAL,
    number: NumberFormat = number_text,
    level: int = 3,
) -> Markup:
    """Return a figure of bars. `columns` are the heads of the table: what a bar is, and what is counted."""
    with_goals = any(bar.goal is not None for bar in bars)
    rows = [
        [bar.label, bar.shown(number), *([number(bar.goal) if bar.goal is not None else "–"] if with_goals else [])]
        for bar in bars
    ]
    return figure(
        chart_id,
        title,
        lambda own_id, width: draw_bars(own_id, title, bars, width, series=series, number=number),
        intro=intro,
        topic=topic,
        caption=caption,
        columns=[*columns, *([_("Goal")] if with_goals else [])],
        rows=rows,
        level=level,
    )
