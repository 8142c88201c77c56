"""Case references: what a municipality calls a citizen in its own system. Never a CPR number."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

MAX_LENGTH: Final = 60


@dataclass(frozen=True, slots=True)
class CaseReference:
    """A case reference and its municipality: two municipalities may use the same reference for different people.

    Attributes:
        municipality: four-digit code as text.
        reference: in any spelling; not shown by `repr`.
    """

    municipality: str
    reference: str = field(repr=False)

    @property
    def key(self) -> str:
        """Both, in the form in which two of them are compared."""
        return f"{self.municipality} {case_reference_key(self.reference)}"

    def is_whole(self) -> bool:
        """Whether it may be somebody's: a code of four digits, and something that can be compared."""
        return bool(re.fullmatch(r"[0-9]{4}", self.municipality)) and bool(case_reference_key(self.reference))

    def __str__(self) -> str:
        return f"{self.municipality} {self.reference}"


def case_reference_key(case_reference: str) -> str:
    """Return a case reference in the form in which two of them are compared: without spaces, hyphens and case."""
    return "".join(char for char in case_reference.casefold() if char.isalnum())
