"""The rules about companies, without a database."""

from __future__ import annotations

from uuid import uuid4

import pytest

from services.events.register.domain import Company, split_cvr


@pytest.mark.parametrize("typed", ["24256790", "24 25 67 90", "DK24256790", "dk 24256790"])
def test_a_cvr_number_is_recognised_in_every_format(typed: str) -> None:
    assert split_cvr(typed) == ("24256790", None)


@pytest.mark.parametrize("typed", ["24256791", "12345678", "2425679", "242567900", "ved ikke", "00000000", "٢٤٢٥٦٧٩٠"])
def test_an_invalid_cvr_number_is_stored_separately_as_typed(typed: str) -> None:
    assert split_cvr(typed) == (None, typed)


@pytest.mark.parametrize("typed", [None, ""])
def test_a_missing_cvr_number_is_accepted(typed: str | None) -> None:
    assert split_cvr(typed) == (None, None)


def test_a_company_has_a_cvr_number_only_if_it_is_valid() -> None:
    assert Company.as_typed(id=uuid4(), name="A", cvr="24256790").cvr == "24256790"
    wrong = Company.as_typed(id=uuid4(), name="A", cvr="24256791")
    assert (wrong.cvr, wrong.cvr_as_typed) == (None, "24256791")
