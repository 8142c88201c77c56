"""Charts drawn on the server as SVG: every mark a link, every colour also a pattern, a table beside each.

Each function takes an id (unique on the page), a title and the data, and returns the whole `<figure>`::

    bar_chart("by-event", _("Pledged positions by event"), [Bar("B&O", 50, href="/events/…")],
              columns=(_("Event"), _("Positions")))

`bars.py` bar_chart and stacked_chart, `columns.py` column_chart (by period), `funnel.py`, `line.py`,
`histogram.py`; `drawing.py` has the primitives, `palette.py` colours and patterns, `figure.py` the frame with the
table. A figure holds two drawings of the same data, for wide and for narrow places, so that the letters keep
their size on a phone.

The `draw_…` functions return the bare SVG of a given width, for documents. Colours are presentation
attributes, right on paper and on a light screen; the projector overrides them by class in its style sheet.
"""

from shared.ui.charts.bars import Bar, StackedBar, bar_chart, draw_bars, draw_stacked, stacked_chart
from shared.ui.charts.columns import Period, column_chart, draw_columns
from shared.ui.charts.drawing import Drawing
from shared.ui.charts.funnel import Step, draw_funnel, funnel_chart
from shared.ui.charts.histogram import Bin, draw_histogram, histogram
from shared.ui.charts.line import Line, Point, Target, draw_lines, line_chart

__all__ = [
    "Bar",
    "Bin",
    "Drawing",
    "Line",
    "Period",
    "Point",
    "StackedBar",
    "Step",
    "Target",
    "bar_chart",
    "column_chart",
    "draw_bars",
    "draw_columns",
    "draw_funnel",
    "draw_histogram",
    "draw_lines",
    "draw_stacked",
    "funnel_chart",
    "histogram",
    "line_chart",
    "stacked_chart",
]
