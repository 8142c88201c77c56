"""Whether two pledges may be the same promise."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pytest

from services.pledges.duplicates.likeness import ComparedPledge, may_be_same, trigrams
from tests.pledges.builders import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENT: Final = uuid4()
LABELLED: Final = Path(__file__).with_name("labelled_pairs.csv")
"""Pairs of pledges of one evening, made for this test: the same promise from two phones or slips with what people
mistype, and two promises of one company or of companies with like names."""


def compared(**changes: Any) -> ComparedPledge:
    """Return a pledge to compare."""
    facts: dict[str, Any] = {
        "id": uuid4(),
        "event_id": EVENT,
        "company_id": None,
        "company_name": "Struer Trælast A/S",
        "company_cvr": None,
        "company_p_number": None,
        "job_type": "smaajob",
        "positions": 3,
        "hours_from": 5.0,
        "hours_to": 10.0,
        "tasks": frozenset({"shelf_stocking", "tidying"}),
        "pledged_on": NOW.date(),
        "received_at": NOW,
    }
    return ComparedPledge(**facts | changes)


def labelled_pairs() -> Iterator[tuple[bool, str, ComparedPledge, ComparedPledge]]:
    """Yield whether two pledges are the same promise, what the pair is, and the two."""
    with LABELLED.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter=";"):
            first, second = (_labelled(row, which) for which in ("a", "b"))
            yield row["same"] == "yes", row["why"], first, second


def _labelled(row: dict[str, str], which: str) -> ComparedPledge:
    low, _, high = row[f"hours {which}"].partition("-")
    return compared(
        company_name=row[f"company {which}"],
        company_cvr=row[f"cvr {which}"] or None,
        positions=int(row[f"positions {which}"]),
        hours_from=float(low),
        hours_to=float(high),
        tasks=frozenset(row[f"tasks {which}"].split()),
    )


def test_most_of_what_was_noted_twice_is_found_and_little_else() -> None:
    pairs = [(same, may_be_same(one, other) is not None, why) for same, why, one, other in labelled_pairs()]
    found = [same for same, proposed, _ in pairs if proposed]
    missed = [why for same, proposed, why in pairs if same and not proposed]
    wrong = [why for same, proposed, why in pairs if not same and proposed]
    precision, recall = sum(found) / len(found), sum(found) / sum(same for same, _, _ in pairs)
    print(f"{len(pairs)} pairs: precision {precision:.2f}, recall {recall:.2f}; missed {missed}; wrong {wrong}")

    assert (precision >= 0.9, recall >= 0.95) == (True, True), (precision, recall, missed, wrong)


@pytest.mark.parametrize(
    "changes",
    [
        {"event_id": uuid4()},
        {"job_type": "praktik"},
        {"pledged_on": NOW.date() + timedelta(days=2)},
        {"company_id": uuid4()},
        {"company_cvr": "29885729"},
        {"company_p_number": "1003388394"},
        {"company_name": "🍞"},
    ],
)
def test_nothing_else_makes_up_for_another_event_kind_of_job_day_or_company(changes: dict[str, Any]) -> None:
    one = compared(company_id=uuid4(), company_cvr="24256790", company_p_number="1003388393")
    if "company_cvr" in changes or "company_name" in changes:
        one = replace(one, company_id=None)
    if "company_name" in changes:
        one = replace(one, company_cvr=None)

    assert may_be_same(one, replace(one, id=uuid4())) == 1
    assert may_be_same(one, replace(one, id=uuid4(), **changes)) is None


def test_pledges_without_an_event_are_not_compared() -> None:
    one = compared(event_id=None)
    assert may_be_same(one, replace(one, id=uuid4())) is None


def test_the_registers_word_counts_before_the_name() -> None:
    company_id = uuid4()
    one = compared(company_id=company_id, company_name="Bang & Olufsen A/S")
    other = compared(company_id=company_id, company_name="B&O")
    assert may_be_same(one, other) == 1


def test_trigrams_are_of_words_without_legal_form_accents_and_order() -> None:
    assert trigrams("Ørum Café ApS") == trigrams("cafe oerum")
    assert trigrams("A/S") == frozenset()
    assert trigrams("B&O") == trigrams("b og o")
    assert trigrams("Bo") == {"  b", " bo", "bo "}
