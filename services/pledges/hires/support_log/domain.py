"""An entry of a support log, and its rules. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from services.pledges.hires.domain import EARLIEST_START
from services.pledges.hires.refusals import HireRevoked
from services.pledges.hires.support_log.refusals import ImplausibleContactDay, StaleSupportContact
from shared.fields.dates import lies_between

if TYPE_CHECKING:
    from uuid import UUID

    from services.pledges.hires.domain import Hire

ContactedBy = Literal["employer", "employee", "contact_person", "other"]
"""Who rang, or was there."""


@dataclass(slots=True)
class SupportContact:
    """A call from employer or employee about a hire, and what was agreed.

    Attributes:
        agreed: in words, without names.
        solved: whether nothing is left to be done about it.
        logged_by: the account.
    """

    id: UUID
    hire_id: UUID
    contacted_on: date
    contacted_by: ContactedBy
    agreed: str
    solved: bool
    logged_by: UUID | None
    logged_at: datetime
    version: int = 1

    def check_for(self, hire: Hire, *, today: date) -> None:
        """Check a new entry.

        Raises:
            HireRevoked
            ImplausibleContactDay: the day lies ahead, or before 2000.
        """
        if not hire.counted:
            raise HireRevoked
        if not lies_between(self.contacted_on, EARLIEST_START, today):
            raise ImplausibleContactDay

    def settle(self, *, solved: bool, seen_version: int | None = None) -> bool:
        """Record whether it is solved. Returns whether that changed anything. Raises `StaleSupportContact`."""
        if solved == self.solved:
            return False
        if seen_version is not None and seen_version != self.version:
            raise StaleSupportContact
        self.solved = solved
        self.version += 1
        return True
