"""Event passes: what a guest gets by scanning an event's QR code."""

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
    """Hand out a pass of the present generation. Nothing is stored: every pass of a generation is as good."""
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
    """Make every pass handed out so far worthless. Say `generation` to make asking twice the same as once."""
    event = await commands.revoke_passes(
        db,
        principal.taskforce,
        event_id,
        generation=None if which is None else which.generation,
        seen=expected,
    )
    response.headers["etag"] = etag(event.version)
    return GenerationOut(generation=event.pass_generation)
