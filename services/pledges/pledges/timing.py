"""Whether a pledge may be logged for its event, and from when it counts: the rules for its times. Imports no I/O."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from services.pledges.pledges.refusals import (
    EventIsOver,
    PassExpired,
    PassForAnotherEvent,
    PassRevoked,
    UnknownEvent,
)
from services.pledges.pledges.terms import Guest, Person, PledgeTerms
from shared.fields.dates import CLOCK_TOLERANCE, lies_between
from shared.product.vocabulary import PASS_GRACE

if TYPE_CHECKING:
    from services.pledges.register.domain import EventFacts

_START_TOLERANCE: Final = timedelta(days=365)
_LATEST_START: Final = timedelta(days=5 * 366)
_LONGEST_DELIVERY: Final = timedelta(days=365)
"""How late a phone or a browser may deliver a pledge. One that has lost its clock says 1970 or 2000."""
_JUST_NOW: Final = timedelta(minutes=5)
"""Between capture and receipt of a pledge that was sent at once, by two clocks that are right."""
_NO_PLEDGE_BEFORE: Final = datetime(2010, 1, 1, tzinfo=UTC)


def start_is_plausible(earliest_start: date | None, pledged_on: date) -> bool:
    """Whether the job starts less than a year before and five years after it was pledged. Else it is a typing error."""
    return earliest_start is None or lies_between(
        earliest_start, pledged_on - _START_TOLERANCE, pledged_on + _LATEST_START
    )


def judge_time(
    terms: PledgeTerms, *, by: Person | Guest, event: EventFacts | None, received_at: datetime
) -> tuple[datetime, list[str]]:
    """Check that a pledge may be logged for its event, and judge the time of capture that the client gives.

    A pledge of an event counts from its time of capture if that lies within the event's hours. If it does not, but the
    pledge is received while the event is on, the clock is wrong, and the pledge counts from the time of receipt.
    Otherwise nobody can know when it was made, and it is held.

    Returns:
        The moment that it counts from, and the flags that its time and its event give it.

    Raises:
        UnknownEvent, PassForAnotherEvent, PassRevoked, PassExpired, EventIsOver: see `check_event`.
    """
    clock_is_right = _clock_is_right(terms, by=by, received_at=received_at)
    flags = check_event(terms, by=by, event=event, received_at=received_at, clock_is_right=clock_is_right)
    if terms.event_id is not None:
        fits, clock_is_right = _fit_event(terms, event=event, received_at=received_at, clock_is_right=clock_is_right)
        captured_after = event is not None and clock_is_right and terms.captured_at > event.over_at
        if not fits and isinstance(by, Person) and (terms.captured_by == "import" or captured_after):
            # Whoever imports a file sees this flag before, and a person may log later what was said at the event.
            flags = ["outside_event", *flags]
        elif not fits or (isinstance(by, Guest) and "after_close" in flags):
            flags = ["time_unlikely", *flags]
    if not clock_is_right:
        return received_at, ["clock_wrong", *flags]
    if terms.captured_by in {"api", "paper"} and terms.captured_at < received_at - _LONGEST_DELIVERY:
        flags = ["captured_long_ago", *flags]
    return terms.captured_at, flags


def _clock_is_right(terms: PledgeTerms, *, by: Person | Guest, received_at: datetime) -> bool:
    """Whether the time of capture is possible. Programs and files may bring pledges of years ago, guests may not."""
    delivered_by_phone = isinstance(by, Guest) or terms.captured_by in {"phone", "web"}
    earliest = received_at - _LONGEST_DELIVERY if delivered_by_phone else _NO_PLEDGE_BEFORE
    return lies_between(terms.captured_at, earliest, received_at, tolerance=CLOCK_TOLERANCE)


def _fit_event(
    terms: PledgeTerms, *, event: EventFacts | None, received_at: datetime, clock_is_right: bool
) -> tuple[bool, bool]:
    """Return whether a pledge was made in its event's hours, and whether its time of capture can be right."""
    if event is None:
        # Its hours are not known yet, so only a pledge that comes at once is beyond doubt.
        return lies_between(terms.captured_at, received_at, received_at, tolerance=CLOCK_TOLERANCE), clock_is_right
    if clock_is_right and event.was_on(terms.captured_at):
        return True, True
    if event.was_on(received_at) and (event.closed_at is None or received_at <= event.closed_at):
        return True, False
    # Captured before the event and sent after it has begun: a clock that is right does not say so.
    too_early = terms.captured_at < event.starts_at < received_at and terms.captured_by != "import"
    return False, clock_is_right and not too_early


def check_event(
    terms: PledgeTerms, *, by: Person | Guest, event: EventFacts | None, received_at: datetime, clock_is_right: bool
) -> list[str]:
    """Check that a pledge may be logged for its event, and return the flags that the event gives it.

    A pledge of a person is accepted however late it arrives. A pledge logged with a pass must arrive within 14 days
    after the event's end. It is refused if it was certainly captured after the event had closed: it says so and comes
    at once. If it comes later, the phone's clock may have been wrong, so it is flagged.

    Raises:
        UnknownEvent: a person names an event whose messages have not arrived; a phone's pledge is flagged instead.
        PassForAnotherEvent, PassRevoked, PassExpired, EventIsOver: the pledge cannot be logged with this pass.
    """
    if isinstance(by, Guest) and terms.event_id != by.event_id:
        raise PassForAnotherEvent
    if terms.event_id is None:
        return []
    if event is None:
        # The pass is signed: its event exists, and its messages are on their way. A phone offered its user the event.
        if isinstance(by, Guest) or terms.captured_by == "phone":
            return ["event_unconfirmed"]
        raise UnknownEvent
    if isinstance(by, Guest):
        if by.pass_generation < event.pass_generation:
            raise PassRevoked
        if received_at > max(event.ends_at, event.closed_at or event.ends_at) + PASS_GRACE:
            raise PassExpired
    sent_at_once = lies_between(terms.captured_at, received_at, received_at, tolerance=_JUST_NOW)
    if event.status == "cancelled":
        if isinstance(by, Guest) and sent_at_once:
            raise EventIsOver
        return ["event_cancelled"]
    if event.closed_at is None or received_at <= event.closed_at:
        return []
    if terms.captured_at <= event.closed_at or not clock_is_right:
        return ["late"]
    if isinstance(by, Guest) and sent_at_once:
        raise EventIsOver
    return ["after_close"]
