"""The printed profile card, as PDF/UA on A6, A5 or A4, in the layout of the card "Spot et småjob".

All texts are prepared here; `profile_card.typ` only lays them out. A card is made for each request and kept nowhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from services.pledges.participants.profile_cards.words import card_words
from shared.documents.qr import qr_svg
from shared.documents.typesetting import render_pdf
from shared.i18n.translations import use_language

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from services.pledges.catalogue.domain import Catalogue
    from services.pledges.participants.profile_cards.domain import ProfileCard
    from shared.i18n.translations import Language

LAYOUT: Final = Path(__file__).with_name("profile_card.typ")
Size = Literal["a6", "a5", "a4"]


def printed_card(
    card: ProfileCard,
    catalogue: Catalogue,
    *,
    address: str,
    help_unit: Mapping[str, str],
    size: Size,
    language: Language,
    made_at: datetime,
) -> bytes:
    """Return a card as a PDF. Blocks for some tenths of a second: call it in a thread.

    Args:
        address: of the page that shows the card for as long as it is valid.
        help_unit: the name and telephone of the unit that helps companies; empty texts where there is none.
        language: of everything but the citizen's own words.
    """
    with use_language(language, service="pledges"):
        data = card_data(card, catalogue, address=address, help_unit=help_unit, size=size, language=language)
    return render_pdf(LAYOUT, data, made_at=made_at)


def card_data(
    card: ProfileCard,
    catalogue: Catalogue,
    *,
    address: str,
    help_unit: Mapping[str, str],
    size: Size,
    language: Language,
) -> dict[str, Any]:
    """Return what is on the card, in the current language."""
    said = card_words(card, catalogue, help_unit)
    return {
        "size": size,
        "language": language,
        "words_language": card.content.language,
        "title": said.title,
        "words": said.words,
        "tasks_label": said.tasks_label,
        "tasks": said.tasks,
        # typst reads bytes from a list of numbers.
        "photo": list(card.photo.content) if card.photo else [],
        "photo_alt": card.photo.alt if card.photo else "",
        "qr": qr_svg(address).decode(),
        "qr_alt": said.qr_alt,
        "invitation": said.invitation,
        "contact": said.contact,
        "until": said.until,
        "product": said.product,
    }
