"""Measures of the citizens who are or have been hired."""

from __future__ import annotations

from typing import ClassVar

from services.dashboard.measures.hires import Hires, HiresCurrent
from services.dashboard.measures.measure import Measure, Scope, Unit
from services.dashboard.read_model import citizens
from shared.i18n.translations import N_


class Citizens(Measure):
    """The citizens who have got a job, each once under a job type however often they were hired."""

    code = "citizens"
    unit: ClassVar[Unit] = "citizens"
    label = N_("Citizens who have got a job")
    definition = N_(
        "Citizens and not hires: whoever has been hired several times counts once under each job type, from the first "
        "day of work of the first of these hires. Confirmed hires count from the day the work starts, also those that "
        "have ended since. A hire that names nobody counts as one citizen."
    )
    adds = (*Hires.adds, citizens.REPEAT_HIRES)
    notes: ClassVar[dict[Scope, str]] = {
        "taskforce": "citizens, not hires: of `hires` of each job type, those of one citizen count once"
    }


class CitizensCurrent(Measure):
    """The citizens who are employed, each once under a job type however many jobs they have."""

    code = "citizens_current"
    unit: ClassVar[Unit] = "citizens"
    label = N_("Citizens employed now")
    definition = N_(
        "Citizens and not hires: of those employed on the day the figures are for, whoever has two jobs of one job "
        "type on that day counts once under it. A hire that names nobody counts as one citizen."
    )
    adds = (*HiresCurrent.adds, citizens.SECOND_JOBS)
    notes: ClassVar[dict[Scope, str]] = {
        "taskforce": "citizens, not hires: of `hires_current` of each job type, those of one citizen count once"
    }
