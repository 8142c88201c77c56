"""Six series, each with a colour and a pattern, so that colour alone never carries meaning.

Each colour has a contrast of 3:1 on white. Style sheets can override them by class (`mark-0`, `ink-pattern` …).
"""

from markupsafe import Markup

from shared.ui.charts.drawing import element

INK_SOFT = "#4c5a5e"
PROMISED, REAL = 0, 1
"""The series for what was pledged (amber) and for hires (petrol), in every chart."""

COLOURS = ("#b87900", "#0b5561", "#b5482a", "#6c5ba7", "#4a7d2a", "#66757a")

_OVERLAYS = (
    '<path class="ink-pattern" d="M-2 2l4-4M0 8l8-8M6 10l4-4" stroke="#fff" stroke-opacity="0.6" stroke-width="1.3"/>',
    "",
    '<path class="ink-dot" fill="#fff"'
    ' d="M.7 2a1.3 1.3 0 1 0 2.6 0a1.3 1.3 0 1 0-2.6 0M4.7 6a1.3 1.3 0 1 0 2.6 0a1.3 1.3 0 1 0-2.6 0"/>',
    '<path class="ink-pattern" d="M2 0v8" stroke="#fff" stroke-width="1.6"/>',
    '<path class="ink-pattern" d="M0 0l8 8M8 0l-8 8" stroke="#fff" stroke-width="1.2"/>',
    '<path class="ink-pattern" d="M0 2h8M0 6h8" stroke="#fff" stroke-width="1.4"/>',
)


def fill_of(chart_id: str, series: int) -> str:
    """Return the `fill` of a mark of a series: a colour, or the pattern that `patterns` defines."""
    return f"url(#{chart_id}-p{series % len(COLOURS)})"


def patterns(chart_id: str, series: set[int]) -> Markup:
    """Return `<defs>` with the patterns of the series, under ids of this drawing."""
    return element("defs", {}, *(_pattern(chart_id, one) for one in sorted({one % len(COLOURS) for one in series})))


def _pattern(chart_id: str, series: int) -> Markup:
    ground = element("rect", {"class": f"mark-{series}", "width": 8, "height": 8, "fill": COLOURS[series]})
    return element(
        "pattern",
        {"id": f"{chart_id}-p{series}", "width": 8, "height": 8, "patternUnits": "userSpaceOnUse"},
        ground,
        Markup(_OVERLAYS[series]),  # noqa: S704 - constants of this file
    )


def swatch(chart_id: str, series: int) -> Markup:
    """Return a small sample of a series, for a legend."""
    own = f"{chart_id}-swatch{series}"
    mark = element("rect", {"width": 22, "height": 16, "rx": 3, "fill": fill_of(own, series)})
    return element(
        "svg",
        {
            "class": "swatch",
            "viewBox": "0 0 22 16",
            "width": 22,
            "height": 16,
            "aria-hidden": "true",
            "focusable": "false",
        },
        patterns(own, {series}),
        mark,
    )
