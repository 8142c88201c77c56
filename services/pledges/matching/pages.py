"""Pages that find somebody for a position, decide, and note what a company has answered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.matching import commands, queries
from services.pledges.matching.cursors import PledgedFirst, WaitingLongest
from services.pledges.matching.domain import Needs
from services.pledges.matching.lists import NOBODY, Candidate, find_candidate, find_candidates, find_openings
from services.pledges.matching.refusals import ParticipantMatched
from services.pledges.matching.schemas import LookupForm, NeedsForm
from services.pledges.matching.words import AGAINST, question_text, weekday_words
from services.pledges.participants.access import (
    PARTICIPANT,
    ParticipantEditor,
    ParticipantsDb,
    case_worker,
    disclose_participants,
)
from services.pledges.participants.found_jobs.store import found_job_is_for
from services.pledges.participants.matches import standing_match_of_participant, standing_match_of_position
from services.pledges.participants.profile_cards.store import valid_card
from services.pledges.participants.refusals import ParticipantNotFound
from services.pledges.participants.store import find_participant
from services.pledges.pledges.access import PLEDGE, keeps_as
from services.pledges.pledges.refusals import PersonMatched, PositionNotFound
from services.pledges.pledges.rendering import address, render
from shared.fields.copenhagen import COPENHAGEN
from shared.http.paging import PageToken
from shared.http.policy import concerns
from shared.http.refusals import problem_of
from shared.privacy.access_log import PLACEMENT
from shared.refusals import Refusal
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from datetime import date

    from services.pledges.participants.access import ParticipantsDatabase
    from shared.http.auth import Principal

router = APIRouter(include_in_schema=False)

_PAGE: Final = 20
_POSITION: Final = "/queue/positions/{position_id:uuid}"


@router.get(f"{_POSITION}/candidates")
@concerns(PLEDGE, PARTICIPANT)
async def show_candidates(
    position_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor, page_token: PageToken = None
) -> Response:
    """Show whom a vacant position fits or may fit, and the questions that would open most matches."""
    return await _candidates_page(request, db, principal, position_id, page_token=page_token)


@router.post(f"{_POSITION}/candidates")
@concerns(PLEDGE, PARTICIPANT)
async def look_up(position_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor) -> Response:
    """Show why somebody is listed or not. A case reference is in no address."""
    form = await read_form(request, LookupForm)
    return await _candidates_page(request, db, principal, position_id, lookup=form)


@router.post(f"{_POSITION}/needs")
@concerns(PLEDGE, PARTICIPANT)
async def answer_needs(
    position_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor
) -> Response:
    """Note what the company has answered about a position, and the others of its pledge."""
    form = await read_form(request, NeedsForm)
    if form.data is None:
        return await _candidates_page(request, db, principal, position_id, needs=form)
    await commands.answer_needs(db, principal.taskforce, position_id, form.data.needs())
    return RedirectResponse(f"/queue/positions/{position_id}/candidates", 303)


@router.get(f"{_POSITION}/candidates/{{participant_id:uuid}}")
@concerns(PLEDGE, PARTICIPANT)
async def check_match(
    position_id: UUID, participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor
) -> Response:
    """Show how a position fits somebody, before it is decided."""
    today = _today()
    async with disclose_participants(db, case_worker(principal), purpose=PLACEMENT) as disclosure:
        offer = await queries.offer_of_position(disclosure.conn, principal.taskforce, position_id)
        if offer is None:
            raise PositionNotFound
        candidate = await find_candidate(disclosure, offer, participant_id, today=today)
        if candidate is None:
            raise ParticipantNotFound
        card = await valid_card(disclosure, participant_id, day=today)
    if not offer.is_vacant:
        return RedirectResponse(f"/queue/positions/{position_id}/candidates", 303)
    return render(request, "match_check.html", offer=offer, candidate=candidate, card=card)


@router.post(f"{_POSITION}/candidates/{{participant_id:uuid}}")
@concerns(PLEDGE, PARTICIPANT)
async def match(
    position_id: UUID, participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor
) -> Response:
    """Match somebody with a position; or show what has become of either in the meantime."""
    try:
        pledge = await commands.match_participant(
            db, case_worker(principal), position_id, participant_id, by=keeps_as(principal)
        )
    except (PersonMatched, ParticipantMatched) as refusal:
        return await _too_late(request, db, principal, refusal, position_id=position_id, participant_id=participant_id)
    return RedirectResponse(f"/pledges/{pledge.id}", 303)


@router.get(f"{_POSITION}/matched")
@concerns(PLEDGE, PARTICIPANT)
async def show_match(position_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor) -> Response:
    """Show who was found for a position, as a page or as a part of the pledge's."""
    async with disclose_participants(db, case_worker(principal), purpose=PLACEMENT) as disclosure:
        offer = await queries.offer_of_position(disclosure.conn, principal.taskforce, position_id)
        if offer is None:
            raise PositionNotFound
        match = await standing_match_of_position(disclosure, position_id)
        participant = await find_participant(disclosure, match.participant_id) if match else None
        card = await valid_card(disclosure, match.participant_id, day=_today()) if match else None
    template = "parts/matched.html" if "hx-request" in request.headers else "matched.html"
    return render(request, template, offer=offer, match=match, participant=participant, card=card)


