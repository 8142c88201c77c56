"""Whether the person of a hire is still employed 3, 6 and 12 months after the start. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, Literal, get_args
from uuid import UUID

from shared.contracts.pledges import CheckpointAnswer, CheckpointMonths
from shared.fields.dates import months_after

if TYPE_CHECKING:
    from collections.abc import Sequence

AnsweredFrom = Literal["caseworker", "company"]
MONTHS: Final[tuple[CheckpointMonths, ...]] = get_args(CheckpointMonths)
_NOT_ASKED_AFTER_MONTHS: Final = 12
"""A checkpoint that was due longer before the hire was confirmed is unknown: nobody would know any longer."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One of the checkpoints of a hire.

    Attributes:
        due_on: the day that it is about, and from which it can be answered.
        answer: None: not answered yet.
        answered_from: None for one that nobody was asked, because it was due long before the hire was confirmed.
        answered_by: the account of the case worker; None for the company.
    """

    months: CheckpointMonths
    due_on: date
    answer: CheckpointAnswer | None = None
    answered_on: date | None = None
    answered_from: AnsweredFrom | None = None
    answered_by: UUID | None = None

    @property
    def was_asked(self) -> bool:
        """Whether somebody has answered it."""
        return self.answered_from is not None


def checkpoints_of(
    start_date: date,
    *,
    ended_on: date | None,
    confirmed_on: date,
    on: date,
    answered: Sequence[Checkpoint] = (),
) -> tuple[Checkpoint, ...]:
    """Return the checkpoints of a hire: one for each that comes before its end.

    Args:
        confirmed_on: those due over twelve months before are unknown at once.
        on: the day on which such an answer is recorded.
        answered: those that somebody has answered: they stay as they are, whatever the dates.
    """
    kept = {checkpoint.months: checkpoint for checkpoint in answered if checkpoint.was_asked}
    too_old = months_after(confirmed_on, -_NOT_ASKED_AFTER_MONTHS)
    checkpoints = []
    for months in MONTHS:
        due_on = months_after(start_date, months)
        if months in kept:
            checkpoints.append(kept[months])
        elif ended_on is None or due_on < ended_on:
            unknown = due_on < too_old
            checkpoints.append(
                Checkpoint(months, due_on, answer="unknown" if unknown else None, answered_on=on if unknown else None)
            )
    return tuple(checkpoints)
