"""Links from the figures to what is behind them: lists, and the bridge from one time to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.dashboard.bridge.counted import counted_by
from services.dashboard.bridge.links import bridge_page, list_of_figure

if TYPE_CHECKING:
    from uuid import UUID

    from services.dashboard.measures.measure import Measure
    from services.dashboard.measures.selection import Filters, Times
    from services.dashboard.selection import Selection


@dataclass(frozen=True, slots=True)
class Links:
    """The links of one page, with its selection.

    Attributes:
        to_hires: whether the viewer may see lists of hires: each is a person.
        to_events: whether the viewer may open events.
    """

    selection: Selection
    to_hires: bool
    to_events: bool

    def list_of(self, measure: type[Measure], *, group: str = "", filters: Filters | None = None) -> str | None:
        """Return the URL of the list behind a figure; None if the viewer may not see it.

        Args:
            group: of a measure that is split into groups: one of them.
            filters: instead of those of the selection.
        """
        if measure.unit == "hires" and not self.to_hires:
            return None
        chosen = self.selection
        counted = counted_by(measure, chosen.job_type, group=group, filters=filters or chosen.filters)
        return list_of_figure(counted, chosen.times)

    def between(self, measure: type[Measure], since: Times, until: Times) -> str:
        """Return the URL of the bridge of a figure, from one pair of times to another."""
        chosen = self.selection
        return bridge_page(counted_by(measure, chosen.job_type, filters=chosen.filters), since, until)

    def event(self, event_id: UUID) -> str | None:
        """Return the URL of an event; None if the viewer may not open it."""
        return f"/events/{event_id}" if self.to_events else None
