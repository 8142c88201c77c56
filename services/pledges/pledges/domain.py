"""The pledge: the rules for deciding on it, ending it and filling its positions. Imports no I/O.

How it is logged is in `new_pledge`, what it consists of in `terms` and `position`, and the rules for its times are in
`timing` and `lapsing`. The first may be imported from here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.pledges.position import Position, PositionChange, PositionStep, open_positions
from services.pledges.pledges.refusals import (
    ImplausibleDeferral,
    LastPosition,
    NoPositionOpen,
    NotCounted,
    NothingToLapse,
    NothingToUndo,
    PledgeEnded,
    PositionsFilled,
    StaleVersion,
    UnknownPosition,
)
from services.pledges.pledges.terms import (
    HOLDING_FLAGS,
    Change,
    Contact,
    Decision,
    Editor,
    Guest,
    Limits,
    Person,
    PledgeTerms,
    Review,
    WithdrawalReason,
    counts,
    review_at_first,
)
from shared.contracts.pledges import PledgeStatus

if TYPE_CHECKING:
    from services.pledges.pledges.position import PositionChangeKind

__all__ = [
    "HOLDING_FLAGS",
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
    "PositionChange",
    "PositionStep",
    "Review",
    "WithdrawalReason",
    "counts",
    "open_positions",
    "review_at_first",
]

_LONGEST_DEFERRAL: Final = timedelta(days=366)


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
        affirmed_on: the day on which the company confirmed the pledge after it was logged; None: it has not.
        active_on: the last day on which something came of it, or it was affirmed or corrected; None: none since
            `pledged_on`.
        lapse_deferred_until: it does not lapse before this day, because somebody has put that off.
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
    affirmed_on: date | None = None
    active_on: date | None = None
    lapse_deferred_until: date | None = None
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
        # The last position is never cancelled alone, unless its hire has ended: so what remains, if only nothing, has
        # become jobs.
        remaining = [position for position in self.positions if position.status != "cancelled"]
        if all(position.status == "filled" for position in remaining):
            return "fulfilled"
        if any(position.status != "open" for position in remaining):
            return "in_progress"
        return "affirmed" if self.affirmed_on is not None else "logged"

    def as_logged(self) -> Pledge:
        """Return a pledge that was never corrected as it was when it was logged: the answer to a repeated request."""
        return replace(
            self,
            positions=open_positions(self.id, self.terms.positions),
            version=1,
            affirmed_on=None,
            active_on=None,
            lapse_deferred_until=None,
            ended_as=None,
            ended_on=None,
            withdrawn_because=None,
            merged_into=None,
            review=review_at_first(self.flags),
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
        self._check_goes_on(seen_version)
        if decision == "rejected" and self.has_filled_position:
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
        self._check_goes_on(seen_version)
        if self.has_filled_position and (reason != "company_withdrew" or not self.has_vacant_position):
            raise PositionsFilled
        self.ended_as = "withdrawn"
        self.ended_on = on if reason == "company_withdrew" else None
        self.withdrawn_because = reason
        self.positions = [position.ended() for position in self.positions]
        self.version += 1
        return True

    def restore(self, *, on: date | None = None, seen_version: int | None = None) -> bool:
        """Undo a withdrawal or a lapse: the positions are what they were, except those that were cancelled alone.

        Args:
            on: today in Europe/Copenhagen, from when the days until it lapses count again; None: they count on.

        Returns:
            Whether it changed anything: False for a pledge that has not ended.

        Raises:
            StaleVersion
            PledgeEnded: it is a duplicate.
        """
        if self.ended_as is None:
            return False
        self._check_version(seen_version)
        if self.ended_as == "duplicate":
            raise PledgeEnded
        self.ended_as = self.ended_on = self.withdrawn_because = None
        self.positions = [position.restored() for position in self.positions]
        self.active_on = on or self.active_on
        self.version += 1
        return True

    def affirm(self, *, on: date, seen_version: int | None = None) -> bool:
        """Record that the company has confirmed the pledge. The same again changes nothing.

        Raises:
            StaleVersion, PledgeEnded
        """
        if self.affirmed_on is not None and self.ended_as is None:
            return False
        self._check_goes_on(seen_version)
        self.affirmed_on = self.active_on = on
        self.version += 1
        return True

    def undo_affirmation(self, *, seen_version: int | None = None) -> bool:
        """Undo `affirm`. A pledge that is not affirmed does not change.

        Raises:
            StaleVersion, PledgeEnded
        """
        if self.affirmed_on is None:
            return False
        self._check_goes_on(seen_version)
        self.affirmed_on = None
        self.version += 1
        return True

    def lapse(self, *, on: date, seen_version: int | None = None) -> bool:
        """End the pledge because nothing came of it: its vacant positions are cancelled, and count until this day.

        Whether it is time is in `lapsing`. The same again changes nothing.

        Raises:
            StaleVersion
            PledgeEnded: it was withdrawn, or is a duplicate.
            NothingToLapse: no position of it is vacant.
        """
        if self.ended_as == "lapsed":
            return False
        self._check_goes_on(seen_version)
        if not self.has_vacant_position:
            raise NothingToLapse
        self.ended_as, self.ended_on = "lapsed", on
        self.positions = [position.ended() for position in self.positions]
        self.version += 1
        return True

    def defer_lapse(self, until: date, *, on: date, seen_version: int | None = None) -> bool:
        """Let the pledge not lapse before a day. The same again changes nothing.

        Args:
            on: today in Europe/Copenhagen.

        Raises:
            StaleVersion, PledgeEnded
            NothingToLapse: no position of it is vacant.
            ImplausibleDeferral: the day is not after today, or more than a year away.
        """
        if self.lapse_deferred_until == until:
            return False
        self._check_goes_on(seen_version)
        if not self.has_vacant_position:
            raise NothingToLapse
        if not on < until <= on + _LONGEST_DEFERRAL:
            raise ImplausibleDeferral
        self.lapse_deferred_until = until
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

    def fill(
        self, which: int | UUID | None, *, hire_id: UUID, on: date | None = None, seen_version: int | None = None
    ) -> PositionStep:
        """Fill a position with a confirmed hire.

        Args:
            which: the position's number or id; None: the first that can be filled.
            hire_id: the hire that fills it.
            on: today in Europe/Copenhagen; None: the day on which something last came of the pledge.
            seen_version: the version that the case worker saw; None: any version is accepted.

        Raises:
            StaleVersion, NotCounted, PledgeEnded, UnknownPosition, PositionTaken, NoPositionOpen
        """
        self._check_goes_on(seen_version)
        self._check_counted()
        index = self._first_vacant() if which is None else self._find(which)
        day = on or self.active_on or self.pledged_on
        return self._take("filled", index, self.positions[index].filled(hire_id), on=day, hire_id=hire_id)

    def match(self, which: int | UUID, *, on: date, seen_version: int | None = None) -> PositionStep:
        """Record that a person was found for a position.

        Args:
            which: the position's number or id.
            on: today in Europe/Copenhagen.

        Raises:
            StaleVersion, PledgeEnded, NotCounted, UnknownPosition
            PersonMatched, PositionHasHire, PositionNotOffered: see `Position.matched`.
        """
        self._check_goes_on(seen_version)
        self._check_counted()
        index = self._find(which)
        return self._take("matched", index, self.positions[index].matched(on), on=on)

    def start_trial(
        self, which: int | UUID, *, starts_on: date, ends_on: date, on: date, seen_version: int | None = None
    ) -> PositionStep:
        """Record that the matched person tries the job, or that the trial ends on another day. See `match`.

        Args:
            starts_on: the first day. That of a trial which has begun stays.
            ends_on: the last day.

        Raises:
            StaleVersion, PledgeEnded, NotCounted, UnknownPosition
            PositionNotMatched, PositionHasHire, PositionNotOffered, TrialDatesWrong: see `Position.in_trial`.
        """
        self._check_goes_on(seen_version)
        self._check_counted()
        index = self._find(which)
        after = self.positions[index].in_trial(starts_on, ends_on, today=on)
        return self._take("trial_started", index, after, on=after.trial_on or starts_on, active_on=on)

    def cancel_position(self, which: int | UUID, *, on: date, seen_version: int | None = None) -> PositionStep:
        """Cancel one position. It counts until this day. See `match`.

        Raises:
            StaleVersion, PledgeEnded, UnknownPosition
            PositionHasHire, PositionNotOffered: see `Position.cancelled`.
            LastPosition: no other position is left; `withdraw` the pledge.
        """
        self._check_goes_on(seen_version)
        index = self._find(which)
        after = self.positions[index].cancelled(on)
        if sum(position.status != "cancelled" for position in self.positions) == 1:
            raise LastPosition
        return self._take("cancelled", index, after, on=on)

    def reopen_position(self, which: int | UUID, *, on: date, seen_version: int | None = None) -> PositionStep:
        """Let a position be vacant again: its match came to nothing, or the company offers it again. See `match`.

        Raises:
            StaleVersion, PledgeEnded, UnknownPosition
            PositionVacant, PositionHasHire: see `Position.reopened`.
        """
        self._check_goes_on(seen_version)
        index = self._find(which)
        return self._take("reopened", index, self.positions[index].reopened(), on=on)

    def vacate(self, which: int | UUID, *, cancel: bool, on: date, today: date | None = None) -> PositionStep:
        """Let a position lose its hire, which has ended. Also of a pledge that has ended.

        Args:
            cancel: whether it is cancelled, and not vacant again. That of a pledge which has ended is cancelled in any
                case; if that is undone, it is vacant again unless it was to be cancelled.
            on: the first day without the hire.
            today: in Europe/Copenhagen; None: `on`.

        Raises:
            UnknownPosition, PositionNotFilled
        """
        index = self._find(which)
        before = self.positions[index]
        before.check_filled()
        after = Position(before.id, before.number)
        if cancel:
            after = replace(after, status="cancelled", cancelled_on=on)
        elif self.ended_as is not None:
            after = replace(after, status="cancelled", cancelled_on=on, status_before_end="open")
        return self._take("vacated", index, after, on=on, active_on=today or on, hire_id=before.hire_id)

    def refill(self, which: int | UUID, *, hire_id: UUID, on: date) -> PositionStep:
        """Fill a position again with a hire that has not ended after all. Also of a pledge that has ended.

        Args:
            on: today in Europe/Copenhagen.

        Raises:
            UnknownPosition, NotCounted, PositionTaken, PersonMatched: see `Position.refilled`.
        """
        index = self._find(which)
        self._check_counted()
        return self._take("filled", index, self.positions[index].refilled(hire_id), on=on, hire_id=hire_id)

    def unfill(self, which: int | UUID, before: Position, *, on: date) -> PositionStep:
        """Undo the confirmation of a position's hire: the position is what it was before.

        Args:
            before: the position before it was filled.
            on: today in Europe/Copenhagen.

        Raises:
            UnknownPosition, PositionNotFilled
        """
        index = self._find(which)
        now = self.positions[index]
        now.check_filled()
        after = before if self.ended_as is None else before.ended()
        return self._take("undone", index, after, on=on, hire_id=now.hire_id)

    def undo(self, change: PositionChange, *, on: date, seen_version: int | None = None) -> PositionStep:
        """Undo the last step of a position: it is what it was before. Who may do that is in `change.check_undo`.

        Args:
            change: the position's last step that was not undone.
            on: today in Europe/Copenhagen.

        Raises:
            StaleVersion, PledgeEnded, UnknownPosition
            NothingToUndo: the position has changed since.
            LastPosition: it would be cancelled, as all others are.
        """
        self._check_goes_on(seen_version)
        index = self._find(change.position_id)
        if self.positions[index].status != change.status:
            raise NothingToUndo
        others = [position for position in self.positions if position.id != change.position_id]
        if change.before.status == "cancelled" and others and all(one.status == "cancelled" for one in others):
            raise LastPosition
        return self._take("undone", index, change.before, on=on)

    @property
    def has_vacant_position(self) -> bool:
        """Whether a hire can still fill a position."""
        return self.ended_as is None and any(position.can_be_filled for position in self.positions)

    def _take(
        self,
        kind: PositionChangeKind,
        index: int,
        after: Position,
        *,
        on: date,
        active_on: date | None = None,
        hire_id: UUID | None = None,
    ) -> PositionStep:
        before = self.positions[index]
        self.positions[index] = after
        self.active_on = active_on or on
        self.version += 1
        return PositionStep(kind, before, after, on, hire_id)

    def _check_version(self, seen_version: int | None) -> None:
        if seen_version is not None and seen_version != self.version:
            raise StaleVersion

    def _check_goes_on(self, seen_version: int | None) -> None:
        self._check_version(seen_version)
        if self.ended_as is not None:
            raise PledgeEnded

    def _check_counted(self) -> None:
        if not self.counted:
            raise NotCounted

    def _find(self, which: int | UUID) -> int:
        for index, position in enumerate(self.positions):
            if which in (position.number, position.id):
                return index
        raise UnknownPosition

    def _first_vacant(self) -> int:
        for index, position in enumerate(self.positions):
            if position.can_be_filled:
                return index
        raise NoPositionOpen
