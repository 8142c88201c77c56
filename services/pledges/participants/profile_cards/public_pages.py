"""The page of a card, opened with the link in its QR code. Nobody needs an account, and each view is logged."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.pledges.catalogue.store import load_catalogue
from services.pledges.participants.access import ParticipantsDb
from services.pledges.participants.profile_cards import store
from services.pledges.participants.profile_cards.access import CARD_PAGE
from services.pledges.participants.profile_cards.links import disclose_by_link
from services.pledges.participants.profile_cards.refusals import CardNotShown
from services.pledges.participants.profile_cards.routing import CardRoute, help_unit
from services.pledges.participants.profile_cards.words import shown_words
from services.pledges.pledges.rendering import render
from shared.fields.copenhagen import COPENHAGEN
from shared.http.dependencies import Anybody
from shared.http.policy import concerns
from shared.http.rate_limits import OPENING_CARDS, limited

if TYPE_CHECKING:
    from services.pledges.catalogue.domain import Catalogue
    from services.pledges.participants.access import ParticipantsDatabase
    from services.pledges.participants.profile_cards.domain import ProfileCard

router = APIRouter(prefix="/card/{token}", route_class=CardRoute, include_in_schema=False)

_PRIVATE: Final = {"referrer-policy": "no-referrer"}
"""No form is here, so the address can be kept from our own pages, too."""


@router.get("")
@concerns(CARD_PAGE)
@limited(OPENING_CARDS)
async def show_card(token: str, request: Request, db: ParticipantsDb, _principal: Anybody) -> Response:
    """Show a card for as long as it is valid."""
    card, catalogue = await _open(db, token)
    return render(
        request,
        "profile_card_public.html",
        headers=_PRIVATE,
        card=card,
        said=shown_words(card, catalogue, help_unit(request)),
        photo=f"/card/{token}/photo",
    )


@router.get("/photo")
@concerns(CARD_PAGE)
@limited(OPENING_CARDS)
async def send_photo(token: str, db: ParticipantsDb, _principal: Anybody) -> Response:
    """Send the photo of a card for as long as it is valid."""
    card, _catalogue = await _open(db, token)
    if card.photo is None:
        raise CardNotShown
    return Response(card.photo.content, media_type=card.photo.media_type, headers=_PRIVATE)


async def _open(db: ParticipantsDatabase, token: str) -> tuple[ProfileCard, Catalogue]:
    """Return a card that may be shown today. Raises `CardNotShown`."""
    today = datetime.now(COPENHAGEN).date()
    async with disclose_by_link(db, token, kind="card") as (disclosure, link):
        card = await store.valid_card(disclosure, link.participant_id, day=today)
        if card is None:
            raise CardNotShown
        return card, await load_catalogue(disclosure.conn, link.taskforce_id)
