"""Measures of confirmed hires."""

from __future__ import annotations

from typing import ClassVar

from services.dashboard.measures.measure import ALL_SCOPES, Measure, Scope, Unit
from services.dashboard.read_model import deltas
from shared.i18n.translations import N_


class Hires(Measure):
    """All hires, by their first day of work."""

    code = "hires"
    unit: ClassVar[Unit] = "hires"
    label = N_("Hires")
    definition = N_(
        "Hires that a case worker has confirmed, from the day the work starts, all of them added up over time: also "
        "those that have ended since, and also those without a pledge. Each counts as one citizen."
    )
    adds = (deltas.HIRES_FROM_PLEDGES, deltas.HIRES_WITHOUT_PLEDGE)
    scopes = ALL_SCOPES
    notes: ClassVar[dict[Scope, str]] = {
        "taskforce": "confirmed, first day of work reached; all of them over time",
        "event": "hires on positions pledged at the event",
    }


class HiresFromPledges(Measure):
    """Hires on pledged positions: the last step of the funnel."""

    code = "hires_from_pledges"
    unit: ClassVar[Unit] = "hires"
    label = N_("Hires on pledged positions")
    definition = N_("Of the hires, those that fill a position a company had pledged.")
    adds = (deltas.HIRES_FROM_PLEDGES,)
    notes: ClassVar[dict[Scope, str]] = {"taskforce": "of `hires`, those on pledged positions"}


class HiresWithoutPledge(Measure):
    """Hires without a pledge. They are not in the funnel."""

    code = "hires_without_pledge"
    unit: ClassVar[Unit] = "hires"
    label = N_("Hires without a pledge")
    definition = N_(
        "Of the hires, those that came about without a pledge before. They are counted apart and are not in the funnel."
    )
    adds = (deltas.HIRES_WITHOUT_PLEDGE,)
    notes: ClassVar[dict[Scope, str]] = {"taskforce": "of `hires`, the others"}


class HiresCurrent(Measure):
    """Hires that have begun and not ended."""

    code = "hires_current"
    unit: ClassVar[Unit] = "hires"
    label = N_("Employed now")
    definition = N_("Of the hires, those that have not ended: the person is employed on the day the figures are for.")
    adds = (deltas.HIRES_FROM_PLEDGES, deltas.HIRES_WITHOUT_PLEDGE)
    subtracts = (deltas.HIRES_ENDED,)
    notes: ClassVar[dict[Scope, str]] = {"taskforce": "of `hires`, those that have not ended"}


class HiresStartingLater(Measure):
    """Hires between their confirmation and their first day of work."""

    code = "hires_starting_later"
    unit: ClassVar[Unit] = "hires"
    label = N_("Confirmed, starting later")
    definition = N_(
        "Hires a case worker has confirmed whose first day of work is still to come. They are not among the hires "
        "before that day."
    )
    adds = (deltas.STARTING_LATER_FROM_PLEDGES, deltas.STARTING_LATER_WITHOUT_PLEDGE)
    scopes = ("taskforce", "event")
    notes: ClassVar[dict[Scope, str]] = {
        "taskforce": "confirmed, and not among `hires` before their first day",
        "event": "confirmed hires on them that have not begun",
    }


class StartingLaterFromPledges(Measure):
    """The part of the hires starting later that the funnel shows."""

    code = "starting_later_from_pledges"
    unit: ClassVar[Unit] = "hires"
    adds = (deltas.STARTING_LATER_FROM_PLEDGES,)
    listed = False
