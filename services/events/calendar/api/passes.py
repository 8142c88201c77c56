"""JSON routes of event passes."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from services.events.access import EVENT, Planner, Settings
from services.events.calendar import commands, passes, store
from services.events.calendar.schemas import GenerationOut, PassOut, RevokeIn
from shared.http.dependencies import Db
from shared.http.openapi import problems, versioned
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion, etag

router = APIRouter(prefix="/api/events/v1/events/{event_id}/passes", tags=["passes"])


@router.post("", status_code=201, responses=problems(404, 409, 422))
@concerns(EVENT)
async def issue_pass(principal: Planner, db: Db, settings: Settings, event_id: UUID) -> PassOut:
    """Issue a pass of the current generation. Nothing is stored: all passes of a generation are equal."""
    async with db.read(principal.taskforce) as conn:
        event = await store.load_event(conn, principal.taskforce, event_id)
    issued = passes.issue(settings, principal.taskforce, event)
    return PassOut(
        token=issued.token,
        url=issued.url,
        link=issued.link,
        generation=issued.generation,
        expires_at=issued.expires_at,
    )


@router.post("/revoke", responses=versioned() | problems(404, 412, 422))
@concerns(EVENT)
async def revoke_passes(
    *,
    principal: Planner,
    db: Db,
    event_id: UUID,
    response: Response,
    which: RevokeIn | None = None,
    expected: ExpectedVersion,
) -> GenerationOut:
    """Revoke all passes issued so far. With `generation`, repeating the request revokes nothing more."""
    event = await commands.revoke_passes(
        db,
        principal.taskforce,
        event_id,
        generation=None if which is None else which.generation,
        expected_version=expected,
    )
    response.headers["etag"] = etag(event.version)
    return GenerationOut(generation=event.pass_generation)
