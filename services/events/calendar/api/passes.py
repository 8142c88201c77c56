"""Event passes: what a guest gets by scanning an event's QR code."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.events.access import EVENT, Db, Planner, Settings
from services.events.calendar import commands, passes, store
from services.events.register.answers import PREFIX, IfMatch, etag, refusals, version_seen, versioned
from shared.http.policy import concerns

router = APIRouter(prefix=PREFIX + "/events/{event_id}/passes", tags=["passes"])


class PassOut(BaseModel):
    """A pass: whoever has it may log pledges for this event, until 14 days after its end."""

    token: str = Field(description="bearer token of role event_pass")
    url: str = Field(description="opens the intake with the token")
    link: str = Field(description="the same, short enough for a QR code")
    generation: int = Field(description="revoking the event's passes begins a new generation")
    expires_at: datetime


class RevokeIn(BaseModel):
    """Which passes are to be worthless."""

    generation: int | None = Field(
        None, ge=1, le=2**31 - 1, description="this generation and older; the present one if not said"
    )


class GenerationOut(BaseModel):
    """The event's present generation of passes."""

    generation: int


@router.post("", status_code=201, responses=refusals(404, 409))
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


@router.post("/revoke", responses=versioned() | refusals(404, 412))
@concerns(EVENT)
async def revoke_passes(
    *,
    principal: Planner,
    db: Db,
    event_id: UUID,
    response: Response,
    which: RevokeIn | None = None,
    if_match: IfMatch = None,
) -> GenerationOut:
    """Make every pass handed out so far worthless. Say `generation` to make asking twice the same as once."""
    event = await commands.revoke_passes(
        db,
        principal.taskforce,
        event_id,
        generation=None if which is None else which.generation,
        seen=version_seen(if_match),
    )
    response.headers["etag"] = etag(event.version)
    return GenerationOut(generation=event.pass_generation)
