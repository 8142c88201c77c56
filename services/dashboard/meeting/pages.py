"""The meetings of the taskforce: the list, and the page of each with its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.dashboard.access import FIGURES, Viewer
from services.dashboard.measures.figures import today
from services.dashboard.measures.selection import Times
from services.dashboard.meeting.access import MeetingIsCancelled, find, sees_agendas, sees_drafts, visible
from services.dashboard.meeting.changes import MEETINGS_LOOKED_AT, changes_since_last, corrections
from services.dashboard.meeting.content import of_changes
from services.dashboard.meeting.words import times_in_words
from services.dashboard.meeting_times import meetings as read_meetings
from services.dashboard.overview.pages import dashboard
from services.dashboard.selection import Selection
from shared.db.database import Database
from shared.http.auth import Principal
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.product.vocabulary import JOB_TYPES
from shared.ui.pages import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.dashboard.meeting_times import Meeting
    from shared.contracts.pledges import JobType
    from shared.db.database import Connection

router = APIRouter(include_in_schema=False)

_JOB_TYPE: Final[JobType] = "smaajob"


@router.get("/meetings")
@concerns(FIGURES)
async def list_meetings(request: Request, viewer: Viewer, database: Db) -> Response:
    """List the meetings: those that are coming, the next one first, and those that were held, the latest first."""
    async with database.read(viewer.taskforce) as conn:
        meetings = visible(await read_meetings(conn), viewer)
    coming, held = parted(meetings)
    return render(
        request,
        "meetings.html",
        coming=coming,
        held=held,
        today=today(),
        times_in_words=times_in_words,
        plans=sees_drafts(viewer),
        sees_agendas=sees_agendas(viewer),
    )


@router.get("/meetings/{meeting_id}")
@concerns(FIGURES)
async def show_meeting(request: Request, viewer: Viewer, database: Db, meeting_id: UUID) -> Response:
    """Show a meeting: what has changed since the one before, its figures, its agenda and its decisions."""
    return render(request, "meeting.html", **await _meeting(database, viewer, meeting_id))


@router.get("/meetings/{meeting_id}/figures")
@concerns(FIGURES)
async def fresh_figures(request: Request, viewer: Viewer, database: Db, meeting_id: UUID) -> Response:
    """Answer only the part of the page of a meeting that is updated live."""
    shown = await _meeting(database, viewer, meeting_id)
    if shown["meeting"].status == "cancelled":
        raise MeetingIsCancelled
    return render(request, "parts/meeting_figures.html", **shown)


async def _meeting(database: Database, viewer: Principal, meeting_id: UUID) -> dict[str, Any]:
    async with database.read(viewer.taskforce) as conn:
        meetings = visible(await read_meetings(conn), viewer)
        meeting = find(meetings, meeting_id)
        cancelled = meeting.status == "cancelled"
        compared = {} if cancelled else await _compared(conn, meetings, meeting)
    times = meeting.times(today())
    # The figures of a meeting that is ahead are today's, whatever day it is when a link of theirs is followed.
    chosen = Selection(None if times == Times(today()) else times.as_of, _JOB_TYPE, known_at=times.known_at)
    figures = {} if cancelled else await dashboard(database, viewer, chosen, with_changes=False)
    return {
        **figures,
        **compared,
        "meeting": meeting,
        "times_in_words": times_in_words(times),
        "today": today(),
        "sees_agendas": sees_agendas(viewer),
        "fresh": f"/meetings/{meeting.id}/figures",
    }


async def _compared(conn: Connection, meetings: Sequence[Meeting], meeting: Meeting) -> dict[str, Any]:
    since_last = await changes_since_last(conn, meetings, meeting, today=today(), job_type=_JOB_TYPE)
    return {
        "since_last": since_last,
        "finding": of_changes(since_last).finding,
        "corrections": await corrections(conn, meetings, meeting, today=today(), job_types=tuple(JOB_TYPES)),
        "meetings_looked_at": MEETINGS_LOOKED_AT,
        "job_types": JOB_TYPES,
    }


def parted(meetings: Sequence[Meeting]) -> tuple[list[Meeting], list[Meeting]]:
    """Return the meetings of today and later, the next one first; and the earlier ones, in their order."""
    now = today()
    coming = [meeting for meeting in reversed(meetings) if meeting.held_on >= now]
    return coming, [meeting for meeting in meetings if meeting.held_on < now]
