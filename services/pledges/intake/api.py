"""The JSON routes of the intake, for people and for guests: log pledges, and keep in contact with a phone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.pledges.intake.commands import Received, receive_pledges
from services.pledges.intake.phone_data import intake_data
from services.pledges.intake.schemas import (
    AnnouncementIn,
    BatchResult,
    IntakeOut,
    OnePledgeIn,
    PhoneOut,
    PledgeBatchIn,
    PledgeBatchOut,
)
from services.pledges.participants.access import ParticipantsDb, case_worker, record_refusal
from services.pledges.participants.found_jobs.commands import log_found_job
from services.pledges.participants.refusals import UnknownParticipant
from services.pledges.phones.commands import announce_phone
from services.pledges.pledges.access import CONTACT, Logger, logs_as, visible_part
from services.pledges.pledges.api import PREFIX, json_response
from services.pledges.pledges.commands import NewPledge
from services.pledges.pledges.dependencies import limits, settings
from services.pledges.pledges.forms import read_as, uuid_or_none
from services.pledges.pledges.guest_access import intake_for
from services.pledges.pledges.refusals import PassForAnotherEvent, PassRevoked
from services.pledges.pledges.schemas import PledgeIn, PledgeOut
from services.pledges.register import queries as register
from services.pledges.register.access import COMPANY, EVENT, event_of, is_guest, is_revoked
from shared.fields.validation import FieldError
from shared.http.auth import NotAllowed
from shared.http.idempotency import Idempotent, sent_by_principal
from shared.http.openapi import ETAG, LOCATION
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.rate_limiter import count_further
from shared.http.rate_limits import LOGGING, limited
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.messaging import outbox
from shared.refusals import Refusal

if TYPE_CHECKING:
    from services.pledges.pledges.commands import LoggedPledge
    from shared.db.idempotency import IdempotentRequest
    from shared.http.auth import Principal

router = APIRouter(prefix=PREFIX, tags=["pledges"])


@router.post(
    "/pledges",
    status_code=201,
    response_class=Response,
    responses={
        201: {
            "model": PledgeOut,
            "description": "The pledge as it was logged, again for every repeat",
            "headers": LOCATION | ETAG,
        },
        400: {"description": "No usable Idempotency-Key, or no JSON"},
        403: {
            "description": "The role, or the event pass, does not open this; or `participant_id` is not theirs to name"
        },
        409: {"description": "Another pledge has this id"},
        413: {"description": "Over 1 MiB"},
        422: {"description": "A field is wrong, or the key was used with another body"},
    },
)
@concerns(EVENT, CONTACT)
@limited(LOGGING)
async def log_pledge(
    body: OnePledgeIn,
    request: Request,
    participants: ParticipantsDb,
    principal: Logger,
    idempotent: Idempotent,
) -> Response:
    """Log a company's pledge. Answered once it is safe, never before."""
    if body.participant_id is not None:
        return await _log_found_job(request, participants, principal, body, idempotent)
    received = Received(_new_pledge(request, principal, body, idempotent), body.practice)
    [outcome] = await receive_pledges(
        intake_for(request, principal),
        principal.taskforce,
        [received],
        patience_seconds=settings(request).event_patience_seconds,
    )
    if isinstance(outcome, Refusal):
        raise outcome
    pledge = outcome.pledge
    answer = visible_part(principal, PledgeOut.of(pledge))
    return json_response(answer, 201, location=f"{PREFIX}/pledges/{pledge.id}", version=pledge.version)


async def _log_found_job(
    request: Request,
    participants: ParticipantsDb,
    principal: Principal,
    body: OnePledgeIn,
    idempotent: IdempotentRequest,
) -> Response:
    """Log a pledge for a participant, whom only case workers may name."""
    assert body.participant_id is not None
    if not principal.has("caseworker") or body.practice:
        record_refusal(request, "role")
        raise NotAllowed
    new = _new_pledge(request, principal, body, idempotent)
    try:
        logged = await log_found_job(
            participants, case_worker(principal), body.participant_id, new, by=principal.person_id
        )
    except UnknownParticipant:
        record_refusal(request, "not_found")
        raise
    answer = PledgeOut.of(logged.pledge).model_copy(update={"for_citizen": True})
    location = f"{PREFIX}/pledges/{logged.pledge.id}"
    return json_response(answer, 201, location=location, version=logged.pledge.version)


