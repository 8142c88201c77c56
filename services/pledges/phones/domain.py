"""A phone's running numbers: which of its captures are missing. Imports no I/O."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from uuid import UUID

LARGEST_NUMBER: Final = 10_000
"""Of a phone's captures at one event: some hundred times what a busy evening needs."""


@dataclass(frozen=True, slots=True)
class Capture:
    """Where a pledge was captured.

    Attributes:
        phone_id: of the browser, for one event.
        number: the phone's running number for the event, from 1.
        phone_name: as its user typed it.
    """

    phone_id: UUID
    number: int
    phone_name: str | None = None


def missing_numbers(announced: int, arrived: Collection[int], discarded: Collection[int]) -> list[int]:
    """Return the running numbers that a phone has used and that have not arrived, in order.

    What arrived is announced by that: the phone may not have had the time to say so. A number that was discarded on
    the phone is not missing.
    """
    highest = max([announced, *arrived], default=0)
    accounted_for = {*arrived, *discarded}
    return [number for number in range(1, highest + 1) if number not in accounted_for]
