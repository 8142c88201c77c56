"""JSON routes of participants. Each states a purpose, which is written to the access log."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.pledges.participants import commands, queries
from services.pledges.participants.access import (
    PARTICIPANT,
    ParticipantEditor,
    ParticipantReader,
    ParticipantsDb,
    case_worker,
    disclose_participants,
    reader_of,
)
from services.pledges.participants.cursors import ByReference
from services.pledges.participants.domain import ParticipantTerms, Status, Unknown
from services.pledges.participants.purposes import StatedPurpose
from services.pledges.participants.queries import ParticipantFilter
from services.pledges.participants.schemas import ParticipantIn, ParticipantOut, ParticipantPage, ParticipantPatch
from services.pledges.pledges.api import PREFIX, json_response
from shared.fields.copenhagen import COPENHAGEN
from shared.http.idempotency import Idempotent, IdempotentChange
from shared.http.openapi import ETAG, LOCATION
from shared.http.paging import PageSize, PageToken
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion
from shared.product.vocabulary import Programme

router = APIRouter(prefix=f"{PREFIX}/participants", tags=["pledges"])

_WRONG: Final[dict[int | str, dict[str, Any]]] = {422: {"description": "A field is wrong, or no purpose is stated"}}
_ONE: Final = _WRONG | {
    200: {"model": ParticipantOut, "headers": ETAG},
    404: {"description": "There is none for the caller"},
}


@router.post(
    "",
    status_code=201,
    response_class=Response,
    responses=_WRONG
    | {
        201: {
            "model": ParticipantOut,
            "description": "The participant, again for every repeat",
            "headers": LOCATION | ETAG,
        },
        409: {"description": "The municipality has one with this case reference"},
    },
)
@concerns(PARTICIPANT)
async def register_participant(
    *,
    body: ParticipantIn,
    db: ParticipantsDb,
    principal: ParticipantEditor,
    purpose: StatedPurpose,
    idempotent: Idempotent,
) -> Response:
    """Register a participant of the case worker's municipality, under its own case reference."""
    one = await commands.register_participant(
        db,
        case_worker(principal),
        body.case_reference,
        body.merged(ParticipantTerms()),
        by=principal.person_id,
        request=idempotent,
        purpose=purpose,
    )
    answer = ParticipantOut.of(one, today=_today())
    return json_response(answer, 201, location=f"{router.prefix}/{one.id}", version=one.version)


@router.get("", response_class=Response, responses=_WRONG | {200: {"model": ParticipantPage}})
@concerns(PARTICIPANT)
async def list_participants(
    *,
    db: ParticipantsDb,
    principal: ParticipantReader,
    purpose: StatedPurpose,
    caseworker_id: UUID | None = None,
    status: Annotated[Status | None, Query(description="left out: all but those who have left")] = None,
    programme: Programme | None = None,
    unknown: Annotated[Unknown | None, Query(description="something that is not known today")] = None,
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List the participants that the caller sees, by case reference. No case reference is in an address."""
    today, after = _today(), ByReference.read(page_token)
    filters = ParticipantFilter(caseworker_id=caseworker_id, status=status, programme=programme, unknown=unknown)
    async with disclose_participants(db, reader_of(principal), purpose=purpose) as disclosure:
        found, last = await queries.list_participants(disclosure, filters, today=today, after=after, size=page_size)
    return json_response(
        ParticipantPage(
            items=[ParticipantOut.of(one, today=today) for one in found],
            next_page_token=last.token() if last else None,
        )
    )


@router.get("/{participant_id}", response_class=Response, responses=_ONE)
@concerns(PARTICIPANT)
async def read_participant(
    participant_id: UUID, db: ParticipantsDb, principal: ParticipantReader, purpose: StatedPurpose
) -> Response:
    """Return a participant, with what is not known about them."""
    async with disclose_participants(db, reader_of(principal), purpose=purpose) as disclosure:
        one = await queries.participant(disclosure, participant_id)
    return json_response(ParticipantOut.of(one, today=_today()), version=one.version)


@router.patch(
    "/{participant_id}",
    response_class=Response,
    responses=_ONE
    | {
        409: {"description": "They have left, or a position was found for them"},
        412: {"description": "They have changed since the version in If-Match"},
    },
)
@concerns(PARTICIPANT)
async def change_participant(
    *,
    participant_id: UUID,
    body: ParticipantPatch,
    db: ParticipantsDb,
    principal: ParticipantEditor,
    purpose: StatedPurpose,
    idempotent: IdempotentChange,
    expected: ExpectedVersion,
) -> Response:
    """Change what is known about a participant, pause them, let them leave, or take them back."""
    one = await commands.change_participant(
        db,
        case_worker(principal),
        participant_id,
        lambda known: body.merged(known.terms),
        by=principal.person_id,
        request=idempotent,
        purpose=purpose,
        note=body.note,
        seen_version=expected,
    )
    return json_response(ParticipantOut.of(one, today=_today()), version=one.version)


def _today() -> date:
    return datetime.now(COPENHAGEN).date()
