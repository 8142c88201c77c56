"""What the pages of cards have in common: links, photos, and how a link is answered that opens nothing."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from markupsafe import Markup

from services.pledges.participants.profile_cards.refusals import CardNotFound, CardNotShown
from services.pledges.participants.profile_cards.tokens import printed_secret, write_token
from services.pledges.pledges.dependencies import settings
from services.pledges.pledges.rendering import render
from shared.documents.qr import qr_svg
from shared.http.refusals import STATUS, problem_of
from shared.i18n.translations import LANGUAGES, use_language
from shared.secrets import hash_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.pledges.participants.profile_cards.domain import CardLink, ProfileCard


class CardRoute(APIRoute):
    """Answers a link that opens nothing with one page, whatever the reason, and lets no search engine keep any."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_refusals(request: Request) -> Response:
            try:
                response = await handle(request)
            except CardNotShown as refusal:
                response = _not_shown(request, refusal)
            response.headers["x-robots-tag"] = "noindex, nofollow, noarchive"
            return response

        return handle_refusals


def card_link(request: Request, link: CardLink | None) -> str | None:
    """Return the address of a card for companies; None where no link works, or its secret is not ours any more."""
    if link is None:
        return None
    secret = printed_secret(link.id, key=settings(request).request_key)
    # The installation's key may have been changed since the link was made.
    if hash_secret(secret) != link.secret_hash:
        return None
    return f"{settings(request).public_url}/card/{write_token(link.taskforce_id, secret)}"


def qr_image(address: str) -> Markup:
    """Return the QR code of an address, as a drawing for a page."""
    return Markup(qr_svg(address).decode())  # noqa: S704  (a drawing of our own: the link is in it as squares)


def photo_response(card: ProfileCard | None) -> Response:
    """Return the photo of a card. Raises `CardNotFound`."""
    if card is None or card.photo is None:
        raise CardNotFound
    return Response(card.photo.content, media_type=card.photo.media_type)


def help_unit(request: Request) -> Mapping[str, str]:
    """Return the name and the telephone of the unit that helps companies, as far as the installation names them."""
    chosen = settings(request)
    return {"name": chosen.company_help_name, "phone": chosen.company_help_phone}


def _not_shown(request: Request, refusal: CardNotShown) -> Response:
    """Return the page in both languages: whoever has scanned a code chose neither."""
    words = {}
    for language in LANGUAGES:
        with use_language(language, service="pledges"):
            problem = problem_of(refusal)
            words[language] = (problem.title, problem.detail)
    return render(request, "profile_card_not_shown.html", status_code=STATUS[refusal.kind], words_of=words)
