"""Mail addresses for invented people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import uuid4

if TYPE_CHECKING:
    from uuid import UUID

_LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")


def address_of(id: UUID | str | None = None) -> str:
    """Return a unique mail address, always the same for an id.

    It has no digits: the digits of a UUID look like a CPR number once in several hundred times, and fields refuse
    those.
    """
    return f"{str(id or uuid4()).translate(_LETTERS)}@example.dk"
