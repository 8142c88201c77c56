"""Pages with which a case worker writes, shows, prints and withdraws a profile card. A facilitator reads them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from services.pledges.catalogue.built_in import GROUPS
from services.pledges.catalogue.store import load_catalogue
from services.pledges.participants.access import (
    ParticipantEditor,
    ParticipantReader,
    ParticipantsDb,
    case_worker,
    disclose_participants,
    may_change,
    reader_of,
)
from services.pledges.participants.profile_cards import commands, store
from services.pledges.participants.profile_cards.access import PROFILE_CARD
from services.pledges.participants.profile_cards.domain import USUAL_MONTHS, Photo
from services.pledges.participants.profile_cards.photos import MAX_BYTES, MEDIA_TYPE, reencode
from services.pledges.participants.profile_cards.printed import Size, printed_card
from services.pledges.participants.profile_cards.refusals import (
    CardNotFound,
    CardWithdrawn,
    LinkMissing,
    PhotoTooLarge,
    StaleCard,
)
from services.pledges.participants.profile_cards.routing import card_link, help_unit, photo_response, qr_image
from services.pledges.participants.profile_cards.schemas import CardForm, PhotoForm
from services.pledges.participants.profile_cards.words import BASES, DONE, shown_words, words_for_citizen
from services.pledges.participants.queries import participant as load_participant
from services.pledges.participants.refusals import ParticipantHasLeft
from services.pledges.pledges.dependencies import settings
from services.pledges.pledges.rendering import render
from shared.fields.copenhagen import COPENHAGEN
from shared.fields.dates import months_after
from shared.http.policy import concerns
from shared.http.rate_limits import HEAVY, limited
from shared.http.refusals import problem_of
from shared.i18n.translations import Language
from shared.i18n.translations import gettext as _
from shared.privacy import access_log
from shared.refusals import Refusal
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from services.pledges.catalogue.domain import Catalogue
    from services.pledges.participants.access import Reader
    from services.pledges.participants.domain import Participant
    from services.pledges.participants.profile_cards.domain import CardLink, LinkKind, ProfileCard
    from shared.http.auth import Principal

router = APIRouter(prefix="/participants", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _Case:
    """What the pages of a card show."""

    participant: Participant
    card: ProfileCard | None
    links: dict[LinkKind, CardLink]
    catalogue: Catalogue


@router.get("/{participant_id:uuid}/card")
@concerns(PROFILE_CARD)
async def show_card(
    participant_id: UUID,
    request: Request,
    db: ParticipantsDb,
    principal: ParticipantReader,
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show the card as a company sees it, and what can be done with it.

    Args:
        done: what was just done.
    """
    return _page(request, principal, await _load(db, reader_of(principal), participant_id), done=done)


@router.get("/{participant_id:uuid}/card/edit")
@concerns(PROFILE_CARD)
async def edit_card(
    participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor
) -> Response:
    """Show the form of the card: empty, or with what it says."""
    case = await _load(db, case_worker(principal), participant_id)
    return _form_page(request, case, _form_of(case))


@router.post("/{participant_id:uuid}/card")
@concerns(PROFILE_CARD)
async def write_card(
    participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor
) -> Response:
    """Save what the card says."""
    form = await read_form(request, CardForm)
    case = await _load(db, case_worker(principal), participant_id)
    if form.data is None:
        return _form_page(request, case, form, status_code=422)
    try:
        await commands.write_card(
            db,
            case_worker(principal),
            participant_id,
            form.data.content(case.catalogue),
            by=principal.person,
            seen_version=form.data.version,
            key=settings(request).request_key,
        )
    except StaleCard as refusal:
        # Sent again, it replaces what somebody else has written.
        mine: Form[Any] = Form({**form.values, "version": case.card.version if case.card else None})
        problem = problem_of(refusal)
        return _form_page(
            request, case, mine.refused({"": f"{problem.title}. {problem.detail}"}), status_code=problem.status
        )
    except Refusal as refusal:
        problem = problem_of(refusal)
        if not problem.errors:
            raise
        return _form_page(request, case, form.refused_by(problem.errors), status_code=problem.status)
    return _to_card(participant_id, "written")


