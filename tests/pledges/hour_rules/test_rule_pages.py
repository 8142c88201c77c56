"""The page of the rules: what a coordinator adds, ends and withdraws, and what nobody changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.pledges.browsing import HTML, text_of

if TYPE_CHECKING:
    import httpx

    from tests.pledges.conftest import Caller

RULE: dict[str, Any] = {
    "name": "300-timersreglen",
    "words": "Mindst 300 timer.",
    "source": "Aftale i taskforcen",
    "hours": "300",
    "months": "12",
    "job_types": ["smaajob", "ordinaer"],
    "valid_from": "2026-01-01",
}


async def page(caller: Caller, *roles: Any, path: str = "/participants/rules") -> str:
    answer = await caller.client.get(path, headers=caller.headers(*roles) | HTML)
    assert answer.status_code == 200
    return answer.text


async def post(caller: Caller, path: str = "", **form: Any) -> httpx.Response:
    headers = caller.headers("coordinator") | HTML
    return await caller.client.post(f"/participants/rules{path}", data=form, headers=headers)


def id_of(answer: httpx.Response) -> str:
    assert answer.status_code == 303, text_of(answer.text)
    return answer.headers["location"].partition("#rule-")[2]


async def test_the_rule_of_the_law_is_there_with_its_dates_and_its_source(caller: Caller) -> None:
    shown = text_of(await page(caller, "caseworker"))
    assert "225-timersreglen Gælder ikke længere" in shown
    assert "01.04.2016 – 30.06.2025" in shown
    assert "Lov om aktiv socialpolitik § 13 f." in shown
    assert "Lønnede timer i: Småjob, Ordinært job" in shown
    assert "Tilføj en regel" not in shown
    assert "The 225-hour rule" in await page(caller, "caseworker", path="/participants/rules?lang=en")


async def test_a_coordinator_adds_a_rule_and_its_next_version(caller: Caller) -> None:
    first = id_of(await post(caller, **RULE))
    # Another version cannot begin before the first one has ended.
    code = re.search(r'<option value="(own_\w+)"', await page(caller, "coordinator"))
    assert code is not None
    second = RULE | {"version_of": code[1], "hours": "350,5", "valid_from": "2027-01-01"}
    refused = await post(caller, **second)
    assert refused.status_code == 409
    assert "Den gælder fra 01.01.2026" in text_of(refused.text)
    id_of(await post(caller, f"/{first}/end", last_day="2026-12-31"))
    id_of(await post(caller, **second))
    shown = text_of(await page(caller, "coordinator"))
    assert "300-timersreglen, version 2 Gælder endnu ikke" in shown
    assert "350,5 timer inden for 12 kalendermåneder" in shown
    assert "01.01.2026 – 31.12.2026" in shown
    assert "Den sidste dag blev skrevet ind" in shown


async def test_a_rule_that_was_withdrawn_is_still_shown(caller: Caller) -> None:
    rule_id = id_of(await post(caller, **RULE))
    id_of(await post(caller, f"/{rule_id}/withdraw"))
    assert "300-timersreglen Trukket tilbage" in text_of(await page(caller, "coordinator"))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hours": "0"}, "Timer:"),
        ({"job_types": []}, "Timer i disse typer job tæller med"),
        ({"words": "Aftalt med 010190-1234"}, "CPR"),
        ({"valid_until": "2025-12-31"}, "Den sidste dag ligger før den første"),
        ({"valid_from": "1026-01-01"}, "Første dag:"),
    ],
)
async def test_a_rule_that_cannot_be_right_is_refused_beside_its_field(
    caller: Caller, wrong: dict[str, Any], words: str
) -> None:
    refused = await post(caller, **RULE | wrong)
    assert refused.status_code == 422
    assert words in text_of(refused.text)


async def test_the_rule_of_the_law_cannot_be_changed(caller: Caller) -> None:
    national = re.search(r'id="rule-([0-9a-f-]{36})"', await page(caller, "coordinator"))
    assert national is not None
    for path, form in (("end", {"last_day": "2026-12-31"}), ("withdraw", {})):
        assert (await post(caller, f"/{national[1]}/{path}", **form)).status_code == 409
