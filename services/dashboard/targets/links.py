"""The links from a target to what has been counted for it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from services.dashboard.bridge.counted import counted_by
from services.dashboard.bridge.links import bridge_page, list_of_figure
from services.dashboard.measures.hires import Hires, HiresCurrent
from services.dashboard.measures.pledges import PledgedPositions
from services.dashboard.measures.selection import Times

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from services.dashboard.measures.measure import Measure
    from services.dashboard.targets.domain import Forecast

_MEASURES: Final[Mapping[str, type[Measure]]] = {one.code: one for one in (PledgedPositions, Hires, HiresCurrent)}


def behind(one: Forecast, *, known_at: datetime | None, to_hires: bool) -> str | None:
    """Return the URL of what has been counted for a target; None where there is no such page for the viewer.

    Of a sum of pledges or hires it is the bridge over its window, of a level the list on its last day. A share has
    none: its cohort is those who began in the window, and the lists count by the day on which each was decided.
    Citizens have none either.

    Args:
        to_hires: whether the viewer may see lists of hires: each is a person.
    """
    terms = one.terms
    if terms.measure.code not in _MEASURES or one.as_of < terms.starts_on:
        return None
    counted = counted_by(_MEASURES[terms.measure.code], terms.job_type)  # type: ignore[arg-type]
    until = Times(min(one.as_of, terms.ends_on), known_at)
    if terms.measure.kind == "level":
        return list_of_figure(counted, until) if to_hires else None
    return bridge_page(counted, Times(terms.starts_on - timedelta(days=1), known_at), until)
