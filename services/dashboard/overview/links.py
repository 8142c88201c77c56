"""Links from the figures to what is behind them: lists, and the bridge from one time to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.dashboard.measures.measure import Measure
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

    def list_of(self, measure: type[Measure], *, group: str | None = None, **replaced: object) -> str | None:
        """Return the URL of the list behind a figure; None if the viewer may not see it.

        Args:
            group: of a measure that is split into groups: one of them.
            replaced: values of the selection to replace, by their names in the URL.
        """
        if measure.unit == "hires" and not self.to_hires:
            return None
        return self.selection.url(f"/dashboard/lists/{measure.code}", everything=False, group=group or None, **replaced)

    def event(self, event_id: object) -> str | None:
        """Return the URL of an event; None if the viewer may not open it."""
        return f"/events/{event_id}" if self.to_events else None
