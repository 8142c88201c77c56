"""Charts drawn on the server as SVG: every mark a link, every colour also a pattern, a table beside each.

Each function takes an id (unique on the page), a title and the data, and returns the whole `<figure>`::

    bar_chart("by-event", _("Pledged positions by event"), [Bar("B&O", 50, href="/events/…")],
              columns=(_("Event"), _("Positions")))

`bars.py` bar_chart, `bullets.py` draw_bullets (targets), `columns.py` column_chart (by period), `funnel.py`
funnel_chart, `ladder.py` ladder_chart (the hours of a hire); `drawing.py` has the primitives, `palette.py` colours and
patterns, `figure.py` the frame with the table. A figure holds two drawings of the same data, for wide and for narrow
places, so that the letters keep their size on a phone.

The `draw_…` functions return the bare SVG of a given width, for documents. Colours are presentation
attributes, right on paper and on a light screen; the projector overrides them by class in its style sheet.
"""

from shared.ui.charts.bars import Bar, bar_chart, draw_bars
from shared.ui.charts.bullets import Bullet, draw_bullets
from shared.ui.charts.columns import Period, column_chart, draw_columns
from shared.ui.charts.drawing import Drawing
from shared.ui.charts.funnel import Step, draw_funnel, funnel_chart
from shared.ui.charts.ladder import LadderStep, draw_ladder, ladder_chart

__all__ = [
    "Bar",
    "Bullet",
    "Drawing",
    "LadderStep",
    "Period",
    "Step",
    "bar_chart",
    "column_chart",
    "draw_bars",
    "draw_bullets",
    "draw_columns",
    "draw_funnel",
    "draw_ladder",
    "funnel_chart",
    "ladder_chart",
]
