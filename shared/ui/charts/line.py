"""Lines over time, with a target to reach: a point for each period, each a link to what lies behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shared.i18n.translations import gettext as _
from shared.ui.charts.drawing import Drawing, element, mark, nice_top, rule, sheet, text, width_of
from shared.ui.charts.figure import NumberFormat, figure
from shared.ui.charts.palette import INK_SOFT, TARGET, colour
from shared.ui.formats import number_text

_Up = Callable[[float], float]
_Across = Callable[[int], float]
_DASHES = (None, None, "9 5", "3 4", "12 4 3 4", "2 5")
"""Beside its colour and the form of its points a line may be dashed."""


@dataclass(frozen=True)
class Point:
    """A period's value; None is a gap (not known, not yet), which is not the same as nought."""

    label: str
    value: float | None
    href: str | None = None
    short: str | None = None


@dataclass(frozen=True)
class Line:
    """A series of points. All lines of a chart have the same periods."""

    name: str
    points: Sequence[Point]
    series: int = 1


@dataclass(frozen=True)
class Target:
    """A level to reach."""

    label: str
    value: float


def _form(series: int, x: float, y: float) -> Markup:
    """A point: round, square, upright square or triangle, by its series."""
    attributes = {"class": f"mark-{series % 6}", "fill": colour(series), "stroke": "#fff", "stroke-width": 1.5}
    match series % 4:
        case 1:
            return element("circle", {"cx": x, "cy": y, "r": 6, **attributes})
        case 2:
            return element("rect", {"x": x - 5.5, "y": y - 5.5, "width": 11, "height": 11, **attributes})
        case 3:
            corners = f"{x:.1f},{y - 7:.1f} {x + 7:.1f},{y + 5:.1f} {x - 7:.1f},{y + 5:.1f}"
            return element("polygon", {"points": corners, **attributes})
        case _:
            corners = f"{x:.1f},{y - 7.5:.1f} {x + 7.5:.1f},{y:.1f} {x:.1f},{y + 7.5:.1f} {x - 7.5:.1f},{y:.1f}"
            return element("polygon", {"points": corners, **attributes})


def _path(places: Sequence[tuple[float, float] | None]) -> str:
    """An SVG path through the places, lifted over gaps."""
    words, drawing = [], False
    for place in places:
        if place is not None:
            words.append(f"{'L' if drawing else 'M'}{place[0]:.1f} {place[1]:.1f}")
        drawing = place is not None
    return "".join(words)


def draw_lines(
    chart_id: str,
    title: str,
    lines: Sequence[Line],
    width: int,
    *,
    target: Target | None = None,
    number: NumberFormat = number_text,
) -> Drawing:
    """The lines alone."""
    values = [point.value for line in lines for point in line.points if point.value is not None]
    top_value, step = nice_top(max([0.0, *values, target.value if target else 0.0]))
    narrow = width < 480
    height = 240 if narrow else 280
    left = width_of(number(top_value), 14) + 12
    room_for_last = max((width_of(number(value), 16) for value in values), default=0) if len(lines) == 1 else 0
    top, bottom, right = 28.0, height - 34.0, width - 16.0 - room_for_last
    count = max(len(line.points) for line in lines) if lines else 0
    gap = (right - left - 20) / max(count - 1, 1)

    def across(place: int) -> float:
        return left + 10 + place * gap if count > 1 else (left + right) / 2

    def up(value: float) -> float:
        return bottom - value / top_value * (bottom - top)

    levels = [step * rung for rung in range(round(top_value / step) + 1)]
    parts = _scale(left, right, levels, up, number)
    parts += _periods(lines, across, bottom, gap, narrow=narrow)
    if target is not None:
        parts += _target(target, left, right, up(target.value), number)
    for line in lines:
        places = [
            None if point.value is None else (across(at), up(point.value)) for at, point in enumerate(line.points)
        ]
        parts.append(
            element(
                "path",
                {
                    "class": f"stroke-{line.series % 6}",
                    "d": _path(places),
                    "fill": "none",
                    "stroke": colour(line.series),
                    "stroke-width": 3,
                    "stroke-linejoin": "round",
                    "stroke-dasharray": _DASHES[line.series % 6],
                },
            )
        )
    for line in lines:
        for at, point in enumerate(line.points):
            if point.value is not None:
                parts.append(_point(line, point, across(at), up(point.value), number))
    if len(lines) == 1:
        parts += _last_value(lines[0].points, across, up, number)
    description = _("%(lines)s lines over %(count)s periods.", lines=len(lines), count=count)
    return sheet(chart_id, title, description, width, height, *parts)


