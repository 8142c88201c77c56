"""Measures of who comes to events."""

from __future__ import annotations

from typing import ClassVar

from services.dashboard.measures.measure import Measure, Scope, Unit
from services.dashboard.read_model import deltas
from shared.i18n.translations import N_


class CompaniesPresent(Measure):
    """Companies that were checked in at an event."""

    code = "companies_present"
    unit: ClassVar[Unit] = "companies"
    label = N_("Companies present")
    definition = N_("Companies that were checked in at the event, each counted once.")
    adds = (deltas.COMPANIES_PRESENT,)
    scopes = ("event",)
    by_job_type = False
    notes: ClassVar[dict[Scope, str]] = {"event": "companies checked in"}
