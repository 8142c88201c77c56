"""Mail addresses for people who are made up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import uuid4

if TYPE_CHECKING:
    from uuid import UUID

_LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")


def address_of(id: UUID | str | None = None) -> str:
    """A mail address that nobody else has, always the same for an id.

    It has no digits: those of a UUID look like a CPR number every few hundred times, which no field takes.
    """
    return f"{str(id or uuid4()).translate(_LETTERS)}@example.dk"
