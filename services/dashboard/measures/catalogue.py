"""The registry of measures. A new measure is a class, a projection to its deltas, and an entry in this registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.dashboard.measures.attendance import CompaniesPresent
from services.dashboard.measures.hires import (
    Hires,
    HiresCurrent,
    HiresFromPledges,
    HiresStartingLater,
    HiresWithoutPledge,
    StartingLaterFromPledges,
)
from services.dashboard.measures.pledges import PledgedPositions

if TYPE_CHECKING:
    from services.dashboard.measures.measure import Measure, Scope

MEASURES: tuple[type[Measure], ...] = (
    PledgedPositions,
    Hires,
    HiresFromPledges,
    HiresWithoutPledge,
    HiresCurrent,
    HiresStartingLater,
    StartingLaterFromPledges,
    CompaniesPresent,
)


def listed() -> list[type[Measure]]:
    """The measures that are explained to readers, in their usual order."""
    return [measure for measure in MEASURES if measure.listed]


def shown_for(scope: Scope) -> list[type[Measure]]:
    """The measures that are computed for a scope."""
    return [measure for measure in MEASURES if scope in measure.scopes]
