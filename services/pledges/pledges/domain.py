"""The pledge: the rules for logging it and for filling its positions. Imports no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.pledges.refusals import (
    EventIsOver,
    IdNotRandom,
    NoPositionOpen,
    PassExpired,
    PassForAnotherEvent,
    PassRevoked,
    PledgeEnded,
    PositionTaken,
    StaleVersion,
    TooManyPledgedHours,
    TooManyPositions,
    UnknownEvent,
    UnknownPosition,
)
from services.pledges.register.domain import company_flags, recognise
from shared.contracts.pledges import CapturedBy, JobType, PledgeStatus, PositionStatus, position_id
from shared.fields.copenhagen import COPENHAGEN
from shared.product.vocabulary import PASS_GRACE

if TYPE_CHECKING:
    from services.pledges.register.domain import EventFacts, RegisteredCompany, TypedCompany

CLOCK_TOLERANCE: Final = timedelta(hours=24)
"""A phone's clock is wrong if it is further ahead of the server's. A smaller lead may come from a time zone."""
_RANDOM_VERSIONS: Final = frozenset({4, 7})
"""Of UUIDs (RFC 9562)."""
_START_TOLERANCE: Final = timedelta(days=365)
_NO_PHONE_BEFORE: Final = datetime(2010, 1, 1, tzinfo=UTC)
"""A phone that has lost its clock says 1970 or 2000."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits that an installation sets.

    Attributes:
        positions: the largest number of positions of one pledge.
        weekly_hours: the largest number of weekly hours of one job.
    """

    positions: int = 50
    weekly_hours: Decimal = Decimal(37)


@dataclass(frozen=True, slots=True)
class Person:
    """Logs a pledge with an account. `id` is None for an imported pledge."""

    id: UUID | None


@dataclass(frozen=True, slots=True)
class Guest:
    """Logs a pledge with an event's pass, without an account."""

    event_id: UUID
    pass_generation: int


@dataclass(frozen=True, slots=True)
class Contact:
    """A person to call or write to."""

    name: str
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """One job of a pledge. `number` counts from 1."""

    id: UUID
    number: int
    status: PositionStatus = "open"
    hire_id: UUID | None = None

    @property
    def can_be_filled(self) -> bool:
        """Whether a hire can fill it."""
        return self.status in {"open", "matched", "trial"}


@dataclass(frozen=True, slots=True)
class PledgeTerms:
    """What a company pledged, as it was typed. Never changes."""

    id: UUID
    company: TypedCompany
    contact: Contact | None
    job_type: JobType
    positions: int
    hours_from: Decimal
    hours_to: Decimal
    tasks: tuple[str, ...]
    earliest_start: date | None
    captured_at: datetime
    captured_by: CapturedBy
    event_id: UUID | None = None


