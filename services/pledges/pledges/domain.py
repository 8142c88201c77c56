"""The pledge: the rules for logging it, deciding on it, withdrawing it and filling its positions. Imports no I/O.

What it consists of is in `terms`, and the rules for its times are in `timing`; both may be imported from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.pledges.refusals import (
    IdNotRandom,
    NoPositionOpen,
    NotCounted,
    PledgeEnded,
    PositionsFilled,
    PositionTaken,
    StaleVersion,
    TooManyPledgedHours,
    TooManyPositions,
    UnknownPosition,
)
from services.pledges.pledges.terms import (
    Change,
    Contact,
    Decision,
    Editor,
    Guest,
    Limits,
    Person,
    PledgeTerms,
    Position,
    Review,
    WithdrawalReason,
)
from services.pledges.pledges.timing import check_event, judge_time, start_is_plausible
from services.pledges.register.domain import company_flags, recognise
from shared.contracts.pledges import PledgeStatus, position_id
from shared.fields.copenhagen import COPENHAGEN

if TYPE_CHECKING:
    from services.pledges.register.domain import EventFacts, RegisteredCompany

__all__ = [
    "HOLDING_FLAGS",
    "MOST_POSITIONS",
    "Change",
    "Contact",
    "Decision",
    "Editor",
    "Guest",
    "Limits",
    "Person",
    "Pledge",
    "PledgeTerms",
    "Position",
    "Review",
    "WithdrawalReason",
    "check_event",
    "counts",
    "judge_time",
    "open_positions",
    "start_is_plausible",
]

_RANDOM_VERSIONS: Final = frozenset({4, 7})
"""Of UUIDs (RFC 9562)."""
MOST_POSITIONS: Final = 500
"""Of one pledge, whatever an installation allows."""
HOLDING_FLAGS: Final = frozenset({"time_unlikely", "over_pass_limit", "many_positions"})
"""A pledge with one of these does not count until a coordinator has accepted it."""


@dataclass(slots=True)
class Pledge:
    """A company's pledge of positions, in its current state.

    Attributes:
        terms: what was logged, or what it was corrected to.
        company_id: the registered company that the typed one matches; None if it matches none.
        municipality: the company's, as typed, or else as registered.
        logged_by: who logged it.
        received_at: by the server's clock.
        pledged_on: the day from which figures count it, in Europe/Copenhagen.
        flags: codes of `words.FLAGS`, for a coordinator to check.
        version: the number of messages published about it, from 1.
        affirmed: whether the company has confirmed the pledge after it was logged.
        ended_as: `withdrawn`, `lapsed` or `duplicate` if it ended in that status; else None.
        ended_on: the first day on which its cancelled positions no longer count, in Europe/Copenhagen; None where they
            still count, or never did.
        withdrawn_because: the reason if it is withdrawn; else None.
        merged_into: the pledge that counts for it if it is a duplicate; else None.
        review: None for a pledge that has counted from the start and that no coordinator has decided on.
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
    ended_on: date | None = None
    withdrawn_because: WithdrawalReason | None = None
    merged_into: UUID | None = None
    review: Review | None = None

    @property
    def id(self) -> UUID:
        """The pledge's id. The device that captured the pledge generated it."""
        return self.terms.id

    @property
    def logged_by_person(self) -> UUID | None:
        """The id of the account that logged it; None for a guest or an import."""
        return self.logged_by.id if isinstance(self.logged_by, Person) else None

    @property
    def counted(self) -> bool:
        """Whether it is part of the figures: see `counts`."""
        return counts(self.review, self.status, self.ended_on)

    @property
    def has_filled_position(self) -> bool:
        """Whether a position of it has become a job."""
        return any(position.status == "filled" for position in self.positions)

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
        pass_positions: int = 0,
    ) -> Pledge:
        """Return the new pledge. It is accepted and held where `HOLDING_FLAGS` say that a coordinator has to see it.

        Args:
            terms: what was typed. A guest's pledge without an event belongs to the pass's event.
            by: who logs it.
            event: the event of the terms; None if its messages have not arrived.
            register: registered companies to match the typed company with.
            pass_positions: the positions of a guest's pass that count already.

        Raises:
            IdNotRandom: a guest's pledge has an id that others may compute (RFC 9562: not version 4 or 7).
            TooManyPositions, TooManyPledgedHours: more than `limits` allow. A phone's capture is flagged instead.
            UnknownEvent: a person names an event whose messages have not arrived.
            PassForAnotherEvent, PassRevoked, PassExpired, EventIsOver: see `check_event`.
        """
        if isinstance(by, Guest) and terms.id.version not in _RANDOM_VERSIONS:
            raise IdNotRandom
        limit_flags = _limit_flags(terms, limits)
        if isinstance(by, Guest) and terms.event_id is None:
            terms = replace(terms, event_id=by.event_id)
        company = recognise(terms.company, register)
        flags = company_flags(terms.company, company) + limit_flags
        if terms.contact is not None and not (terms.contact.phone or terms.contact.email):
            flags.append("contact_unreachable")
        counted_from, time_flags = judge_time(terms, by=by, event=event, received_at=received_at)
        flags += time_flags
        pledged_on = counted_from.astimezone(COPENHAGEN).date()
        if not start_is_plausible(terms.earliest_start, pledged_on):
            flags.append("start_implausible")
        if isinstance(by, Guest):
            if terms.positions > limits.guest_positions and "many_positions" not in flags:
                flags.append("many_positions")
            if pass_positions + terms.positions > limits.pass_positions:
                flags.append("over_pass_limit")
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
            review=_review_at_first(flags),
        )

    def as_logged(self) -> Pledge:
        """Return a pledge that was never corrected as it was when it was logged: the answer to a repeated request."""
        return replace(
            self,
            positions=open_positions(self.id, self.terms.positions),
            version=1,
            affirmed=False,
            ended_as=None,
            ended_on=None,
            withdrawn_because=None,
            merged_into=None,
            review=_review_at_first(self.flags),
        )

    def decide(self, decision: Decision, *, seen_version: int | None = None) -> bool:
        """Record a coordinator's decision whether the pledge counts. A later decision replaces an earlier one.

        Args:
            seen_version: the version that the coordinator saw; None: any version is accepted.

        Returns:
            Whether it changed anything. The same decision again changes nothing.

        Raises:
            StaleVersion
            PledgeEnded: it was withdrawn, has lapsed or is a duplicate.
            PositionsFilled: it is to be rejected, and a position of it has become a job.
        """
        if self.review == decision:
            return False
        if seen_version is not None and seen_version != self.version:
            raise StaleVersion
        if self.ended_as is not None:
            raise PledgeEnded
        if decision == "rejected" and any(position.status == "filled" for position in self.positions):
            raise PositionsFilled
        self.review = decision
        self.version += 1
        return True

    def withdraw(self, reason: WithdrawalReason, *, on: date, seen_version: int | None = None) -> bool:
        """Withdraw the pledge: its positions are cancelled, except those that are filled.

        Args:
            on: today in Europe/Copenhagen. A pledge that its company withdraws no longer counts from this day; one that
                was logged by mistake or is not genuine has never counted.
            seen_version: the version that the user saw; None: any version is accepted.

        Returns:
            Whether it changed anything. The same withdrawal again changes nothing.

        Raises:
            StaleVersion
            PledgeEnded: it has ended in another way, or was withdrawn for another reason.
            PositionsFilled: it is to have never counted, or nothing of it is left to withdraw, as positions of it have
                become jobs.
        """
        if self.withdrawn_because == reason:
            return False
        if seen_version is not None and seen_version != self.version:
            raise StaleVersion
        if self.ended_as is not None:
            raise PledgeEnded
        filled = [position for position in self.positions if position.status == "filled"]
        if filled and (reason != "company_withdrew" or len(filled) == len(self.positions)):
            raise PositionsFilled
        self.ended_as = "withdrawn"
        self.ended_on = on if reason == "company_withdrew" else None
        self.withdrawn_because = reason
        self.positions = [
            position if position.status == "filled" else replace(position, status="cancelled")
            for position in self.positions
        ]
        self.version += 1
        return True

    def restore(self, *, seen_version: int | None = None) -> bool:
        """Undo a withdrawal: the cancelled positions are vacant again.

        Returns:
            Whether it changed anything: False for a pledge that has not ended.

        Raises:
            StaleVersion
            PledgeEnded: it has ended in another way.
        """
        if self.ended_as is None:
            return False
        if seen_version is not None and seen_version != self.version:
            raise StaleVersion
        if self.ended_as != "withdrawn":
            raise PledgeEnded
        self.ended_as = self.ended_on = self.withdrawn_because = None
        self.positions = [
            replace(position, status="open") if position.status == "cancelled" else position
            for position in self.positions
        ]
        self.version += 1
        return True

    def merge_into(self, stays_id: UUID) -> None:
        """End the pledge as a duplicate of another one, which counts for both. Its positions stay as they are.

        Raises:
            PledgeEnded
            PositionsFilled: a position of it has become a job.
        """
        if self.ended_as is not None:
            raise PledgeEnded
        if self.has_filled_position:
            raise PositionsFilled
        self.ended_as = "duplicate"
        self.merged_into = stays_id
        self.version += 1

    def unmerge(self) -> None:
        """Undo `merge_into`: the pledge is what it was before. Raises `PledgeEnded` for one that is no duplicate."""
        if self.ended_as != "duplicate":
            raise PledgeEnded
        self.ended_as = self.merged_into = None
        self.version += 1

    def fill(self, which: int | UUID | None, *, hire_id: UUID, seen_version: int | None = None) -> Position:
        """Fill a position with a confirmed hire.

        Args:
            which: the position's number or id; None: the first that can be filled.
            hire_id: the hire that fills it.
            seen_version: the version that the case worker saw; None: any version is accepted.

        Returns:
            The filled position.

        Raises:
            StaleVersion, NotCounted, PledgeEnded, UnknownPosition, PositionTaken, NoPositionOpen
        """
        if seen_version is not None and seen_version != self.version:
            raise StaleVersion
        if self.ended_as is not None:
            raise PledgeEnded
        if not self.counted:
            raise NotCounted
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


