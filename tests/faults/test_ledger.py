"""The search finds canaries where they are, and only there."""

from __future__ import annotations

import random

import pytest

from tests.faults.ledger import Canaries

CANARIES = Canaries.of(random.Random(1))


@pytest.mark.parametrize("word", [CANARIES.name, CANARIES.domain, CANARIES.company])
def test_a_canary_is_found_within_other_text(word: str) -> None:
    assert CANARIES.finders()["pledges"](f'{{"to": "x@{word}.example"}}'.encode())


@pytest.mark.parametrize("written", ["{0}", "+45{0}", "45{0}", "tel:{0};"])
def test_a_telephone_number_is_found_as_a_whole_number(written: str) -> None:
    assert CANARIES.finders()["pledges"](b" " + written.format(CANARIES.phone).encode() + b",")


def test_a_telephone_number_within_an_id_is_not_found() -> None:
    assert not CANARIES.finders()["pledges"](f"id: a{CANARIES.phone}b 1{CANARIES.phone}".encode())


def test_each_service_has_its_own_canaries() -> None:
    finders = CANARIES.finders()
    owner = CANARIES.owner.encode()
    assert finders["events"](owner)
    assert not finders["pledges"](owner)
    assert not finders["events"](CANARIES.name.encode())


def test_two_ledgers_have_different_canaries() -> None:
    assert not Canaries.of(random.Random(2)).finders()["pledges"](CANARIES.name.encode())
