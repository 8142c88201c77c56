"""The canaries are found wherever they are, and nowhere else."""

from __future__ import annotations

import random

import pytest

from tests.faults.ledger import Canaries

CANARIES = Canaries.of(random.Random(1))


@pytest.mark.parametrize("word", [CANARIES.name, CANARIES.domain, CANARIES.company])
def test_a_contacts_words_are_found_within_others(word: str) -> None:
    assert CANARIES.finders()["pledges"](f'{{"to": "x@{word}.example"}}'.encode())


@pytest.mark.parametrize("written", ["{0}", "+45{0}", "45{0}", "tel:{0};"])
def test_a_number_is_found_where_it_stands_alone(written: str) -> None:
    assert CANARIES.finders()["pledges"](b" " + written.format(CANARIES.phone).encode() + b",")


def test_a_number_within_an_id_is_none() -> None:
    assert not CANARIES.finders()["pledges"](f"id: a{CANARIES.phone}b 1{CANARIES.phone}".encode())


def test_each_service_has_its_own() -> None:
    finders = CANARIES.finders()
    owner = CANARIES.owner.encode()
    assert finders["events"](owner)
    assert not finders["pledges"](owner)
    assert not finders["events"](CANARIES.name.encode())


def test_two_ledgers_have_nothing_in_common() -> None:
    assert not Canaries.of(random.Random(2)).finders()["pledges"](CANARIES.name.encode())
