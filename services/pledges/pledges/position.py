"""One job of a pledge, and its steps from vacant to filled. Imports no I/O.

A step is allowed or refused here; which pledge may take it is in `domain`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID

from services.pledges.pledges.refusals import (
    NothingToUndo,
    PersonMatched,
    PositionHasHire,
    PositionNotFilled,
    PositionNotMatched,
    PositionNotOffered,
    PositionTaken,
    PositionVacant,
    TooLateToUndo,
    TrialDatesWrong,
    UndoneAtHire,
    UndoneByOthers,
)
from shared.contracts.pledges import PositionStatus, position_id

if TYPE_CHECKING:
    from services.pledges.pledges.terms import Editor

VacantStatus = Literal["open", "matched", "trial"]
PositionChangeKind = Literal["matched", "trial_started", "filled", "cancelled", "reopened", "vacated", "undone"]
CancelReason = Literal["company_needs_nobody", "company_found_somebody", "job_changed", "other"]
"""Why one position is no longer offered."""
ReopenReason = Literal["not_suitable", "person_declined", "company_declined", "offered_again", "other"]
"""Why a position is vacant again."""

UNDO_FOR: Final = timedelta(minutes=15)
"""How long a step can be undone by whoever made it."""
LONGEST_TRIAL: Final = timedelta(weeks=26)
_TRIAL_TOLERANCE: Final = timedelta(days=183)
"""How far from today the first day of a trial may lie."""
_UNDOABLE: Final = frozenset({"matched", "trial_started", "cancelled", "reopened"})


@dataclass(frozen=True, slots=True)
class Position:
    """One job of a pledge.

    Attributes:
        number: counts from 1.
        matched_on: the day on which a person was found for it; None: nobody has been.
        trial_on: the first day of the trial.
        trial_ends_on: the last day of the trial.
        cancelled_on: the first day on which it no longer counts, because it alone was cancelled.
        status_before_end: what it was when its pledge ended, and is again if that is undone.
    """

    id: UUID
    number: int
    status: PositionStatus = "open"
    hire_id: UUID | None = None
    matched_on: date | None = None
    trial_on: date | None = None
    trial_ends_on: date | None = None
    cancelled_on: date | None = None
    status_before_end: VacantStatus | None = None

    @property
    def can_be_filled(self) -> bool:
        """Whether a hire can fill it."""
        return self.status in {"open", "matched", "trial"}

    def matched(self, on: date) -> Position:
        """Return it with a person found for it. Raises `PersonMatched`, `PositionHasHire`, `PositionNotOffered`."""
        self._check_offered()
        if self.status != "open":
            raise PersonMatched
        return replace(self, status="matched", matched_on=on)

    def in_trial(self, starts_on: date, ends_on: date, *, today: date) -> Position:
        """Return it with a person who tries it. A trial that has begun is prolonged or cut short: its start stays.

        Args:
            ends_on: the last day.

        Raises:
            PositionNotMatched, PositionHasHire, PositionNotOffered
            TrialDatesWrong: it ends before it starts, lasts more than 26 weeks, or lies more than half a year away.
        """
        self._check_offered()
        if self.status == "open":
            raise PositionNotMatched
        first = self.trial_on or starts_on
        if not first <= ends_on <= first + LONGEST_TRIAL or abs(first - today) > _TRIAL_TOLERANCE + LONGEST_TRIAL:
            raise TrialDatesWrong
        if self.trial_on is None and abs(starts_on - today) > _TRIAL_TOLERANCE:
            raise TrialDatesWrong
        return replace(self, status="trial", trial_on=first, trial_ends_on=ends_on)

    def cancelled(self, on: date) -> Position:
        """Return it no longer offered from a day on. Raises `PositionHasHire`, `PositionNotOffered`."""
        self._check_offered()
        return replace(self, status="cancelled", cancelled_on=on)

    def reopened(self) -> Position:
        """Return it vacant again. Raises `PositionVacant`, `PositionHasHire`."""
        if self.status == "filled":
            raise PositionHasHire
        if self.status == "open":
            raise PositionVacant
        return Position(self.id, self.number)

    def filled(self, hire_id: UUID) -> Position:
        """Return it filled by a hire. Raises `PositionTaken`."""
        if not self.can_be_filled:
            raise PositionTaken
        return replace(self, status="filled", hire_id=hire_id)

    def refilled(self, hire_id: UUID) -> Position:
        """Return it filled by the hire that had ended. Raises `PositionTaken`, `PersonMatched`."""
        if self.status == "filled":
            raise PositionTaken
        if self.status in {"matched", "trial"}:
            raise PersonMatched
        return Position(self.id, self.number, "filled", hire_id)

    def check_filled(self) -> None:
        """Raise `PositionNotFilled` unless a hire fills it."""
        if self.status != "filled":
            raise PositionNotFilled

    def ended(self) -> Position:
        """Return it after the end of its pledge: cancelled, unless it is filled or cancelled already."""
        match self.status:
            case "filled" | "cancelled":
                return self
            case vacant:
                return replace(self, status="cancelled", status_before_end=vacant)

    def restored(self) -> Position:
        """Return it after the end of its pledge was undone. What was cancelled alone stays cancelled."""
        if self.status != "cancelled" or (self.status_before_end is None and self.cancelled_on is not None):
            return self
        # Releases before 0.4.0 kept no status, and had vacant positions only.
        return replace(self, status=self.status_before_end or "open", status_before_end=None, cancelled_on=None)

    def _check_offered(self) -> None:
        if self.status == "filled":
            raise PositionHasHire
        if self.status == "cancelled":
            raise PositionNotOffered


@dataclass(frozen=True, slots=True)
class PositionStep:
    """What has become of a position: it was `before`, and is `after`.

    Attributes:
        on: the first day of the step, in Europe/Copenhagen.
        hire_id: the hire that fills it or has left it.
    """

    kind: PositionChangeKind
    before: Position
    after: Position
    on: date
    hire_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PositionChange:
    """A step in the history of a position.

    Attributes:
        before: the position before it.
        status: the position's status after it.
        by: who made it; None: nobody who has an account.
    """

    id: UUID
    kind: PositionChangeKind
    position_id: UUID
    before: Position
    status: PositionStatus
    by: UUID | None
    at: datetime
    undone_at: datetime | None = None

    def check_undo(self, by: Editor, *, now: datetime) -> None:
        """Check that somebody may undo the step now.

        Raises:
            NothingToUndo: it was undone already, or undoes another one.
            UndoneAtHire: a hire has filled or left the position.
            UndoneByOthers, TooLateToUndo: see `check_undo`.
        """
        if self.undone_at is not None or self.kind == "undone":
            raise NothingToUndo
        if self.kind not in _UNDOABLE:
            raise UndoneAtHire
        check_undo(self.by, self.at, by, now=now)


def check_undo(made_by: UUID | None, made_at: datetime, by: Editor, *, now: datetime) -> None:
    """Check that somebody may undo at a moment what was done.

    Raises:
        UndoneByOthers: somebody else did it, and only a coordinator may undo it.
        TooLateToUndo: 15 minutes have passed.
    """
    if not by.of_all and (by.id is None or by.id != made_by):
        raise UndoneByOthers
    if now - made_at > UNDO_FOR:
        raise TooLateToUndo


def may_undo(made_by: UUID | None, made_at: datetime, by: Editor, *, now: datetime) -> bool:
    """Whether somebody may undo at a moment what was done, as `check_undo` says."""
    with suppress(UndoneByOthers, TooLateToUndo):
        check_undo(made_by, made_at, by, now=now)
        return True
    return False


def open_positions(pledge_id: UUID, count: int) -> list[Position]:
    """Return a new pledge's positions."""
    return [Position(position_id(pledge_id, number), number) for number in range(1, count + 1)]
