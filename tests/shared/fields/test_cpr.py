"""Detection of CPR numbers."""

from __future__ import annotations

import random
from typing import Annotated
from uuid import UUID

import pytest
from pydantic import BaseModel, Field

from shared.fields.cpr import MayLookLikeCpr, contains_cpr_shape, fields_like_cpr, mask_cpr

# Dates with unassigned serial numbers.
LIKE = (
    "010190-1234",
    "0101901234",
    "010190 1234",
    "01 01 90 1234",
    "01.01.90-1234",
    "01/01/90/1234",
    "01\u201301\u201390 \u2013 1234",
    "010190_1234",
    "010190\u22121234",
    "01\u221201\u221290\uff0d1234",
    "0101\u200b90\u00ad-1234",
    "010190\n1234",
    "290200-0000",
    "Ring til Hanne (311299-4321) om det",
    "cpr0101901234x",
    "١٢١٢٩٠-١٢٣٤",
    # Digits that begin like a date do not hide a number after them.
    "12 34 01 0190 1234",
    "2026-01-01-90-1234",
    # The whole year.
    "010119901234",
    "01011990-1234",
    "01-01-1990-1234",
    "1.1.1990 og 01.01.1990 1234",
    # Replacement numbers: 60 is added to the day.
    "610190-1234",
    "9112901234",
    "61 01 1990 1234",
    # Up to three separators of any kind.
    "01:01:90:1234",
    "01,01,90;1234",
    "01 - 01 - 90 - 1234",
    "(010190)*1234",
    "010190 ~ 1234",
    "010190\t1234",
    "01\u30fb01\u30fb90\u30fb1234",
    "010190\U0001f600\u20dd1234",
    # Invisible characters do not hide a number.
    "0\u200d1\u20640\u180e1\U000e00019\u202d0-\u202c1234",
    "010190\u2066\u2066\u2066\u2066\u20691234",
    # The four digits in pairs.
    "010190-12 34",
    "01 01 90 - 12\u00a034",
    "01\u034f01\ufe0f90\u3164-1234",
    # Digits that read as such.
    "０１０１９０-１２３４",
    "𝟎𝟏𝟎𝟏𝟗𝟎𝟏𝟐𝟑𝟒",
    "०१०१९०१२३४",
    "⁰¹⁰¹⁹⁰¹²³⁴",
    "0️⃣1️⃣0️⃣1️⃣9️⃣0️⃣1️⃣2️⃣3️⃣4️⃣",
    # A date and a time without a colon: better refused than stored.
    "01.12.2026 1400",
)
UNLIKE = (
    "1000234567",
    "9999991234",
    "320190-1234",
    "300290-1234",
    "011390-1234",
    "97 85 00 00",
    "24256790",
    "01-01-1990",
    "2026-11-22T10:10:10.101190Z",
    "010190-12345",
    "5010190-1234",
    "01.12.2026 14:00",
    "01.12.2026 kl. 1400",
    "fra 01.12.2026 til 05.12.2026",
    "0045 20 10 30 40",
    "+45 20 10 30 40 / 97 85 00 00",
    "20 10 30-40 97 85 00 00",
    "20 10 30 40 12 pladser",
    "01.12.26-14.00",
    "01.12.2026-10 000 kr",
    "kl. 10.12-14.15",
    "120.000,00 - 150.000,00",
    "2026-11-22 10:10:10,101",
    "920190-1234",
    "600190-1234",
    "310690-1234",
    "010190----1234",
    # Identifiers, whatever digits they have.
    "a1b20101-9012-4345-8abc-010190123456",
    "A1B20101-9012-4345-8ABC-010190123456",
    "uuid:01010199-0123-4567-8abc-0101901234ab",
    "{01010199-0123-4567-8abc-0101901234ab}",
    "rapport_01010199-0123-4567-8abc-0101901234ab.csv",
    "0af7651916cd43dd8448eb0101901234",  # pragma: allowlist secret
    "0101901234" + "0af76519" * 6,
)


@pytest.mark.parametrize("text", LIKE)
def test_a_date_and_four_digits_look_like_one(text: str) -> None:
    assert contains_cpr_shape(text)
    masked = mask_cpr(text)
    assert "[CPR?]" in masked
    assert not contains_cpr_shape(masked)


@pytest.mark.parametrize("text", UNLIKE)
def test_other_digits_do_not_look_like_one(text: str) -> None:
    assert not contains_cpr_shape(text)
    assert mask_cpr(text) == text


def test_an_identifier_beside_it_hides_no_number() -> None:
    assert contains_cpr_shape("01010199-0123-4567-8abc-0101901234ab 010190-1234")
    assert contains_cpr_shape("0101901234ab")


def test_no_uuid_looks_like_one() -> None:
    # A million were tried by hand: about 1 % have the digits of a date and four more.
    rng = random.Random(7)
    ids = [str(UUID(int=rng.getrandbits(128), version=4)) for _ in range(5_000)]
    assert not [one for one in ids if contains_cpr_shape(one) or contains_cpr_shape(one.replace("-", ""))]


def test_only_the_number_is_masked() -> None:
    assert mask_cpr("a 010190-1234, b 0201905678!") == "a [CPR?], b [CPR?]!"
    assert mask_cpr("æ 0\u200b10190-１234, b 0201905678 ½!") == "æ [CPR?], b [CPR?] ½!"


def test_addresses_and_moments_are_not_masked() -> None:
    line = "2026-11-10 10:11:12+0100 10.11.12.13:8000 closed"
    assert mask_cpr(line) == line


@pytest.mark.parametrize(
    "text",
    ["a1b20101-9012-4345-8abc-010190123456", "0af7651916cd43dd8448eb211c80319c"],  # pragma: allowlist secret
)
def test_ids_are_not_masked(text: str) -> None:
    inside = text[:-10] + "0101901234"
    assert mask_cpr(f"trace {inside} ended") == f"trace {inside} ended"


class _Inner(BaseModel):
    note: str


class _Model(BaseModel):
    name: str
    p_number: Annotated[Annotated[str, MayLookLikeCpr("a P-number")] | None, Field()] = None
    inner: _Inner
    tags: list[str] = []
    size: int = 0


def test_every_unmarked_text_of_a_model_is_searched() -> None:
    cpr = "0101901234"
    whole = _Model(name=cpr, p_number=cpr, inner=_Inner(note=f"om {cpr}"), tags=["a", cpr], size=int(cpr))
    assert list(fields_like_cpr(whole)) == ["name", "inner.note", "tags"]