@router.post(
    "/pledges/batch",
    responses={
        400: {"description": "No JSON"},
        413: {"description": "Over 1 MiB"},
        422: {"description": "No list of 1 to 50 pledges"},
    },
)
@concerns(EVENT)
@limited(LOGGING)
async def log_pledges(body: PledgeBatchIn, request: Request, principal: Logger) -> PledgeBatchOut:
    """Log up to 50 pledges, and answer for each as the single request does.

    A pledge's own id is its Idempotency-Key. A pledge that is refused does not stop the others. Every pledge counts as
    a request of its own for the rate limit.
    """
    count_further(request, len(body.pledges) - 1)
    read = [_read_one(request, principal, content) for content in body.pledges]
    outcomes = iter(
        await receive_pledges(
            intake_for(request, principal),
            principal.taskforce,
            [one for one in read if isinstance(one, Received)],
            patience_seconds=settings(request).event_patience_seconds,
        )
    )
    results = [
        _result(content, next(outcomes) if isinstance(one, Received) else one)
        for content, one in zip(body.pledges, read, strict=True)
    ]
    return PledgeBatchOut(results=results)


@router.get("/intake", responses={403: {"description": "The role, or the event pass, does not open this"}})
@concerns(EVENT, COMPANY)
async def read_intake(request: Request, principal: Logger, event: UUID | None = None) -> IntakeOut:
    """Return what a phone keeps so that it can log pledges without a network."""
    async with intake_for(request, principal).database.read(principal.taskforce) as conn:
        return await intake_data(conn, principal, event, limits=limits(request), key=settings(request).request_key)


@router.put(
    "/events/{event_id}/phones/{phone_id}",
    responses={404: {"description": "The event does not exist, or its messages have not arrived"}},
)
@concerns(EVENT)
@limited(LOGGING)
async def announce(
    event_id: UUID, phone_id: UUID, body: AnnouncementIn, request: Request, principal: Logger
) -> PhoneOut:
    """Tell how far a phone's running numbers go, so that the door check knows what is still on its way."""
    database = intake_for(request, principal).database
    if event_of(principal, event_id) != event_id:
        raise PassForAnotherEvent
    async with database.read(principal.taskforce) as conn:
        event = await register.event(conn, principal.taskforce, event_id)
    if event is None and not is_guest(principal):
        raise Problem(404)
    if is_revoked(principal, event):
        raise PassRevoked
    state = await announce_phone(
        database,
        principal.taskforce,
        event_id,
        phone_id,
        name=body.name,
        announced=body.announced,
        discarded=body.discarded,
        practice=body.practice,
    )
    return PhoneOut(id=phone_id, arrived=list(state.arrived), missing=list(state.missing))


def _new_pledge(request: Request, principal: Principal, body: PledgeIn, idempotent: IdempotentRequest) -> NewPledge:
    return NewPledge(
        body.terms(), logs_as(principal), idempotent, limits(request), datetime.now(UTC), outbox.correlation_id()
    )


def _read_one(request: Request, principal: Principal, content: Any) -> Received | Problem:
    """Return a pledge of a batch, or what is wrong with it."""
    body = read_as(OnePledgeIn, content)
    if not isinstance(body, OnePledgeIn):
        return Problem(422, errors=body)
    if body.participant_id is not None:
        message = _("A pledge for a citizen is sent by itself.")
        return Problem(422, errors=[FieldError("/participant_id", "sent_by_itself", message)])
    try:
        idempotent = sent_by_principal(request, str(content["id"]), content)
    except RecursionError:
        return Problem(400, "malformed-json", detail=_("The body is not valid JSON."))
    return Received(_new_pledge(request, principal, body, idempotent), body.practice)


def _result(content: Any, outcome: LoggedPledge | Refusal | Problem) -> BatchResult:
    if isinstance(outcome, Refusal):
        outcome = problem_of(outcome)
    if isinstance(outcome, Problem):
        typed_id = content.get("id") if isinstance(content, dict) else None
        pledge_id = uuid_or_none(typed_id) if isinstance(typed_id, str) else None
        return BatchResult(id=pledge_id, status="refused", problem=outcome.document())
    return BatchResult(id=outcome.pledge.id, status="repeated" if outcome.repeated else "logged")
