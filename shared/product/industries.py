"""The sections of DB07, the Danish nomenclature of industries.

Source: Danmarks Statistik, "Dansk Branchekode 2007, v3:2014" (https://www.dst.dk/da/Statistik/dokumentation/nomenklaturer/db07);
its sections and divisions are those of NACE Rev. 2. Labels are English and translated where they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from shared.i18n.translations import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

SectionCode = Literal[
    "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U"
]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of DB07.

    Attributes:
        first, last: its divisions, which are the first two digits of a company's code.
        label: English, as in NACE Rev. 2, shortened.
    """

    first: int
    last: int
    label: str

    @property
    def divisions(self) -> list[str]:
        """The first two digits of its codes."""
        return [f"{division:02}" for division in range(self.first, self.last + 1)]


SECTIONS: Final[Mapping[SectionCode, Section]] = MappingProxyType(
    {
        "A": Section(1, 3, N_("Agriculture, forestry and fishing")),
        "B": Section(5, 9, N_("Mining and quarrying")),
        "C": Section(10, 33, N_("Manufacturing")),
        "D": Section(35, 35, N_("Electricity, gas and heat")),
        "E": Section(36, 39, N_("Water, sewerage and waste")),
        "F": Section(41, 43, N_("Construction")),
        "G": Section(45, 47, N_("Trade and repair of vehicles")),
        "H": Section(49, 53, N_("Transport and storage")),
        "I": Section(55, 56, N_("Accommodation and restaurants")),
        "J": Section(58, 63, N_("Information and communication")),
        "K": Section(64, 66, N_("Finance and insurance")),
        "L": Section(68, 68, N_("Real estate")),
        "M": Section(69, 75, N_("Professional, scientific and technical services")),
        "N": Section(77, 82, N_("Administrative and support services")),
        "O": Section(84, 84, N_("Public administration, defence and social security")),
        "P": Section(85, 85, N_("Teaching")),
        "Q": Section(86, 88, N_("Health and social work")),
        "R": Section(90, 93, N_("Culture, entertainment and sport")),
        "S": Section(94, 96, N_("Other services")),
        "T": Section(97, 98, N_("Households as employers")),
        "U": Section(99, 99, N_("Embassies and international organisations")),
    }
)
"""By letter, in the order of the nomenclature."""

NOT_STATED: Final = "999999"
"""The code of a company whose industry is not stated. It is in no section."""

_BY_DIVISION: Final = {division: code for code, section in SECTIONS.items() for division in section.divisions}


def section_of(industry: str | None) -> SectionCode | None:
    """Return the section of a company's DB07 code; None if it is not stated or has no section."""
    if not industry or industry == NOT_STATED:
        return None
    return _BY_DIVISION.get(industry[:2])
