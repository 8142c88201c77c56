"""A company's registration for an event, and the lines of a pasted list of companies. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from services.events.calendar.domain import StaleVersion
from shared.fields.cvr import read_cvr
from shared.i18n.translations import N_
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from services.events.calendar.domain import EmployerEvent

_COLUMNS = re.compile(r"[;\t]|,(?=\s*\d[\d\s.]*$)|(?<=\d),")


class RegistrationNotFound(Refusal):
    """The event has no such registration."""

    code = "registration-not-found"
    kind = "not_found"
    title = N_("The event has no such registration")
    detail = N_("Find the company in the list of those that are registered.")


class RegistrationClosed(Refusal):
    """Companies are registered until the event is closed or cancelled."""

    code = "registration-closed"
    kind = "conflict"
    title = N_("The event takes no more registrations")
    detail = N_("It is over or has been cancelled. Who came is in the list of those checked in.")


@dataclass(slots=True)
class Registration:
    """A company's registration for an event, which may be cancelled and made again. There is one for both.

    Each transition returns whether it changed anything, so clients may retry.
    """

    id: UUID
    event_id: UUID
    company_id: UUID
    registered_at: datetime
    registered_by: str
    cancelled_at: datetime | None = None
    cancelled_by: str | None = None
    version: int = 1

    def make_again(self, at: datetime, *, by: str) -> bool:
        """Register the company after its registration was cancelled."""
        if self.cancelled_at is None:
            return False
        self.registered_at, self.registered_by = at, by
        self.cancelled_at = self.cancelled_by = None
        self.version += 1
        return True

    def cancel(self, at: datetime, *, by: str, expected_version: int | None = None) -> bool:
        """Cancel the registration. Raises `StaleVersion`."""
        if self.cancelled_at is not None:
            return False
        if expected_version is not None and expected_version != self.version:
            raise StaleVersion
        self.cancelled_at, self.cancelled_by = at, by
        self.version += 1
        return True


def check_open(event: EmployerEvent) -> None:
    """Check that companies can be registered, or taken off the list. Raises `RegistrationClosed`."""
    if event.status in {"closed", "cancelled"}:
        raise RegistrationClosed


@dataclass(frozen=True, slots=True)
class PastedCompany:
    """One line of a pasted list: a name, a CVR number, or both in two columns.

    Attributes:
        line: as pasted, without the space around it.
        cvr: a number with a valid checksum, or None.
    """

    line: str
    name: str
    cvr: str | None

    @classmethod
    def read(cls, line: str) -> Self:
        """Return what a line says. Columns are separated by a tab or a semicolon, or by a comma beside the number."""
        cells = [cell.strip() for cell in _COLUMNS.split(line)]
        cvr = next((number for cell in cells if (number := read_cvr(cell))), None)
        name = next((cell for cell in cells if cell and read_cvr(cell) is None), "")
        return cls(line.strip(), name, cvr)


def pasted_companies(text: str) -> Sequence[PastedCompany]:
    """Return the companies of a pasted list, one a line; each line once."""
    lines = dict.fromkeys(line.strip() for line in text.splitlines())
    return [PastedCompany.read(line) for line in lines if line]
