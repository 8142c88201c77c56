"""What is pledged, by whom it was logged and changed, and what an installation allows. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID

from shared.contracts.pledges import CapturedBy, JobType, PledgeStatus

if TYPE_CHECKING:
    from collections.abc import Collection

    from services.pledges.phones.domain import Capture
    from services.pledges.pledges.domain import Pledge
    from services.pledges.register.domain import TypedCompany

HOLDING_FLAGS: Final = frozenset({"time_unlikely", "over_pass_limit", "many_positions"})
"""A pledge with one of these does not count until a coordinator has accepted it."""
Review = Literal["waiting", "accepted", "rejected"]
"""A coordinator's decision whether a pledge counts, or that it waits for one."""
Decision = Literal["accepted", "rejected"]
WithdrawalReason = Literal["company_withdrew", "logged_by_mistake", "not_genuine"]
"""Why a pledge was withdrawn. Only a company's own withdrawal leaves it in the figures of the days before."""

ChangeKind = Literal["corrected", "withdrawn", "restored", "affirmed", "affirmation_undone", "lapsed", "lapse_deferred"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits that an installation sets.

    Attributes:
        positions: the largest number of positions of one pledge.
        weekly_hours: the largest number of weekly hours of one job.
        pass_positions: how many positions count that were pledged with one pass. What exceeds it is held.
        guest_positions: how many positions of a guest's pledge count. A pledge with more is held.
    """

    positions: int = 50
    weekly_hours: Decimal = Decimal(37)
    pass_positions: int = 1000
    guest_positions: int = 25


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
class Editor:
    """Somebody who corrects or withdraws pledges.

    Attributes:
        id: the account; None for a company on its own page, and for a program.
        of_all: whether they may change every pledge of the taskforce, or only those that they have logged.
        company_id: the company that changes its own pledges.
    """

    id: UUID | None
    of_all: bool = False
    company_id: UUID | None = None

    def may_change(self, pledge: Pledge) -> bool:
        """Whether they may change the pledge."""
        if self.company_id is not None and self.company_id == pledge.company_id:
            return True
        return self.of_all or (self.id is not None and self.id == pledge.logged_by_person)


@dataclass(frozen=True, slots=True)
class Change:
    """Who has changed a pledge after it was logged, when and why. The steps of its positions are in `position`.

    Attributes:
        reason: why it was withdrawn.
        note: why, in words.
        with_pass: it was withdrawn together with everything else that came with its pass.
    """

    kind: ChangeKind
    by: UUID | None
    at: datetime
    reason: WithdrawalReason | None = None
    note: str | None = None
    with_pass: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """A person to call or write to."""

    name: str
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class PledgeTerms:
    """What a company pledged, as it was typed.

    `capture` says which phone captured it; it is not loaded with a pledge.
    """

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
    capture: Capture | None = None


def review_at_first(flags: Collection[str]) -> Review | None:
    """Return `waiting` for a pledge that has to be seen by a coordinator before it counts, or None."""
    return None if HOLDING_FLAGS.isdisjoint(flags) else "waiting"


def counts(review: Review | None, status: PledgeStatus, ended_on: date | None) -> bool:
    """Whether a pledge is part of the figures, on some day at least.

    A pledge that is held or was rejected is not, nor is a duplicate, nor one that was withdrawn because it had never
    been made. One that its company has withdrawn is, until the day `ended_on`.
    """
    return review in {None, "accepted"} and (status not in {"withdrawn", "duplicate"} or ended_on is not None)
