"""The Vejle scenario reaches the published figures and is deterministic."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from stdnum.dk import cvr

from deploy.scenarios import vejle_facts
from deploy.scenarios.struer import struer
from deploy.scenarios.vejle import LADDER_HIRE_ID, SINCE, UNTIL, ladder, vejle
from shared.fields.cpr import contains_cpr_shape

if TYPE_CHECKING:
    from uuid import UUID

    from deploy.scenarios.model import Scenario


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return vejle()


def test_exactly_70_citizens_are_in_smaajobs_of_5_to_15_hours(scenario: Scenario) -> None:
    last = {hire: ladder(hire)[-1] for hire in scenario.hires if hire.ended_on is None}
    running = {hire.citizen: step for hire, step in last.items() if step.job_type == "smaajob"}
    assert len(running) == vejle_facts.CITIZENS_IN_SMAAJOB_NOW == 70
    fewest, most = vejle_facts.WEEKLY_HOURS
    assert all(fewest <= step.paid <= most and step.praktik == 0 for step in running.values())


def test_some_citizens_have_been_hired_twice_one_job_after_the_other(scenario: Scenario) -> None:
    by_citizen = Counter(hire.citizen for hire in scenario.hires)
    assert set(by_citizen.values()) == {1, 2}
    for citizen in (citizen for citizen, hires in by_citizen.items() if hires == 2):
        first, second = sorted(
            (hire for hire in scenario.hires if hire.citizen == citizen), key=lambda hire: hire.start_date
        )
        assert first.ended_on is not None
        assert first.ended_on <= second.start_date
        assert first.company != second.company


def test_one_mans_ladder_is_the_published_one(scenario: Scenario) -> None:
    [hire] = [hire for hire in scenario.hires if hire.id == LADDER_HIRE_ID]
    praktik, both, alone = ladder(hire)
    assert both.starts_on - praktik.starts_on == timedelta(weeks=vejle_facts.LADDER_PRAKTIK_WEEKS)
    assert (praktik.paid, both.paid, both.praktik, alone.paid, alone.praktik) == (0, 12, 4, 20, 0)
    assert (praktik.job_type, both.job_type, alone.job_type) == ("praktik", "smaajob", "ordinaer")


def test_every_hire_names_its_citizen_and_a_contact_person_who_can_be_rung(scenario: Scenario) -> None:
    references = {citizen.case_reference for citizen in scenario.citizens}
    assert {hire.citizen for hire in scenario.hires} < references
    assert all(scenario.case_worker(hire.contact_person).phone for hire in scenario.hires)


def test_most_companies_were_new_to_the_municipality_before_they_pledged(scenario: Scenario) -> None:
    met_on = {contact.company.id: contact.made_on for contact in scenario.outreach if contact.new_company}
    assert len(scenario.companies) > len(met_on) > len(scenario.companies) / 2
    assert all(
        met_on[pledge.company.id] < pledge.captured_at.date()
        for pledge in scenario.pledges
        if pledge.company.id in met_on
    )


def test_some_citizens_wait_and_some_positions_are_open(scenario: Scenario) -> None:
    hired = {hire.citizen for hire in scenario.hires}
    assert sum(citizen.case_reference not in hired and citizen.card is not None for citizen in scenario.citizens) > 5
    filled = {hire.pledge_id for hire in scenario.hires}
    assert sum(pledge.id not in filled for pledge in scenario.pledges) > 5


def test_a_position_is_filled_once_and_after_it_was_pledged(scenario: Scenario) -> None:
    pledges = {pledge.id: pledge for pledge in scenario.pledges}
    assert len({(hire.pledge_id, hire.position) for hire in scenario.hires}) == len(scenario.hires)
    for hire in scenario.hires:
        assert hire.pledge_id is not None
        assert hire.position is not None
        pledge = pledges[hire.pledge_id]
        assert 1 <= hire.position <= pledge.positions
        assert pledge.captured_at.date() < ladder(hire)[0].starts_on
        assert pledge.hours_from <= hire.weekly_hours <= pledge.hours_to


def test_everything_happens_in_its_time_and_on_a_workday(scenario: Scenario) -> None:
    days: list[date] = [
        *(pledge.captured_at.date() for pledge in scenario.pledges),
        *(contact.made_on for contact in scenario.outreach),
        *(citizen.registered_on for citizen in scenario.citizens),
        *(step.starts_on for hire in scenario.hires for step in ladder(hire)),
        *(hire.ended_on for hire in scenario.hires if hire.ended_on),
    ]
    assert all(SINCE <= day <= UNTIL and day.weekday() < 5 for day in days)


def test_the_scenario_is_deterministic_and_its_ids_are_its_own(scenario: Scenario) -> None:
    assert scenario == vejle()
    ids = _ids(scenario)
    assert len(set(ids)) == len(ids)
    assert not set(ids) & set(_ids(struer()))
    references = [citizen.case_reference for citizen in scenario.citizens]
    assert len(set(references)) == len(references)
    assert all(reference.startswith(scenario.case_reference_prefix) for reference in references)


def test_every_company_has_a_valid_cvr_number_that_was_never_issued(scenario: Scenario) -> None:
    assert all(cvr.is_valid(company.cvr) and company.cvr > "90000000" for company in scenario.companies)
    assert not {company.cvr for company in scenario.companies} & {company.cvr for company in struer().companies}


def test_no_text_looks_like_a_cpr_number(scenario: Scenario) -> None:
    texts = [
        *(f"{pledge.contact_name} {pledge.contact_phone}" for pledge in scenario.pledges),
        *(f"{person.name} {person.phone}" for person in scenario.people),
        *(citizen.case_reference for citizen in scenario.citizens),
        *(citizen.card.words for citizen in scenario.citizens if citizen.card),
    ]
    assert not any(contains_cpr_shape(text) for text in texts)


def _ids(scenario: Scenario) -> list[UUID]:
    return [
        *(company.id for company in scenario.companies),
        *(person.id for person in scenario.people),
        *(pledge.id for pledge in scenario.pledges),
        *(hire.id for hire in scenario.hires),
        *(contact.id for contact in scenario.outreach),
    ]
