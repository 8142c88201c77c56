"""The comparison finds no difference after loading, and reports every kind of planted difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from deploy.scenarios.struer import SLUG, TASKFORCE_ID, struer
from deploy.scenarios.struer_follow_up import ladder
from deploy.verification.check import PAST_DAYS, Verdict, check
from services.dashboard.app import create_app
from shared.http.auth import Principal, sign_token

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tests.scenarios.loaded.scenario import Loaded

ELSEWHERE = uuid4()


@dataclass(frozen=True)
class Checked:
    """A loaded installation whose dashboard can be compared and damaged."""

    loaded: Loaded
    key: str

    async def verdict(
        self, *, without_event: UUID | None = None, board_says: Mapping[str, Any] | None = None, smallest: int = 5
    ) -> Verdict:
        """Verify everything, with a new dashboard application that has cached nothing.

        Args:
            without_event: an event that the dashboard omits from its answers.
            board_says: a different answer of the public board.
            smallest: the smallest count the board may show.
        """
        app = create_app(self.loaded.dashboard_settings)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http,
        ):

            async def figures(taskforce_id: UUID, day: date) -> Mapping[str, Any]:
                reader = Principal(f"person:{uuid4()}", frozenset({"coordinator"}), taskforce_id)
                token = sign_token(self.key, reader, lifetime_seconds=60)
                headers = {"authorization": f"Bearer {token}"}
                answer = await http.get(f"/api/dashboard/v1/figures?as_of={day}&breakdowns=true", headers=headers)
                answer_body: dict[str, Any] = answer.raise_for_status().json()
                answer_body["events"] = [
                    event for event in answer_body["events"] if event["event_id"] != str(without_event)
                ]
                return answer_body

            async def board(slug: str) -> Mapping[str, Any]:
                answer_body: dict[str, Any] = (await http.get(f"/board/{slug}.json")).raise_for_status().json()
                return answer_body | dict(board_says or {})

            owners = {
                service: self.loaded.databases.owner_dsn(service) for service in ("events", "pledges", "dashboard")
            }
            return await check(
                owners,
                figures=figures,
                board=board,
                wait_until_delivered=self.loaded.target.wait_until_delivered,
                board_lag_seconds=0,
                smallest_public_count=smallest,
            )

    @asynccontextmanager
    async def damaged(self, spoil: str, heal: str, *, service: str = "dashboard") -> AsyncIterator[list[str]]:
        """Damage a service's tables directly; yields the differences that verification reports.

        Args:
            spoil: SQL that does the damage.
            heal: SQL that repairs it.
        """
        conn = await asyncpg.connect(self.loaded.databases.superuser_dsn(service))
        try:
            # A trigger keeps the sums of the contributions: a planted difference must stay the only one.
            await conn.execute("set session_replication_role = replica")
            await conn.execute(spoil)
            differences = [f"{each.about}: {each.what}" for each in (await self.verdict()).differences]
            yield differences
        finally:
            await conn.execute(heal)
            await conn.close()


@pytest.fixture
def checked(loaded: Loaded, signing_key: str) -> Checked:
    return Checked(loaded, signing_key)


def _kept(table: str, where: str) -> tuple[str, str, str]:
    """Return SQL that saves some rows, deletes them, and restores them."""
    keep = f"create table kept_aside as select * from {table} where {where}"
    return (
        keep,
        f"delete from {table} where {where}",
        f"insert into {table} select * from kept_aside; drop table kept_aside",
    )


async def test_after_loading_there_are_no_differences_and_everything_was_compared(checked: Checked) -> None:
    scenario = struer()
    verdict = await checked.verdict()
    assert verdict.differences == []
    assert verdict.taskforces == {TASKFORCE_ID: SLUG}
    assert verdict.compared["company"] == len(scenario.companies)
    assert verdict.compared["event"] == len(scenario.events) + 1
    assert verdict.compared["meeting"] >= 1
    assert verdict.compared["target"] >= 1
    assert verdict.compared["check-in"] == sum(len(event.attending) for event in scenario.events)
    assert verdict.compared["pledge"] == len(scenario.pledges)
    assert verdict.compared["hire"] == len(scenario.hires)
    assert verdict.compared["contact"] == len(scenario.outreach)
    assert verdict.compared["board"] == 1
    assert len(verdict.days) == PAST_DAYS + 1
    assert verdict.compared["figure"] > 500


async def test_a_row_missing_in_the_dashboard_is_reported(checked: Checked) -> None:
    hire = struer().hires[0].id
    keep, lose, heal = _kept("hire_versions", f"hire_id = '{hire}'")
    async with checked.damaged(f"{keep}; {lose}", heal) as differences:
        assert differences == [
            f"hire {hire}: pledges has it, the dashboard has not",
            f"hire {hire}: the dashboard does not count its highest version",
        ]


async def test_a_hire_that_the_dashboard_does_not_count_is_reported(checked: Checked) -> None:
    hire = struer().hires[0].id
    keep, lose, heal = _kept("contributions", f"aggregate_id = '{hire}'")
    async with checked.damaged(f"{keep}; {lose}", heal) as differences:
        assert differences == [f"hire {hire}: the dashboard does not count its highest version"]


async def test_a_pledge_counted_with_an_earlier_version_is_reported(checked: Checked) -> None:
    pledge = next(hire.pledge_id for hire in struer().hires if hire.pledge_id is not None)
    where = f"where aggregate_id = '{pledge}'"
    late = next(one.id for one in struer().hires)
    async with checked.damaged(
        f"update contributions set version = version - 1 {where};"
        f"update contributions set first_day = first_day + 1 where aggregate_id = '{late}'",
        f"update contributions set version = version + 1 {where};"
        f"update contributions set first_day = first_day - 1 where aggregate_id = '{late}'",
    ) as differences:
        assert differences == [
            f"pledge {pledge}: the dashboard does not count its highest version",
            f"hire {late}: the dashboard does not count its highest version",
        ]


async def test_a_missing_version_is_reported(checked: Checked) -> None:
    pledge = next(hire.pledge_id for hire in struer().hires if hire.pledge_id is not None)
    keep, lose, heal = _kept("pledge_versions", f"pledge_id = '{pledge}' and version = 1")
    async with checked.damaged(f"{keep}; {lose}", heal) as differences:
        assert len(differences) == 1
        assert f"pledge {pledge}: the dashboard keeps" in differences[0]


async def test_a_row_without_a_source_is_reported(checked: Checked) -> None:
    orphan = uuid4()
    plant = (
        "create temp table orphan as select * from pledge_versions where version = 1 limit 1;"
        f"update orphan set pledge_id = '{orphan}';"
        "insert into pledge_versions select * from orphan"
    )
    async with checked.damaged(plant, f"delete from pledge_versions where pledge_id = '{orphan}'") as differences:
        assert differences == [
            f"pledge {orphan}: the dashboard has it, pledges has not",
            f"pledge {orphan}: the dashboard does not count its highest version",
        ]


async def test_a_different_value_is_reported_with_both_values(checked: Checked) -> None:
    company = struer().companies[0]
    spoil = (
        f"update companies set name = 'Somebody Else A/S' where company_id = '{company.id}';"
        "update meetings set decisions_open = decisions_open + 1;"
        "update targets set value = value + 1"
    )
    heal = (
        f"update companies set name = '{company.name}' where company_id = '{company.id}';"
        "update meetings set decisions_open = decisions_open - 1;"
        "update targets set value = value - 1"
    )
    async with checked.damaged(spoil, heal) as differences:
        assert differences[0] == (
            f"company {company.id}: name: the dashboard has Somebody Else A/S, events has {company.name}"
        )
        kinds = {tuple(each.split()[index] for index in (0, 2)) for each in differences[1:]}
        assert kinds == {("meeting", "decisions_open:"), ("target", "value:")}


async def test_a_different_position_count_is_reported(checked: Checked) -> None:
    pledge = next(hire.pledge_id for hire in struer().hires if hire.pledge_id is not None)
    highest = "(select max(version) from pledge_versions as later where later.pledge_id = pledge_versions.pledge_id)"
    where = f"where pledge_id = '{pledge}' and version = {highest}"
    async with checked.damaged(
        f"update pledge_versions set positions_filled = positions_filled - 1 {where}",
        f"update pledge_versions set positions_filled = positions_filled + 1 {where}",
    ) as differences:
        assert len(differences) == 1
        assert f"pledge {pledge}: positions_filled" in differences[0]


async def test_a_row_in_the_wrong_taskforce_is_reported_for_both(checked: Checked) -> None:
    event = next(event for event in struer().events if event.attending)
    where = f"event_id = '{event.id}' and company_id = '{event.attending[0]}'"
    async with checked.damaged(
        f"update attendances set taskforce_id = '{ELSEWHERE}' where {where}",
        f"update attendances set taskforce_id = '{TASKFORCE_ID}' where {where}",
    ) as differences:
        assert sum("events has it, the dashboard has not" in each for each in differences) == 1
        assert sum("the dashboard has it, events has not" in each for each in differences) == 1
        # It is still counted in its former taskforce.
        assert sum("does not count its highest version" in each for each in differences) == 2


async def test_a_wrong_count_is_reported_for_the_figures(checked: Checked) -> None:
    counted = "period = 'quarter' and measure = 'hires_from_pledges' and job_type = 'smaajob'"
    first = f"where ctid = (select ctid from deltas where {counted} order by day limit 1)"
    async with checked.damaged(
        f"create table kept_aside as select * from deltas; update deltas set delta = delta + 1 {first}",
        "truncate deltas; insert into deltas select * from kept_aside; drop table kept_aside",
    ) as differences:
        assert all("counted anew it is" in each for each in differences)
        assert any(each.startswith("hires of smaajob on ") for each in differences)
        assert any(each.startswith("hires_from_pledges of smaajob on ") for each in differences)
        assert any(" in 2018-Q" in each for each in differences)


async def test_a_wrong_count_of_a_municipality_is_reported(checked: Checked) -> None:
    counted = "period = 'year' and measure = 'pledged_positions' and job_type = 'smaajob' and municipality = '0671'"
    first = f"where ctid = (select ctid from company_deltas where {counted} order by day limit 1)"
    async with checked.damaged(
        f"create table kept_aside as select * from company_deltas; update company_deltas set delta = delta + 1 {first}",
        "truncate company_deltas; insert into company_deltas select * from kept_aside; drop table kept_aside",
    ) as differences:
        assert any(each.startswith("pledged_positions of smaajob of municipality 0671 on ") for each in differences)
        assert all("counted anew it is" in each for each in differences)


async def test_a_wrong_count_on_the_board_is_reported(checked: Checked) -> None:
    differences = (await checked.verdict(board_says={"count": 197} | SETTLED)).differences
    assert [(each.about, each.what) for each in differences] == [
        ("the board of struer", "it says 197, counted anew it is 196")
    ]


async def test_what_has_changed_since_a_board_was_released_is_no_difference(checked: Checked) -> None:
    before = {"count": 190, "released_at": "2018-05-01T06:00:00+00:00"}
    assert (await checked.verdict(board_says=before)).differences == []


async def test_lost_steps_answers_and_reasons_are_reported(checked: Checked) -> None:
    pledges = {pledge.id: pledge for pledge in struer().pledges}
    ended = next(
        hire
        for hire in struer().hires
        if hire.end_reason == "ordinary_job"
        and hire.pledge_id is not None
        and [step.job_type for step in ladder(hire, pledges[hire.pledge_id])] == ["smaajob"]
    )
    where = f"where hire_id = '{ended.id}'"
    lose = (
        f"update hire_steps set paid_weekly_hours = 37 {where};"
        f"update hire_checkpoints set answer = 'no' {where} and months = 12;"
        f"update hires set end_reason = 'employer' where id = '{ended.id}'"
    )
    back = (
        f"update hire_steps set paid_weekly_hours = {ended.weekly_hours} {where};"
        f"update hire_checkpoints set answer = 'unknown' {where} and months = 12;"
        f"update hires set end_reason = 'ordinary_job' where id = '{ended.id}'"
    )
    async with checked.damaged(lose, back, service="pledges") as differences:
        assert f"hire {ended.id}: answers: the dashboard has [], pledges has ['12 no']" in differences
        figures = {each.partition(" on 20")[0] for each in differences if " on 20" in each}
        assert figures >= {
            "hires_current_by_hours 30+ of smaajob",
            "hires_ended_by_reason employer of smaajob",
            "hires_ended_by_reason ordinary_job of smaajob",
            "still_employed 12 no of smaajob",
        }


async def test_a_lost_rise_in_hours_is_reported(checked: Checked) -> None:
    pledges = {pledge.id: pledge for pledge in struer().pledges}
    hire, first = next(
        (hire, steps[0])
        for hire in struer().hires
        if hire.pledge_id is not None and hire.ended_on is None
        for steps in [ladder(hire, pledges[hire.pledge_id])]
        if [step.job_type for step in steps] == ["smaajob", "smaajob"]
    )
    where = f"where hire_id = '{hire.id}' and starts_on = '{first.starts_on}'"
    lose = f"update hire_steps set paid_weekly_hours = 37 {where}"
    back = f"update hire_steps set paid_weekly_hours = {hire.weekly_hours} {where}"
    async with checked.damaged(lose, back, service="pledges") as differences:
        figures = {each.partition(" on 20")[0] for each in differences if " on 20" in each}
        assert figures >= {
            "hires_current_by_ladder more of smaajob",
            "hires_current_by_ladder fewer of smaajob",
        }


async def test_two_hires_that_the_dashboard_takes_for_two_citizens_are_reported(checked: Checked) -> None:
    pledges = {pledge.id: pledge for pledge in struer().pledges}
    first, again, *_ = (
        hire.id
        for hire in struer().hires
        if hire.pledge_id is not None
        and hire.ended_on is None
        and {step.job_type for step in ladder(hire, pledges[hire.pledge_id])} == {"smaajob"}
    )
    name = f"update hires set citizen_id = '{first}' where id in ('{first}', '{again}')"
    back = f"update hires set citizen_id = null where id in ('{first}', '{again}')"
    async with checked.damaged(name, back, service="pledges") as differences:
        assert {f"hire {hire}" for hire in (first, again)} <= {each.partition(":")[0] for each in differences}
        figures = {each.partition(" on 20")[0] for each in differences if " on 20" in each}
        assert figures == {"citizens of smaajob", "citizens_current of smaajob"}


async def test_citizens_with_several_hires_who_are_not_counted_are_reported(checked: Checked) -> None:
    hires = Counter(hire.citizen for hire in struer().hires if hire.citizen is not None)
    keep, lose, heal = _kept("contributions", "aggregate = 'citizen_versions'")
    async with checked.damaged(f"{keep}; {lose}", heal) as differences:
        assert {each.partition(":")[2] for each in differences} == {" the dashboard does not count its highest version"}
        assert {each.partition(" ")[0] for each in differences} == {"citizen"}
        assert len(differences) == sum(1 for number in hires.values() if number > 1)


async def test_a_contact_with_a_company_that_the_dashboard_does_not_know_is_reported(checked: Checked) -> None:
    contact, company = uuid4(), struer().companies[0].id
    plant = f"""
        insert into outreach (taskforce_id, id, company_id, kind, made_on, new_company, counted, logged_at, changed_at,
                              version)
        values ('{TASKFORCE_ID}', '{contact}', '{company}', 'visit', '2018-06-01', true, true, now(), now(), 1)
        """
    async with checked.damaged(plant, f"delete from outreach where id = '{contact}'", service="pledges") as differences:
        assert f"contact {contact}: pledges has it, the dashboard has not" in differences
        figures = {each.partition(" on 20")[0] for each in differences if " on 20" in each}
        assert figures == {"outreach_new_companies", "outreach_contacts by visit"}


async def test_a_time_of_capture_beyond_the_calendar_does_not_stop_the_verification(checked: Checked) -> None:
    pledge = struer().pledges[0]
    never = (
        "update pledges set flags = flags || array['clock_wrong'], "
        f"captured_at = '9999-12-31 23:59:59+00' where id = '{pledge.id}'"
    )
    back = (
        "update pledges set flags = array_remove(flags, 'clock_wrong'), "
        f"captured_at = '{pledge.captured_at.isoformat()}' where id = '{pledge.id}'"
    )
    async with checked.damaged(never, back, service="pledges") as differences:
        assert differences
        about = (f"pledge {pledge.id}: ", "pledged_positions of ", "tenths of a day pledged_to_hired on ")
        assert all(each.startswith(about) for each in differences)


async def test_pledges_that_count_when_their_event_was_not_on_are_reported(checked: Checked) -> None:
    scenario = struer()
    event_id = next(pledge.event_id for pledge in scenario.pledges if pledge.event_id is not None)
    pledges = {pledge.id for pledge in scenario.pledges if pledge.event_id == event_id}
    move = (
        "update employer_events set starts_at = starts_at {0}, ends_at = ends_at {0}, opened_at = opened_at {0}, "
        f"closed_at = closed_at {{0}} where id = '{event_id}'"
    )
    later, back = move.format("+ interval '30 days'"), move.format("- interval '30 days'")
    async with checked.damaged(later, back, service="pledges") as differences:
        assert {each.partition(":")[0] for each in differences} == {f"pledge {pledge}" for pledge in pledges}
        assert all("was not on; a coordinator decides on its page, /pledges/" in each for each in differences)


async def test_an_event_missing_in_the_figures_is_reported(checked: Checked) -> None:
    event = next(event for event in struer().events if event.kind == "employer_event")
    differences = [f"{each.about}: {each.what}" for each in (await checked.verdict(without_event=event.id)).differences]
    assert any(each.startswith(f"event {event.id}: it is missing from the figures on ") for each in differences)
    assert any(f"pledged_positions of smaajob at event {event.id}" in each for each in differences)


async def test_after_repair_there_are_no_differences(checked: Checked) -> None:
    assert (await checked.verdict()).differences == []


SETTLED = {"released_at": "2099-01-01T06:00:00+00:00"}
"""A release so long after loading that no hire has changed since, however fast the tests are."""
HIDDEN = {"count": None, "suppressed": True} | SETTLED


async def test_a_board_that_hides_a_large_count_is_reported(checked: Checked) -> None:
    assert [each.about for each in (await checked.verdict(board_says=HIDDEN)).differences] == ["the board of struer"]


async def test_a_board_that_hides_a_small_count_is_not_reported(checked: Checked) -> None:
    assert (await checked.verdict(board_says=HIDDEN, smallest=1000)).differences == []


async def test_a_board_that_shows_a_small_count_is_reported(checked: Checked) -> None:
    assert [each.about for each in (await checked.verdict(smallest=1000)).differences] == ["the board of struer"]
