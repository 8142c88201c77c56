"""Planning an evening."""

from __future__ import annotations

import pytest

from deploy.rehearsal.plan import GuestCompany, plan_evening

COMPANIES = tuple(GuestCompany(f"Firma {number}", None) for number in range(80))


def test_every_phone_types_and_every_pledge_can_be_recognised() -> None:
    plan = plan_evening(7, COMPANIES)
    names = [pledge.contact_name for pledges in plan.pledges for pledge in pledges]
    assert (len(plan.pledges), plan.count, len(set(names))) == (30, 104, 104)
    assert all(plan.pledges)


def test_the_same_seed_plans_the_same_evening_and_another_one_another() -> None:
    assert plan_evening(7, COMPANIES) == plan_evening(7, COMPANIES)
    assert plan_evening(7, COMPANIES).pledges != plan_evening(8, COMPANIES).pledges


@pytest.mark.parametrize(("companies", "phones", "pledges"), [((), 1, 1), (COMPANIES, 3, 2)])
def test_an_evening_without_companies_or_with_idle_phones_is_refused(
    companies: tuple[GuestCompany, ...], phones: int, pledges: int
) -> None:
    with pytest.raises(ValueError, match="companies, and a pledge for each phone"):
        plan_evening(7, companies, phones=phones, pledges=pledges)
