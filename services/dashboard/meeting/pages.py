"""The meetings of the taskforce: the list, and the page of each with its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.dashboard.access import FIGURES, Viewer
from services.dashboard.measures.figures import today
from services.dashboard.meeting.access import find, sees_agendas, sees_drafts, visible_meetings
from services.dashboard.meeting.words import times_in_words
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.ui.pages import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.dashboard.meeting.queries import Meeting

router = APIRouter(include_in_schema=False)


@router.get("/meetings")
@concerns(FIGURES)
async def list_meetings(request: Request, viewer: Viewer, database: Db) -> Response:
    """List the meetings: those that are coming, the next one first, and those that were held, the latest first."""
    meetings = await visible_meetings(database, viewer)
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
    """Show a meeting: its figures, its agenda and its decisions."""
    meetings = await visible_meetings(database, viewer)
    meeting = find(meetings, meeting_id)
    return render(
        request,
        "meeting.html",
        meeting=meeting,
        times_in_words=times_in_words(meeting.times(today())),
        today=today(),
        sees_agendas=sees_agendas(viewer),
    )


def parted(meetings: Sequence[Meeting]) -> tuple[list[Meeting], list[Meeting]]:
    """Return the meetings of today and later, the next one first; and the earlier ones, in their order."""
    now = today()
    coming = [meeting for meeting in reversed(meetings) if meeting.held_on >= now]
    return coming, [meeting for meeting in meetings if meeting.held_on < now]
