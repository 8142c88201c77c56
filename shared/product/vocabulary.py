"""Words of the domain that several services use: job types, programmes, end reasons, how long event passes work.

Codes are stored and sent. Labels are English and translated where they are shown (`_(label)`).
"""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from shared.i18n.translations import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.contracts.pledges import EndReason, JobType

JOB_TYPES: Final[Mapping[JobType, str]] = MappingProxyType(
    {
        "smaajob": N_("Småjob"),
        "praktik": N_("Work placement"),
        "loentilskud": N_("Wage subsidy"),
        "fleksjob": N_("Fleksjob"),
        "ordinaer": N_("Ordinary job"),
        "traening": N_("Training track"),
    }
)
"""Label by code, in the order in which they are shown."""

Programme = Literal["smaajob_effort", "training_track", "job_network"]
"""What a participant can be enrolled in."""

PROGRAMMES: Final[Mapping[Programme, str]] = MappingProxyType(
    {
        "smaajob_effort": N_("Small-job effort"),
        "training_track": N_("Training track"),
        "job_network": N_("Job network"),
    }
)
"""Label by code, in the order in which they are shown."""

END_REASONS: Final[Mapping[EndReason, str]] = MappingProxyType(
    {
        "more_hours_elsewhere": N_("More hours at another company"),
        "ordinary_job": N_("An ordinary job"),
        "education": N_("Education"),
        "employer": N_("The employer ended it"),
        "participant": N_("The employee ended it"),
        "health": N_("Health"),
        "moved": N_("Moved away"),
        "other": N_("Another reason"),
    }
)
"""Why a hire has ended. Label by code, in the order in which they are shown."""

PASS_GRACE: Final = timedelta(days=14)
"""How long after an event's end its passes still deliver pledges that a phone captured while the event was open."""
