"""Measures of what companies have pledged."""

from __future__ import annotations

from typing import ClassVar

from services.dashboard.measures.measure import ALL_SCOPES, Measure, Scope, Unit
from services.dashboard.read_model import deltas
from shared.i18n.translations import N_


class PledgedPositions(Measure):
    """Positions, by the day they were pledged."""

    code = "pledged_positions"
    unit: ClassVar[Unit] = "positions"
    label = N_("Pledged positions")
    definition = N_(
        "Every position a company has promised, from the day it was pledged. A pledge of three positions counts as "
        "three. Positions that their company has withdrawn, that were cancelled or whose pledge has lapsed count until "
        "that day; a pledge that was logged by mistake, that nobody has made or that is another one's duplicate has "
        "never counted."
    )
    adds = (deltas.PLEDGED_POSITIONS,)
    scopes = ALL_SCOPES
    notes: ClassVar[dict[Scope, str]] = {"event": "positions pledged at the event"}


class PositionsAffirmed(Measure):
    """Pledged positions that their company has confirmed: the second step of the funnel."""

    code = "positions_affirmed"
    unit: ClassVar[Unit] = "positions"
    label = N_("Affirmed positions")
    definition = N_(
        "Of the pledged positions, those of pledges that the company has affirmed after they were logged, from the day "
        "it did so."
    )
    adds = (deltas.POSITIONS_AFFIRMED,)
    notes: ClassVar[dict[Scope, str]] = {"taskforce": "of `pledged_positions`, those the company has affirmed"}


class PositionsMatched(Measure):
    """Pledged positions for which a person was found: the third step of the funnel."""

    code = "positions_matched"
    unit: ClassVar[Unit] = "positions"
    label = N_("Positions with a person found")
    definition = N_(
        "Of the pledged positions, those for which a case worker has found a person, from that day, and also once the "
        "person is hired. A position that is vacant again does not count, and a hire that was confirmed without this "
        "step does not count here."
    )
    adds = (deltas.POSITIONS_MATCHED,)
    notes: ClassVar[dict[Scope, str]] = {"taskforce": "of `pledged_positions`, those for which a person was found"}
