"""CVR numbers as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.fields.cvr import read_cvr
from tests.support.properties import PATIENT


@PATIENT
@given(st.text(max_size=30))
def test_only_eight_right_digits_are_a_cvr_number(typed: str) -> None:
    found = read_cvr(typed)

    assert found is None or (len(found) == 8 and found.isdigit())


@pytest.mark.parametrize(
    "typed",
    [
        *("24256790", "DK24256790", " 24 25 67 90 ", "24.25.67.90", "\u202a24\u00a025\u00a067\u00a090\u202c"),
        *("CVR 24256790", "cvr-nr. 24 25 67 90", "CVR-nummer: DK-24256790", "CVR24256790", "CVR nr 24256790"),
    ],
)
def test_a_cvr_number_may_be_typed_with_its_country_and_separators(typed: str) -> None:
    assert read_cvr(typed) == "24256790"


@pytest.mark.parametrize("typed", ["24256791", "2425679", "٢٤٢٥٦٧٩٠", "P 24256790", "CVR", "", None])
def test_a_wrong_cvr_number_is_none(typed: str | None) -> None:
    assert read_cvr(typed) is None
