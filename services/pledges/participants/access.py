"""Which participants each role sees. Who may call a route is declared at the route.

The database holds it too: a transaction sees the participants of its readers' municipality or programme, and none
without (`participants.is_visible` in the migration).
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final, Literal, NewType

import structlog
from fastapi import Depends, Request

from shared import metrics
from shared.db.database import Database
from shared.http.auth import ACCESS_ATTRIBUTE, NotAllowed, Principal, require
from shared.http.policy import NOTHING, OWN, Resource
from shared.http.problems import Problem
from shared.privacy.access_log import Disclosure
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from uuid import UUID

    from starlette.requests import HTTPConnection

    from services.pledges.participants.domain import Participant
    from services.pledges.settings import PledgesSettings
    from shared.db.database import Connection
    from shared.privacy.access_log import Action, Purpose
    from shared.product.roles import Role

_log = structlog.get_logger(__name__)

PARTICIPANT: Final = Resource(
    "participant",
    own="of a case worker: those of their municipality; of a facilitator: those of their programme",
    reach=NOTHING,
    by_role={"caseworker": OWN, "facilitator": OWN},
)

TARGET_GROUP: Final = Resource("target group")
"""A code of the taskforce's list. It concerns nobody."""


def _require(*roles: Role) -> Callable[..., AsyncIterator[Principal]]:
    """Return a FastAPI dependency like `require` that records what it and its route refuse."""
    allowed = require(*roles)

    async def dependency(request: Request) -> AsyncIterator[Principal]:
        try:
            yield await allowed(request)
        except Exception as error:
            if (reason := _refusal(error)) is not None:
                record_refusal(request, reason)
            raise

    setattr(dependency, ACCESS_ATTRIBUTE, getattr(allowed, ACCESS_ATTRIBUTE))
    return dependency


def _refusal(error: Exception) -> Literal["role", "not_found"] | None:
    """Return why a request was refused; None for errors that do not say whether the caller may see a participant."""
    if isinstance(error, NotAllowed):
        return "role"
    status = error.status if isinstance(error, Problem) else None
    kind = error.kind if isinstance(error, Refusal) else None
    if status == HTTPStatus.FORBIDDEN or kind == "forbidden":
        return "role"
    return "not_found" if status == HTTPStatus.NOT_FOUND or kind == "not_found" else None


def record_refusal(request: HTTPConnection, reason: Literal["role", "not_found"]) -> None:
    """Record who was refused what: with the pattern of the route, and neither an id nor whether somebody exists.

    Every line of the log has the subject of the caller's token as `who`.
    """
    operation = f"{request.scope['method']} {request.scope['route'].path}"
    taskforce_id = str(request.state.principal.taskforce_id)
    _log.warning("participants.refused", operation=operation, reason=reason, taskforce_id=taskforce_id)
    metrics.PARTICIPANTS_REFUSED.labels(operation, reason).inc()


ParticipantReader = Annotated[Principal, Depends(_require("caseworker", "facilitator"))]
"""Reads participants: see `reader_of`. A refusal (403, or 404 for one that the caller does not see) is recorded."""
ParticipantEditor = Annotated[Principal, Depends(_require("caseworker"))]
"""Registers participants, changes them, and finds positions for them. A refusal is recorded."""

ParticipantsDatabase = NewType("ParticipantsDatabase", Database)
"""The service's database as the only role that may use the schema `participants`. It may do what the app may, too."""


SIGHT_OF_ALL: Final = MappingProxyType({"app.participants_of_all": "yes"})
"""Settings of a session that sees the participants of a whole taskforce: for deadlines, reports and erasures."""


async def connect_with_sight_of_all(settings: PledgesSettings, *, name: str) -> ParticipantsDatabase:
    """Open a pool whose transactions see all participants of their taskforce. No request of a reader may use it."""
    url = settings.participants_database_url
    return ParticipantsDatabase(await Database.connect(settings, name=name, url=url, server_settings=SIGHT_OF_ALL))


def with_sight_of_all(
    settings: PledgesSettings, work: Callable[[Database], Awaitable[None]]
) -> Callable[[Database], Awaitable[None]]:
    """Return a background job that does its work in a database with sight of all participants."""

    async def work_with_sight(_database: Database) -> None:
        database = await connect_with_sight_of_all(settings, name="pledges-worker-participants")
        try:
            await work(database)
        finally:
            await database.close()

    return work_with_sight


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


def case_worker(principal: Principal) -> Reader:
    """Return as whom a case worker names participants beside something else: only those of their own municipality.

    A facilitator's programme may have participants of others, whose case workers find their jobs.
    """
    return replace(reader_of(principal), programme=None)


def may_change(principal: Principal, participant: Participant) -> bool:
    """Whether the principal may change the participant. The database decides; this is for its page."""
    return principal.has("caseworker") and participant.municipality == principal.municipality


@asynccontextmanager
async def disclose_participants(
    db: ParticipantsDatabase, reader: Reader, *, purpose: Purpose, action: Action = "read"
) -> AsyncIterator[Disclosure]:
    """Open a transaction in which the reader's participants are visible; its log entries commit with the block.

    Whatever was read may be shown only after the block: if the access log cannot be written, nothing was read.

    Raises:
        AccessLogUnavailable: the access log cannot be written.
    """
    async with db.change(reader.taskforce_id) as conn:
        yield await disclosure_in(conn, reader, purpose=purpose, action=action)


async def disclosure_in(conn: Connection, reader: Reader, *, purpose: Purpose, action: Action = "read") -> Disclosure:
    """Let the reader's participants be visible for the rest of a transaction, which a `ParticipantsDatabase` has opened
    for the reader's taskforce. Its log entries commit with the transaction."""
    await conn.execute(
        """
        select set_config('app.participants_municipality', $1, true),
               set_config('app.participants_programme', $2, true)
        """,
        reader.municipality or "",
        reader.programme or "",
    )
    return Disclosure(conn, reader.taskforce_id, reader.who, purpose, action)
