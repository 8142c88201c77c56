"""Detection of CPR numbers."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from shared.fields.cpr import MayLookLikeCpr, contains_cpr_shape, fields_like_cpr, mask_cpr

# Dates with serials that were given to nobody.
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
    # Digits that begin like a date hide nothing behind them.
    "12 34 01 0190 1234",
    "2026-01-01-90-1234",
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
)


@pytest.mark.parametrize("text", LIKE)
def test_a_date_and_four_digits_look_like_one(text: str) -> None:
    assert contains_cpr_shape(text)
    assert "1234" not in mask_cpr(text).replace("-12345", "") or "\u200b" in text


@pytest.mark.parametrize("text", UNLIKE)
def test_other_digits_do_not_look_like_one(text: str) -> None:
    assert not contains_cpr_shape(text)
    assert mask_cpr(text) == text


def test_only_the_number_is_masked() -> None:
    assert mask_cpr("a 010190-1234, b 0201905678!") == "a [CPR?], b [CPR?]!"


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
