"""The page of a participant's hours, in words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from shared.ui.formats import date_text
from tests.pledges.browsing import HTML, text_of
from tests.pledges.conftest import TODAY, Caller
from tests.pledges.hour_rules.test_api import hire
from tests.pledges.participants.conftest import HOLSTEBRO, STRUER

if TYPE_CHECKING:
    from services.pledges.participants.domain import Participant
    from shared.product.roles import Role


async def page(caller: Caller, one: Participant, query: str = "", **principal: str) -> tuple[int, str]:
    roles: list[Role] = ["facilitator"] if "programme" in principal else []
    if "municipality" in principal or not roles:
        roles.append("caseworker")
    headers = caller.headers(*roles, **principal or {"municipality": STRUER})
    answer = await caller.client.get(f"/participants/{one.id}/hours{query}", headers=headers | HTML)
    return answer.status_code, text_of(answer.text)


async def test_without_a_hire_the_page_says_which_hours_are_counted(caller: Caller, one: Participant) -> None:
    status, shown = await page(caller, one)
    assert status == 200
    assert "Ingen ansættelse er knyttet til borgeren endnu" in shown
    assert "0 af 225 timer: Der mangler 225 timer." in shown


async def test_each_rule_has_its_result_its_text_and_its_source(caller: Caller, one: Participant) -> None:
    await hire(caller, one)
    _status, shown = await page(caller, one)
    assert "145 lønnede timer i tolv måneder" in shown
    assert "145 af 225 timer: Der mangler 80 timer." in shown
    assert f"bliver den opfyldt {date_text(TODAY + timedelta(days=16))}." in shown
    assert shown.index("Vores regel") < shown.index("225-timersreglen")
    assert "Reglen gælder ikke længere og har ingen virkning." in shown
    assert "Lov om aktiv socialpolitik § 13 f." in shown
    assert "B&O" in shown


async def test_the_hours_together_are_not_the_sum_of_rounded_months(caller: Caller, one: Participant) -> None:
    first, last = TODAY - timedelta(days=70), TODAY
    await hire(
        caller, one, {"from": first.isoformat(), "paid_weekly_hours": 10}, ended_on=last.isoformat(), end_reason="other"
    )
    assert "100 lønnede timer i tolv måneder" in (await page(caller, one))[1]


async def test_a_rule_that_is_met_says_until_when(caller: Caller, one: Participant) -> None:
    start = (TODAY - timedelta(days=60)).isoformat()
    await hire(caller, one, {"from": start, "paid_weekly_hours": 35})
    _status, shown = await page(caller, one)
    assert "305 af 225 timer: Reglen er opfyldt." in shown
    assert "Opfyldt til og med" in shown


async def test_what_if_is_answered_on_the_page(caller: Caller, one: Participant) -> None:
    query = f"?from={TODAY}&paid_weekly_hours=17,5&job_type=smaajob"
    status, shown = await page(caller, one, query)
    assert status == 200
    assert f"Hvad nu hvis: Reglen ville være opfyldt {date_text(TODAY + timedelta(days=89))}." in shown
    assert "men den gælder ikke på det tidspunkt" in shown
    status, shown = await page(caller, one, "?paid_weekly_hours=17")
    assert status == 422
    assert "Skriv, hvilken dag det planlagte trin begynder." in shown
    status, shown = await page(caller, one, "?from=i%20morgen&paid_weekly_hours=170")
    assert status == 422
    assert "2 ting skal rettes" in shown


async def test_a_facilitator_sees_the_hours_and_not_at_which_company(caller: Caller, one: Participant) -> None:
    await hire(caller, one)
    status, shown = await page(caller, one, programme="job_network")
    assert (status, "145 af 225 timer" in shown, "B&O" in shown) == (200, True, False)
    shown = (await page(caller, one, programme="job_network", municipality=HOLSTEBRO))[1]
    assert ("145 af 225 timer" in shown, "B&O" in shown) == (True, False)
    assert (await page(caller, one, programme="smaajob_effort"))[0] == 404
    assert (await page(caller, one, municipality=HOLSTEBRO))[0] == 404
