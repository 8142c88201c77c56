"""A company's promise of positions: how it may come in, and what may become of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.pledges.refusals import (
    EventIsOver,
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
from shared.contracts.pledges import position_id
from shared.fields.copenhagen import COPENHAGEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.pledges.register.domain import Contact, EventFacts, RegisteredCompany, TypedCompany
    from shared.contracts.pledges import CapturedBy, JobType, PledgeStatus, PositionStatus

PASS_GRACE: Final = timedelta(days=14)
"""How long after an event's end its passes still deliver what a phone captured while it was open."""
CLOCK_TOLERANCE: Final = timedelta(hours=24)
"""A phone's clock this far ahead of ours is wrong; less may be a time zone or a summer time."""
_START_TOLERANCE: Final = timedelta(days=365)
_NO_PHONE_BEFORE: Final = datetime(2010, 1, 1, tzinfo=UTC)
"""A phone that has lost its clock says 1970 or 2000."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an installation allows.

    Attributes:
        positions: of one pledge, at most.
        weekly_hours: at most.
    """

    positions: int = 50
    weekly_hours: Decimal = Decimal(37)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account logs the pledge; `id` is None for an import that nobody in particular made."""

    id: UUID | None


@dataclass(frozen=True, slots=True)
class Guest:
    """Whoever scanned an event's code logs the pledge."""

    event_id: UUID
    pass_generation: int


@dataclass(frozen=True, slots=True)
class Position:
    """One job of a pledge. `number` counts from 1."""

    id: UUID
    number: int
    status: PositionStatus = "open"
    hire_id: UUID | None = None

    @property
    def can_be_filled(self) -> bool:
        """Whether a hire may take it."""
        return self.status in {"open", "matched", "trial"}


@dataclass(frozen=True, slots=True)
class Promise:
    """What a company promised, as it was typed; all of it is fixed from then on."""

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
    """A company's promise of positions, and what has become of it.

    Attributes:
        promise: as it was logged.
        company_id: the register's company, where it was recognised.
        municipality: of the company: as typed, else as registered.
        logged_by: who logged it.
        received_at: by the server's clock.
        pledged_on: the day it counts from, in Europe/Copenhagen.
        flags: codes of `catalogue.FLAGS`: what a coordinator should look at.
        version: counts the facts published about it, from 1.
        affirmed: whether the company has said yes again.
        ended_as: how it ended before it was fulfilled, where it did.
    """

    taskforce_id: UUID
    promise: Promise
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
        """The pledge's id, made where it was captured."""
        return self.promise.id

    @property
    def logged_by_person(self) -> UUID | None:
        """The account that logged it, where one did."""
        return self.logged_by.id if isinstance(self.logged_by, Person) else None

    @property
    def status(self) -> PledgeStatus:
        """Follows from what has happened; nobody sets it."""
        if self.ended_as is not None:
            return self.ended_as
        wanted = [position for position in self.positions if position.status != "cancelled"]
        if wanted and all(position.status == "filled" for position in wanted):
            return "fulfilled"
        if any(position.status != "open" for position in wanted):
            return "in_progress"
        return "affirmed" if self.affirmed else "logged"

    @classmethod
    def log(
        cls,
        taskforce_id: UUID,
        promise: Promise,
        *,
        by: Person | Guest,
        event: EventFacts | None,
        register: Sequence[RegisteredCompany],
        received_at: datetime,
        limits: Limits,
    ) -> Pledge:
        """A company has promised positions.

        Args:
            promise: what was typed. A guest's promise without an event belongs to the pass's event.
            by: who logs it.
            event: the promise's event, where the register has told us of it.
            register: companies that may be the one meant.

        Raises:
            TooManyPositions, TooManyPledgedHours: more than `limits` allow.
            UnknownEvent: a person names an event nobody has told us of.
            PassRefused: see `admit`.
        """
        if not 1 <= promise.positions <= limits.positions:
            raise TooManyPositions(positions=limits.positions)
        if promise.hours_to > limits.weekly_hours:
            raise TooManyPledgedHours(hours=limits.weekly_hours)
        if isinstance(by, Guest) and promise.event_id is None:
            promise = replace(promise, event_id=by.event_id)
        company = recognise(promise.company, register)
        flags = company_flags(promise.company, company)
        if promise.contact is not None and not (promise.contact.phone or promise.contact.email):
            flags.append("contact_unreachable")
        clock_is_right = _NO_PHONE_BEFORE <= promise.captured_at <= received_at + CLOCK_TOLERANCE
        if not clock_is_right:
            flags.append("clock_wrong")
        flags += admit(promise, by=by, event=event, received_at=received_at, clock_is_right=clock_is_right)
        counted_from = promise.captured_at if clock_is_right else received_at
        pledged_on = counted_from.astimezone(COPENHAGEN).date()
        if starts_long_before(promise.earliest_start, pledged_on):
            flags.append("start_implausible")
        return cls(
            taskforce_id=taskforce_id,
            promise=promise,
            company_id=company.id if company else None,
            municipality=promise.company.municipality or (company.municipality if company else None),
            logged_by=by,
            received_at=received_at,
            pledged_on=pledged_on,
            flags=tuple(flags),
            positions=open_positions(promise.id, promise.positions),
        )

    def as_logged(self) -> Pledge:
        """The pledge as it was when it was logged: what a repeated request is answered with."""
        return replace(
            self, positions=open_positions(self.id, self.promise.positions), version=1, affirmed=False, ended_as=None
        )

    def fill(self, which: int | UUID | None, *, hire_id: UUID, seen_version: int | None = None) -> Position:
        """A case worker has confirmed a hire on one position.

        Args:
            which: the position's number or id; None: the first that can be filled.
            hire_id: the hire that takes it.
            seen_version: the version the case worker saw; None: they did not say.

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
    """Whether a job is said to start more than a year before it was pledged: a slip of the finger."""
    return earliest_start is not None and earliest_start < pledged_on - _START_TOLERANCE


def open_positions(pledge_id: UUID, count: int) -> list[Position]:
    """Return a new pledge's positions."""
    return [Position(position_id(pledge_id, number), number) for number in range(1, count + 1)]


def admit(
    promise: Promise, *, by: Person | Guest, event: EventFacts | None, received_at: datetime, clock_is_right: bool
) -> list[str]:
    """Decide whether a promise may come in by way of its event, and return the flags it gets for it.

    A person is never refused for being late; a pass delivers what was captured while the event was open, until
    14 days after its end. What a wrong clock says is not held against anybody.

    Raises:
        UnknownEvent: a person names an event nobody has told us of.
        PassForAnotherEvent, PassRevoked, PassExpired, EventIsOver: the pass does not open this.
    """
    if isinstance(by, Guest) and promise.event_id != by.event_id:
        raise PassForAnotherEvent
    if promise.event_id is None:
        return []
    if event is None:
        # The pass is signed: its event exists, and its news are on the way to us.
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
    if promise.captured_at <= event.closed_at or not clock_is_right:
        return ["late"]
    if isinstance(by, Guest):
        raise EventIsOver
    return ["after_close"]
