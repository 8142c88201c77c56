"""The words of hires: labels by code, English, translated where they are shown."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from shared.i18n.translations import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

CHECKPOINT_ANSWERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "same_company": N_("Yes, at the same company"),
        "elsewhere": N_("Yes, at another company"),
        "no": N_("No"),
        "unknown": N_("Not known"),
    }
)
CONTACTED_BY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "employer": N_("The employer"),
        "employee": N_("The employee"),
        "contact_person": N_("The contact person"),
        "other": N_("Somebody else"),
    }
)
"""Who rang."""
CHANGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "hours_changed": N_("The hours were changed"),
        "ended": N_("The hire was ended"),
        "resumed": N_("The hire goes on"),
        "corrected": N_("Corrected"),
        "contact_person_changed": N_("Another contact person"),
        "citizen_changed": N_("Another citizen"),
        "checkpoint_answered": N_("Answered whether the person is still employed"),
        "moved": N_("The pledge belongs to another event"),
        "revoked": N_("The confirmation was undone"),
    }
)
"""What has become of a hire after it was confirmed."""
