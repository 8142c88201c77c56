"""SVG primitives. They escape everything that they are given."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

_GLYPH = 0.56
"""The width of an average letter of our font in ems; precise enough to break lines."""
_SPECIAL = re.compile("[&<>\"']")
"""What has to be escaped in an attribute."""
_BREAK = re.compile("[^\\S\N{NO-BREAK SPACE}]+")
"""The characters after which a label may be broken."""


@dataclass(frozen=True)
class Drawing:
    """A finished SVG and its size in user units."""

    svg: Markup
    width: int
    height: int


def element(tag: str, attributes: Mapping[str, object | None], *children: Markup | str) -> Markup:
    """Return `<tag …>children</tag>`; attributes that are None are left out, floats are rounded.

    A page of charts makes a thousand of them, so nothing is escaped that has nothing to escape.
    """
    parts = ["<", tag]
    for name, value in attributes.items():
        if value is not None:
            parts.append(f' {name}="{_attribute_value(value)}"')
    parts.append(">")
    # Markup is passed on as it is, and not escaped again by each element around it.
    parts.extend(child if isinstance(child, Markup) else escape(child) for child in children)
    parts.append(f"</{tag}>")
    return Markup("".join(parts))  # noqa: S704 - tags and names are ours, all else is escaped


def _attribute_value(value: object) -> str:
    """Return an attribute's value as text; most are numbers, or plain words."""
    if isinstance(value, str):
        return escape(value) if _SPECIAL.search(value) else value
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
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
    """Return a line of text with its baseline at y."""
    return element(
        "text",
        {"x": x, "y": y, "font-size": size, "text-anchor": anchor, "font-weight": weight, "fill": fill, "class": css},
        content,
    )


def lines_of_text(x: float, y: float, lines: list[str], *, size: int = 15, anchor: str = "start") -> Markup:
    """Return lines of text, centred on y as a block."""
    step = size * 1.2
    first = y - step * (len(lines) - 1) / 2 + size * 0.35
    return Markup("").join(
        text(x, first + step * number, line, size=size, anchor=anchor) for number, line in enumerate(lines)
    )


def rule(x1: float, y1: float, x2: float, y2: float, *, css: str = "ink-line", stroke: str = "#c3cccb") -> Markup:
    """Return a thin straight line."""
    return element("line", {"class": css, "x1": x1, "y1": y1, "x2": x2, "y2": y2, "stroke": stroke})


def mark(href: str | None, description: str, hit: Markup, *parts: Markup) -> Markup:
    """Return parts that form one mark with a description, and a link over them if there is an href.

    The parts are hidden from assistive technology, which reads the description once; `hit` is the part that reacts to
    pointer and focus.
    """
    seen = element("g", {"aria-hidden": "true"}, *parts)
    title = element("title", {}, description)
    if href is None:
        return seen + element("g", {"role": "img", "aria-label": description}, title, hit)
    return seen + element("a", {"href": href, "aria-label": description}, title, hit)


def hit_area(x: float, y: float, width: float, height: float, *, least: float = 24) -> Markup:
    """Return the part of a mark that reacts; larger than the visible part. Shows hover and focus.

    Args:
        least: its least width. Marks that stand closer must not cover one another; a link to the same place has to be
            in the table then.
    """
    return element(
        "rect",
        {
            "class": "hit",
            "x": x,
            "y": y,
            "width": max(width, least),
            "height": max(height, 24),
            "rx": 6,
            "fill": "transparent",
        },
    )


def sheet(
    chart_id: str, title: str, description: str, width: int, height: int, *parts: Markup, css: str = ""
) -> Drawing:
    """Return the `<svg>`, named by its title and description; the links in it stay reachable."""
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
    """Return the approximate width of a text."""
    return len(content) * size * _GLYPH


def wrapped(content: str, width: float, size: int = 15, max_lines: int = 2) -> list[str]:
    """Return the text in at most so many lines of a width; a text that does not fit ends with an ellipsis."""
    room = max(int(width / (size * _GLYPH)), 4)
    lines = [""]
    for word in _BREAK.split(content.strip()):
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    visible = lines[:max_lines]
    if len(lines) > max_lines:
        visible[-1] += " …"
    return [line if len(line) <= room else line[: room - 1].rstrip(" …") + "…" for line in visible]


def nice_top(value: float) -> tuple[float, float]:
    """Return (top, step) of an axis from 0 that holds `value`: steps of 1, 2 or 5 times a power of ten, at most
    five."""
    if value <= 0:
        return 1.0, 1.0
    rough = value / 4
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    if value >= 1 and step < 1:
        step = 1.0
    return math.ceil(value / step - 1e-9) * step, step
