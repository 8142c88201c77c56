"""Companies as typed and as registered, and the state of events. Imports no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.fields.cvr import read_cvr
from shared.fields.dates import CLOCK_TOLERANCE, lies_between
from shared.fields.text import text_key

if TYPE_CHECKING:
    from uuid import UUID

    from shared.contracts.events import EventStatus


@dataclass(frozen=True, slots=True)
class TypedCompany:
    """A typed company. Only its municipality is published in messages.

    Attributes:
        id: the register's id, if the company was chosen from the list.
    """

    name: str
    cvr: str | None = None
    municipality: str | None = None
    p_number: str | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RegisteredCompany:
    """A company of the register: the fields that `events` publishes and that recognition needs."""

    id: UUID
    name_key: str | None
    cvr: str | None
    municipality: str | None


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What `events` has published about an event."""

    id: UUID
    status: EventStatus
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime | None
    pass_generation: int
    opened_at: datetime | None = None

    def was_on(self, at: datetime) -> bool:
        """Whether a moment of a client's clock lies within the event's hours.

        They begin at its start, or when it was opened if that was earlier.
        """
        begins = min(self.starts_at, self.opened_at or self.starts_at)
        return lies_between(at, begins, self.over_at, tolerance=CLOCK_TOLERANCE)

    @property
    def over_at(self) -> datetime:
        """When it ends, or was closed if that was later."""
        return max(self.ends_at, self.closed_at or self.ends_at)


@dataclass(frozen=True, slots=True)
class RegisterContext:
    """The part of the register that a new pledge or hire is judged by.

    Attributes:
        event: None where no event is named, or its messages have not arrived yet.
        candidates: companies that may be the one that was typed.
    """

    event: EventFacts | None
    candidates: list[RegisteredCompany]


def name_key(name: str) -> str:
    """Return a company's name in the form in which names are compared.

    Case, character width, spacing and invisible characters are ignored; `A/S` and `ApS` are kept.
    """
    return text_key(name)


def recognise(company: TypedCompany, candidates: Iterable[RegisteredCompany]) -> RegisteredCompany | None:
    """Return the registered company that was meant: by id, else by valid CVR number, else by name. Never guesses.

    A number or a name that two candidates share identifies neither. A valid CVR number that differs from the one
    the register has for the company contradicts the match: then the result is None.
    """
    known = list(candidates)
    cvr = read_cvr(company.cvr)
    key = name_key(company.name)
    for matches in (
        [one for one in known if one.id == company.id],
        [one for one in known if cvr is not None and one.cvr == cvr],
        [one for one in known if one.name_key == key],
    ):
        if len(matches) == 1:
            contradicted = cvr is not None and matches[0].cvr is not None and matches[0].cvr != cvr
            return None if contradicted else matches[0]
    return None


def company_flags(company: TypedCompany, recognised: RegisteredCompany | None) -> list[str]:
    """Return the flags for a typed company: an invalid CVR number, an id that was not confirmed."""
    flags = []
    if company.cvr and read_cvr(company.cvr) is None:
        flags.append("cvr_invalid")
    if company.id is not None and (recognised is None or recognised.id != company.id):
        flags.append("company_unconfirmed")
    return flags
