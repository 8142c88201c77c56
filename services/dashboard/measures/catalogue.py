"""The registry of measures. A new measure is a class, a projection to its deltas, and an entry in this registry."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from services.dashboard.measures.attendance import CompaniesPresent
from services.dashboard.measures.citizens import Citizens, CitizensCurrent
from services.dashboard.measures.hires import (
    Hires,
    HiresCurrent,
    HiresCurrentByHours,
    HiresCurrentByLadder,
    HiresEndedByReason,
    HiresFromPledges,
    HiresStartingLater,
    HiresWithoutPledge,
    StartingLaterFromPledges,
    StillEmployed,
)
from services.dashboard.measures.outreach import OutreachContacts, OutreachNewCompanies
from services.dashboard.measures.pledges import PledgedPositions, PositionsAffirmed, PositionsMatched
from services.dashboard.measures.waits import MedianDays

if TYPE_CHECKING:
    from services.dashboard.measures.measure import Measure, Scope

MEASURES: tuple[type[Measure], ...] = (
    PledgedPositions,
    PositionsAffirmed,
    PositionsMatched,
    Hires,
    HiresFromPledges,
    HiresWithoutPledge,
    Citizens,
    HiresCurrent,
    CitizensCurrent,
    HiresCurrentByHours,
    HiresCurrentByLadder,
    HiresStartingLater,
    StartingLaterFromPledges,
    StillEmployed,
    HiresEndedByReason,
    MedianDays,
    CompaniesPresent,
    OutreachNewCompanies,
    OutreachContacts,
)

HEADLINES: tuple[type[Measure], ...] = (PledgedPositions, Hires, HiresCurrent, HiresStartingLater)
"""The figures that everybody sees first, in their order: each of them opens into a bridge, and has errata."""


def listed() -> list[type[Measure]]:
    """The measures that are explained to readers, in their usual order."""
    return [measure for measure in MEASURES if measure.listed]


def shown_for(scope: Scope) -> tuple[type[Measure], ...]:
    """The measures that are computed for a scope."""
    return _in_scope(MEASURES, scope)


@cache
def _in_scope(measures: tuple[type[Measure], ...], scope: Scope) -> tuple[type[Measure], ...]:
    return tuple(measure for measure in measures if scope in measure.scopes)
