"""A person of the taskforce. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from services.events.domain import Refusal

if TYPE_CHECKING:
    from uuid import UUID

    from shared.auth import Role

Language = Literal["da", "en"]

SESSION_SECONDS: Final = 8 * 3600
"""How long somebody stays signed in: a working day."""


class PersonNotFound(Refusal):
    """The taskforce has no such person, or nobody in that role."""

    code = "person-not-found"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in.

    Attributes:
        email: where mails to them go.
        roles: what they may do; at least one, none of them `event_pass` or `service`.
        municipality: whose participants a case worker sees; four-digit code as text.
    """

    id: UUID
    name: str
    email: str
    roles: frozenset[Role]
    municipality: str | None = None
    language: Language = "da"
