"""Figures for tests of documents: computed ones without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from services.dashboard.measures.attendance import CompaniesPresent
from services.dashboard.measures.figures import Counts, EventFigures, Figures, QuarterFigures, quarter_code
from services.dashboard.measures.hires import (
    Hires,
    HiresCurrent,
    HiresCurrentByHours,
    HiresCurrentByLadder,
    HiresEndedByReason,
    HiresFromPledges,
    HiresStartingLater,
    HiresWithoutPledge,
    StillEmployed,
)
from services.dashboard.measures.pledges import PledgedPositions
from services.dashboard.measures.waits import PAIRS, Wait

KNOWN_AT = datetime(2026, 12, 1, 19, 30, tzinfo=UTC)


def figures_of_struer() -> Figures:
    """Figures of one evening and some years before it."""
    counts = Counts.zero("taskforce")
    for measure, number in (
        (PledgedPositions, 1234),
        (Hires, 203),
        (HiresFromPledges, 199),
        (HiresWithoutPledge, 4),
        (HiresCurrent, 61),
        (HiresStartingLater, 6),
    ):
        counts.add(measure, "smaajob", number)
    counts.add(PledgedPositions, "praktik", 17)
    for group, number in {"5-9": 21, "10-15": 33, "16-20": 7}.items():
        counts.add(HiresCurrentByHours, "smaajob", number, group=group)
    for group, number in {"more": 25, "same": 31, "fewer": 5}.items():
        counts.add(HiresCurrentByLadder, "smaajob", number, group=group)
    for group, number in {"more_hours_elsewhere": 88, "health": 2, "moved": 3, "other": 49}.items():
        counts.add(HiresEndedByReason, "smaajob", number, group=group)
    for group, number in {"3_yes": 120, "3_no": 30, "3_unknown": 9, "6_yes": 90, "6_no": 39, "12_yes": 2}.items():
        counts.add(StillEmployed, "smaajob", number, group=group)
    figures = Figures(date(2026, 12, 1), KNOWN_AT, KNOWN_AT, counts=counts)
    figures.waits = {pair: Wait(31.5, 47) if place else Wait(None, 0) for place, pair in enumerate(PAIRS)}
    for place, (pledged, hired) in enumerate(((12, 0), (0, 4), (50, 23), (47, 31))):
        begins_on = date(2026, 1 + 3 * place, 1)
        quarter = QuarterFigures(quarter_code(begins_on), begins_on, Counts.zero("quarter"))
        quarter.counts.add(PledgedPositions, "smaajob", pledged)
        quarter.counts.add(Hires, "smaajob", hired)
        figures.quarters.append(quarter)
    for number, (title, goal) in enumerate((("Småjob-aften på B&O", 50), ("=1+1 <aften>", None))):
        event = EventFigures(UUID(int=number + 1), title, "Struer", "closed", date(2026, 12 - number, 1), goal)
        event.counts.add(PledgedPositions, "smaajob", 47 - number * 20)
        event.counts.add(Hires, "smaajob", 9)
        event.counts.add(CompaniesPresent, None, 80)
        figures.events.append(event)
    return figures
