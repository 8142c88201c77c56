"""The call about a pledge: who makes it, and what came of it. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, get_args
from uuid import UUID

from services.pledges.call_list.refusals import CallAgainDayMissing, CallAgainDayPast
from services.pledges.pledges.refusals import StaleVersion

Outcome = Literal["reached", "not_reached", "again"]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)


@dataclass(slots=True)
class Call:
    """The call about one pledge. It exists from the moment the pledge does, without being stored.

    Attributes:
        pledge_id: its id, too.
        logged_by: the person who logged the pledge; None after a guest or a program.
        assigned_to: the person a coordinator has given it to; None: whoever logged the pledge.
        outcome: what came of it; None: it is still to be made.
        again_on: the day of the next call, where the outcome is `again`.
        note: what the caller wrote.
        version: 0 while nothing is stored.
    """

    taskforce_id: UUID
    pledge_id: UUID
    logged_by: UUID | None
    version: int = 0
    assigned_to: UUID | None = None
    assigned_by: UUID | None = None
    assigned_at: datetime | None = None
    outcome: Outcome | None = None
    again_on: date | None = None
    note: str | None = None
    called_by: UUID | None = None
    called_at: datetime | None = None

    @property
    def caller(self) -> UUID | None:
        """The person who is to ring; None: a coordinator has to find one."""
        return self.assigned_to or self.logged_by

    @property
    def ticked_off(self) -> bool:
        """Whether nothing remains to be done."""
        return self.outcome in {"reached", "not_reached"}

    def assign(self, person_id: UUID | None, *, by: UUID, at: datetime) -> bool:
        """Give the call to a person; None: back to whoever logged the pledge.

        Returns:
            Whether it changed anything.
        """
        if person_id == self.assigned_to:
            return False
        self.assigned_to, self.assigned_by, self.assigned_at = person_id, by, at
        self.version += 1
        return True

    def tick_off(
        self,
        outcome: Outcome,
        *,
        note: str | None,
        again_on: date | None,
        by: UUID,
        at: datetime,
        today: date,
        seen_version: int | None = None,
    ) -> bool:
        """Record what came of the call. A later outcome replaces an earlier one.

        Args:
            again_on: needed by the outcome `again`, and ignored with any other.
            today: in Europe/Copenhagen.
            seen_version: the version that the caller saw; None: any.

        Returns:
            Whether it changed anything. The same outcome again changes nothing.

        Raises:
            CallAgainDayMissing, CallAgainDayPast, StaleVersion
        """
        again_on = again_on if outcome == "again" else None
        if (outcome, note, again_on) == (self.outcome, self.note, self.again_on):
            return False
        if outcome == "again" and again_on is None:
            raise CallAgainDayMissing
        if again_on is not None and again_on < today:
            raise CallAgainDayPast
        self._check(seen_version)
        self.outcome, self.note, self.again_on = outcome, note, again_on
        self.called_by, self.called_at = by, at
        self.version += 1
        return True

    def reopen(self, *, seen_version: int | None = None) -> bool:
        """Undo what was recorded: the call is to be made. The note stays, for whoever makes it.

        Returns:
            Whether it changed anything.

        Raises:
            StaleVersion
        """
        if self.outcome is None:
            return False
        self._check(seen_version)
        self.outcome = self.again_on = self.called_by = self.called_at = None
        self.version += 1
        return True

    def _check(self, seen_version: int | None) -> None:
        if seen_version is not None and seen_version != self.version:
            raise StaleVersion
