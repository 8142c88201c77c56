"""The printed profile card."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from services.pledges.catalogue.domain import Catalogue
from services.pledges.participants.profile_cards.domain import Photo
from services.pledges.participants.profile_cards.photos import reencode
from services.pledges.participants.profile_cards.printed import Size, card_data, printed_card
from services.pledges.participants.profile_cards.schemas import MOST_LINES, MOST_TASKS
from shared.documents.qr import qr_svg
from shared.i18n.translations import Language, use_language
from tests.pledges.builders import TASKFORCE
from tests.pledges.participants.profile_cards.cards import card
from tests.pledges.participants.profile_cards.pictures import picture

if TYPE_CHECKING:
    from services.pledges.participants.profile_cards.domain import ProfileCard

MADE_AT = datetime(2026, 12, 1, tzinfo=UTC)
ADDRESS = "https://tilsagn.struer.example/card/" + "x" * 43
HELP = {"name": "Erhvervsservice Struer", "phone": "96 84 84 84"}
CATALOGUE = Catalogue.of(TASKFORCE)


def _with_photo(written: ProfileCard) -> ProfileCard:
    written.photo = Photo(reencode(picture(size=(1200, 1600))), "image/jpeg", "En kvinde, der smiler")
    return written


def _longest() -> ProfileCard:
    return _with_photo(
        card(
            preferred_name="Anne-Katrine Frederikke Wedellsborg-Dahl",
            words="\n".join(["Jeg er god til at holde orden og møder altid til tiden hver morgen."] * MOST_LINES),
            tasks=tuple(task.code for task in CATALOGUE.offered[:MOST_TASKS]),
        )
    )


@pytest.mark.parametrize(
    ("written", "size", "language"),
    [
        (_longest(), "a6", "da"),
        (_longest(), "a4", "en"),
        (card(words="Jeg kan godt lide dyr. 🐕", tasks=()), "a5", "da"),
        (_with_photo(card()), "a6", "en"),
    ],
    ids=["longest on A6", "longest on A4", "few words", "with a photo"],
)
def test_a_card_is_accessible_and_fits_one_page(written: ProfileCard, size: Size, language: Language) -> None:
    content = printed_card(
        written, CATALOGUE, address=ADDRESS, help_unit=HELP, size=size, language=language, made_at=MADE_AT
    )
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") + content.count(b"/Type/Page/") == 1
    # As PDF/UA says of itself; typst refuses to write one that is not.
    assert b"pdfuaid" in content


def test_a_card_says_what_the_citizen_says_and_where_it_is_for_as_long_as_it_is_valid() -> None:
    with use_language("da", service="pledges"):
        data = card_data(card(), CATALOGUE, address=ADDRESS, help_unit=HELP, size="a6", language="da")
    assert data["title"] == "Jeg hedder Mette"
    assert data["words"] == "Jeg er god til at holde orden."
    assert data["tasks"] == ["Oprydning", "Pakkeopgaver"]
    assert data["until"] == "Kortet gælder til og med 01.06.2027."
    assert data["contact"] == "Erhvervsservice Struer · 96 84 84 84"
    assert data["qr"] == qr_svg(ADDRESS).decode()
