"""Which participants each role sees. Who may call a route is declared at the route.

The database holds it too: a transaction sees the participants of its readers' municipality or programme, and none
without (`participants.is_visible` in the migration).
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, NewType

from fastapi import Depends, Request

from shared.db.database import Database
from shared.http.auth import Principal, require
from shared.http.policy import NOTHING, OWN, Resource
from shared.privacy.access_log import Disclosure, disclose

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from shared.privacy.access_log import Action, Purpose

PARTICIPANT: Final = Resource(
    "participant",
    own="of a case worker: those of their municipality; of a facilitator: those of their programme",
    reach=NOTHING,
    by_role={"caseworker": OWN, "facilitator": OWN},
)

ParticipantReader = Annotated[Principal, Depends(require("caseworker", "facilitator"))]
"""Reads participants: see `reader_of`."""
ParticipantEditor = Annotated[Principal, Depends(require("caseworker"))]
"""Registers participants, changes them, and finds positions for them."""

ParticipantsDatabase = NewType("ParticipantsDatabase", Database)
"""The service's database as the only role that may use the schema `participants`. It may do what the app may, too."""


async def participants_database(request: Request) -> ParticipantsDatabase:
    """FastAPI dependency: the service's database, connected by the lifespan as the role for participants."""
    found: ParticipantsDatabase = request.app.state.participants_database
    return found


ParticipantsDb = Annotated[ParticipantsDatabase, Depends(participants_database)]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at participants, and which they may see.

    Attributes:
        who: the subject of their token.
        municipality: a case worker's; its participants are visible.
        programme: a facilitator's; its participants are visible.
    """

    taskforce_id: UUID
    who: str
    municipality: str | None = None
    programme: str | None = None


def reader_of(principal: Principal) -> Reader:
    """Return as whom the principal looks at participants. Other roles see none."""
    return Reader(
        principal.taskforce,
        principal.subject,
        principal.municipality if principal.has("caseworker") else None,
        principal.programme if principal.has("facilitator") else None,
    )


@asynccontextmanager
async def disclose_participants(
    db: ParticipantsDatabase, reader: Reader, *, purpose: Purpose, action: Action = "read"
) -> AsyncIterator[Disclosure]:
    """Open a transaction in which the reader's participants are visible; its log entries commit with the block.

    Whatever was read may be shown only after the block: if the access log cannot be written, nothing was read.
    """
    async with disclose(db, reader.taskforce_id, who=reader.who, purpose=purpose, action=action) as disclosure:
        await disclosure.conn.execute(
            """
            select set_config('app.participants_municipality', $1, true),
                   set_config('app.participants_programme', $2, true)
            """,
            reader.municipality or "",
            reader.programme or "",
        )
        yield disclosure
