"""The words of companies' answers. Labels are English and are translated where they are shown."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from shared.i18n.translations import N_

CHECKPOINT_ANSWERS: Final = MappingProxyType(
    {
        "same_company": N_("Yes, still with us"),
        "elsewhere": N_("No, but has a job elsewhere"),
        "no": N_("No, and has no job that we know of"),
        "unknown": N_("We do not know"),
    }
)
"""What a company can answer to whether somebody is still employed."""

THANKS: Final = MappingProxyType(
    {
        "affirmed": N_("Thank you. Your pledge is affirmed."),
        "adjusted": N_("Thank you. Your pledge is changed."),
        "withdrawn": N_("Thank you for telling us. The pledge is withdrawn."),
        "still_employed": N_("Thank you. Your answer is saved."),
        "registered": N_("Thank you. We are registering you for the event."),
        "unregistered": N_("Thank you for telling us. We take you off the list of the event."),
    }
)
"""The answers, for the company."""

AGREEMENTS: Final = MappingProxyType(
    {
        "trains": N_("You train people"),
        "hires": N_("You hire people"),
        "both": N_("You train and hire people"),
    }
)
"""What the company does by a standing agreement, for the company."""
