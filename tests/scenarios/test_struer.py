"""The Struer scenario reaches the published figures and is deterministic."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from stdnum.dk import cvr

from deploy.scenarios import facts
from deploy.scenarios.model import Scenario
from deploy.scenarios.struer import UNTIL, struer
from deploy.scenarios.struer_follow_up import answers, found_for, ladder, under_way
from services.pledges.catalogue.built_in import TASKS
from shared.contracts.pledges import position_id
from shared.fields.cpr import contains_cpr_shape
from shared.fields.dates import months_after


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return struer()


def test_exactly_196_citizens_have_got_a_smaajob_by_its_last_day(scenario: Scenario) -> None:
    assert scenario.smaajob_hires(UNTIL) == facts.CITIZENS_IN_SMAAJOB_SINCE_START == 196


def test_each_smaajob_is_another_citizens_and_some_citizens_have_had_another_job_too(scenario: Scenario) -> None:
    assert scenario.smaajob_citizens(UNTIL) == facts.CITIZENS_IN_SMAAJOB_SINCE_START
    named = [hire.citizen for hire in scenario.hires if hire.citizen]
    assert 10 < len(set(named)) < len(named)
    references = [citizen.case_reference for citizen in scenario.citizens]
    assert set(named) < set(references)
    assert all(reference.startswith(scenario.case_reference_prefix) for reference in references)


def test_fewer_have_one_now_because_some_have_ended(scenario: Scenario) -> None:
    assert 60 < scenario.smaajobs_running(UNTIL) < 196


def test_nobody_was_hired_before_the_taskforce_began_or_after_the_scenario_ends(scenario: Scenario) -> None:
    assert all(facts.SINCE <= hire.start_date <= UNTIL for hire in scenario.hires)
    assert all(hire.ended_on is None or hire.start_date < hire.ended_on <= UNTIL for hire in scenario.hires)


def test_the_figure_grows_every_year(scenario: Scenario) -> None:
    by_year = [scenario.smaajob_hires(date(year, 12, 31)) for year in range(2018, 2027)]
    assert by_year == sorted(set(by_year))


def test_the_scenario_is_deterministic() -> None:
    assert struer() == struer()


def test_all_ids_are_unique(scenario: Scenario) -> None:
    ids = [
        *(company.id for company in scenario.companies),
        *(person.id for person in scenario.people),
        *(event.id for event in scenario.events),
        *(pledge.id for pledge in scenario.pledges),
        *(hire.id for hire in scenario.hires),
    ]
    assert len(set(ids)) == len(ids)


def test_there_are_80_companies_of_which_19_are_members(scenario: Scenario) -> None:
    assert len(scenario.companies) == facts.EVENING_COMPANIES
    assert sum(company.member for company in scenario.companies) == facts.MEMBER_COMPANIES


def test_every_company_has_a_valid_cvr_number_that_was_never_issued(scenario: Scenario) -> None:
    assert all(cvr.is_valid(company.cvr) and company.cvr > "90000000" for company in scenario.companies)
    assert len({company.cvr for company in scenario.companies}) == len(scenario.companies)


def test_the_taskforce_meets_four_or_five_times_in_every_whole_year(scenario: Scenario) -> None:
    meetings = Counter(g.starts_at.year for g in scenario.events if g.kind == "taskforce_meeting")
    assert {meetings[year] for year in range(2019, 2026)} == set(facts.MEETINGS_A_YEAR)


def test_a_position_is_filled_once_and_after_it_was_pledged(scenario: Scenario) -> None:
    pledges = {pledge.id: pledge for pledge in scenario.pledges}
    on_pledges = [hire for hire in scenario.hires if hire.pledge_id is not None]
    assert len({(hire.pledge_id, hire.position) for hire in on_pledges}) == len(on_pledges)
    for hire in on_pledges:
        assert hire.pledge_id is not None
        assert hire.position is not None
        pledge = pledges[hire.pledge_id]
        assert 1 <= hire.position <= pledge.positions
        assert pledge.captured_at.date() < hire.start_date
        assert pledge.job_type == hire.job_type
        assert pledge.hours_from <= hire.weekly_hours <= pledge.hours_to


def test_a_smaajob_is_of_5_to_15_hours_a_week(scenario: Scenario) -> None:
    assert all(5 <= hire.weekly_hours <= 15 for hire in scenario.hires if hire.job_type == "smaajob")


def test_some_hires_have_no_pledge_and_some_are_of_other_types(scenario: Scenario) -> None:
    assert 5 < sum(hire.pledge_id is None for hire in scenario.hires) < 40
    assert len({hire.job_type for hire in scenario.hires}) == 5


def test_a_ladder_begins_after_its_pledge_and_its_smaajob_on_the_first_day_of_the_scenario(scenario: Scenario) -> None:
    pledges = {pledge.id: pledge for pledge in scenario.pledges}
    ladders = {hire: ladder(hire, pledges[hire.pledge_id] if hire.pledge_id else None) for hire in scenario.hires}
    for hire, steps in ladders.items():
        days = [step.starts_on for step in steps]
        assert days == sorted(set(days))
        assert days[0] > (pledges[hire.pledge_id].captured_at.date() if hire.pledge_id else facts.SINCE)
        assert days[-1] < (hire.ended_on or date.max)
        assert min(step.starts_on for step in steps if step.job_type == hire.job_type) == hire.start_date
    shapes = Counter(tuple((step.paid > 0, step.praktik > 0) for step in steps) for steps in ladders.values())
    assert shapes[(False, True), (True, True), (True, False)] > 5, "0+20, then 12+4, then 20+0"


def test_answers_are_given_for_checkpoints_before_the_end_of_a_hire_and_some_are_waiting(scenario: Scenario) -> None:
    today = date(2026, 11, 30)
    given = {(one.hire_id, one.months): one.answer for one in answers(scenario, today)}
    assert set(given.values()) == {"same_company", "elsewhere"}
    due = {
        (hire.id, months)
        for hire in scenario.hires
        if hire.ended_on is None
        for months in (3, 6, 12)
        if date(2026, 7, 15) < months_after(hire.start_date, months) <= today
    }
    assert due & given.keys()
    assert due - given.keys()


def test_positions_under_way_are_vacant_or_were_matched_before_their_hire(scenario: Scenario) -> None:
    hires = {
        position_id(hire.pledge_id, hire.position): hire for hire in scenario.hires if hire.pledge_id and hire.position
    }
    moving = list(under_way(scenario))
    assert {one.position_id for one in moving if one.position_id in hires} == {
        one.position_id for one in moving if one.status == "filled"
    }
    assert all(one.at.date() < hires[one.position_id].start_date for one in moving if one.status == "filled")
    assert {one.status for one in moving} == {"matched", "trial", "cancelled", "filled"}


def test_positions_were_found_for_citizens_who_were_known_then_and_only_once(scenario: Scenario) -> None:
    moving = sorted(under_way(scenario), key=lambda position: position.at)
    found = found_for(scenario, moving)
    registered_on = {citizen.case_reference: citizen.registered_on for citizen in scenario.citizens}
    at = {position.position_id: position.at.date() for position in moving if position.status != "cancelled"}
    assert len(set(found.values())) == len(found) > 4
    assert all(registered_on[reference] <= at[position] for position, reference in found.items())


def test_pledges_at_an_event_are_from_attending_companies_during_it(scenario: Scenario) -> None:
    events = {event.id: event for event in scenario.events}
    for pledge in scenario.pledges:
        if pledge.event_id is not None:
            event = events[pledge.event_id]
            assert pledge.company.id in event.attending
            assert event.starts_at <= pledge.captured_at <= event.ends_at


def test_nothing_happens_on_a_weekend(scenario: Scenario) -> None:
    days = [
        *(event.starts_at for event in scenario.events),
        *(pledge.captured_at for pledge in scenario.pledges),
        *(hire.start_date for hire in scenario.hires),
    ]
    assert all(day.weekday() < 5 for day in days)


def test_there_are_pledges_in_every_year_without_long_gaps(scenario: Scenario) -> None:
    days = sorted(pledge.captured_at for pledge in scenario.pledges)
    assert max(later - earlier for earlier, later in pairwise(days)) < timedelta(days=90)


def test_no_text_looks_like_a_cpr_number(scenario: Scenario) -> None:
    texts = [f"{pledge.contact_name} {pledge.contact_phone}" for pledge in scenario.pledges]
    assert not any(contains_cpr_shape(text) for text in texts)


def test_every_task_is_in_the_task_catalogue(scenario: Scenario) -> None:
    assert {task for company in scenario.companies for task in company.tasks} == set(TASKS)
