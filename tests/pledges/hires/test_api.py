"""Confirming and reading hires over HTTP."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from shared.contracts.pledges import HireConfirmed, PositionFilled, position_id
from tests.pledges.conftest import Caller, hire_body, pledge_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from shared.db.database import Database


async def _logged(caller: Caller, **changes: Any) -> dict[str, Any]:
    answer = await caller.log(pledge_body(**changes))
    assert answer.status_code == 201, answer.text
    pledge: dict[str, Any] = answer.json()
    return pledge


async def test_a_hire_fills_a_position_and_the_pledge_follows(caller: Caller) -> None:
    pledge = await _logged(caller, positions=2)

    first = await caller.confirm(hire_body(pledge_id=pledge["id"]))
    between = (await caller.get(f"/api/pledges/v1/pledges/{pledge['id']}", "coordinator")).json()
    second = await caller.confirm(hire_body(pledge_id=pledge["id"]))
    after = (await caller.get(f"/api/pledges/v1/pledges/{pledge['id']}", "coordinator")).json()

    assert first.status_code == 201, first.text
    assert (first.json()["position"], second.json()["position"]) == (1, 2)
    assert first.json()["job_type"] == "smaajob"
    assert first.json()["company"]["name"] == "Struer Trælast A/S"
    assert (between["status"], between["version"]) == ("in_progress", 2)
    assert (after["status"], after["version"]) == ("fulfilled", 3)
    assert [one["hire_id"] for one in after["position_list"]] == [first.json()["id"], second.json()["id"]]


async def test_the_message_about_a_hire_names_no_person(caller: Caller, pledges_database: Database) -> None:
    pledge = await _logged(caller)
    hire = (await caller.confirm(hire_body(pledge_id=pledge["id"]))).json()

    async with pledges_database.system() as conn:
        rows = await conn.fetch("select type, payload, aggregateid, version from outbox order by position")
    assert [row["type"].split(".")[-2] for row in rows] == ["PledgeLogged", "PositionFilled", "HireConfirmed"]
    filled = PositionFilled.model_validate(rows[1]["payload"])
    confirmed = HireConfirmed.model_validate(rows[2]["payload"])
    assert filled.version == 2
    assert filled.positions[0].hire_id == confirmed.hire_id
    assert str(confirmed.hire_id) == hire["id"]
    assert str(confirmed.logged_by) == pledge["logged_by"]
    assert confirmed.position_id == position_id(filled.pledge_id, 1)
    assert "Tangaa" not in str(rows)
    assert "96 84" not in str(rows)


async def test_the_same_hire_again_gets_the_same_bytes_and_fills_nothing_more(caller: Caller) -> None:
    pledge = await _logged(caller)
    body = hire_body(pledge_id=pledge["id"])

    first = await caller.confirm(body, key="one", if_match='"1"')
    again = await caller.confirm(body, key="one", if_match='"1"')
    another_key = await caller.confirm(body, key="two")
    other_body = await caller.confirm(body | {"weekly_hours": 3}, key="one")
    other_id_body = await caller.confirm(body | {"weekly_hours": 3}, key="three")

    assert first.status_code == 201
    assert first.content == again.content == another_key.content
    assert (other_body.status_code, other_id_body.status_code) == (422, 409)
    now = (await caller.get(f"/api/pledges/v1/pledges/{pledge['id']}", "coordinator")).json()
    assert [one["status"] for one in now["position_list"]] == ["filled", "open", "open"]


async def test_two_case_workers_on_one_position_make_one_hire(caller: Caller) -> None:
    pledge = await _logged(caller)

    answers = await asyncio.gather(*(caller.confirm(hire_body(pledge_id=pledge["id"], position=2)) for _ in range(6)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["type"] == "/problems/position-taken"


async def test_case_workers_who_name_no_position_get_one_each(caller: Caller) -> None:
    pledge = await _logged(caller, positions=4)

    answers = await asyncio.gather(*(caller.confirm(hire_body(pledge_id=pledge["id"])) for _ in range(6)))

    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 201, 409, 409]
    assert sorted(answer.json()["position"] for answer in answers if answer.status_code == 201) == [1, 2, 3, 4]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["type"] == "/problems/no-position-open"


async def test_one_hire_under_many_keys_at_once_is_one_hire(caller: Caller) -> None:
    pledge = await _logged(caller)
    body = hire_body(pledge_id=pledge["id"])

    answers = await asyncio.gather(*(caller.confirm(body, key=f"key-{n}") for n in range(8)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1


async def test_a_stale_version_is_refused(caller: Caller) -> None:
    pledge = await _logged(caller)
    assert (await caller.confirm(hire_body(pledge_id=pledge["id"]), if_match='"1"')).status_code == 201

    stale = await caller.confirm(hire_body(pledge_id=pledge["id"]), if_match='"1"')
    unknown = await caller.confirm(hire_body(pledge_id=pledge["id"]), if_match='W/"2"')
    any_version = await caller.confirm(hire_body(pledge_id=pledge["id"]), if_match="*")
    right = await caller.confirm(hire_body(pledge_id=pledge["id"]), if_match='"3"')

    assert (stale.status_code, unknown.status_code) == (412, 412)
    assert stale.json()["type"] == "/problems/stale-version"
    assert (any_version.status_code, right.status_code) == (201, 201)


async def test_a_hire_without_a_pledge_names_its_company(
    caller: Caller, add_company: Callable[..., Awaitable[UUID]]
) -> None:
    company_id = await add_company("B&O", municipality="0671")

    missing = await caller.confirm(hire_body())
    named = await caller.confirm(hire_body(company="B&O", contact_person="Jonas Tangaa"))

    assert missing.status_code == 422
    assert missing.json()["errors"][0]["pointer"] == "/company"
    assert named.status_code == 201, named.text
    assert named.json()["company"]["id"] == str(company_id)
    assert named.json()["pledge_id"] is None
    assert named.json()["job_type"] == "smaajob"


async def test_a_position_is_named_by_number_or_id(caller: Caller) -> None:
    pledge = await _logged(caller)
    third = pledge["position_list"][2]["id"]

    by_id = await caller.confirm(hire_body(pledge_id=pledge["id"], position=third))
    by_number = await caller.confirm(hire_body(pledge_id=pledge["id"], position=2))
    unknown = await caller.confirm(hire_body(pledge_id=pledge["id"], position=4))

    assert (by_id.json()["position"], by_number.json()["position"]) == (3, 2)
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["pointer"] == "/position"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"weekly_hours": 0}, "/weekly_hours"),
        ({"weekly_hours": 38}, "/weekly_hours"),
        ({"weekly_hours": {"from": 5, "to": 10}}, "/weekly_hours"),
        ({"start_date": "31-12-2026"}, "/start_date"),
        ({"start_date": "1026-01-01"}, "/start_date"),
        ({"start_date": "2206-01-01"}, "/start_date"),
        ({"contact_person": None}, "/contact_person"),
        ({"contact_person": ""}, "/contact_person/name"),
        ({"contact_person": "Jonas 010170-1234"}, "/contact_person/name"),
        ({"contact_person": {"phone": "96848484"}}, "/contact_person/name"),
        ({"pledge_id": str(uuid4())}, "/pledge_id"),
        ({"position": 0}, "/position"),
        ({"position": "første"}, "/position"),
        ({"position": True}, "/position"),
        ({"job_type": "x"}, "/job_type"),
        ({"ended_on": "2000-01-02"}, "/ended_on"),
        ({"id": None}, "/id"),
    ],
)
async def test_a_wrong_field_is_named(one_caller: Caller, change: dict[str, Any], pointer: str) -> None:
    pledge = await _logged(one_caller)

    answer = await one_caller.confirm(hire_body(pledge_id=pledge["id"]) | change)

    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert "1234" not in answer.text.replace(answer.json()["instance"], "")


async def test_a_refused_hire_leaves_nothing_behind(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    pledge = await _logged(caller, positions=1)
    await caller.confirm(hire_body(pledge_id=pledge["id"]))

    await caller.confirm(hire_body(pledge_id=pledge["id"]))

    async with pledges_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from hires") == 1
        assert await conn.fetchval("select count(*) from idempotency_keys where operation = 'confirm_hire'") == 1
    async with pledges_database.system() as conn:
        assert await conn.fetchval("select count(*) from outbox") == 3


async def test_case_workers_see_the_contact_person_in_the_list_of_hires(caller: Caller) -> None:
    pledge = await _logged(caller)
    ids = [(await caller.confirm(hire_body(pledge_id=pledge["id"]))).json()["id"] for _ in range(3)]

    page = (await caller.get("/api/pledges/v1/hires?page_size=2", "coordinator")).json()
    rest = (
        await caller.get(f"/api/pledges/v1/hires?page_size=2&page_token={page['next_page_token']}", "caseworker")
    ).json()
    one = await caller.get(f"/api/pledges/v1/hires/{ids[0]}", "admin")
    none = await caller.get(f"/api/pledges/v1/hires?pledge_id={uuid4()}", "caseworker")

    assert [hire["id"] for hire in page["items"] + rest["items"]] == list(reversed(ids))
    assert one.json()["contact_person"]["name"] == "Jonas Tangaa"
    assert one.headers["etag"] == '"1"'
    assert none.json() == {"items": [], "next_page_token": None}
