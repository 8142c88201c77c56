"""Check-ins that a phone captured: when they happened, and what the captures of all doors amount to. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from services.events.calendar.domain import EventNotOpen
from shared.fields.dates import CLOCK_TOLERANCE, lies_between
from shared.i18n.translations import N_
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from services.events.calendar.domain import EmployerEvent
    from services.events.register.domain import Company

CLOCK_NOISE: Final = timedelta(minutes=2)
"""A clock that differs by less is taken as it is: so much may be the time that a request takes."""
_CLOSING_TOLERANCE: Final = timedelta(minutes=10)
"""Those who stand in the door when the coordinator closes the event still get in."""


class CaptureIdTaken(Refusal):
    """Another capture has this id."""

    code = "capture-id-taken"
    kind = "conflict"
    title = N_("Something else has this id already")
    detail = N_("Make a new id and send it again. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class CapturedCheckIn:
    """A check-in, or its undoing, as a phone sends it.

    Attributes:
        id: made on the phone.
        company: a company of the register by its id, or one that walked in.
        captured_at: by the phone's clock.
        undo: the company is not here after all.
    """

    id: UUID
    company: UUID | Company
    captured_at: datetime
    undo: bool = False


@dataclass(frozen=True, slots=True)
class DoorRecord:
    """A check-in, or its undoing, at the moment when it happened, made by a principal."""

    at: datetime
    by: str
    undo: bool = False


@dataclass(frozen=True, slots=True)
class MergedAttendance:
    """What the records of one company at one event amount to."""

    checked_in_at: datetime
    checked_in_by: str
    undone_at: datetime | None


def merge(records: Collection[DoorRecord]) -> MergedAttendance | None:
    """Return what the records of one company amount to, whatever their order and number of copies.

    The company is there if its last check-in was not followed by an undo, from the earliest check-in after the undo
    before it. At the same moment, the undo comes last.

    Returns:
        None if nobody has checked the company in.
    """
    check_ins = sorted((one.at, one.by) for one in records if not one.undo)
    undos = sorted(one.at for one in records if one.undo)
    if not check_ins:
        return None
    latest, _ = check_ins[-1]
    before = [at for at in undos if at < latest]
    since, by = next((at, by) for at, by in check_ins if not before or at > before[-1])
    return MergedAttendance(since, by, next((at for at in undos if at >= latest), None))


@dataclass(frozen=True, slots=True)
class Reception:
    """When the server received captures.

    Attributes:
        at: by the server's clock.
        sent_at: the same moment by the phone's clock, if the phone says so. It tells how wrong that clock is.
    """

    at: datetime
    sent_at: datetime | None = None

    def by_our_clock(self, captured_at: datetime) -> datetime:
        """Return the server's time for a moment of the phone's clock."""
        wrong_by = self.at - self.sent_at if self.sent_at is not None else timedelta()
        try:
            return captured_at + wrong_by if abs(wrong_by) > CLOCK_NOISE else captured_at
        except OverflowError:  # a clock at the end of time
            return captured_at


def happened_at(captured_at: datetime, event: EmployerEvent, reception: Reception, *, undo: bool) -> datetime:
    """Return when a check-in or its undoing happened.

    A clock that cannot be right stops nobody: what it captured happened when it was received, or when the event was
    closed if that was earlier. What a phone captured before the doors were opened happened when they were.

    Raises:
        EventNotOpen: the event has not been open, or had been closed when the company came. Undoing is always possible.
    """
    if event.opened_at is None:
        raise EventNotOpen
    closed_at = event.closed_at or reception.at
    at = reception.by_our_clock(captured_at)
    if not lies_between(at, event.opened_at - CLOCK_TOLERANCE, reception.at + CLOCK_NOISE):
        return min(reception.at, closed_at)
    at = min(max(at, event.opened_at), reception.at)
    if undo:
        return at
    if at > closed_at + _CLOSING_TOLERANCE:
        raise EventNotOpen
    return min(at, closed_at)


def check_repeated(earlier: tuple[UUID, datetime, bool], event_id: UUID, captured: CapturedCheckIn) -> None:
    """Check that a capture is the one that has its id. Raises `CaptureIdTaken`.

    Args:
        earlier: the event, the phone's moment, and whether it undoes, of the stored one.
    """
    if earlier != (event_id, captured.captured_at, captured.undo):
        raise CaptureIdTaken
