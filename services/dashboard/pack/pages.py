"""Routes of the pack: its page with the progress, and its files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from services.dashboard.access import FIGURES, ApiViewer, Viewer, sees_health
from services.dashboard.measures.selection import Times
from services.dashboard.meeting.access import sees_agendas, sees_drafts
from services.dashboard.meeting.words import times_in_words
from services.dashboard.overview.api import STREAM
from services.dashboard.pack import pdf, store, xlsx
from services.dashboard.pack.commands import ask_for_pack
from services.dashboard.pack.domain import STEPS
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Negotiation
from shared.i18n.translations import N_, Language, current_language
from shared.i18n.translations import gettext as _
from shared.ui.formats import local_date
from shared.ui.pages import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.dashboard.pack.commands import Asked
    from shared.db.database import Database
    from shared.http.auth import Principal

router = APIRouter(prefix="/meetings", include_in_schema=False)

MEDIA_TYPES: Final[Mapping[str, str]] = {"pdf": pdf.MEDIA_TYPE, "xlsx": xlsx.MEDIA_TYPE}
_RETRY_SECONDS: Final = 1
_PROBLEMS: Final[Mapping[str, str]] = {
    "agenda": N_("The agenda and the decisions could not be fetched. It is tried again by itself."),
    "meeting": N_("The meeting has been cancelled or deleted."),
    "error": N_("Something went wrong on our side. It has been recorded."),
}
_STEPS: Final = (
    N_("Fetching the agenda"),
    N_("Computing the figures"),
    N_("Setting the PDF"),
    N_("Writing the workbook"),
    N_("Done"),
)

LanguageOfFile = Annotated[
    Language | None, Query(description="the language of the pack; by default the reader's own", alias="language")
]


@router.get("/{meeting_id}/pack")
@concerns(FIGURES)
async def show_pack(request: Request, viewer: Viewer, database: Db, meeting_id: UUID) -> Response:
    """Show whether the pack is ready; if it is not, let it be made and show how far it is."""
    asked = await _ask(database, viewer, meeting_id, None)
    return render(request, "pack.html", **_page(asked))


@router.get("/{meeting_id}/pack/state")
@concerns(FIGURES)
async def fresh_state(request: Request, viewer: Viewer, database: Db, meeting_id: UUID) -> Response:
    """Answer only the part of the page that is updated live."""
    asked = await _ask(database, viewer, meeting_id, None)
    return render(request, "parts/pack.html", **_page(asked))


@router.post("/{meeting_id}/pack")
@concerns(FIGURES)
async def make_again(viewer: Viewer, database: Db, meeting_id: UUID) -> Response:
    """Make the pack again, with what is recorded now and the agenda as it is now."""
    await _ask(database, viewer, meeting_id, None, again=True)
    return RedirectResponse(f"/meetings/{meeting_id}/pack", 303)


@router.get("/{meeting_id}/pack.pdf")
@concerns(FIGURES)
async def as_pdf(
    request: Request, viewer: ApiViewer, database: Db, meeting_id: UUID, language: LanguageOfFile = None
) -> Response:
    """Send the pack as PDF; while it is made, 202 and how far it is."""
    return await _file(request, viewer, database, meeting_id, kind="pdf", language=language)


@router.get("/{meeting_id}/pack.xlsx")
@concerns(FIGURES)
async def as_xlsx(
    request: Request, viewer: ApiViewer, database: Db, meeting_id: UUID, language: LanguageOfFile = None
) -> Response:
    """Send the pack as a workbook; while it is made, 202 and how far it is."""
    return await _file(request, viewer, database, meeting_id, kind="xlsx", language=language)


async def _ask(
    database: Database, viewer: Principal, meeting_id: UUID, language: Language | None, *, again: bool = False
) -> Asked:
    return await ask_for_pack(
        database,
        viewer.taskforce,
        meeting_id,
        language=language or current_language(),
        audience="staff" if sees_health(viewer) else "members" if sees_agendas(viewer) else "readers",
        sees_drafts=sees_drafts(viewer),
        again=again,
    )


async def _file(
    request: Request, viewer: Principal, database: Database, meeting_id: UUID, *, kind: str, language: Language | None
) -> Response:
    asked = await _ask(database, viewer, meeting_id, language)
    if asked.pack.status != "made":
        if Negotiation.of(request).html:
            return render(request, "pack.html", status_code=202, **_page(asked))
        return JSONResponse(_progress(asked), 202, {"retry-after": str(_RETRY_SECONDS)})
    async with database.read(viewer.taskforce) as conn:
        content = await store.file(conn, viewer.taskforce, asked.pack.id, kind)
    if content is None:
        # It was replaced between the two statements: the client asks once more.
        return JSONResponse(_progress(asked), 202, {"retry-after": str(_RETRY_SECONDS)})
    name = _("meeting-%(day)s.%(kind)s", day=local_date(asked.meeting.starts_at).isoformat(), kind=kind)
    return Response(
        content,
        media_type=MEDIA_TYPES[kind],
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            # It names people: no cache keeps it, so that it is gone when it is erased.
            "cache-control": "no-store",
        },
    )


def _progress(asked: Asked) -> dict[str, Any]:
    pack = asked.pack
    return {
        "status": pack.status,
        "step": pack.step,
        "steps": STEPS,
        "detail": _(_PROBLEMS.get(pack.problem or "", _STEPS[pack.step])),
    }


def _page(asked: Asked) -> dict[str, Any]:
    return {
        "meeting": asked.meeting,
        "pack": asked.pack,
        "steps": STEPS,
        "now_doing": _STEPS[asked.pack.step],
        "problem": _PROBLEMS.get(asked.pack.problem or ""),
        "in_work": asked.pack.status in {"waiting", "making"},
        "own_url": f"/meetings/{asked.meeting.id}/pack",
        "times_in_words": times_in_words(Times(asked.pack.as_of, asked.pack.known_at)),
        "stream": STREAM,
        "now": datetime.now(UTC),
    }
