"""The JSON route that says whose job a hire is."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.pledges.hires import commands
from services.pledges.hires.access import edits_hires_as, unknown_participants_recorded
from services.pledges.hires.api.answers import CHANGED, changed
from services.pledges.hires.change_schemas import CitizenIn
from services.pledges.participants.access import ParticipantsDb, case_worker
from services.pledges.pledges.access import HIRE, Caseworker
from services.pledges.pledges.api import PREFIX
from shared.http.dependencies import Db
from shared.http.idempotency import IdempotentChange
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion

router = APIRouter(prefix=f"{PREFIX}/hires/{{hire_id}}", tags=["pledges"])


@router.post("/citizen", response_class=Response, responses=CHANGED)
@concerns(HIRE)
async def change_citizen(
    *,
    hire_id: UUID,
    body: CitizenIn,
    request: Request,
    db: Db,
    participants: ParticipantsDb,
    principal: Caseworker,
    idempotent: IdempotentChange,
    expected: ExpectedVersion,
) -> Response:
    """Name a participant as the citizen of a hire, another one than before, or nobody. The look-up is logged."""
    with unknown_participants_recorded(request):
        hire = await commands.change_citizen(
            participants if body.participant_id is not None else db,
            principal.taskforce,
            hire_id,
            body.participant_id,
            by=edits_hires_as(principal),
            reader=case_worker(principal),
            request=idempotent,
            seen_version=expected,
        )
    return changed(hire)