@router.post("/photos/{participant_id:uuid}")
@concerns(PROFILE_CARD)
@limited(HEAVY)
async def add_photo(
    participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor
) -> Response:
    """Put an uploaded photo on the card. A path of its own: uploads may be larger than other forms."""
    form = await read_form(request, PhotoForm)
    if form.data is None:
        case = await _load(db, case_worker(principal), participant_id)
        return _page(request, principal, case, photo_form=form, status_code=422)
    try:
        uploaded = await form.data.photo.read(MAX_BYTES + 1)
        if len(uploaded) > MAX_BYTES:
            raise PhotoTooLarge
        # A large picture takes a second and up to 200 MB.
        async with request.app.state.photo_slots:
            content = await asyncio.to_thread(reencode, uploaded)
    except Refusal as refusal:
        problem = problem_of(refusal)
        case = await _load(db, case_worker(principal), participant_id)
        return _page(request, principal, case, photo_form=form.refused_by(problem.errors), status_code=problem.status)
    photo = Photo(content, MEDIA_TYPE, form.data.alt)
    await commands.show_photo(db, case_worker(principal), participant_id, photo, by=principal.person)
    return _to_card(participant_id, "photo")


@router.post("/{participant_id:uuid}/card/photo/remove")
@concerns(PROFILE_CARD)
async def remove_photo(participant_id: UUID, db: ParticipantsDb, principal: ParticipantEditor) -> Response:
    """Take the photo off the card."""
    await commands.show_photo(db, case_worker(principal), participant_id, None, by=principal.person)
    return _to_card(participant_id, "photo_removed")


@router.get("/{participant_id:uuid}/card/photo")
@concerns(PROFILE_CARD)
async def send_photo(participant_id: UUID, db: ParticipantsDb, principal: ParticipantReader) -> Response:
    """Send the photo of the card."""
    async with disclose_participants(db, reader_of(principal), purpose=access_log.PROFILE_CARD) as disclosure:
        await load_participant(disclosure, participant_id)
        card = await store.find_card(disclosure, participant_id)
    return photo_response(card)


@router.get("/{participant_id:uuid}/card/card.pdf")
@concerns(PROFILE_CARD)
@limited(HEAVY)
async def print_card(
    *,
    participant_id: UUID,
    request: Request,
    db: ParticipantsDb,
    principal: ParticipantReader,
    size: Annotated[Size, Query()] = "a6",
    lang: Annotated[Language | None, Query()] = None,
) -> Response:
    """Send the card as a PDF. `lang`: of everything but the citizen's own words; the card's unless given."""
    case = await _load(db, reader_of(principal), participant_id, action="export")
    card = case.card
    if card is None:
        raise CardNotFound
    if card.withdrawn:
        raise CardWithdrawn
    if case.participant.status == "left":
        raise ParticipantHasLeft
    address = card_link(request, case.links.get("card"))
    if address is None:
        raise LinkMissing
    content = await asyncio.to_thread(
        printed_card,
        card,
        case.catalogue,
        address=address,
        help_unit=help_unit(request),
        size=size,
        language=lang or card.content.language,
        made_at=datetime.now(UTC),
    )
    return Response(
        content,
        media_type="application/pdf",
        # Neither the address nor the file says whose card it is.
        headers={"content-disposition": f'inline; filename="profilkort-{size}.pdf"'},
    )


@router.get("/{participant_id:uuid}/card/withdraw")
@concerns(PROFILE_CARD)
async def check_withdrawal(
    participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor
) -> Response:
    """Show what a withdrawal does, before it is done."""
    case = await _load(db, case_worker(principal), participant_id)
    if case.card is None:
        raise CardNotFound
    if case.card.withdrawn:
        raise CardWithdrawn
    return render(request, "profile_card_withdraw.html", participant=case.participant)


@router.post("/{participant_id:uuid}/card/withdraw")
@concerns(PROFILE_CARD)
async def withdraw_card(participant_id: UUID, db: ParticipantsDb, principal: ParticipantEditor) -> Response:
    """Withdraw the card."""
    await commands.withdraw_card(db, case_worker(principal), participant_id, by=principal.person)
    return _to_card(participant_id, "withdrawn")


@router.post("/{participant_id:uuid}/card/link")
@concerns(PROFILE_CARD)
async def renew_link(
    participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor
) -> Response:
    """Make a new QR code; those that were printed open nothing any more."""
    await commands.renew_link(
        db, case_worker(principal), participant_id, by=principal.person, key=settings(request).request_key
    )
    return _to_card(participant_id, "link")


