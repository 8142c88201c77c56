"""JSON routes of the live page: the evening as it stands, and the stream that tells when to fetch it again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.pledges.evening import queries
from services.pledges.evening.domain import Evening
from services.pledges.evening.schemas import EveningOut, EveningPhone, SetAsideIn
from services.pledges.phones import commands as phones
from services.pledges.pledges.access import Reviewer
from services.pledges.pledges.api import PREFIX
from services.pledges.practice import commands as practice_commands
from services.pledges.register import queries as register
from services.pledges.register.access import EVENT
from shared.http.dependencies import Db
from shared.http.idempotency import IdempotentDb
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.streams import EventStream, Follower, TheChanges

router = APIRouter(prefix=PREFIX, tags=["pledges"])

_UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"description": "Not found, or not visible to the caller"}}


@router.get("/events/{event_id}/evening", responses=_UNKNOWN)
@concerns(EVENT)
async def read_evening(event_id: UUID, db: Db, principal: Reviewer, *, practice: bool = False) -> EveningOut:
    """Return pledges and companies of an event, and whether every phone has delivered what it captured."""
    async with db.read(principal.taskforce) as conn:
        if await register.event(conn, principal.taskforce, event_id) is None:
            raise Problem(404)
        return EveningOut.of(await queries.evening(conn, principal.taskforce, event_id, practice=practice))


@router.delete("/events/{event_id}/practice", status_code=204, responses=_UNKNOWN)
@concerns(EVENT)
async def delete_practice(event_id: UUID, db: Db, principal: Reviewer) -> Response:
    """Delete everything that practice has left at an event. It is deleted anyhow after a day."""
    async with db.read(principal.taskforce) as conn:
        if await register.event(conn, principal.taskforce, event_id) is None:
            raise Problem(404)
    await practice_commands.delete_practice(db, principal.taskforce, event_id=event_id)
    return Response(status_code=204)


@router.post("/events/{event_id}/phones/{phone_id}/set-aside", responses=_UNKNOWN)
@concerns(EVENT)
async def set_phone_aside(
    event_id: UUID, phone_id: UUID, body: SetAsideIn, db: IdempotentDb, principal: Reviewer, *, practice: bool = False
) -> EveningPhone:
    """Wait no longer for what a phone still holds: it is lost, or was a prank.

    Its numbers stay listed. When the phone is in contact again, it shows as before.
    """
    await phones.set_phone_aside(
        db,
        principal.taskforce,
        event_id,
        phone_id,
        practice=practice,
        by=principal.person,
        reason=body.reason,
    )
    async with db.read(principal.taskforce) as conn:
        return EveningPhone.of(await queries.phone(conn, principal.taskforce, event_id, phone_id, practice=practice))


@router.post("/events/{event_id}/phones/{phone_id}/set-aside/undo", responses=_UNKNOWN)
@concerns(EVENT)
async def wait_for_phone(
    event_id: UUID, phone_id: UUID, db: IdempotentDb, principal: Reviewer, *, practice: bool = False
) -> EveningPhone:
    """Wait for a phone again. One that is not set aside does not change."""
    await phones.wait_for_phone(db, principal.taskforce, event_id, phone_id, practice=practice)
    async with db.read(principal.taskforce) as conn:
        return EveningPhone.of(await queries.phone(conn, principal.taskforce, event_id, phone_id, practice=practice))


@router.get(
    "/events/{event_id}/evening/stream",
    response_class=EventStream,
    status_code=200,
    responses=_UNKNOWN
    | {
        200: {
            "description": "Server-sent events. A message without a name says that the evening has changed and can be "
            "fetched again; `heartbeat` comes every 15 s. The stream ends with the session.",
            "content": {
                "text/event-stream": {
                    "schema": {"type": "string"},
                    "example": 'data: {"changed_at":"2026-12-01T18:04:09+00:00"}\n\n',
                }
            },
        },
        429: {"description": "This account or address has too many streams open: retry after `Retry-After` seconds"},
        503: {"description": "Too many streams are open: retry after `Retry-After` seconds"},
    },
)
@concerns(EVENT)
async def follow_evening(
    event_id: UUID,
    request: Request,
    db: Db,
    principal: Reviewer,
    changes: TheChanges,
    *,
    practice: bool = False,
) -> EventStream:
    """Tell whenever the evening has changed. Every change of the database wakes the stream, so it looks first."""
    async with db.read(principal.taskforce) as conn:
        if await register.event(conn, principal.taskforce, event_id) is None:
            raise Problem(404)
    shown: Evening | None = None

    async def message() -> dict[str, Any] | None:
        nonlocal shown
        before = shown
        async with db.read(principal.taskforce) as conn:
            shown = await queries.evening(conn, principal.taskforce, event_id, practice=practice)
        if shown == before:
            return None
        return {"changed_at": datetime.now(UTC).isoformat()}

    return EventStream(changes, principal.taskforce, Follower.of(request), message, ends_at=principal.expires_at)
