"""The figures prepared for pages: cards, rows and charts, with their texts and links; a module for each section.

`cards.py` headline figures and the table of job types, `charts.py` the funnel and the quarters, `events.py` the events
and their goals, `breakdowns.py` municipalities, industries and member companies.
"""

from services.dashboard.overview.views.breakdowns import BreakdownRow, BreakdownView, breakdowns
from services.dashboard.overview.views.cards import (
    TYPE_COLUMNS,
    Card,
    TypeRow,
    cards,
    type_columns,
    type_rows,
    types_in_words,
)
from services.dashboard.overview.views.charts import (
    LATEST_QUARTERS,
    ProjectorChart,
    by_quarter,
    funnel,
    funnel_finding,
    projector_charts,
    quarters_finding,
)
from services.dashboard.overview.views.events import (
    LATEST_EVENTS,
    EventRow,
    by_event,
    chosen_event,
    current_event,
    event_name,
    event_rows,
    events_finding,
)

__all__ = [
    "LATEST_EVENTS",
    "LATEST_QUARTERS",
    "TYPE_COLUMNS",
    "BreakdownRow",
    "BreakdownView",
    "Card",
    "EventRow",
    "ProjectorChart",
    "TypeRow",
    "breakdowns",
    "by_event",
    "by_quarter",
    "cards",
    "chosen_event",
    "current_event",
    "event_name",
    "event_rows",
    "events_finding",
    "funnel",
    "funnel_finding",
    "projector_charts",
    "quarters_finding",
    "type_columns",
    "type_rows",
    "types_in_words",
]
