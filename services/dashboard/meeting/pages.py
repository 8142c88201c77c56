"""The meetings of the taskforce: the list, and the page of each with its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.dashboard.access import FIGURES, Viewer, sees_health
from services.dashboard.bridge import links as bridge_links
from services.dashboard.bridge import words as bridge_words
from services.dashboard.measures.figures import today
from services.dashboard.meeting.access import find, sees_agendas, sees_drafts, visible
from services.dashboard.meeting.changes import MEETINGS_LOOKED_AT, changes_since_last, corrections
from services.dashboard.meeting.content import of_changes
from services.dashboard.meeting.queries import meetings as read_meetings
from services.dashboard.meeting.words import times_in_words
from services.dashboard.overview.api import STREAM
from shared.http.auth import Principal
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.product.vocabulary import JOB_TYPES
from shared.ui.pages import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.dashboard.meeting.queries import Meeting
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
    async with database.read(viewer.taskforce) as conn:
        meetings = visible(await read_meetings(conn), viewer)
        meeting = find(meetings, meeting_id)
        shown = await _figures(conn, viewer, meetings, meeting) if meeting.status != "cancelled" else {}
    return render(
        request,
        "meeting.html",
        meeting=meeting,
        times_in_words=times_in_words(meeting.times(today())),
        today=today(),
        sees_agendas=sees_agendas(viewer),
        **shown,
    )


async def _figures(
    conn: Connection, viewer: Principal, meetings: Sequence[Meeting], meeting: Meeting
) -> dict[str, Any]:
    changes = await changes_since_last(conn, meetings, meeting, today=today(), job_type=_JOB_TYPE)
    return {
        "changes": changes,
        "finding": of_changes(changes).finding,
        "corrections": await corrections(conn, meetings, meeting, today=today(), job_types=tuple(JOB_TYPES)),
        "meetings_looked_at": MEETINGS_LOOKED_AT,
        "job_types": JOB_TYPES,
        "bridge_words": bridge_words,
        "bridge_links": bridge_links,
        "sees_hires": sees_health(viewer),
        "stream": STREAM,
    }


def parted(meetings: Sequence[Meeting]) -> tuple[list[Meeting], list[Meeting]]:
    """Return the meetings of today and later, the next one first; and the earlier ones, in their order."""
    now = today()
    coming = [meeting for meeting in reversed(meetings) if meeting.held_on >= now]
    return coming, [meeting for meeting in meetings if meeting.held_on < now]
