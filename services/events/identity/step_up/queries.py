"""SQL for the step-up options of a person."""

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
        passkey: whether the person has a passkey.
        provider: whether their account is linked to the organisation's provider.
        email: the address for a magic link; None if a magic link is not offered. It is offered only to people who
            signed in by one, or who have neither passkey nor provider.
    """

    passkey: bool
    provider: bool
    email: str | None


async def load_step_up_options(
    conn: Connection, taskforce_id: UUID, person_id: UUID, session_id: UUID | None
) -> StepUpOptions:
    """Return the person's step-up options in this session. Raises `PersonNotFound`."""
    person = await people.load_person(conn, taskforce_id, person_id)
    passkey = bool(await passkeys.passkeys(conn, taskforce_id, person_id))
    provider = await oidc.is_linked(conn, taskforce_id, person_id)
    by_link = await sessions.find_proof(conn, taskforce_id, person_id, session_id) == "link"
    return StepUpOptions(passkey, provider, person.email if by_link or not (passkey or provider) else None)
