"""JSON routes of meetings. The internal one is for the dashboard's worker; the gateway does not expose it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.events.access import EVENT, DashboardService, EventReader, Planner, is_planner
from services.events.calendar.meetings import commands, queries
from services.events.calendar.meetings.decisions import queries as decisions
from services.events.calendar.meetings.schemas import AgendaIn, FiguresIn, MeetingOut, MinutesIn, PackedMeeting
from shared.http.dependencies import Db
from shared.http.idempotency import IdempotentDb
from shared.http.openapi import problems, versioned
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion, etag

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(tags=["meetings"])


@router.get("/api/events/v1/meetings/{event_id}", responses=versioned() | problems(404, 409, 422))
@concerns(EVENT)
async def read_meeting(principal: EventReader, db: Db, event_id: UUID, response: Response) -> MeetingOut:
    """Read a meeting: its agenda, the minutes of its items, and the times of its figures."""
    return await _meeting(db, principal, event_id, response)


@router.put("/api/events/v1/meetings/{event_id}/agenda", responses=versioned() | problems(404, 409, 412, 422))
@concerns(EVENT)
async def replace_agenda(
    *,
    principal: Planner,
    db: IdempotentDb,
    event_id: UUID,
    agenda: AgendaIn,
    response: Response,
    expected: ExpectedVersion,
) -> MeetingOut:
    """Replace the agenda. An item with minutes or decisions cannot be left out."""
    items = [item.item() for item in agenda.items]
    await commands.arrange_agenda(
        db, principal.taskforce, event_id, items, by=principal.subject, expected_version=expected
    )
    return await _meeting(db, principal, event_id, response)


@router.post("/api/events/v1/meetings/{event_id}/figures", responses=versioned() | problems(404, 409, 412, 422))
@concerns(EVENT)
async def set_times(
    *,
    principal: Planner,
    db: IdempotentDb,
    event_id: UUID,
    figures: FiguresIn,
    response: Response,
    expected: ExpectedVersion,
) -> MeetingOut:
    """Fix the times of the meeting's figures, or release them, until the meeting is closed."""
    await commands.set_times(
        db,
        principal.taskforce,
        event_id,
        fixed=figures.fixed,
        as_of=figures.as_of,
        by=principal.subject,
        expected_version=expected,
    )
    return await _meeting(db, principal, event_id, response)


@router.put(
    "/api/events/v1/meetings/{event_id}/minutes/{item_id}", responses=versioned() | problems(404, 409, 412, 422)
)
@concerns(EVENT)
async def write_minutes(
    *,
    principal: Planner,
    db: IdempotentDb,
    event_id: UUID,
    item_id: UUID,
    minutes: MinutesIn,
    response: Response,
    expected: ExpectedVersion,
) -> MeetingOut:
    """Write the minutes of an item. If-Match takes `notes_version` of the item as an ETag."""
    await commands.write_minutes(
        db,
        principal.taskforce,
        event_id,
        item_id,
        minutes.text or None,
        by=principal.subject,
        expected_version=expected,
    )
    return await _meeting(db, principal, event_id, response)


@router.get("/internal/events/v1/meetings/{meeting_id}", include_in_schema=False)
@concerns(EVENT)
async def read_meeting_of_pack(
    _service: DashboardService, db: Db, meeting_id: UUID, taskforce: Annotated[UUID, Query()]
) -> PackedMeeting:
    """Return what the pack of a meeting prints, asked for when the pack is made; 404 for a draft."""
    async with db.read(taskforce) as conn:
        meeting = await queries.meeting(conn, taskforce, meeting_id, drafts=False)
        return PackedMeeting.of(
            meeting,
            before=await decisions.decisions_before(conn, taskforce, meeting_id),
            made=await decisions.decisions_of(conn, taskforce, meeting_id),
        )


async def _meeting(db: Db, principal: Principal, event_id: UUID, response: Response) -> MeetingOut:
    async with db.read(principal.taskforce) as conn:
        row = await queries.meeting(conn, principal.taskforce, event_id, drafts=is_planner(principal))
    response.headers["etag"] = etag(row.version)
    return MeetingOut.of(row)
