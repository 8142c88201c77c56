"""The rules of a hire, without a database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.pledges.hires.domain import HireConfirmation, confirm_hire
from services.pledges.hires.refusals import (
    CompanyMissing,
    EndsBeforeStart,
    ImplausibleEnd,
    ImplausibleStart,
    TooManyHiredHours,
    UnknownPledge,
)
from services.pledges.pledges import refusals
from services.pledges.pledges.domain import Contact, Limits, Pledge
from services.pledges.register.domain import TypedCompany
from shared.refusals import Refusal
from tests.pledges.builders import NOW, SOMEBODY, TASKFORCE, logged, pledge_terms


def confirmation(**changes: Any) -> HireConfirmation:
    """Return a valid confirmation."""
    facts: dict[str, Any] = {
        "id": uuid4(),
        "start_date": NOW.date(),
        "weekly_hours": Decimal(10),
        "contact_person": Contact("Jonas"),
    }
    return HireConfirmation(**facts | changes)


def confirmed(given: HireConfirmation, pledge: Pledge | None = None, **more: Any) -> Any:
    """Return a hire that has just been confirmed."""
    return confirm_hire(
        TASKFORCE, given, pledge=pledge, register=(), confirmed_by=None, now=NOW, limits=Limits(), **more
    )


def test_a_hire_inherits_job_type_and_company_from_its_pledge() -> None:
    pledge = logged(pledge_terms(job_type="praktik", event_id=None), by=SOMEBODY)

    hire = confirmed(confirmation(pledge_id=pledge.id), pledge)

    assert (hire.job_type, hire.company.name, hire.logged_by) == ("praktik", "B&O", SOMEBODY.id)
    assert hire.position == pledge.positions[0]
    assert pledge.positions[0].hire_id == hire.id


def test_a_hire_without_a_pledge_needs_a_company() -> None:
    with pytest.raises(CompanyMissing):
        confirmed(confirmation())

    assert confirmed(confirmation(company=TypedCompany("B&O"))).pledge_id is None


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"start_date": date(1999, 12, 31)}, ImplausibleStart),
        ({"start_date": date(2030, 1, 1)}, ImplausibleStart),
        ({"ended_on": date(9999, 12, 31)}, ImplausibleEnd),
        ({"ended_on": NOW.date()}, EndsBeforeStart),
        ({"weekly_hours": Decimal("37.25")}, TooManyHiredHours),
        ({"pledge_id": UUID(int=1)}, UnknownPledge),
    ],
)
def test_an_impossible_hire_is_refused(change: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        confirmed(confirmation(company=TypedCompany("B&O"), **change))


def test_a_hire_based_on_an_older_version_is_refused() -> None:
    pledge = logged()
    pledge.fill(1, hire_id=uuid4())

    with pytest.raises(refusals.StaleVersion):
        confirmed(confirmation(pledge_id=pledge.id), pledge, seen_version=1)
    assert confirmed(confirmation(pledge_id=pledge.id), pledge, seen_version=2).position.number == 2
