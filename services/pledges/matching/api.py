"""JSON routes: who fits a vacant position, and which vacant positions fit somebody."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.pledges.matching import queries
from services.pledges.matching.cursors import PledgedFirst, WaitingLongest
from services.pledges.matching.lists import NOBODY, find_candidates, find_openings
from services.pledges.matching.schemas import CandidatePage, OpeningPage
from services.pledges.participants.access import (
    PARTICIPANT,
    ParticipantEditor,
    ParticipantsDb,
    case_worker,
    disclose_participants,
)
from services.pledges.participants.purposes import StatedPurpose
from services.pledges.participants.refusals import ParticipantNotFound
from services.pledges.pledges.access import PLEDGE
from services.pledges.pledges.api import PREFIX, json_response
from services.pledges.pledges.refusals import PositionNotFound
from shared.fields.copenhagen import COPENHAGEN
from shared.http.paging import PageSize, PageToken
from shared.http.policy import concerns

router = APIRouter(prefix=PREFIX, tags=["pledges"])

_ANSWERS: dict[int | str, dict[str, Any]] = {
    403: {"description": "Only a case worker finds positions for participants"},
    422: {"description": "No purpose is stated; nothing was read"},
}


@router.get(
    "/positions/{position_id}/candidates",
    response_class=Response,
    responses=_ANSWERS | {200: {"model": CandidatePage}, 404: {"description": "The taskforce has no such position"}},
)
@concerns(PLEDGE, PARTICIPANT)
async def list_candidates(
    *,
    position_id: UUID,
    db: ParticipantsDb,
    principal: ParticipantEditor,
    purpose: StatedPurpose,
    page_size: PageSize = 30,
    page_token: PageToken = None,
) -> Response:
    """List the participants of the caller's municipality whom a vacant position fits, or may fit.

    Each has the reasons in words. There is no score. Only those who are listed are written to the access log.
    """
    after = WaitingLongest.read(page_token)
    today = datetime.now(COPENHAGEN).date()
    async with disclose_participants(db, case_worker(principal), purpose=purpose, action="search") as disclosure:
        offer = await queries.offer_of_position(disclosure.conn, principal.taskforce, position_id)
        if offer is None:
            raise PositionNotFound
        found = NOBODY
        if offer.is_vacant:
            found = await find_candidates(
                disclosure, offer, today=today, after=after.order if after else None, size=page_size
            )
    token = WaitingLongest.of(found.last).token() if found.last else None
    return json_response(CandidatePage.page(position_id, offer.status, found, token))


@router.get(
    "/participants/{participant_id}/openings",
    response_class=Response,
    responses=_ANSWERS | {200: {"model": OpeningPage}, 404: {"description": "Not found, or not the caller's"}},
)
@concerns(PARTICIPANT)
async def list_openings(
    *,
    participant_id: UUID,
    db: ParticipantsDb,
    principal: ParticipantEditor,
    purpose: StatedPurpose,
    page_size: PageSize = 30,
    page_token: PageToken = None,
) -> Response:
    """List the vacant positions of the taskforce that fit a participant, or may fit, each with the reasons in words."""
    after = PledgedFirst.read(page_token)
    today = datetime.now(COPENHAGEN).date()
    async with disclose_participants(db, case_worker(principal), purpose=purpose) as disclosure:
        found = await find_openings(
            disclosure, participant_id, today=today, after=after.order if after else None, size=page_size
        )
        if found is None:
            raise ParticipantNotFound
    token = PledgedFirst.of(found.last).token() if found.last else None
    return json_response(OpeningPage.page(found, token))
