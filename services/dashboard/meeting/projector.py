"""The projector of a meeting: a slide for each step through its agenda, on a screen in a room."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.dashboard.access import FIGURES, Viewer, sees_health
from services.dashboard.measures import figures
from services.dashboard.meeting.access import MeetingIsCancelled, find, sees_agendas, visible_meetings
from services.dashboard.meeting.content import content
from services.dashboard.meeting.slides import SLIDE_WORDS, slide_at, slides, slides_url
from services.dashboard.meeting.words import times_in_words
from services.dashboard.overview.api import STREAM
from shared.db.database import Database
from shared.http.auth import Principal
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.ui.pages import render

if TYPE_CHECKING:
    from shared.contracts.pledges import JobType

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
    meeting = find(await visible_meetings(database, viewer), meeting_id)
    if meeting.status == "cancelled":
        raise MeetingIsCancelled
    deck = slides(meeting.agenda)
    slide = slide_at(deck, step)
    times = meeting.times(figures.today())
    computed = await figures.compute(database, viewer.taskforce, as_of=times.as_of, known_at=times.known_at)
    return {
        "meeting": meeting,
        "times_in_words": times_in_words(times),
        "deck": deck,
        "slide": slide,
        "words": SLIDE_WORDS,
        "url_of": lambda number: slides_url(meeting.id, number),
        "previous": slides_url(meeting.id, slide.step - 1) if slide.step > 1 else None,
        "next": slides_url(meeting.id, slide.step + 1) if slide.step < len(deck) else None,
        "fresh": slides_url(meeting.id, slide.step, "/slide"),
        "stream": STREAM,
        "content": content(slide.view, computed, _JOB_TYPE, restricted=not sees_health(viewer)),
        "sees_agendas": sees_agendas(viewer),
        "now": datetime.now(UTC),
    }
