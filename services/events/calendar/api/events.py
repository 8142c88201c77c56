"""Employer events and their transitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.events.access import EVENT, Db, EventApiReader, Planner, plans
from services.events.calendar import commands, queries
from services.events.calendar.queries import ByTime, EventRow
from services.events.register.answers import PREFIX, IfMatch, etag, refusals, version_seen, versioned
from services.events.register.fields import Goal, Line, Moment, Name
from shared.contracts.events import EventKind, EventStatus
from shared.http.paging import PageSize, PageToken, cut
from shared.http.policy import concerns

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(prefix=PREFIX + "/events", tags=["events"])

_EXAMPLE: JsonDict = {
    "id": "5f0b8a52-6d0e-4d4a-8c8e-0c8b6f0f4a11",
    "kind": "employer_event",
    "title": "Erhvervsaften hos B&O",
    "place": "Bang & Olufsen, Struer",
    "starts_at": "2026-11-24T16:30:00Z",
    "ends_at": "2026-11-24T19:30:00Z",
    "goal_positions": 50,
}


class EventIn(BaseModel):
    """An event to be planned."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID = Field(description="made by whoever asks; sending the same again is answered the same again")
    title: Name
    starts_at: Moment
    ends_at: Moment = Field(description="later than starts_at")
    place: Annotated[Line, Field(max_length=200)] | None = None
    kind: EventKind = "employer_event"
    goal_positions: Goal | None = Field(None, description="pledged positions hoped for")


class EventOut(EventRow):
    """An event as it stands."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _EXAMPLE
                | {
                    "status": "open",
                    "opened_at": "2026-11-24T16:21:07Z",
                    "closed_at": None,
                    "pass_generation": 1,
                    "version": 3,
                    "companies_checked_in": 80,
                }
            ]
        }
    )

    @classmethod
    def of(cls, row: EventRow) -> Self:
        return cls(**row.model_dump())


class EventPage(BaseModel):
    """One page of events, the one that starts last first."""

    items: list[EventOut]
    next_page_token: str | None = Field(description="None on the last page")


@router.post("", status_code=201, responses=versioned(201) | refusals(404, 409, 413))
@concerns(EVENT)
async def draft_event(principal: Planner, db: Db, event: EventIn, response: Response) -> EventOut:
    """Begin to plan an event: it is a draft until it is published."""
    drafted = await commands.draft_event(db, principal.taskforce, **event.model_dump())
    return await _answer(db, principal, drafted.id, response)


@router.get("", responses=refusals())
@concerns(EVENT)
async def list_events(
    principal: EventApiReader,
    db: Db,
    status: Annotated[EventStatus | None, Query(description="only events with this status")] = None,
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> EventPage:
    """List the events, the one that starts last first."""
    async with db.read(principal.taskforce) as conn:
        rows = await queries.events(
            conn,
            principal.taskforce,
            drafts=plans(principal),
            status=status,
            after=ByTime.read(page_token),
            limit=page_size + 1,
        )
    page, last = cut(rows, page_size)
    token = ByTime(at=last.starts_at, id=last.id).token() if last else None
    return EventPage(items=[EventOut.of(row) for row in page], next_page_token=token)


@router.get("/{event_id}", responses=versioned() | refusals(404))
@concerns(EVENT)
async def read_event(principal: EventApiReader, db: Db, event_id: UUID, response: Response) -> EventOut:
    """One event; its version is in the ETag."""
    return await _answer(db, principal, event_id, response)


@router.post("/{event_id}/publish", responses=versioned() | refusals(404, 409, 412))
@concerns(EVENT)
async def publish_event(
    principal: Planner, db: Db, event_id: UUID, response: Response, if_match: IfMatch = None
) -> EventOut:
    """Announce a draft."""
    await commands.publish_event(db, principal.taskforce, event_id, seen=version_seen(if_match))
    return await _answer(db, principal, event_id, response)


@router.post("/{event_id}/open", responses=versioned() | refusals(404, 409, 412))
@concerns(EVENT)
async def open_event(
    principal: Planner, db: Db, event_id: UUID, response: Response, if_match: IfMatch = None
) -> EventOut:
    """Open a published event's doors: companies check in and pledges are taken."""
    await commands.open_event(db, principal.taskforce, event_id, seen=version_seen(if_match))
    return await _answer(db, principal, event_id, response)


@router.post("/{event_id}/close", responses=versioned() | refusals(404, 409, 412))
@concerns(EVENT)
async def close_event(
    principal: Planner, db: Db, event_id: UUID, response: Response, if_match: IfMatch = None
) -> EventOut:
    """End an open event. What phones have captured until now is still accepted."""
    await commands.close_event(db, principal.taskforce, event_id, seen=version_seen(if_match))
    return await _answer(db, principal, event_id, response)


@router.post("/{event_id}/cancel", responses=versioned() | refusals(404, 409, 412))
@concerns(EVENT)
async def cancel_event(
    principal: Planner, db: Db, event_id: UUID, response: Response, if_match: IfMatch = None
) -> EventOut:
    """Call off a draft or a published event."""
    await commands.cancel_event(db, principal.taskforce, event_id, seen=version_seen(if_match))
    return await _answer(db, principal, event_id, response)


async def _answer(db: Db, principal: Principal, event_id: UUID, response: Response) -> EventOut:
    async with db.read(principal.taskforce) as conn:
        row = await queries.event(conn, principal.taskforce, event_id, drafts=plans(principal))
    response.headers["etag"] = etag(row.version)
    return EventOut.of(row)
