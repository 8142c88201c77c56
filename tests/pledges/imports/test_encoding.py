"""Files whose letters were misread, and names whose letters only look unusual."""

from __future__ import annotations

import pytest

from services.pledges.imports.encoding import decode, has_misread_letters
from services.pledges.imports.report import NotATable

LINE = "Sønderbæk Kød og Pølser ApS;Søren Bækgård"
CAPITALS = "SØNDERBÆK KØD;ÅSE ØRSTED"


def is_misread(content: bytes) -> bool:
    try:
        return has_misread_letters(decode(content))
    except NotATable as refusal:
        return "CSV UTF-8" in refusal.message


@pytest.mark.parametrize("text", [LINE, CAPITALS, "Bæk", "Søren", "Gård"])
@pytest.mark.parametrize("encoding", ["cp850", "cp865", "mac_roman"])
def test_letters_of_dos_and_of_an_old_mac_are_recognised(text: str, encoding: str) -> None:
    assert is_misread(text.encode(encoding))


@pytest.mark.parametrize("text", [LINE, CAPITALS, "Café Müller", "Łukasz", "Eva’s", "20 °C", "😀"])
@pytest.mark.parametrize("saved_in", ["utf-8", "utf-16"])
def test_text_that_was_read_as_windows_1252_and_saved_again_is_recognised(text: str, saved_in: str) -> None:
    assert is_misread(text.encode().decode("cp1252", errors="replace").encode(saved_in))


@pytest.mark.parametrize("text", [LINE, CAPITALS])
@pytest.mark.parametrize("misread_as", ["mac_roman", "cp850"])
def test_text_that_was_read_as_that_of_an_old_system_and_saved_again_is_recognised(text: str, misread_as: str) -> None:
    assert is_misread(text.encode().decode(misread_as).encode())


def test_a_file_of_two_encodings_is_recognised() -> None:
    assert is_misread("Sønderbæk;1\r\n".encode() + "Bækgård Vask;2".encode("cp1252"))
    assert is_misread("\ufeffvirksomhed\r\nSøren".encode() + "Bæk".encode("cp1252"))


@pytest.mark.parametrize("misread_as", ["cp1250", "cp1251", "cp1253"])
def test_text_in_utf_8_that_was_read_in_the_code_page_of_another_country_is_recognised(misread_as: str) -> None:
    assert has_misread_letters(LINE.encode().decode(misread_as, errors="replace"))


@pytest.mark.parametrize("misread_as", ["cp1251", "cp1253"])
def test_danish_letters_that_were_read_in_another_alphabet_are_recognised(misread_as: str) -> None:
    assert is_misread(LINE.encode("cp1252").decode(misread_as).encode())


@pytest.mark.parametrize("encoding", ["cp1251", "cp1253"])
def test_a_text_in_another_alphabet_without_its_code_page_is_recognised(encoding: str) -> None:
    assert is_misread({"cp1251": "Иван Петров", "cp1253": "Γιώργος Μαρής"}[encoding].encode(encoding))


@pytest.mark.parametrize(
    "cell",
    [
        *("H&amp;M", "S&oslash;nderb&aelig;k", "Caf&eacute;", "S&#248;ren", "S&#xF8;ren", "Eva&nbsp;Holm"),
        *(r"S\u00f8nderb\u00e6k", "S%C3%B8nderb%C3%A6k", "Vask ApS_x000D_"),
    ],
)
def test_letters_that_were_written_as_codes_are_recognised(cell: str) -> None:
    assert has_misread_letters(cell)


def test_a_letter_that_is_lost_is_recognised() -> None:
    assert has_misread_letters("S\ufffdren")


NAMES = (
    "SØNDERBÆK",
    "Ærø Færgefart",
    "ØRSTED ÅRHUS ÆBLE",
    "Guðrún Ólafsdóttir, Góðæði, Ðjúpivogur Þór",
    "Straße & Söhne GmbH, MÜLLER",
    "Łukasz Żółć, Świątek, Gęś",
    "Şükrü Çağlar, İstanbul",
    "Aÿ-Champagne, L’Haÿ-les-Roses",
    "Miloš Šimić, BOŽENA NĚMCOVÁ",
    "Œuvre, cœur, ŒUVRE",
    "JOÃO GUIMARÃES, São, Âge, PÂTÉ",
    "Nguyễn Thị Ánh",
    "Αθήνα, Київ, 日本, القاهرة",
    "Xo‘jayev, G‘ulom, Ma‘arif, Sa‘id, L‘oreal, Rock‘n’Roll, Rock‘n‘roll, Don‘t",
    "H&M, A&B; C, 50%C, Vask_x, 24/7 \\u",
    "Alphaβ, ΣigmaΩ, μm, SMÅØÆ",
    "»BLÅ«, “BLÅ”, „BLÅ“, ›blå‹, ‘blå’, 'blå'",
    "Café “Ø” – Århus…",
    "CAFÉ™, LEGO®, Kaffe®, BLÅ®",
    "Rema‘s, Bæk’s, O’Hara",
    "10 m², 3 m³, 1½ time, 2¾ time, § 4, 20 °C, 5 µm",
    "¿Qué?, ¡Olé!",
    "🍕 Pizza",
)


@pytest.mark.parametrize("name", NAMES)
def test_unusual_letters_pass(name: str) -> None:
    assert not has_misread_letters(name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unusual_letters_are_read_in_every_encoding_that_has_them(encoding: str) -> None:
    text = "\n".join(NAMES)

    assert decode(text.encode(encoding)) == text


def test_every_letter_of_windows_1252_is_read() -> None:
    text = "".join(map(chr, range(0xA0, 0x100))) + "ŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™"

    assert decode(text.encode("cp1252")) == text
