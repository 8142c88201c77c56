"""Companies as typed and as registered, contacts, and what is known of events."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.fields.cvr import read_cvr

if TYPE_CHECKING:
    from uuid import UUID

    from shared.contracts.events import EventStatus


@dataclass(frozen=True, slots=True)
class TypedCompany:
    """A company as somebody typed it: nothing of this travels but the municipality.

    Attributes:
        id: the register's id, where the asker knew it.
    """

    name: str
    cvr: str | None = None
    municipality: str | None = None
    p_number: str | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RegisteredCompany:
    """A company of the register, as far as it is public."""

    id: UUID
    name_key: str | None
    cvr: str | None
    municipality: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """A person to ring or write to."""

    name: str
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What the register has told us of an event."""

    id: UUID
    status: EventStatus
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime | None
    pass_generation: int


def name_key(name: str) -> str:
    """Return a company's name as it is compared: case, width and spacing do not count, `A/S` and `ApS` do."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def recognise(company: TypedCompany, candidates: Iterable[RegisteredCompany]) -> RegisteredCompany | None:
    """Return the register's company that was meant: by id, else by right CVR, else by name; never a guess.

    A number or name that two of the register share recognises neither. A right CVR number that is not the one
    the register has of the company contradicts it: then nobody is recognised.
    """
    known = list(candidates)
    cvr = read_cvr(company.cvr)
    key = name_key(company.name)
    for same in (
        [one for one in known if one.id == company.id],
        [one for one in known if cvr is not None and one.cvr == cvr],
        [one for one in known if one.name_key == key],
    ):
        if len(same) == 1:
            contradicted = cvr is not None and same[0].cvr is not None and same[0].cvr != cvr
            return None if contradicted else same[0]
    return None


def company_flags(company: TypedCompany, recognised: RegisteredCompany | None) -> list[str]:
    flags = []
    if company.cvr and read_cvr(company.cvr) is None:
        flags.append("cvr_invalid")
    if company.id is not None and (recognised is None or recognised.id != company.id):
        flags.append("company_unconfirmed")
    return flags
