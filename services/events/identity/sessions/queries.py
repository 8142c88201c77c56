"""SQL for reading sessions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.events.identity.sessions.domain import IDLE_TIMEOUT, Proof

if TYPE_CHECKING:
    from shared.db.database import Connection


class SessionRow(BaseModel):
    """A session as its person sees it."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    proof: Proof
    device: str
    started_at: datetime
    used_at: datetime
    passkey_id: UUID | None


async def sessions(conn: Connection, taskforce_id: UUID, person_id: UUID) -> list[SessionRow]:
    """Return the person's sessions that have not ended, last used first."""
    now = datetime.now(UTC)
    rows = await conn.fetch(
        """
        select id, proof, device, started_at, used_at, passkey_id
          from sessions
         where taskforce_id = $1
           and person_id = $2
           and ends_at > $3
           and used_at > $4
         order by used_at desc, id
        """,
        taskforce_id,
        person_id,
        now,
        now - IDLE_TIMEOUT,
    )
    return [SessionRow(**row) for row in rows]
