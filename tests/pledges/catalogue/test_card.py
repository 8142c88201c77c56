"""The printed card "Spot et småjob"."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.pledges.catalogue.card import Size, card, card_data
from services.pledges.catalogue.domain import Catalogue
from shared.i18n.translations import Language, use_language
from tests.pledges.builders import TASKFORCE

MADE_AT = datetime(2026, 12, 1, tzinfo=UTC)


def test_the_card_holds_what_is_offered_in_two_columns_of_about_one_length() -> None:
    catalogue = Catalogue.of(TASKFORCE)
    catalogue.add("Hundeluftning", "Walking dogs", "outdoors")
    catalogue.change("canteen", "hide")
    with use_language("da", service="pledges"):
        data = card_data(catalogue, size="a5", language="da")
    columns = [[task for group in column for task in group["tasks"]] for column in data["columns"]]
    assert "Hundeluftning" in columns[1]
    assert "Kantine" not in columns[0] + columns[1]
    assert abs(len(columns[0]) - len(columns[1])) <= 3
    assert data["columns"][0][0]["label"] == "I butik og på lager"


@pytest.mark.parametrize(("size", "language"), [("a5", "da"), ("a4", "en")])
def test_a_card_is_accessible_and_fits_one_page(size: Size, language: Language) -> None:
    content = card(Catalogue.of(TASKFORCE), size=size, language=language, made_at=MADE_AT)
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") + content.count(b"/Type/Page/") == 1
    # As PDF/UA says of itself; typst refuses to write one that is not.
    assert b"pdfuaid" in content


def test_a_card_without_any_task_still_has_room_for_one() -> None:
    catalogue = Catalogue.of(TASKFORCE)
    for task in list(catalogue.tasks):
        catalogue.change(task.code, "hide")
    assert card(catalogue, size="a5", language="da", made_at=MADE_AT)
