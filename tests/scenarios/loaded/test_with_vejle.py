"""The Vejle scenario, loaded beside that of Struer. The last file of the folder, which the others do not see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest_asyncio

from deploy.scenarios import vejle_facts
from deploy.scenarios.vejle import LADDER_HIRE_ID, SLUG, TASKFORCE_ID, vejle
from deploy.scenarios.vejle_loading import load_vejle
from services.dashboard.app import create_app
from shared.http.auth import Principal, sign_token
from tests.scenarios.loaded.scenario import release_board
from tests.scenarios.loaded.test_verification import Checked

if TYPE_CHECKING:
    from tests.scenarios.loaded.scenario import Loaded


@pytest_asyncio.fixture(scope="module")
async def vejle_loaded(loaded: Loaded) -> Loaded:
    """Both scenarios, loaded."""
    await load_vejle(loaded.target)
    await release_board(loaded.dashboard, loaded.dashboard_settings, TASKFORCE_ID)
    return loaded


async def test_the_dashboard_says_70_citizens_and_more_hires_than_citizens(
    vejle_loaded: Loaded, signing_key: str
) -> None:
    figures = await _figures(vejle_loaded, signing_key)
    assert figures["hires_current"]["smaajob"] == vejle_facts.CITIZENS_IN_SMAAJOB_NOW == 70
    assert figures["citizens_current"]["smaajob"] == 70
    assert figures["citizens_current"]["ordinaer"] == 1, "the man whose ladder is published"
    scenario = vejle()
    assert figures["hires"]["smaajob"] == scenario.smaajob_hires(scenario.until)
    assert figures["citizens"]["smaajob"] == scenario.smaajob_citizens(scenario.until)
    assert figures["citizens"]["smaajob"] < figures["hires"]["smaajob"]


async def test_the_figures_of_both_agree_with_the_services(vejle_loaded: Loaded, signing_key: str) -> None:
    verdict = await Checked(vejle_loaded, signing_key).verdict()
    assert verdict.differences == []
    assert SLUG in verdict.taskforces.values()


async def test_every_hire_has_a_contact_person_with_a_telephone(vejle_loaded: Loaded) -> None:
    without = """
        select count(*)
          from hires
          left join hire_contacts as contact on (contact.taskforce_id, contact.id) = (hires.taskforce_id, hires.id)
         where contact.phone is null
    """
    assert await _value(vejle_loaded, without) == 0
    assert await _value(vejle_loaded, "select count(*) from hires where contact_person_id is null") == 0


async def test_companies_that_nobody_knew_were_met(vejle_loaded: Loaded) -> None:
    met = "select count(*) from outreach where new_company"
    assert await _value(vejle_loaded, met) == sum(one.new_company for one in vejle().outreach)


async def test_the_man_works_for_20_hours_and_is_the_only_citizen_of_his_hire(vejle_loaded: Loaded) -> None:
    hours = "array_agg(paid_weekly_hours::int order by starts_on)"
    steps = await _value(vejle_loaded, f"select {hours} from hire_steps where hire_id = '{LADDER_HIRE_ID}'")
    assert steps == [0, 12, 20]
    citizen = f"(select citizen_id from hires where id = '{LADDER_HIRE_ID}')"
    assert await _value(vejle_loaded, f"select count(*) from hires where citizen_id = {citizen}") == 1


async def test_some_positions_were_found_for_citizens_and_others_are_open(vejle_loaded: Loaded) -> None:
    assert await _value(vejle_loaded, "select count(*) from positions where status = 'matched'") == 3
    assert await _value(vejle_loaded, "select count(*) from positions where status = 'open'") > 5
    assert await _value(vejle_loaded, "select count(*) from pledge_needs") == 3
    assert (await _counts(vejle_loaded))["matches"] == 3


async def test_loading_it_again_changes_nothing(vejle_loaded: Loaded) -> None:
    before = await _counts(vejle_loaded)
    await load_vejle(vejle_loaded.target)
    assert await _counts(vejle_loaded) == before
    assert before["participants"] == len(vejle().citizens)
    assert before["paused"] > len(vejle().settled())
    assert before["profile_cards"] == sum(citizen.card is not None for citizen in vejle().citizens)


async def _figures(loaded: Loaded, key: str) -> dict[str, Any]:
    app = create_app(loaded.dashboard_settings)
    token = sign_token(
        key, Principal(f"person:{uuid4()}", frozenset({"coordinator"}), TASKFORCE_ID), lifetime_seconds=60
    )
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http,
    ):
        answer = await http.get("/api/dashboard/v1/figures", headers={"authorization": f"Bearer {token}"})
        figures: dict[str, Any] = answer.raise_for_status().json()
        return figures


async def _value(loaded: Loaded, sql: str) -> Any:
    async with loaded.target.pledges.read(TASKFORCE_ID) as conn:
        return await conn.fetchval(sql)


async def _counts(loaded: Loaded) -> dict[str, int]:
    """Count the messages, and the rows of participants, which have none."""
    counts: dict[str, int] = {}
    for name, database in (("events", loaded.target.events), ("pledges", loaded.target.pledges)):
        async with database.system() as conn:
            counts[name] = await conn.fetchval("select count(*) from outbox")
    async with loaded.target.participants.read(TASKFORCE_ID) as conn:
        await conn.execute("select set_config('app.participants_of_all', 'yes', true)")
        for table in ("participants", "notes", "changes", "profile_cards", "links", "matches", "pledges"):
            counts[table] = await conn.fetchval(f"select count(*) from participants.{table}")
        counts["paused"] = await conn.fetchval("select count(*) from participants.participants where status = 'paused'")
    return counts
