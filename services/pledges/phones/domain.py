"""A phone's running numbers: which of its captures are missing. Imports no I/O."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared.i18n.translations import N_
from shared.refusals import Refusal

if TYPE_CHECKING:
    from datetime import datetime
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


class PhoneNotFound(Refusal):
    """No phone with this id has had the event's intake open, or it has been deleted since."""

    code = "phone-unknown"
    kind = "not_found"
    title = N_("There is no such phone")
    detail = N_("Find it on the page of the evening.")
    next_step = ("/pledges/evening", N_("The evening"))


@dataclass(frozen=True, slots=True)
class SetAside:
    """The decision to wait no longer for a phone: it is lost, or its numbers were made up.

    Attributes:
        by: the account that decided.
        reason: in words; None once it has been deleted.
    """

    at: datetime
    by: UUID
    reason: str | None


def missing_numbers(announced: int, arrived: Collection[int], discarded: Collection[int]) -> list[int]:
    """Return the running numbers that a phone has used and that have not arrived, in order.

    What arrived is announced by that: the phone may not have had the time to say so. A number that was discarded on
    the phone is not missing.
    """
    highest = max([announced, *arrived], default=0)
    accounted_for = {*arrived, *discarded}
    return [number for number in range(1, highest + 1) if number not in accounted_for]