def _limit_flags(terms: PledgeTerms, limits: Limits) -> list[str]:
    """Return the flags for what exceeds the limits.

    A phone may have captured the pledge under other limits, without a network, and the company has gone home. Whoever
    sends a pledge from anywhere else can correct it.

    Raises:
        TooManyPositions, TooManyPledgedHours
    """
    kept_on_phone = terms.capture is not None
    if not 1 <= terms.positions <= (MOST_POSITIONS if kept_on_phone else limits.positions):
        raise TooManyPositions(positions=limits.positions)
    if terms.hours_to > limits.weekly_hours and not kept_on_phone:
        raise TooManyPledgedHours(hours=limits.weekly_hours)
    flags = []
    if terms.positions > limits.positions:
        flags.append("many_positions")
    if terms.hours_to > limits.weekly_hours:
        flags.append("many_hours")
    return flags


def _review_at_first(flags: Sequence[str]) -> Review | None:
    return None if HOLDING_FLAGS.isdisjoint(flags) else "waiting"


def counts(review: Review | None, status: PledgeStatus, ended_on: date | None) -> bool:
    """Whether a pledge is part of the figures, on some day at least.

    A pledge that is held or was rejected is not, nor is a duplicate, nor one that was withdrawn because it had never
    been made. One that its company has withdrawn is, until the day `ended_on`.
    """
    return review in {None, "accepted"} and (status not in {"withdrawn", "duplicate"} or ended_on is not None)


def open_positions(pledge_id: UUID, count: int) -> list[Position]:
    """Return a new pledge's positions."""
    return [Position(position_id(pledge_id, number), number) for number in range(1, count + 1)]