@router.get("/participants/{participant_id:uuid}/openings")
@concerns(PARTICIPANT)
async def show_openings(
    participant_id: UUID,
    request: Request,
    db: ParticipantsDb,
    principal: ParticipantEditor,
    page_token: PageToken = None,
) -> Response:
    """Show the vacant positions that fit somebody or may fit, and the questions that would open most matches."""
    after = PledgedFirst.read(page_token)
    async with disclose_participants(db, case_worker(principal), purpose=PLACEMENT) as disclosure:
        found = await find_openings(
            disclosure, participant_id, today=_today(), after=after.order if after else None, size=_PAGE
        )
        if found is None:
            raise ParticipantNotFound
        matched = (
            await queries.offer_of_position(disclosure.conn, principal.taskforce, found.match.position_id)
            if found.match
            else None
        )
    path = f"/participants/{participant_id}/openings"
    return render(
        request,
        "openings.html",
        participant=found.participant,
        found=found,
        matched=matched,
        next_href=address(path, [("page_token", PledgedFirst.of(found.last).token())]) if found.last else None,
        **_words(),
    )


async def _candidates_page(
    request: Request,
    db: ParticipantsDatabase,
    principal: Principal,
    position_id: UUID,
    *,
    page_token: str | None = None,
    lookup: Form[LookupForm] | None = None,
    needs: Form[NeedsForm] | None = None,
) -> Response:
    after = WaitingLongest.read(page_token)
    today = _today()
    asked: Candidate | None = None
    async with disclose_participants(db, case_worker(principal), purpose=PLACEMENT, action="search") as disclosure:
        offer = await queries.offer_of_position(disclosure.conn, principal.taskforce, position_id)
        if offer is None:
            raise PositionNotFound
        found, intended = NOBODY, None
        if offer.is_vacant:
            found_for = await found_job_is_for(disclosure, offer.pledge_id)
            intended = await find_candidate(disclosure, offer, found_for, today=today) if found_for else None
            found = await find_candidates(
                disclosure, offer, today=today, after=after.order if after else None, size=_PAGE
            )
        if lookup is not None and lookup.data is not None and principal.municipality is not None:
            asked_for = await queries.participant_by_reference(
                disclosure.conn, principal.taskforce, principal.municipality, lookup.data.case_reference
            )
            asked = await find_candidate(disclosure, offer, asked_for, today=today) if asked_for else None
    path = f"/queue/positions/{position_id}/candidates"
    invalid = any(form is not None and form.data is None for form in (lookup, needs))
    return render(
        request,
        "candidates.html",
        status_code=422 if invalid else 200,
        offer=offer,
        found=found,
        intended=intended,
        lookup=lookup if lookup is not None and lookup.data is None else blank(),
        looked_up=lookup is not None and lookup.data is not None,
        asked=asked,
        needs_form=needs or blank(**_values_of(offer.needs)),
        answered=offer.needs != Needs(),
        next_href=address(path, [("page_token", WaitingLongest.of(found.last).token())]) if found.last else None,
        **_words(),
    )


async def _too_late(
    request: Request,
    db: ParticipantsDatabase,
    principal: Principal,
    refusal: Refusal,
    *,
    position_id: UUID,
    participant_id: UUID,
) -> Response:
    """Show who has the position, or which position the citizen has, as far as the reader may know."""
    async with disclose_participants(db, case_worker(principal), purpose=PLACEMENT) as disclosure:
        wanted = await find_participant(disclosure, participant_id)
        offer = await queries.offer_of_position(disclosure.conn, principal.taskforce, position_id)
        other = None
        if isinstance(refusal, PersonMatched):
            standing = await standing_match_of_position(disclosure, position_id)
        else:
            standing = await standing_match_of_participant(disclosure, participant_id)
            if standing is not None:
                other = await queries.offer_of_position(disclosure.conn, principal.taskforce, standing.position_id)
        holder = await find_participant(disclosure, standing.participant_id) if standing else None
    problem = problem_of(refusal)
    return render(
        request,
        "match_too_late.html",
        status_code=problem.status,
        problem=problem,
        offer=offer,
        wanted=wanted,
        match=standing,
        holder=holder,
        other=other,
    )


def _values_of(needs: Needs) -> dict[str, Any]:
    """Return what a company has answered, as the form shows it."""
    return {
        "days": "any" if needs.any_weekday else "certain" if needs.weekdays else "unknown",
        "weekdays": [str(day) for day in sorted(needs.weekdays or ())],
        "public_transport": {None: "unknown", True: "yes", False: "no"}[needs.public_transport],
        "latest_start": needs.latest_start.isoformat() if needs.latest_start else "",
    }


def _words() -> dict[str, Any]:
    return {
        "against": AGAINST,
        "question_text": question_text,
        "weekdays": [(str(day), weekday_words([day]).capitalize()) for day in range(1, 8)],
    }


def _today() -> date:
    return datetime.now(COPENHAGEN).date()
