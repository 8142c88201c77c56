"""SVG primitives. Everything given to them is escaped; they know nothing of any chart."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

_GLYPH = 0.56
"""The width of an average letter of our font, in ems: good enough to break lines by."""
_BREAK = re.compile("[^\\S\N{NO-BREAK SPACE}]+")
"""Where a label may be broken."""


@dataclass(frozen=True)
class Drawing:
    """A finished SVG and its size in user units."""

    svg: Markup
    width: int
    height: int


def element(tag: str, attributes: Mapping[str, object | None], *children: Markup | str) -> Markup:
    """`<tag …>children</tag>`; attributes that are None are left out, floats are rounded."""
    told = "".join(f' {name}="{_told(value)}"' for name, value in attributes.items() if value is not None)
    # What is markup already is not copied once more for every element around it.
    inside = "".join(child if isinstance(child, Markup) else escape(child) for child in children)
    return Markup(f"<{tag}{told}>{inside}</{tag}>")  # noqa: S704 - tags and names are ours, all else is escaped


def _told(value: object) -> str:
    """An attribute's value: numbers need no escaping, and most attributes of a drawing are numbers."""
    if isinstance(value, float):
        return f"{value:.1f}".rstrip("0").rstrip(".")
    return str(value) if isinstance(value, int) else escape(value)


def text(
    x: float,
    y: float,
    content: str,
    *,
    size: int = 15,
    anchor: str = "start",
    weight: int | None = None,
    fill: str = "#16262b",
    css: str = "ink-text",
) -> Markup:
    """A line of text with its baseline at y."""
    return element(
        "text",
        {"x": x, "y": y, "font-size": size, "text-anchor": anchor, "font-weight": weight, "fill": fill, "class": css},
        content,
    )


def lines_of_text(x: float, y: float, lines: list[str], *, size: int = 15, anchor: str = "start") -> Markup:
    """Some lines of text, centred on y as a block."""
    step = size * 1.2
    first = y - step * (len(lines) - 1) / 2 + size * 0.35
    return Markup("").join(
        text(x, first + step * number, line, size=size, anchor=anchor) for number, line in enumerate(lines)
    )


def rule(x1: float, y1: float, x2: float, y2: float, *, css: str = "ink-line", stroke: str = "#c3cccb") -> Markup:
    """A thin straight line."""
    return element("line", {"class": css, "x1": x1, "y1": y1, "x2": x2, "y2": y2, "stroke": stroke})


def mark(href: str | None, told: str, hit: Markup, *parts: Markup) -> Markup:
    """Parts that are one mark, told in words: a link over them where there is something behind it.

    The parts themselves are hidden from assistive technology, which is told the words once; `hit` is what
    reacts to pointer and focus.
    """
    seen = element("g", {"aria-hidden": "true"}, *parts)
    title = element("title", {}, told)
    if href is None:
        return seen + element("g", {"role": "img", "aria-label": told}, title, hit)
    return seen + element("a", {"href": href, "aria-label": told}, title, hit)


def hit_area(x: float, y: float, width: float, height: float) -> Markup:
    """The part of a mark that reacts, larger than what is seen; shows hover and focus."""
    return element(
        "rect",
        {
            "class": "hit",
            "x": x,
            "y": y,
            "width": max(width, 24),
            "height": max(height, 24),
            "rx": 6,
            "fill": "transparent",
        },
    )


def sheet(
    chart_id: str, title: str, description: str, width: int, height: int, *parts: Markup, css: str = ""
) -> Drawing:
    """The `<svg>`, named by its title and description; its links stay reachable inside."""
    svg = element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": css or None,
            "viewBox": f"0 0 {width} {height}",
            "role": "group",
            "aria-labelledby": f"{chart_id}-title {chart_id}-desc",
            "font-family": "Tilsagn Sans, IBM Plex Sans, sans-serif",
        },
        element("title", {"id": f"{chart_id}-title"}, title),
        element("desc", {"id": f"{chart_id}-desc"}, description),
        *parts,
    )
    return Drawing(svg, width, height)


def width_of(content: str, size: int = 15) -> float:
    """About how wide a text is."""
    return len(content) * size * _GLYPH


def wrapped(content: str, width: float, size: int = 15, most: int = 2) -> list[str]:
    """The text in at most so many lines of this width; what does not fit ends in an ellipsis."""
    room = max(int(width / (size * _GLYPH)), 4)
    lines = [""]
    for word in _BREAK.split(content.strip()):
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    shown = lines[:most]
    if len(lines) > most:
        shown[-1] += " …"
    return [line if len(line) <= room else line[: room - 1].rstrip(" …") + "…" for line in shown]


def nice_top(value: float) -> tuple[float, float]:
    """(top, step) of an axis from 0 that holds value: steps of 1, 2 or 5 times a power of ten, at most five."""
    if value <= 0:
        return 1.0, 1.0
    rough = value / 4
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    if value >= 1 and step < 1:
        step = 1.0
    return math.ceil(value / step - 1e-9) * step, step