def _scale(left: float, right: float, levels: Sequence[float], up: _Up, number: NumberFormat) -> list[Markup]:
    parts = []
    for level in levels:
        y = up(level)
        parts.append(rule(left, y, right, y))
        parts.append(text(left - 8, y + 5, number(level), size=14, anchor="end", fill=INK_SOFT, css="ink-soft"))
    return parts


def _periods(lines: Sequence[Line], across: _Across, bottom: float, gap: float, *, narrow: bool) -> list[Markup]:
    """Names of periods under the axis: as many as have room, the last one always."""
    points = max((line.points for line in lines), key=len, default=())
    names = [point.short or point.label for point in points]
    widest = max((width_of(name, 14) for name in names), default=1)
    every = max(1, -(-int(widest + 14) // max(int(gap), 1))) if len(names) > 1 else 1
    last = len(names) - 1
    return [
        text(
            across(at),
            bottom + 22,
            name,
            size=14,
            anchor="end" if at == last and last and narrow and len(lines) > 1 else "middle",
            fill=INK_SOFT,
            css="ink-soft",
        )
        for at, name in enumerate(names)
        if (last - at) % every == 0
    ]


def _last_value(points: Sequence[Point], across: _Across, up: _Up, number: NumberFormat) -> list[Markup]:
    """The newest number, to the right of its point."""
    known = [at for at, point in enumerate(points) if point.value is not None]
    if not known:
        return []
    value = points[known[-1]].value or 0.0
    return [text(across(known[-1]) + 12, up(value) + 6, number(value), size=16, weight=600)]


def _target(target: Target, left: float, right: float, y: float, number: NumberFormat) -> list[Markup]:
    told = f"{target.label}: {number(target.value)}"
    return [
        element(
            "line",
            {
                "class": "ink-target",
                "x1": left,
                "x2": right,
                "y1": y,
                "y2": y,
                "stroke": TARGET,
                "stroke-width": 2,
                "stroke-dasharray": "8 5",
            },
        ),
        text(left + 4, y - 7, told, size=14, weight=600, fill=TARGET, css="ink-amber"),
    ]


def _point(line: Line, point: Point, x: float, y: float, number: NumberFormat) -> Markup:
    told = f"{line.name}, {point.label}: {number(point.value or 0.0)}"
    hit = element("circle", {"class": "hit", "cx": x, "cy": y, "r": 14, "fill": "transparent"})
    return mark(point.href, told, hit, _form(line.series, x, y))


def line_chart(
    chart_id: str,
    title: str,
    lines: Sequence[Line],
    *,
    column: str,
    target: Target | None = None,
    intro: str | None = None,
    number: NumberFormat = number_text,
    level: int = 3,
) -> Markup:
    """A figure of lines. `column` says what a period is; the table has a row for each."""
    periods = [point.label for point in lines[0].points] if lines else []
    rows = [
        [period, *("–" if (value := line.points[at].value) is None else number(value) for line in lines)]
        for at, period in enumerate(periods)
    ]
    return figure(
        chart_id,
        title,
        lambda own_id, width: draw_lines(own_id, title, lines, width, target=target, number=number),
        intro=intro,
        legend=[(line.series, line.name) for line in lines] if len(lines) > 1 else (),
        columns=[column, *(line.name for line in lines)],
        rows=rows,
        level=level,
    )
