"""What the typist counted in the pile of slips, compared with what is in the grid. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_WRITTEN: Final = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Totals:
    """A number of slips, and of positions on them together."""

    slips: int
    positions: int

    @classmethod
    def read(cls, written: str | None) -> Totals | None:
        """Read `12/34`; None for any other text."""
        found = _WRITTEN.fullmatch(written or "")
        return cls(int(found[1]), int(found[2])) if found else None

    def __str__(self) -> str:
        return f"{self.slips}/{self.positions}"


def needs_confirmation(expected: Totals, typed: Totals, confirmed: Totals | None) -> bool:
    """Whether the typist has to say that the batch is saved although it differs from the pile.

    Args:
        expected: counted in the pile.
        typed: in the grid.
        confirmed: the typed totals that were shown with the difference and confirmed: if the grid has changed since,
            the typist is asked again.
    """
    return typed not in (expected, confirmed)
