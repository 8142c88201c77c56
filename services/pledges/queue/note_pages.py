"""The forms that write notes about a case and tick them off."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.case_notes.domain import Case
from services.pledges.case_notes.schemas import NoteForm
from services.pledges.hires.access import edits_hires_as
from services.pledges.pledges.access import HIRE, PLEDGE, Caseworker
from services.pledges.queue import notes
from services.pledges.queue.access import QueueUser
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.ui.forms import read_form

if TYPE_CHECKING:
    from shared.db.database import Database
    from shared.http.auth import Principal

router = APIRouter(prefix="/queue", include_in_schema=False)


@router.post("/pledges/{pledge_id:uuid}/notes")
@concerns(PLEDGE)
async def change_notes_of_pledge(pledge_id: UUID, request: Request, db: Db, principal: QueueUser) -> Response:
    """Write a note about a pledge, or tick one off."""
    await _change(request, db, principal, Case(pledge_id=pledge_id))
    return RedirectResponse(f"/pledges/{pledge_id}#notes", 303)


@router.post("/hires/{hire_id:uuid}/notes")
@concerns(HIRE)
async def change_notes_of_hire(hire_id: UUID, request: Request, db: Db, principal: Caseworker) -> Response:
    """Write a note about a hire, or tick one off."""
    await _change(request, db, principal, Case(hire_id=hire_id))
    return RedirectResponse(f"/hires/{hire_id}#notes", 303)


async def _change(request: Request, db: Database, principal: Principal, case: Case) -> None:
    form = await read_form(request, NoteForm)
    sent, by, taskforce = form.data, edits_hires_as(principal), principal.taskforce
    if sent is None:
        raise Problem(422)
    if sent.done or sent.undone:
        mention_id = sent.done or sent.undone
        assert mention_id is not None
        await notes.tick_note(db, taskforce, case, mention_id, done=sent.done is not None, by=by)
    elif sent.body:
        await notes.write_note(
            db,
            taskforce,
            case,
            sent.id,
            sent.body,
            by=by,
            person_ids=sent.person,
            follow_up_on=sent.follow_up_on,
        )
    else:
        raise Problem(422)
