"""SQL for reading by what somebody can show who they are."""

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
class Ways:
    """By what somebody can show again who they are.

    Attributes:
        passkey: whether by a passkey.
        provider: whether at the provider of their organisation.
        email: where a link is sent, where that is enough: it is no more than they have signed in by, or all they have.
    """

    passkey: bool
    provider: bool
    email: str | None


async def ways(conn: Connection, taskforce_id: UUID, person_id: UUID, session_id: UUID | None) -> Ways:
    """By what the person, in this session, can show again who they are. Raises `PersonNotFound`."""
    person = await people.load_person(conn, taskforce_id, person_id)
    passkey = bool(await passkeys.passkeys(conn, taskforce_id, person_id))
    provider = await oidc.is_linked(conn, taskforce_id, person_id)
    by_link = await sessions.find_proof(conn, taskforce_id, person_id, session_id) == "link"
    return Ways(passkey, provider, person.email if by_link or not (passkey or provider) else None)
