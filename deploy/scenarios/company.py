"""Companies of scenarios, with fictional names and CVR numbers that were never issued.

CVR numbers have valid check digits and are above 90000000, where no number has been issued.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, UUID, uuid5

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN: Final = {ord("æ"): "ae", ord("ø"): "oe", ord("å"): "aa"}

TASKS: Final = {
    "shop": ("shelf_stocking", "tidying", "packing"),
    "kitchen": ("dishwashing", "light_cleaning", "canteen"),
    "industry": ("assembly", "packing", "tidying", "warehouse"),
    "transport": ("warehouse", "packing", "vehicle_washing"),
    "green": ("green_areas", "snow_clearing", "tidying"),
    "office": ("scanning", "office"),
    "workshop": ("vehicle_washing", "tidying", "warehouse"),
    "building": ("tidying", "waste_sorting", "warehouse"),
    "care": ("light_cleaning", "dishwashing", "caretaking"),
    "caretaker": ("caretaking", "green_areas", "snow_clearing", "waste_sorting"),
    "leisure": ("event_help", "green_areas", "tidying"),
    "cleaning": ("light_cleaning", "waste_sorting"),
}
"""The tasks of småjobs in each trade, as codes of the task catalogue."""


@dataclass(frozen=True, slots=True)
class Company:
    """One company of a scenario."""

    id: UUID
    name: str
    cvr: str
    municipality: str
    trade: str
    member: bool

    @property
    def tasks(self) -> tuple[str, ...]:
        """Codes of the tasks in which the company has småjobs."""
        return TASKS[self.trade]

    @property
    def mail_domain(self) -> str:
        """A domain that cannot receive mail (RFC 2606), for contacts' addresses in the demo."""
        plain = self.name.lower().translate(_PLAIN)
        return f"{''.join(letter for letter in plain.split()[0] if letter.isalnum())}.example"


def company_id(slug: str, cvr: str) -> UUID:
    """Return the id of the company with that CVR number in the scenario with that short name."""
    return uuid5(NAMESPACE_URL, f"tilsagn:company:{slug}:{cvr}")


def unissued_cvr_numbers(first: int) -> Iterator[str]:
    """Return CVR numbers above all issued ones whose weighted sum (2,7,6,5,4,3,2,1) is divisible by 11.

    Args:
        first: the number from which they are tried; each scenario has its own.
    """
    for number in count(first, 9_973):
        text = str(number)
        if sum(weight * int(digit) for weight, digit in zip((2, 7, 6, 5, 4, 3, 2, 1), text, strict=True)) % 11 == 0:
            yield text
