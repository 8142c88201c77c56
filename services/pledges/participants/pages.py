"""Pages that show participants to their case workers and facilitators, and the notes about them."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, get_args
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.catalogue.store import load_catalogue
from services.pledges.participants import commands, queries
from services.pledges.participants.access import (
    PARTICIPANT,
    ParticipantEditor,
    ParticipantReader,
    ParticipantsDb,
    case_worker,
    disclose_participants,
    may_change,
    reader_of,
)
from services.pledges.participants.cursors import ByReference
from services.pledges.participants.domain import NOTE_MONTHS, Status, Unknown
from services.pledges.participants.profile_cards.queries import unseen_changes
from services.pledges.participants.queries import ParticipantFilter
from services.pledges.participants.schemas import NOTE_LENGTH, NoteForm, SearchForm
from services.pledges.participants.words import QUESTIONS, change_text, facts_in_words, hours_text
from services.pledges.pledges.rendering import address, render
from shared.fields.copenhagen import COPENHAGEN
from shared.fields.dates import months_after
from shared.http.paging import PageToken
from shared.http.policy import concerns
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.privacy.access_log import CASEWORK
from shared.privacy.words import ACTIONS, REASONS
from shared.product.municipalities import municipality_name
from shared.product.vocabulary import JOB_TYPES, PROGRAMMES
from shared.refusals import Refusal
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from services.pledges.participants.access import ParticipantsDatabase
    from services.pledges.participants.domain import Participant
    from shared.http.auth import Principal

router = APIRouter(prefix="/participants", include_in_schema=False)

_PAGE: Final = 50
_ALL: Final = MappingProxyType({"who": "", "status": "", "programme": "", "unknown": ""})
"""Nothing is chosen."""

Text = Annotated[str, Query(max_length=60)]


@router.get("")
@concerns(PARTICIPANT)
async def list_participants(
    *,
    request: Request,
    db: ParticipantsDb,
    principal: ParticipantReader,
    who: Text = "",
    status: Text = "",
    programme: Text = "",
    unknown: Text = "",
    page_token: PageToken = None,
) -> Response:
    """Show the participants of the reader by their case reference.

    Args:
        who: `mine` or `nobody`; anything else: everybody's.
    """
    after = ByReference.read(page_token)
    # An unknown value in a field is ignored: people save and change these links.
    filters = ParticipantFilter(
        caseworker_id=principal.person_id if who == "mine" else None,
        status=next((one for one in get_args(Status) if one == status), None),
        programme=next((one for one in PROGRAMMES if one == programme), None),
        unknown="caseworker" if who == "nobody" else next((one for one in get_args(Unknown) if one == unknown), None),
    )
    chosen = {"who": who, "status": status, "programme": programme, "unknown": unknown}
    return await _participants_page(request, db, principal, filters, chosen=chosen, after=after)


@router.post("")
@concerns(PARTICIPANT)
async def search_participants(request: Request, db: ParticipantsDb, principal: ParticipantReader) -> Response:
    """Show the first of the reader's participants whose case reference begins with what was typed, whatever their
    status. A case reference is in no address."""
    form = await read_form(request, SearchForm)
    typed = form.data.case_reference if form.data else None
    if form.data is not None and typed is None:
        return RedirectResponse("/participants", 303)
    filters = ParticipantFilter(case_reference=typed, left=True) if typed else None
    return await _participants_page(request, db, principal, filters, search=form)


async def _participants_page(
    request: Request,
    db: ParticipantsDatabase,
    principal: Principal,
    filters: ParticipantFilter | None,
    *,
    chosen: Mapping[str, str] = _ALL,
    after: ByReference | None = None,
    search: Form[SearchForm] | None = None,
) -> Response:
    """Return the list.

    Args:
        filters: None: what was searched for cannot be.
    """
    today = datetime.now(COPENHAGEN).date()
    found: list[Participant] = []
    last, card_changes = None, {}
    if filters is not None:
        action: Literal["search", "read"] = "search" if search else "read"
        async with disclose_participants(db, reader_of(principal), purpose=CASEWORK, action=action) as disclosure:
            found, last = await queries.list_participants(disclosure, filters, today=today, after=after, size=_PAGE)
            card_changes = await unseen_changes(disclosure, [one.id for one in found])
    next_href = address("/participants", [*chosen.items(), ("page_token", last.token())]) if last else None
    return render(
        request,
        "participants.html",
        status_code=422 if filters is None else 200,
        search=search or blank(),
        searched=search is not None,
        most=_PAGE if search and last else None,
        card_changes=card_changes,
        rows=[(one, hours_text(one.availability), len(one.unknown_on(today))) for one in found],
        chosen=chosen,
        filtered=search is not None or any(chosen.values()),
        programmes=PROGRAMMES,
        questions=[(code, _(question)) for code, question in QUESTIONS.items() if code != "caseworker"],
        job_types=JOB_TYPES,
        me=principal.person_id,
        may_register=principal.has("caseworker"),
        next_href=None if search else next_href,
    )


@router.get("/{participant_id:uuid}")
@concerns(PARTICIPANT)
async def show_participant(
    participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantReader, done: Text = ""
) -> Response:
    """Show what is known about a participant, what is not, and what has become of them.

    Args:
        done: the change that was just made.
    """
    return await participant_page(request, db, principal, participant_id, done=done)


@router.post("/{participant_id:uuid}/notes")
@concerns(PARTICIPANT)
async def write_note(
    participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor
) -> Response:
    """Write a note about a participant, or show the page again with what is wrong."""
    form = await read_form(request, NoteForm)
    if form.data is None:
        return await participant_page(request, db, principal, participant_id, forms={"note": form}, status_code=422)
    try:
        await commands.write_note(
            db,
            case_worker(principal),
            participant_id,
            form.data.id,
            form.data.body,
            by=principal.person_id,
            keep_until=form.data.keep_until,
        )
    except Refusal as refusal:
        problem = problem_of(refusal)
        if problem.status != 422:
            raise
        form = form.refused_by(problem.errors)
        return await participant_page(request, db, principal, participant_id, forms={"note": form}, status_code=422)
    return RedirectResponse(f"/participants/{participant_id}?done=note#notes", 303)


@router.post("/{participant_id:uuid}/notes/{note_id:uuid}/delete")
@concerns(PARTICIPANT)
async def delete_note(
    participant_id: UUID, note_id: UUID, db: ParticipantsDb, principal: ParticipantEditor
) -> Response:
    """Delete a note about a participant, for good."""
    await commands.delete_note(db, case_worker(principal), participant_id, note_id)
    return RedirectResponse(f"/participants/{participant_id}?done=note-deleted#notes", 303)


async def participant_page(
    request: Request,
    db: ParticipantsDatabase,
    principal: Principal,
    participant_id: UUID,
    *,
    done: str = "",
    forms: dict[str, Form[Any]] | None = None,
    status_code: int = 200,
) -> Response:
    """Return the page; with forms, those that could not be saved, with their errors.

    Raises:
        ParticipantNotFound: there is none for the reader.
    """
    today = datetime.now(COPENHAGEN).date()
    async with disclose_participants(db, reader_of(principal), purpose=CASEWORK) as disclosure:
        one = await queries.participant(disclosure, participant_id)
        notes = await queries.notes(disclosure, participant_id, today=today)
        history = await queries.history(disclosure, participant_id)
        looks = await queries.looks(disclosure, participant_id)
        hires = await queries.hires_of(disclosure, one.citizen_id)
        matched = await queries.matched_position(disclosure, participant_id)
        card_changes = await unseen_changes(disclosure, [participant_id])
        codes = await queries.target_group_codes(disclosure.conn, principal.taskforce)
        catalogue = await load_catalogue(disclosure.conn, principal.taskforce)
    facts = facts_in_words(one.terms, catalogue.labels())
    return render(
        request,
        "participant.html",
        status_code=status_code,
        participant=one,
        municipality=municipality_name(one.municipality),
        facts=[(label, value) for label, value in facts.items() if value is not None],
        questions=[_(QUESTIONS[what]) for what in one.unknown_on(today)],
        notes=notes,
        history=history,
        looks=looks,
        hires=hires,
        matched=matched,
        card_changed_at=card_changes.get(participant_id),
        codes=codes,
        target_groups=[(code.code, code.label) for code in codes.valid_on(today)],
        may_change=may_change(principal, one),
        forms={
            "note": blank(id=str(uuid4()), keep_until=_kept(today)),
            "target_group": blank(version=one.version, target_group_from=today.isoformat()),
            "status": blank(version=one.version),
        }
        | (forms or {}),
        me=principal.person_id,
        done=_done(done),
        today=today,
        note_length=NOTE_LENGTH,
        actions=ACTIONS,
        reasons=REASONS,
        change_text=change_text,
    )


def _kept(today: date) -> str:
    return months_after(today, NOTE_MONTHS).isoformat()


def _done(what: str) -> str | None:
    """Return what was just done, in the current language."""
    return {
        "registered": _("The citizen is registered"),
        "changed": _("The changes are saved"),
        "note": _("The note is saved"),
        "note-deleted": _("The note is deleted"),
        "target-group": _("The target group is saved"),
        "paused": _("The citizen is paused, and is not matched for now"),
        "active": _("The citizen looks for a job again"),
        "left": _("The citizen has left"),
    }.get(what)
