"""The page of the queue: its views, and why each row is there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.pledges.browsing import HTML, text_of
from tests.pledges.conftest import NOW, Caller, hire_body, pledge_body

if TYPE_CHECKING:
    from typing import Any

ME: dict[str, Any] = {"subject": f"person:{uuid4()}"}


async def page(caller: Caller, query: str = "", role: Any = "caseworker") -> str:
    answer = await caller.client.get(f"/queue{query}", headers=caller.headers(role, **ME) | HTML)
    assert answer.status_code == 200
    return answer.text


async def test_a_row_says_why_it_is_there_and_what_to_do_and_nobodys_work_is_told(caller: Caller) -> None:
    await caller.log(
        pledge_body(company={"name": "Bager Holm"}, captured_at=(NOW - timedelta(days=20)).isoformat()), "coordinator"
    )

    mine, nobodys = text_of(await page(caller)), text_of(await page(caller, "?view=unassigned"))

    assert "Intet venter på dig i dag" in mine
    assert "1 opgave er ikke fordelt." in mine
    assert "Plads 1, 2 og 3 hos Bager Holm har ventet 20 dage uden match" in nobodys
    assert "Find borgere, eller luk pladserne." in nobodys
    assert "6 dage over tid" in nobodys


async def test_every_vacant_position_is_listed_under_its_kind(caller: Caller) -> None:
    await caller.log(pledge_body(company={"name": "Nyere"}))
    await caller.log(pledge_body(company={"name": "Gammel"}, captured_at=(NOW - timedelta(days=1000)).isoformat()))

    everything = text_of(await page(caller, "?view=all&due=all&kind=vacant", "coordinator"))

    assert everything.index("Gammel har ventet 2 år") < everything.index("Nyere har intet match")


async def test_a_case_is_taken_over_on_its_own_page_which_tells_who_had_it(caller: Caller) -> None:
    pledge, hire = pledge_body(), hire_body(company={"name": "B&O"})
    await caller.log(pledge, "coordinator")
    await caller.confirm(hire)
    headers = caller.headers("caseworker", **ME) | HTML

    for table, case_id in (("pledge", pledge["id"]), ("hire", hire["id"])):
        form = {"take": f"{table}:{case_id}", "to_case": "true"}
        taken = await caller.client.post("/queue/assign", data=form, headers=headers)
        case = text_of((await caller.client.get(taken.headers["location"], headers=headers)).text)

        assert taken.headers["location"] == f"/{table}s/{case_id}"
        assert "Sagen er hos dig" in case
        assert "fra ingen bestemt til dig, af dig" in case


async def test_a_case_that_is_taken_over_is_mine_until_that_is_undone(caller: Caller) -> None:
    body = pledge_body(company={"name": "Bager Holm"}, captured_at=(NOW - timedelta(days=20)).isoformat())
    await caller.log(body, "coordinator")
    headers = caller.headers("caseworker", **ME)
    form = {"take": f"pledge:{body['id']}", "back": "view=unassigned&next=https://elsewhere.example"}

    taken = await caller.client.post("/queue/assign", data=form, headers=headers)
    answered, is_mine = text_of(await page(caller, taken.headers["location"][6:])), text_of(await page(caller))
    batch = taken.headers["location"].partition("handover=")[2]
    undone = await caller.client.post(f"/queue/assign/{batch}/undo", data={"back": ""}, headers=headers)

    nobody = (await caller.client.post("/queue/assign", data={"back": ""}, headers=headers)).headers["location"]

    assert "Vælg først sagerne" in text_of(await page(caller, nobody[6:]))
    assert taken.headers["location"] == f"/queue?view=unassigned&handover={batch}"
    assert "1 sag er fordelt" in answered
    assert "Bager Holm har ventet" in is_mine
    assert "1 sag er tilbage, hvor den var" in text_of(await page(caller, undone.headers["location"][6:]))
    assert "Intet venter på dig i dag" in text_of(await page(caller))
