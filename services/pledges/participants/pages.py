"""Pages that show participants to their case workers and facilitators."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.pledges.participants import queries
from services.pledges.participants.access import (
    PARTICIPANT,
    ParticipantReader,
    ParticipantsDb,
    disclose_participants,
    reader_of,
)
from services.pledges.participants.cursors import ByReference
from services.pledges.participants.queries import ParticipantFilter
from services.pledges.participants.words import QUESTIONS
from services.pledges.pledges.rendering import address, render
from shared.fields.copenhagen import COPENHAGEN
from shared.http.paging import PageToken
from shared.http.policy import concerns
from shared.i18n.translations import gettext as _
from shared.privacy.access_log import CASEWORK
from shared.product.vocabulary import PROGRAMMES

router = APIRouter(prefix="/participants", include_in_schema=False)

_PAGE: Final = 50


@router.get("")
@concerns(PARTICIPANT)
async def list_participants(
    request: Request, db: ParticipantsDb, principal: ParticipantReader, page_token: PageToken = None
) -> Response:
    """Show the participants of the reader by their case reference."""
    today = datetime.now(COPENHAGEN).date()
    after = ByReference.read(page_token)
    async with disclose_participants(db, reader_of(principal), purpose=CASEWORK) as disclosure:
        found, last = await queries.list_participants(
            disclosure, ParticipantFilter(), today=today, after=after, size=_PAGE
        )
    return render(
        request,
        "participants.html",
        participants=found,
        programmes=PROGRAMMES,
        next_href=address("/participants", [("page_token", last.token())]) if last else None,
    )


@router.get("/{participant_id:uuid}")
@concerns(PARTICIPANT)
async def show_participant(
    participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantReader
) -> Response:
    """Show what is known about a participant, and what is not."""
    today = datetime.now(COPENHAGEN).date()
    async with disclose_participants(db, reader_of(principal), purpose=CASEWORK) as disclosure:
        participant = await queries.participant(disclosure, participant_id)
    return render(
        request,
        "participant.html",
        participant=participant,
        finds_jobs=principal.has("caseworker"),
        questions=[_(QUESTIONS[what]) for what in participant.unknown_on(today)],
    )
