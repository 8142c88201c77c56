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
