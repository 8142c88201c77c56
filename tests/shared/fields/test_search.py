"""Search terms for companies."""

from __future__ import annotations

import unicodedata

import pytest

from shared.fields.search import cvr_beginning, search_words


@pytest.mark.parametrize(
    "typed",
    [
        "Ærø  BAGERI",
        "ærø\u00a0bageri",
        "\u2003ÆRØ\tbageri ",
        "ærø bage\u00adri\u200b",
        unicodedata.normalize("NFD", "ærø bageri"),
    ],
)
def test_case_spaces_and_unicode_forms_make_no_other_words(typed: str) -> None:
    assert search_words(typed) == ["ærø", "bageri"]


def test_a_letter_in_another_form_is_the_same_letter() -> None:
    assert search_words(unicodedata.normalize("NFD", "Åens")) == search_words("Åens") == ["åens"]


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("24256790", "24256790"),
        ("DK24256790", "24256790"),
        ("dk 24 25 67 90", "24256790"),
        ("DK-24.25.67.90", "24256790"),
        ("24\u00a025\u00a067\u00a090", "24256790"),
        ("２４２５６７９０", "24256790"),
        ("CVR-nr. 24 25 67 90", "24256790"),
        ("cvr: 2425", "2425"),
        ("DK 24", "24"),
        ("11111111", "11111111"),
    ],
)
def test_a_cvr_number_is_read_however_it_is_written(typed: str, digits: str) -> None:
    assert cvr_beginning(typed) == digits


@pytest.mark.parametrize("typed", ["", "DK", "3F", "7-Eleven", "DK Rengøring", "1003456789", "24 25 67 90 A/S"])
def test_other_text_is_no_cvr_number(typed: str) -> None:
    assert cvr_beginning(typed) is None