@router.post("/{participant_id:uuid}/card/handover")
@concerns(PROFILE_CARD)
async def hand_over(
    participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor
) -> Response:
    """Make the citizen's own link, and show it this once."""
    token = await commands.hand_over(db, case_worker(principal), participant_id, by=principal.person)
    case = await _load(db, case_worker(principal), participant_id)
    address = f"{settings(request).public_url}/card/mine/{token}"
    return render(
        request,
        "profile_card_handed_over.html",
        participant=case.participant,
        card=case.card,
        address=address,
        qr=qr_image(address),
        to_citizen=words_for_citizen(case.card) if case.card else None,
    )


@router.post("/{participant_id:uuid}/card/seen")
@concerns(PROFILE_CARD)
async def see_change(participant_id: UUID, db: ParticipantsDb, principal: ParticipantEditor) -> Response:
    """Note that what the citizen changed has been seen."""
    await commands.see_citizens_change(db, case_worker(principal), participant_id)
    return _to_card(participant_id, "seen")


def _to_card(participant_id: UUID, done: str) -> Response:
    return RedirectResponse(f"/participants/{participant_id}/card?done={done}", 303)


async def _load(
    db: ParticipantsDb, reader: Reader, participant_id: UUID, *, action: access_log.Action = "read"
) -> _Case:
    """Return what the pages show. Raises `ParticipantNotFound`."""
    async with disclose_participants(db, reader, purpose=access_log.PROFILE_CARD, action=action) as disclosure:
        return _Case(
            await load_participant(disclosure, participant_id),
            await store.find_card(disclosure, participant_id),
            await store.links_in_use(disclosure, participant_id, at=datetime.now(UTC)),
            await load_catalogue(disclosure.conn, reader.taskforce_id),
        )


def _page(
    request: Request,
    principal: Principal,
    case: _Case,
    *,
    done: str = "",
    photo_form: Form[Any] | None = None,
    status_code: int = 200,
) -> Response:
    card = case.card
    today = datetime.now(COPENHAGEN).date()
    address = card_link(request, case.links.get("card"))
    return render(
        request,
        "profile_card.html",
        status_code=status_code,
        participant=case.participant,
        card=card,
        said=None if card is None or card.withdrawn else shown_words(card, case.catalogue, help_unit(request)),
        basis=None if card is None else _(BASES[card.content.basis][0]),
        valid=card is not None and card.is_valid(today) and case.participant.status != "left",
        today=today,
        address=address,
        qr=qr_image(address) if address else Markup(),
        citizens_link=case.links.get("citizen"),
        photo_form=photo_form or blank(alt=card.photo.alt if card and card.photo else ""),
        edits=may_change(principal, case.participant),
        done=_(DONE[done]) if done in DONE else None,
    )


def _form_page(request: Request, case: _Case, form: Form[Any], *, status_code: int = 200) -> Response:
    catalogue = case.catalogue
    chosen = set(form.value("tasks") or ())
    shown = [task for task in catalogue.tasks if not task.hidden or task.code in chosen]
    return render(
        request,
        "profile_card_form.html",
        status_code=status_code,
        participant=case.participant,
        form=form,
        is_new=case.card is None or case.card.withdrawn,
        version=form.value("version"),
        task_groups=[
            (_(GROUPS[group]), [(task.code, task.label) for task in tasks])
            for group, tasks in catalogue.by_group(shown).items()
        ],
        bases=[(code, _(label), _(hint)) for code, (label, hint) in BASES.items()],
    )


def _form_of(case: _Case) -> Form[Any]:
    """Return the form with what the card says; a new one begins with what the citizen would like to do."""
    card, today = case.card, datetime.now(COPENHAGEN).date()
    if card is None or card.withdrawn:
        return blank(
            tasks=sorted(case.participant.tasks.want),
            language="da",
            valid_from=today.isoformat(),
            valid_until=months_after(today, USUAL_MONTHS).isoformat(),
            version=card.version if card else None,
        )
    said = card.content
    return blank(
        preferred_name=said.preferred_name,
        words=said.words,
        tasks=list(said.tasks),
        language=said.language,
        basis=said.basis,
        consented_on=said.consented_on.isoformat() if said.consented_on else None,
        valid_from=said.valid_from.isoformat(),
        valid_until=said.valid_until.isoformat(),
        version=card.version,
    )
