"""The figures of one evening and its door check. Imports no I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.phones.domain import SetAside, missing_numbers

if TYPE_CHECKING:
    from shared.contracts.pledges import JobType

QUIET_AFTER: Final = timedelta(minutes=15)
"""A phone that has announced nothing for so long may hold pledges that nobody knows of."""
_STEPS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440))
_MOST_PERIODS: Final = 24


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone at the event, and what has arrived of it.

    Attributes:
        place: in the order in which the phones were first in contact, from 1. A phone without a name is called by it.
        announced: the highest running number that it has told of.
        arrived: the numbers that have arrived, whoever brought them.
        discarded: the numbers of pledges that were deleted on it.
        last_contact: when it last announced; before it has, when its first pledge arrived.
        waiting_since: since when one of its pledges is known to be missing.
        put_aside: the last decision to wait no longer for it.
    """

    id: UUID
    name: str | None
    place: int
    announced: int
    arrived: Sequence[int]
    discarded: Sequence[int]
    last_contact: datetime
    waiting_since: datetime | None = None
    put_aside: SetAside | None = None

    @property
    def missing(self) -> list[int]:
        """The numbers that it still holds, in order."""
        return missing_numbers(self.announced, self.arrived, self.discarded)

    @property
    def missing_since(self) -> datetime | None:
        """Since when it holds one; None if it holds none."""
        if not self.missing:
            return None
        return self.waiting_since or self.last_contact

    @property
    def set_aside(self) -> SetAside | None:
        """The decision to wait no longer for it; None if there is none, or it has been in contact since."""
        if self.put_aside is None or self.last_contact > self.put_aside.at:
            return None
        return self.put_aside


@dataclass(frozen=True, slots=True)
class DoorCheck:
    """Whether every pledge that a phone has told of is in the database. A phone that is set aside may hold some."""

    phones: Sequence[Phone]

    @property
    def safe(self) -> int:
        """How many captures have arrived."""
        return sum(len(phone.arrived) for phone in self.phones)

    @property
    def captured(self) -> int:
        """How many captures have arrived or are waited for, as far as the phones have told."""
        return self.safe + sum(len(phone.missing) for phone in self.holding)

    @property
    def holding(self) -> list[Phone]:
        """The phones that still hold a pledge and are waited for, the longest first."""
        return sorted(
            (phone for phone in self.phones if phone.missing and not phone.set_aside),
            key=lambda phone: (phone.missing_since or phone.last_contact, phone.place),
        )

    @property
    def all_safe(self) -> bool:
        """Whether no phone that is waited for holds a pledge that it has told of."""
        return not self.holding

    @property
    def set_aside(self) -> list[Phone]:
        """The phones that nobody waits for any more."""
        return [phone for phone in self.phones if phone.set_aside]

    def quiet(self, at: datetime) -> list[Phone]:
        """Return the phones that hold nothing known and have not been in contact lately."""
        return [
            phone
            for phone in self.phones
            if not phone.missing and not phone.set_aside and at - phone.last_contact > QUIET_AFTER
        ]


@dataclass(frozen=True, slots=True)
class EveningPledge:
    """A pledge as the live page counts it.

    Attributes:
        company_id: in the register, where it was recognised.
        company_name: as registered, or else as typed; None where neither is known.
        logged_by: None: with a pass, or by another program.
        positions: those that are not cancelled.
        counted: whether it counts now.
        held: whether it waits for a coordinator.
        at: when it was captured; where the phone's clock is wrong, when it was received.
    """

    company_id: UUID | None
    company_name: str | None
    logged_by: UUID | None
    job_type: JobType
    positions: int
    counted: bool
    held: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Guest:
    """A company at the event. `name` is None for one whose name is not published."""

    company_id: UUID
    name: str | None


