"""Searches between services accept whole addresses and numbers only."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from shared.privacy.subject_requests import SubjectRequest


def request(**known: Any) -> SubjectRequest:
    return SubjectRequest(
        taskforce=uuid4(), who=f"person:{UUID(int=1)}", purpose="subject_access", action="search", **known
    )


@pytest.mark.parametrize(
    "known",
    [
        *({"emails": (part,)} for part in ("", "@", "eva@", "@firma.example", "%", "eva@firma")),
        *({"phones": (part,)} for part in ("", "850000", "+45", "%", "97850000 97850000")),
        *({"cvrs": (part,)} for part in ("", "2425679", "2425679o", "DK")),
        {"emails": ("eva@firma.example", "@")},
        {},
    ],
)
def test_a_part_of_an_address_or_number_and_nothing_at_all_are_refused(known: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        request(**known)
    assert "firma" not in str(refused.value)


def test_whole_ones_are_searched_for_in_every_spelling() -> None:
    emails, phones, cvrs, *_others = (
        request(emails=("Eva@Købmand.dk",), phones=("97 85 00 00",), cvrs=("DK 24 25 67 90",)).identifiers().arguments()
    )
    assert emails == ["Eva@købmand.dk", "Eva@xn--kbmand-bya.dk"]
    assert phones == ["45097850000", "4597850000"]
    assert cvrs == ["24256790"]