@dataclass(slots=True)
class Pledge:
    """A company's pledge of positions, in its current state.

    Attributes:
        terms: what was logged.
        company_id: the registered company that the typed one matches; None if it matches none.
        municipality: the company's, as typed, or else as registered.
        logged_by: who logged it.
        received_at: by the server's clock.
        pledged_on: the day from which figures count it, in Europe/Copenhagen.
        flags: codes of `catalogue.FLAGS`, for a coordinator to check.
        version: the number of messages published about it, from 1.
        affirmed: whether the company has confirmed the pledge after it was logged.
        ended_as: `withdrawn`, `lapsed` or `duplicate` if it ended in that status; else None.
    """

    taskforce_id: UUID
    terms: PledgeTerms
    company_id: UUID | None
    municipality: str | None
    logged_by: Person | Guest
    received_at: datetime
    pledged_on: date
    flags: tuple[str, ...]
    positions: list[Position]
    version: int = 1
    affirmed: bool = False
    ended_as: PledgeStatus | None = None

    @property
    def id(self) -> UUID:
        """The pledge's id. The device that captured the pledge generated it."""
        return self.terms.id

    @property
    def logged_by_person(self) -> UUID | None:
        """The id of the account that logged it; None for a guest or an import."""
        return self.logged_by.id if isinstance(self.logged_by, Person) else None

    @property
    def status(self) -> PledgeStatus:
        """Follows from the positions and from how the pledge ended; it is never set."""
        if self.ended_as is not None:
            return self.ended_as
        remaining = [position for position in self.positions if position.status != "cancelled"]
        if remaining and all(position.status == "filled" for position in remaining):
            return "fulfilled"
        if any(position.status != "open" for position in remaining):
            return "in_progress"
        return "affirmed" if self.affirmed else "logged"

    @classmethod
    def log(
        cls,
        taskforce_id: UUID,
        terms: PledgeTerms,
        *,
        by: Person | Guest,
        event: EventFacts | None,
        register: Sequence[RegisteredCompany],
        received_at: datetime,
        limits: Limits,
    ) -> Pledge:
        """Return the new pledge.

        Args:
            terms: what was typed. A guest's pledge without an event belongs to the pass's event.
            by: who logs it.
            event: the event of the terms; None if its messages have not arrived.
            register: registered companies to match the typed company with.

        Raises:
            IdNotRandom: a guest's pledge has an id that somebody else may compute (RFC 9562: not version 4 or 7).
            TooManyPositions, TooManyPledgedHours: more than `limits` allow.
            UnknownEvent: a person names an event whose messages have not arrived.
            PassForAnotherEvent, PassRevoked, PassExpired, EventIsOver: see `check_event`.
        """
        if isinstance(by, Guest) and terms.id.version not in _RANDOM_VERSIONS:
            raise IdNotRandom
        if not 1 <= terms.positions <= limits.positions:
            raise TooManyPositions(positions=limits.positions)
        if terms.hours_to > limits.weekly_hours:
            raise TooManyPledgedHours(hours=limits.weekly_hours)
        if isinstance(by, Guest) and terms.event_id is None:
            terms = replace(terms, event_id=by.event_id)
        company = recognise(terms.company, register)
        flags = company_flags(terms.company, company)
        if terms.contact is not None and not (terms.contact.phone or terms.contact.email):
            flags.append("contact_unreachable")
        clock_is_right = _NO_PHONE_BEFORE <= terms.captured_at <= received_at + CLOCK_TOLERANCE
        if not clock_is_right:
            flags.append("clock_wrong")
        flags += check_event(terms, by=by, event=event, received_at=received_at, clock_is_right=clock_is_right)
        counted_from = terms.captured_at if clock_is_right else received_at
        pledged_on = counted_from.astimezone(COPENHAGEN).date()
        if starts_long_before(terms.earliest_start, pledged_on):
            flags.append("start_implausible")
        return cls(
            taskforce_id=taskforce_id,
            terms=terms,
            company_id=company.id if company else None,
            municipality=terms.company.municipality or (company.municipality if company else None),
            logged_by=by,
            received_at=received_at,
            pledged_on=pledged_on,
            flags=tuple(flags),
            positions=open_positions(terms.id, terms.positions),
        )

    def as_logged(self) -> Pledge:
        """Return the pledge as it was when it was logged: the answer to a repeated request."""
        return replace(
            self, positions=open_positions(self.id, self.terms.positions), version=1, affirmed=False, ended_as=None
        )

    def fill(self, which: int | UUID | None, *, hire_id: UUID, seen_version: int | None = None) -> Position:
        """Fill a position with a confirmed hire.

        Args:
            which: the position's number or id; None: the first that can be filled.
            hire_id: the hire that fills it.
            seen_version: the version that the case worker saw; None: any version is accepted.

        Returns:
            The filled position.

        Raises:
            StaleVersion, PledgeEnded, UnknownPosition, PositionTaken, NoPositionOpen
        """
        if seen_version is not None and seen_version != self.version:
            raise StaleVersion
        if self.ended_as is not None:
            raise PledgeEnded
        index = self._find(which)
        filled = replace(self.positions[index], status="filled", hire_id=hire_id)
        self.positions[index] = filled
        self.version += 1
        return filled

    def _find(self, which: int | UUID | None) -> int:
        for index, position in enumerate(self.positions):
            if which is None:
                if position.can_be_filled:
                    return index
            elif which in (position.number, position.id):
                if not position.can_be_filled:
                    raise PositionTaken
                return index
        raise NoPositionOpen if which is None else UnknownPosition


def starts_long_before(earliest_start: date | None, pledged_on: date) -> bool:
    """Whether the job starts more than a year before it was pledged. That is a typing error."""
    return earliest_start is not None and earliest_start < pledged_on - _START_TOLERANCE


def open_positions(pledge_id: UUID, count: int) -> list[Position]:
    """Return a new pledge's positions."""
    return [Position(position_id(pledge_id, number), number) for number in range(1, count + 1)]


def check_event(
    terms: PledgeTerms, *, by: Person | Guest, event: EventFacts | None, received_at: datetime, clock_is_right: bool
) -> list[str]:
    """Check that a pledge may be logged for its event, and return the flags that the event gives it.

    A pledge of a person is accepted however late it arrives. A pledge logged with a pass must have been captured while
    the event was open, and arrive within 14 days after the event's end. If the phone's clock is wrong, the time of
    capture is not checked.

    Raises:
        UnknownEvent: a person names an event whose messages have not arrived.
        PassForAnotherEvent, PassRevoked, PassExpired, EventIsOver: the pledge cannot be logged with this pass.
    """
    if isinstance(by, Guest) and terms.event_id != by.event_id:
        raise PassForAnotherEvent
    if terms.event_id is None:
        return []
    if event is None:
        # The pass is signed: its event exists, and its messages are on their way.
        if isinstance(by, Guest):
            return ["event_unconfirmed"]
        raise UnknownEvent
    if isinstance(by, Guest):
        if by.pass_generation < event.pass_generation:
            raise PassRevoked
        if received_at > max(event.ends_at, event.closed_at or event.ends_at) + PASS_GRACE:
            raise PassExpired
    if event.status == "cancelled":
        if isinstance(by, Guest):
            raise EventIsOver
        return ["event_cancelled"]
    if event.closed_at is None or received_at <= event.closed_at:
        return []
    if terms.captured_at <= event.closed_at or not clock_is_right:
        return ["late"]
    if isinstance(by, Guest):
        raise EventIsOver
    return ["after_close"]
