"""The page that finds companies and cases, and the forms that save views of the work list."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.participants.access import ParticipantsDb, case_worker, disclose_participants
from services.pledges.participants.naming import named_participants
from services.pledges.pledges.access import HIRE, PLEDGE
from services.pledges.pledges.rendering import address, render
from services.pledges.queue import saved_views
from services.pledges.queue.access import QueueUser
from services.pledges.queue.schemas import SearchForm, ViewForm
from services.pledges.queue.search import MOST_FOUND, search
from services.pledges.register.access import COMPANY
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.privacy.access_log import CASEWORK
from shared.ui.forms import blank, read_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.pledges.participants.access import ParticipantsDatabase
    from services.pledges.participants.naming import NamedParticipant
    from shared.http.auth import Principal

router = APIRouter(prefix="/queue", include_in_schema=False)

_KEPT = ("view", "due", "kind", "event", "job_type", "municipality", "q", "flagged")
"""What a saved view may choose."""


@router.get("/search")
@concerns()
async def show_search(request: Request, _principal: QueueUser) -> Response:
    """Show the form that finds companies and cases."""
    return render(request, "search.html", form=blank(), found=None, citizens=[], most=MOST_FOUND)


@router.post("/search")
@concerns(COMPANY, PLEDGE, HIRE)
async def find(request: Request, db: Db, participants: ParticipantsDb, principal: QueueUser) -> Response:
    """Find companies, pledges and hires by a company's name or CVR number, or by a reference; for a case worker also a
    participant of their municipality by the whole case reference. What was typed is in no address."""
    form = await read_form(request, SearchForm)
    q = form.data.q if form.data else None
    found = None
    citizens: Sequence[NamedParticipant] = []
    if q:
        async with db.read(principal.taskforce) as conn:
            found = await search(conn, principal.taskforce, q)
        citizens = await _citizens(participants, principal, q)
    status_code = 200 if form.data else 422
    return render(
        request,
        "search.html",
        status_code=status_code,
        form=form,
        found=found,
        citizens=citizens,
        most=MOST_FOUND,
    )


async def _citizens(db: ParticipantsDatabase, principal: Principal, typed: str) -> Sequence[NamedParticipant]:
    """Return whose case reference was typed. No look-up is made of what is no reference: it has no digit."""
    if not principal.has("caseworker") or not any(char.isdigit() for char in typed):
        return []
    async with disclose_participants(db, case_worker(principal), purpose=CASEWORK, action="search") as disclosure:
        return await named_participants(disclosure, principal.taskforce, case_reference=typed)


@router.post("/views")
@concerns()
async def change_views(request: Request, db: Db, principal: QueueUser) -> Response:
    """Save what the work list shows under a name, or delete a view of one's own."""
    form = await read_form(request, ViewForm)
    if form.data is None or not (form.data.name or form.data.remove):
        raise Problem(422)
    kept = [(name, value) for name, value in parse_qsl(form.data.query) if name in _KEPT]
    back = address("/queue", kept)
    if form.data.remove:
        await saved_views.remove_view(db, principal.taskforce, form.data.remove, by=principal.person)
    elif form.data.name:
        await saved_views.save_view(
            db,
            principal.taskforce,
            name=form.data.name,
            query=back.partition("?")[2],
            shared=form.data.shared,
            saved_by=principal.person,
            view_id=form.data.id,
        )
    return RedirectResponse(back, 303)
