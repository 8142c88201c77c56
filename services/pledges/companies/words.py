"""The words of a company's page. Labels are English and are translated where they are shown (`_(label)`)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from shared.i18n.translations import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.contracts.events import AgreementRole
    from shared.contracts.pledges import OutreachKind

OUTREACH_KINDS: Final[Mapping[OutreachKind, str]] = MappingProxyType(
    {"visit": N_("Visit"), "call": N_("Call"), "card": N_("Card handed over")}
)
"""How somebody was in contact with the company."""

AGREEMENT_ROLES: Final[Mapping[AgreementRole, str]] = MappingProxyType(
    {
        "trains": N_("Agreement: the company trains people"),
        "hires": N_("Agreement: the company hires people"),
        "both": N_("Agreement: the company trains and hires people"),
    }
)
"""What a company does by its standing agreement."""
