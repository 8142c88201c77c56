"""The Struer scenario, loaded through the services' commands with running workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.scenarios import facts
from deploy.scenarios.struer import TASKFORCE_ID, UNTIL, struer
from deploy.scenarios.struer_loading import is_loaded, load_struer
from services.dashboard.measures.selection import Times
from services.dashboard.targets.figures import targets

if TYPE_CHECKING:
    from deploy.scenarios.loading import Target
    from tests.scenarios.loaded.scenario import Loaded


PROCESSOR_SECONDS_ALLOWED = 15


async def test_loading_takes_little_processor_time(loaded: Loaded) -> None:
    assert loaded.seconds < PROCESSOR_SECONDS_ALLOWED


async def test_the_dashboard_has_exactly_196_citizens_in_smaajobs(loaded: Loaded) -> None:
    counted = await loaded.read_model_value(
        """
        select count(distinct hire_id)
          from hire_versions, unnest(steps) as step
         where step.job_type = 'smaajob'
           and step.starts_on between $1 and $2
        """,
        facts.SINCE,
        UNTIL,
    )
    assert counted == facts.CITIZENS_IN_SMAAJOB_SINCE_START


async def test_the_dashboard_has_every_hire_position_event_and_check_in(loaded: Loaded) -> None:
    scenario = struer()
    assert await loaded.read_model_value("select count(distinct hire_id) from hire_versions") == len(scenario.hires)
    positions = "select sum(positions) from (select distinct pledge_id, positions from pledge_versions) as pledge"
    assert await loaded.read_model_value(positions) == sum(pledge.positions for pledge in scenario.pledges)
    closed = "select count(distinct event_id) from employer_events where status = 'closed'"
    assert await loaded.read_model_value(closed) == len(scenario.events)
    assert await loaded.read_model_value("select count(*) from attendances") == sum(
        len(g.attending) for g in scenario.events
    )


async def test_some_ladders_answers_matches_and_trials_are_under_way(loaded: Loaded) -> None:
    steps = "select count(distinct hire_id) from hire_steps where job_type = 'praktik' and praktik_weekly_hours = 20"
    assert await loaded.pledges_value(steps) > 10
    assert await loaded.pledges_value("select count(*) from hire_checkpoints where answer = 'same_company'") > 100
    assert await loaded.pledges_value("select count(*) from hire_checkpoints where answer is null") > 10
    for status in ("matched", "trial", "cancelled"):
        assert await loaded.pledges_value(f"select count(*) from positions where status = '{status}'") > 2


async def test_every_pledge_has_a_known_company_and_no_flags(loaded: Loaded) -> None:
    assert await loaded.pledges_value("select count(*) from pledges where company_id is null") == 0
    assert await loaded.pledges_value("select count(*) from pledges where flags <> '{}'") == 0
    assert await loaded.pledges_value("select count(*) from hires where flags <> '{}'") == 0


async def test_loaded_pledges_have_no_address_for_mails(loaded: Loaded) -> None:
    assert await loaded.pledges_value("select count(*) from pledge_contacts where email is not null") == 0
    assert await loaded.pledges_value("select count(*) from hires where logged_by is not null") == 0
    assert await loaded.pledges_value("select count(*) from pledges where captured_by <> 'import'") == 0


async def test_the_latest_hires_name_their_citizen_and_each_smaajob_is_another_citizens(loaded: Loaded) -> None:
    named = sum(hire.citizen is not None for hire in struer().hires)
    assert await loaded.pledges_value("select count(*) from hires where citizen_id is not null") == named
    assert await loaded.pledges_value("select count(distinct citizen_id) from hires") < named
    twice = """
        select count(citizen_id) - count(distinct citizen_id)
          from hires
         where job_type = 'smaajob'
    """
    assert await loaded.pledges_value(twice) == 0


async def test_the_taskforce_has_targets_that_can_be_judged(loaded: Loaded) -> None:
    found = await targets(loaded.dashboard, TASKFORCE_ID, Times(UNTIL))
    assert [one.terms.target_id for one in found if one.status is None] == []
    [hires] = [one for one in found if one.terms.measure.code == "hires"]
    assert (hires.progress.counted, hires.terms.value) == (facts.CITIZENS_IN_SMAAJOB_SINCE_START, 200)
    [share] = [one for one in found if one.terms.measure.kind == "share"]
    assert 0 < share.progress.counted < share.progress.ripe < share.progress.begun


async def test_loading_it_again_changes_nothing(loaded: Loaded) -> None:
    assert await is_loaded(loaded.target)
    before = await _changes(loaded.target)
    await load_struer(loaded.target)
    assert await _changes(loaded.target) == before


async def _changes(target: Target) -> list[int]:
    counts = []
    for database in (target.events, target.pledges):
        async with database.system() as conn:
            counts.append(await conn.fetchval("select count(*) from outbox"))
    return counts
