"""A contact that the staff have made with a company. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.companies.outreach.refusals import (
    OutreachAhead,
    OutreachLongAgo,
    OutreachOfAnother,
    StaleOutreach,
)
from shared.contracts.pledges import OutreachKind
from shared.fields.copenhagen import COPENHAGEN

if TYPE_CHECKING:
    from services.pledges.pledges.terms import Editor

_EARLIEST: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class OutreachTerms:
    """What is said about a contact.

    Attributes:
        made_on: the day, in Europe/Copenhagen.
        note: what came of it, in words.
        new_company: whether the company was new to the municipality. A person decides that.
    """

    kind: OutreachKind
    made_on: date
    note: str | None
    new_company: bool


@dataclass(slots=True)
class Outreach:
    """A visit, a call, or a card handed over.

    Attributes:
        counted: False: it was withdrawn, because it had never been made.
        logged_by: the account of whoever has made it; None: a program.
    """

    taskforce_id: UUID
    id: UUID
    company_id: UUID
    terms: OutreachTerms
    logged_by: UUID | None
    logged_at: datetime
    changed_by: UUID | None
    changed_at: datetime
    version: int = 1
    counted: bool = True

    @classmethod
    def log(
        cls, taskforce_id: UUID, id: UUID, company_id: UUID, terms: OutreachTerms, *, by: UUID | None, at: datetime
    ) -> Outreach:
        """Return a new contact.

        Raises:
            OutreachAhead, OutreachLongAgo: its day cannot be.
        """
        _check_day(terms, at)
        return cls(taskforce_id, id, company_id, terms, by, at, by, at)

    def correct(self, terms: OutreachTerms, *, by: Editor, at: datetime, seen_version: int | None = None) -> bool:
        """Replace what is said about it. The same again changes nothing.

        Args:
            seen_version: the version that the editor saw; None: any.

        Returns:
            Whether it changed anything.

        Raises:
            OutreachOfAnother: somebody else has logged it.
            StaleOutreach: it has another version.
            OutreachAhead, OutreachLongAgo: the day cannot be.
        """
        self._check_editor(by)
        if terms == self.terms:
            return False
        self._check_version(seen_version)
        _check_day(terms, at)
        self.terms = terms
        self._changed(by, at)
        return True

    def withdraw(self, *, by: Editor, at: datetime, seen_version: int | None = None) -> bool:
        """Record that it has never been made. The same again changes nothing. The rest is as of `correct`."""
        return self._count(False, by, at, seen_version)

    def restore(self, *, by: Editor, at: datetime, seen_version: int | None = None) -> bool:
        """Undo `withdraw`. The same again changes nothing. The rest is as of `correct`."""
        return self._count(True, by, at, seen_version)

    def _count(self, counted: bool, by: Editor, at: datetime, seen_version: int | None) -> bool:
        self._check_editor(by)
        if counted == self.counted:
            return False
        self._check_version(seen_version)
        self.counted = counted
        self._changed(by, at)
        return True

    def _check_editor(self, by: Editor) -> None:
        if not by.of_all and (by.id is None or by.id != self.logged_by):
            raise OutreachOfAnother

    def _check_version(self, seen_version: int | None) -> None:
        if seen_version is not None and seen_version != self.version:
            raise StaleOutreach

    def _changed(self, by: Editor, at: datetime) -> None:
        self.changed_by, self.changed_at = by.id, at
        self.version += 1


def _check_day(terms: OutreachTerms, at: datetime) -> None:
    if terms.made_on > at.astimezone(COPENHAGEN).date():
        raise OutreachAhead
    if terms.made_on < _EARLIEST:
        raise OutreachLongAgo
