"""The citizen's own page of their card: what it says, what they correct, and how they withdraw it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.catalogue.built_in import GROUPS
from services.pledges.catalogue.store import load_catalogue
from services.pledges.participants.access import ParticipantsDb
from services.pledges.participants.profile_cards import own, store
from services.pledges.participants.profile_cards.access import CARD_PAGE
from services.pledges.participants.profile_cards.domain import CardLink, ProfileCard
from services.pledges.participants.profile_cards.links import disclose_by_link
from services.pledges.participants.profile_cards.printed import Size, printed_card
from services.pledges.participants.profile_cards.refusals import CardNotShown, StaleCard
from services.pledges.participants.profile_cards.routing import CardRoute, card_link, help_unit
from services.pledges.participants.profile_cards.schemas import CorrectionForm, catalogue_order
from services.pledges.participants.profile_cards.words import shown_words
from services.pledges.participants.store import find_participant
from services.pledges.pledges.rendering import render
from shared.fields.copenhagen import COPENHAGEN
from shared.http.dependencies import Anybody
from shared.http.policy import concerns
from shared.http.rate_limits import HEAVY, OPENING_CARDS, limited
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from services.pledges.catalogue.domain import Catalogue
    from services.pledges.participants.access import ParticipantsDatabase
    from services.pledges.participants.domain import Participant

router = APIRouter(prefix="/card/mine/{token}", route_class=CardRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _Own:
    """What the citizen's pages show."""

    participant: Participant
    card: ProfileCard
    card_link: CardLink | None
    catalogue: Catalogue


@router.get("")
@concerns(CARD_PAGE)
@limited(OPENING_CARDS)
async def show_own_card(
    token: str, request: Request, db: ParticipantsDb, _principal: Anybody, saved: bool = False
) -> Response:
    """Show the citizen their card. `saved`: whether they have just corrected it."""
    return _page(request, token, await _open(db, token), saved=saved)


@router.get("/photo")
@concerns(CARD_PAGE)
@limited(OPENING_CARDS)
async def send_own_photo(token: str, db: ParticipantsDb, _principal: Anybody) -> Response:
    """Send the photo of the citizen's card."""
    mine = await _open(db, token)
    if mine.card.photo is None:
        raise CardNotShown
    return Response(mine.card.photo.content, media_type=mine.card.photo.media_type)


@router.get("/card.pdf")
@concerns(CARD_PAGE)
@limited(HEAVY)
async def print_own_card(
    token: str,
    request: Request,
    db: ParticipantsDb,
    _principal: Anybody,
    size: Annotated[Size, Query()] = "a6",
) -> Response:
    """Send the citizen their card as a PDF."""
    mine = await _open(db, token)
    address = card_link(request, mine.card_link)
    if address is None:
        raise CardNotShown
    content = await asyncio.to_thread(
        printed_card,
        mine.card,
        mine.catalogue,
        address=address,
        help_unit=help_unit(request),
        size=size,
        language=mine.card.content.language,
        made_at=datetime.now(UTC),
    )
    headers = {"content-disposition": f'inline; filename="profilkort-{size}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


@router.post("")
@concerns(CARD_PAGE)
async def correct_own_card(token: str, request: Request, db: ParticipantsDb, _principal: Anybody) -> Response:
    """Save what the citizen says of themselves, and what they would like to do."""
    form = await read_form(request, CorrectionForm)
    mine = await _open(db, token)
    if form.data is None:
        return _page(request, token, mine, form=form, status_code=422)
    data = form.data
    tasks = catalogue_order(data.tasks, mine.catalogue)
    try:
        await own.correct_own_card(db, token, data.words, tasks, seen_version=data.version)
    except StaleCard as refusal:
        problem = problem_of(refusal)
        again: Form[Any] = Form({**form.values, "version": mine.card.version})
        again = again.refused({"": f"{problem.title}. {problem.detail}"})
        return _page(request, token, mine, form=again, status_code=problem.status)
    return RedirectResponse(f"/card/mine/{token}?saved=true", 303)


@router.get("/withdraw")
@concerns(CARD_PAGE)
@limited(OPENING_CARDS)
async def check_own_withdrawal(token: str, request: Request, db: ParticipantsDb, _principal: Anybody) -> Response:
    """Show what a withdrawal does, before it is done."""
    await _open(db, token)
    return render(request, "own_card_withdraw.html", token=token)


@router.post("/withdraw")
@concerns(CARD_PAGE)
async def withdraw_own_card(token: str, request: Request, db: ParticipantsDb, _principal: Anybody) -> Response:
    """Withdraw the card, and say so on a page that can be seen without the link, which works no longer."""
    await own.withdraw_own_card(db, token)
    return render(request, "own_card_withdrawn.html")


async def _open(db: ParticipantsDatabase, token: str) -> _Own:
    """Return what the citizen's pages show. Raises `CardNotShown`."""
    now = datetime.now(COPENHAGEN)
    async with disclose_by_link(db, token, kind="citizen") as (disclosure, link):
        card = await store.find_card(disclosure, link.participant_id)
        participant = await find_participant(disclosure, link.participant_id)
        # The citizen sees a card that begins later, too.
        if card is None or participant is None or card.withdrawn or card.content.valid_until < now.date():
            raise CardNotShown
        links = await store.links_in_use(disclosure, link.participant_id, at=now)
        return _Own(participant, card, links.get("card"), await load_catalogue(disclosure.conn, link.taskforce_id))


def _page(
    request: Request,
    token: str,
    mine: _Own,
    *,
    form: Form[Any] | None = None,
    saved: bool = False,
    status_code: int = 200,
) -> Response:
    card, catalogue, tasks = mine.card, mine.catalogue, mine.participant.tasks
    form = form or blank(words=card.content.words, tasks=list(card.content.tasks), version=card.version)
    chosen = set(form.value("tasks") or ())
    offered = [
        task for task in catalogue.tasks if task.code not in tasks.cannot and (not task.hidden or task.code in chosen)
    ]
    return render(
        request,
        "own_card.html",
        status_code=status_code,
        token=token,
        card=card,
        said=shown_words(card, catalogue, help_unit(request)),
        photo=f"/card/mine/{token}/photo",
        form=form,
        task_groups=[
            (_(GROUPS[group]), [(task.code, task.label) for task in some])
            for group, some in catalogue.by_group(offered).items()
        ],
        cannot=[task.label for task in catalogue.tasks if task.code in tasks.cannot],
        begins_later=card.content.valid_from > datetime.now(COPENHAGEN).date(),
        address=card_link(request, mine.card_link),
        saved=saved,
    )
