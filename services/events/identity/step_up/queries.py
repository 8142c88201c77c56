"""SQL for reading how a person can step up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.events.identity.oidc import store as oidc
from services.events.identity.passkeys import queries as passkeys
from services.events.identity.people import store as people
from services.events.identity.sessions import store as sessions

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class StepUpOptions:
    """How a person can step up.

    Attributes:
        passkey: whether by a passkey.
        provider: whether at the organisation's provider.
        email: where a magic link is sent; None if they signed in more strongly and have another way.
    """

    passkey: bool
    provider: bool
    email: str | None


async def step_up_methods(
    conn: Connection, taskforce_id: UUID, person_id: UUID, session_id: UUID | None
) -> StepUpOptions:
    """Return how the person can step up in this session. Raises `PersonNotFound`."""
    person = await people.load_person(conn, taskforce_id, person_id)
    passkey = bool(await passkeys.passkeys(conn, taskforce_id, person_id))
    provider = await oidc.is_linked(conn, taskforce_id, person_id)
    by_link = await sessions.find_proof(conn, taskforce_id, person_id, session_id) == "link"
    return StepUpOptions(passkey, provider, person.email if by_link or not (passkey or provider) else None)
