"""The projector of a meeting: a slide for each step through its agenda, on a screen in a room."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.dashboard.access import FIGURES, Viewer
from services.dashboard.measures import figures
from services.dashboard.measures.selection import quarter_ends
from services.dashboard.meeting import content
from services.dashboard.meeting.access import MeetingIsCancelled, find, sees_agendas, visible
from services.dashboard.meeting.changes import changes_since_last, corrections
from services.dashboard.meeting.slides import SLIDE_WORDS, slide_at, slides, slides_url
from services.dashboard.meeting.words import times_in_words
from services.dashboard.meeting_times import meetings as read_meetings
from services.dashboard.overview.api import STREAM
from services.dashboard.overview.restricted import restrict_figures
from services.dashboard.targets.figures import targets_in
from shared.db.database import Database
from shared.http.auth import Principal
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.ui.pages import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.dashboard.meeting.content import Content
    from services.dashboard.meeting.slides import SlideView
    from services.dashboard.meeting_times import Meeting
    from shared.contracts.pledges import JobType
    from shared.db.database import Connection

router = APIRouter(include_in_schema=False)

_JOB_TYPE: JobType = "smaajob"


@router.get("/meetings/{meeting_id}/projector")
@concerns(FIGURES)
async def show_slide(request: Request, viewer: Viewer, database: Db, meeting_id: UUID, step: int = 1) -> Response:
    """Show one step. A step outside of the agenda is its first or its last one."""
    return render(request, "meeting_projector.html", **await _slide(database, viewer, meeting_id, step))


@router.get("/meetings/{meeting_id}/projector/slide")
@concerns(FIGURES)
async def fresh_slide(request: Request, viewer: Viewer, database: Db, meeting_id: UUID, step: int = 1) -> Response:
    """Answer only the part of a step that is updated live."""
    return render(request, "parts/slide_body.html", **await _slide(database, viewer, meeting_id, step))


async def _slide(database: Database, viewer: Principal, meeting_id: UUID, step: int) -> dict[str, Any]:
    async with database.read(viewer.taskforce) as conn:
        meetings = visible(await read_meetings(conn), viewer)
        meeting = find(meetings, meeting_id)
        if meeting.status == "cancelled":
            raise MeetingIsCancelled
        deck = slides(meeting.agenda)
        slide = slide_at(deck, step)
        shown = await _content(conn, slide.view, meetings, meeting)
    return {
        "meeting": meeting,
        "times_in_words": times_in_words(meeting.times(figures.today())),
        "deck": deck,
        "slide": slide,
        "words": SLIDE_WORDS,
        "url_of": lambda number: slides_url(meeting.id, number),
        "previous": slides_url(meeting.id, slide.step - 1) if slide.step > 1 else None,
        "next": slides_url(meeting.id, slide.step + 1) if slide.step < len(deck) else None,
        "fresh": slides_url(meeting.id, slide.step, "/slide"),
        "stream": STREAM,
        "content": shown,
        "sees_agendas": sees_agendas(viewer),
        "now": datetime.now(UTC),
    }


async def _content(conn: Connection, view: SlideView, meetings: Sequence[Meeting], meeting: Meeting) -> Content:
    """Return what a slide shows. The whole room sees it, so it hides what any of its viewers may not see."""
    today = figures.today()
    if view in {"agenda", "title", "decisions"}:
        return content.NOTHING
    if view == "changes":
        found = await changes_since_last(conn, meetings, meeting, today=today, job_type=_JOB_TYPE)
        return content.of_changes(found)
    if view == "errata":
        return content.of_corrections(await corrections(conn, meetings, meeting, today=today, job_types=[_JOB_TYPE]))
    times = meeting.times(today)
    if view == "targets":
        return content.of_targets(await targets_in(conn, times, shares_at=quarter_ends(times)))
    computed = await figures.compute_from(conn, times)
    await restrict_figures(conn, computed)
    return content.of_figures(view, computed, _JOB_TYPE, restricted=True)
