"""Documents with text of any script: what a font has is printed, and everything else as its code point."""

from __future__ import annotations

import random
import shutil
import subprocess
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from shared.documents.fonts import fallback_fonts, printable
from shared.documents.typesetting import render_pdf

LAYOUT: Final = Path(__file__).with_name("name.typ")
MADE_AT: Final = datetime(2026, 12, 1, tzinfo=UTC)
NAMES: Final = (
    "Søren Ærø", "Łukasz Żółć", "Nguyễn Thị Ánh", "İbrahim Ağaoğlu", "Ș̌țefan", "Ольга Щербак", "Γιώργος Ξενάκης",
    "יעל כהן", "محمد العلي", "علی‌رضا", "پروین", "ሰላም ተስፋዬ", "प्रिया शर्मा", "রহিমা খাতুন", "ਹਰਪ੍ਰੀਤ ਸਿੰਘ", "தமிழ்ச்செல்வி",
    "නිමල් පෙරේරා", "สมชาย ใจดี", "សុខ សុវណ្ណ", "အောင်ဆန်း", "გიორგი ბერიძე", "Արամ Խաչատրյան", "王伟明", "陳大文", "山田 花子",
    "ヤマダ・ハナコ", "김민준", "Ole 😀", "👨‍👩‍👧", "👍🏽", "🇩🇰", "1️⃣",
)  # fmt: skip


def text_of(document: bytes) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (Debian: apt-get install poppler-utils)")
    ran = subprocess.run(["pdftotext", "-raw", "-", "-"], input=document, capture_output=True, check=True)
    return unicodedata.normalize("NFKC", ran.stdout.decode())


def pdf(*texts: str) -> bytes:
    return render_pdf(LAYOUT, {"texts": texts}, made_at=MADE_AT)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_script_that_is_common_in_denmark_is_printed_as_it_is(name: str) -> None:
    printed, _fonts = printable(name)
    assert printed == unicodedata.normalize("NFC", name)
    document = pdf(name)
    assert b"pdfuaid" in document


def test_what_is_printed_can_be_read_and_searched() -> None:
    text = text_of(pdf("王伟明 김민준", "ሰላም ተስፋዬ", "გიორგი"))
    for word in ("王伟明", "김민준", "ሰላም", "გიორგი"):
        assert word in text


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a\U0001f9ffb 𓀀", "a🧿b [U+13000]"),
        ("x\ue000y", "x[U+E000]y"),
        ("\x00\x7f\x85", "[U+0000][U+007F][U+0085]"),
        ("\ud800", "[U+D800]"),
        ("\uffff\U0010ffff", "[U+FFFF][U+10FFFF]"),
        ("evil\u202egnp.exe", "evil[U+202E]gnp.exe"),
        ("one\u2028two", "one[U+2028]two"),
        ("a\u0902", "a[U+0902]"),
        ("王\u0301", "王[U+0301]"),
        ("\u0b95", "க"),
        ("ok\n\ttab", "ok\n\ttab"),
    ],
)
def test_a_character_without_a_glyph_is_printed_as_its_code_point(text: str, printed: str) -> None:
    assert printable({"one": [text]})[0] == {"one": [printed]}
    pdf(text)


def test_text_of_the_main_font_needs_no_other() -> None:
    assert printable(["Søren – “Ærø” €", 4711, None, True]) == (["Søren – “Ærø” €", 4711, None, True], [])


def test_every_character_of_the_main_font_has_a_glyph_in_both_weights() -> None:
    characters = [chr(code) for code in range(0x20, 0x2300)]
    used = [
        character for character in characters if not printable(character)[1] and printable(character)[0] == character
    ]
    assert len(used) > 1200
    pdf("".join(f"a{character}" for character in used))


def test_no_text_whatever_makes_a_document_fail() -> None:
    choice = random.Random(11)
    blocks = [range(start, start + 128) for start in range(0, 0x20000, 128)] + [range(0xE0000, 0xE0200)]
    texts = []
    for _ in range(40):
        pool = [chr(code) for block in choice.choices(blocks, k=3) for code in block] + list(
            "aæ \u0301\u200d\ufe0f🏽\u094d"
        )
        texts.append("".join(choice.choices(pool, k=12)))
    document = pdf(*texts)
    assert b"pdfuaid" in document


def test_the_same_text_is_the_same_bytes() -> None:
    assert pdf("ሰላም 王伟明") == pdf("ሰላም 王伟明")


def test_each_font_has_a_name_of_its_own() -> None:
    families = [font.family for font in fallback_fonts()]
    assert len(set(families)) == len(families) > 200
