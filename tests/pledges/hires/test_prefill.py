"""What the form of a hire is filled in with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from services.pledges.hires.prefill import ContactPerson, FormerHire, position_to_fill, prefilled
from services.pledges.pledges.domain import Contact, Position
from services.pledges.pledges.schemas import PledgeOut
from tests.pledges.builders import NOW, logged, pledge_terms

if TYPE_CHECKING:
    from shared.contracts.pledges import PositionStatus

TODAY = NOW.date()
JONAS = ContactPerson(Contact("Jonas", "+4596848484"), uuid4())
UNREACHABLE = ContactPerson(Contact("Lise"))


def pledged(*statuses: PositionStatus, **terms: Any) -> PledgeOut:
    """Return a pledge whose positions have these statuses."""
    pledge = PledgeOut.of(logged(pledge_terms(hours_from=Decimal(5), hours_to=Decimal(10), **terms)))
    positions = [
        Position(uuid4(), number, status, uuid4() if status == "filled" else None)
        for number, status in enumerate(statuses, start=1)
    ]
    return pledge.model_copy(update={"position_list": positions})


@pytest.mark.parametrize(
    ("statuses", "asked", "number"),
    [
        (("open", "open"), None, 1),
        (("open", "matched"), None, 2),
        (("filled", "open", "trial"), None, 3),
        (("open", "matched"), 1, 1),
        (("filled", "open"), 1, 2),
    ],
)
def test_the_position_that_somebody_was_found_for_is_filled_first(
    statuses: tuple[PositionStatus, ...], asked: int | None, number: int
) -> None:
    assert position_to_fill(pledged(*statuses), asked).number == number


@pytest.mark.parametrize(
    ("job_type", "hours", "expected"),
    [("smaajob", 8, 8), ("smaajob", 37, 10), ("smaajob", 2, 5), ("praktik", 8, 5)],
)
def test_the_hours_are_those_of_the_last_hire_if_the_pledge_allows_them(
    job_type: Any, hours: int, expected: int
) -> None:
    pledge = pledged("open")
    former = FormerHire(job_type, Decimal(hours), None)

    answers = prefilled(pledge, pledge.vacant[0], former=former, own_contact_person=None, today=TODAY)

    assert answers.weekly_hours == Decimal(expected)
    assert (answers.job_type, answers.start_date) == ("smaajob", TODAY)


@pytest.mark.parametrize(
    ("former", "own", "expected"),
    [
        (None, None, None),
        (None, JONAS, JONAS),
        (JONAS, replace(JONAS, account=None), JONAS),
        (UNREACHABLE, JONAS, JONAS),
        (UNREACHABLE, None, UNREACHABLE),
    ],
)
def test_the_contact_person_is_the_companys_if_they_can_be_rung(
    former: ContactPerson | None, own: ContactPerson | None, expected: ContactPerson | None
) -> None:
    pledge = pledged("matched", earliest_start=TODAY + timedelta(days=9))

    answers = prefilled(
        pledge,
        pledge.vacant[0],
        former=FormerHire("smaajob", Decimal(5), former) if former else None,
        own_contact_person=own,
        today=TODAY,
    )

    assert answers.contact_person == expected
    assert answers.may_be_confirmed == (expected == JONAS)
    assert answers.start_date == TODAY + timedelta(days=9)


@pytest.mark.parametrize(("days", "expected"), [(6, 7), (-3, 0)])
def test_the_job_begins_after_the_trial(days: int, expected: int) -> None:
    pledge = pledged("trial")
    trial = replace(pledge.vacant[0], trial_on=TODAY - timedelta(days=9), trial_ends_on=TODAY + timedelta(days=days))

    answers = prefilled(pledge, trial, former=None, own_contact_person=JONAS, today=TODAY)

    assert answers.start_date == TODAY + timedelta(days=expected)


def test_what_nobody_was_found_for_is_filled_in_before_it_is_checked() -> None:
    pledge = pledged("open")

    answers = prefilled(pledge, pledge.vacant[0], former=None, own_contact_person=JONAS, today=TODAY)

    assert not answers.may_be_confirmed
