"""SQL for reading passkeys."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.events.identity.passkeys.domain import needs_code
from services.events.identity.people import store as people
from services.events.identity.sessions import store as sessions

if TYPE_CHECKING:
    from shared.db.database import Connection


class PasskeyRow(BaseModel):
    """A passkey as its person sees it."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    backed_up: bool
    created_at: datetime
    used_at: datetime | None


async def passkeys(conn: Connection, taskforce_id: UUID, person_id: UUID) -> list[PasskeyRow]:
    """Return the person's passkeys, oldest first."""
    rows = await conn.fetch(
        """
        select id, name, backed_up, created_at, used_at
          from passkeys
         where taskforce_id = $1
           and person_id = $2
         order by created_at, id
        """,
        taskforce_id,
        person_id,
    )
    return [PasskeyRow(**row) for row in rows]


async def needs_enrolment_code(conn: Connection, taskforce_id: UUID, person_id: UUID, session_id: UUID | None) -> bool:
    """Whether the person needs an enrolment code to add a passkey in this session."""
    proof = await sessions.find_proof(conn, taskforce_id, person_id, session_id)
    if proof is None:
        return False
    return needs_code(proof, (await people.load_person(conn, taskforce_id, person_id)).roles)