@dataclass(slots=True)
class Share:
    """What one company or one member has brought. `name` is None where it is not known here."""

    name: str | None
    id: UUID | None = None
    pledges: int = 0
    positions: int = 0

    def add(self, pledge: EveningPledge) -> None:
        """Add a pledge."""
        self.pledges += 1
        self.positions += pledge.positions


@dataclass(frozen=True, slots=True)
class Evening:
    """Everything that the live page shows.

    Attributes:
        checked_in: the companies that are there.
        registered: those that were expected.
        goal: the positions hoped for, of all job types.
    """

    pledges: Sequence[EveningPledge]
    checked_in: Sequence[Guest]
    registered: Sequence[Guest]
    door: DoorCheck
    goal: int | None = None
    practice: bool = False
    event_id: UUID | None = field(default=None)

    @property
    def counted(self) -> list[EveningPledge]:
        """The pledges that count now."""
        return [pledge for pledge in self.pledges if pledge.counted]

    @property
    def held(self) -> int:
        """How many pledges wait for a coordinator."""
        return sum(pledge.held for pledge in self.pledges)

    @property
    def positions(self) -> int:
        """The pledged positions of all job types."""
        return sum(pledge.positions for pledge in self.counted)

    @property
    def positions_by_type(self) -> dict[JobType, int]:
        """The pledged positions of each job type."""
        found: Counter[JobType] = Counter()
        for pledge in self.counted:
            found[pledge.job_type] += pledge.positions
        return dict(found)

    @property
    def by_company(self) -> list[Share]:
        """What each company has pledged, most positions first."""
        return _shares(
            (
                pledge.company_id or (pledge.company_name or "").casefold(),
                pledge.company_name,
                pledge.company_id,
                pledge,
            )
            for pledge in self.counted
        )

    @property
    def by_member(self) -> list[Share]:
        """What each account has logged, most positions first; the share without an id is that of guests."""
        return _shares((pledge.logged_by, None, pledge.logged_by, pledge) for pledge in self.counted)

    @property
    def without_pledge(self) -> list[Guest]:
        """The companies that are there and have not pledged anything, held pledges included, by name."""
        pledged = {pledge.company_id for pledge in self.pledges if pledge.counted or pledge.held}
        return _by_name(guest for guest in self.checked_in if guest.company_id not in pledged)

    @property
    def not_here(self) -> list[Guest]:
        """The companies that were expected and have not checked in, by name."""
        here = {guest.company_id for guest in self.checked_in}
        return _by_name(guest for guest in self.registered if guest.company_id not in here)

    def by_period(self) -> tuple[timedelta, list[tuple[datetime, int]]]:
        """Return the positions of each period from the first pledge to the last, and how long a period is.

        It is the shortest of 1, 2, 5, 10 … minutes of which at most 24 are needed.
        """
        moments = sorted(pledge.at for pledge in self.counted)
        if not moments:
            return _STEPS[0], []
        for step in _STEPS:
            begin = _floor(moments[0], step)
            count = int((moments[-1] - begin) / step) + 1
            if count <= _MOST_PERIODS:
                break
        # What was captured much earlier than the rest is in the first period.
        count = min(count, _MOST_PERIODS)
        begin = _floor(moments[-1], step) - (count - 1) * step
        sums = [0] * count
        for pledge in self.counted:
            sums[max(0, int((pledge.at - begin) / step))] += pledge.positions
        return step, [(begin + number * step, positions) for number, positions in enumerate(sums)]


def _floor(moment: datetime, step: timedelta) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day + (moment - day) // step * step


def _shares(parts: Iterable[tuple[object, str | None, UUID | None, EveningPledge]]) -> list[Share]:
    shares: dict[object, Share] = {}
    for key, name, share_id, pledge in parts:
        shares.setdefault(key, Share(name, share_id)).add(pledge)
    return sorted(shares.values(), key=lambda share: (-share.positions, (share.name or "").casefold()))


def _by_name(guests: Iterable[Guest]) -> list[Guest]:
    return sorted(guests, key=lambda guest: (guest.name is None, (guest.name or "").casefold()))
