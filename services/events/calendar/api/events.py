"""JSON routes of events and their transitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.events.access import EVENT, EventApiReader, Planner, is_planner
from services.events.calendar import commands, queries
from services.events.calendar.queries import ByTime
from services.events.calendar.schemas import EventIn, EventOut, EventPage
from shared.contracts.events import EventStatus
from shared.http.dependencies import Db
from shared.http.idempotency import IdempotentDb
from shared.http.openapi import problems, versioned
from shared.http.paging import PageSize, PageToken, cut
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion, etag

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(prefix="/api/events/v1/events", tags=["events"])


@router.post("", status_code=201, responses=versioned(201) | problems(404, 409, 422))
@concerns(EVENT)
async def draft_event(principal: Planner, db: IdempotentDb, event: EventIn, response: Response) -> EventOut:
    """Draft an event."""
    drafted = await commands.draft_event(db, principal.taskforce, **event.model_dump())
    return await _event_response(db, principal, drafted.id, response)


@router.get("", responses=problems(422))
@concerns(EVENT)
async def list_events(
    principal: EventApiReader,
    db: Db,
    status: Annotated[EventStatus | None, Query(description="only events with this status")] = None,
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> EventPage:
    """List the events, the latest start first."""
    async with db.read(principal.taskforce) as conn:
        rows = await queries.events(
            conn,
            principal.taskforce,
            drafts=is_planner(principal),
            status=status,
            after=ByTime.read(page_token),
            limit=page_size + 1,
        )
    page, last = cut(rows, page_size)
    token = ByTime(at=last.starts_at, id=last.id).token() if last else None
    return EventPage(items=[EventOut.of(row) for row in page], next_page_token=token)


@router.get("/{event_id}", responses=versioned() | problems(404, 422))
@concerns(EVENT)
async def read_event(principal: EventApiReader, db: Db, event_id: UUID, response: Response) -> EventOut:
    """Read one event; its version is in the ETag."""
    return await _event_response(db, principal, event_id, response)


@router.post("/{event_id}/publish", responses=versioned() | problems(404, 409, 412, 422))
@concerns(EVENT)
async def publish_event(
    principal: Planner, db: IdempotentDb, event_id: UUID, response: Response, expected: ExpectedVersion
) -> EventOut:
    """Publish a draft."""
    await commands.publish_event(db, principal.taskforce, event_id, expected_version=expected)
    return await _event_response(db, principal, event_id, response)


@router.post("/{event_id}/open", responses=versioned() | problems(404, 409, 412, 422))
@concerns(EVENT)
async def open_event(
    principal: Planner, db: IdempotentDb, event_id: UUID, response: Response, expected: ExpectedVersion
) -> EventOut:
    """Open a published event: companies can check in and pledges can be logged."""
    await commands.open_event(db, principal.taskforce, event_id, expected_version=expected)
    return await _event_response(db, principal, event_id, response)


@router.post("/{event_id}/close", responses=versioned() | problems(404, 409, 412, 422))
@concerns(EVENT)
async def close_event(
    principal: Planner, db: IdempotentDb, event_id: UUID, response: Response, expected: ExpectedVersion
) -> EventOut:
    """Close an open event. Pledges that phones captured before are still accepted."""
    await commands.close_event(db, principal.taskforce, event_id, expected_version=expected)
    return await _event_response(db, principal, event_id, response)


@router.post("/{event_id}/cancel", responses=versioned() | problems(404, 409, 412, 422))
@concerns(EVENT)
async def cancel_event(
    principal: Planner, db: IdempotentDb, event_id: UUID, response: Response, expected: ExpectedVersion
) -> EventOut:
    """Cancel a draft or a published event."""
    await commands.cancel_event(db, principal.taskforce, event_id, expected_version=expected)
    return await _event_response(db, principal, event_id, response)


async def _event_response(db: Db, principal: Principal, event_id: UUID, response: Response) -> EventOut:
    async with db.read(principal.taskforce) as conn:
        row = await queries.event(conn, principal.taskforce, event_id, drafts=is_planner(principal))
    response.headers["etag"] = etag(row.version)
    return EventOut.of(row)
