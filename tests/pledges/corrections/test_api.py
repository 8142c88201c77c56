"""Correcting a pledge over HTTP: who may, what is stored, and what a repeated request is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from tests.pledges.conftest import Caller, hire_body, pledge_body
from tests.pledges.intake.test_api import as_pass
from tests.pledges.pledges.test_review import published

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx

    from shared.db.database import Database
    from shared.product.roles import Role

API = "/api/pledges/v1/pledges"
REASON = {"reason": "Eva rang: de mangler to"}


async def patch(
    caller: Caller, pledge_id: str, body: dict[str, Any], *roles: Role, if_match: str | None = None, **principal: Any
) -> httpx.Response:
    """Correct a pledge."""
    headers = caller.headers(*(roles or ("coordinator",)), **principal)
    headers |= {"content-type": "application/merge-patch+json"} | ({"if-match": if_match} if if_match else {})
    return await caller.client.patch(f"{API}/{pledge_id}", json=REASON | body, headers=headers)


async def test_a_correction_is_stored_published_and_shown(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    body = pledge_body()
    await caller.log(body)
    changes = {
        "company": {"name": "B&O", "cvr": None},
        "contact": {"name": "Ida", "email": None},
        "positions": 2,
        "weekly_hours": {"to": 15},
        "tasks": ["office"],
        "earliest_start": "2027-01-04",
    }

    answer = await patch(caller, body["id"], changes, if_match='"1"')

    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    now = (await caller.get(f"{API}/{body['id']}", "coordinator")).json()
    assert now == answer.json()
    assert (now["company"]["name"], now["company"]["cvr"], now["company"]["municipality"]) == ("B&O", None, "0671")
    assert now["contact"] == {"name": "Ida", "phone": "+4597850000", "email": None}
    assert (now["positions"], len(now["position_list"]), now["weekly_hours"]) == (2, 2, {"from": 5, "to": 15})
    assert (now["tasks"], now["earliest_start"]) == (["office"], "2027-01-04")
    assert await published(pledges_database, taskforce_id, body["id"]) == [
        ("PledgeLogged", 1, True),
        ("PledgeCorrected", 2, True),
    ]


async def test_a_hire_follows_its_pledge_to_another_event(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]], pledges_database: Database, taskforce_id: UUID
) -> None:
    body = pledge_body(event_id=str(await add_event()))
    await caller.log(body)
    hire = (await caller.confirm(hire_body(pledge_id=body["id"]))).json()
    meant = str(await add_event())

    for _ in range(2):
        answer = await patch(caller, body["id"], {"event_id": meant})
        assert answer.status_code == 200, answer.text

    now = (await caller.get(f"/api/pledges/v1/hires/{hire['id']}", "caseworker")).json()
    assert now == hire | {"event_id": meant, "version": 2}
    async with pledges_database.read(taskforce_id) as conn:
        rows = await conn.fetch("select payload from outbox where aggregateid = $1 order by position", UUID(hire["id"]))
    first, moved = (row["payload"] for row in rows)
    assert (moved["version"], moved["event_id"]) == (2, meant)
    assert moved["recorded_at"] > first["recorded_at"]


async def test_a_repeated_request_is_answered_with_what_was_logged(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id, other = await add_event(), await add_event()
    member, guest = pledge_body(), pledge_body()
    first = [await caller.log(member), await caller.log(guest, "event_pass", **as_pass(event_id))]
    everything = {
        "company": {"name": "Helt anden", "cvr": None, "municipality": None},
        "contact": {"name": "Ida", "phone": None},
        "positions": 1,
        "weekly_hours": {"from": 1, "to": 2},
        "tasks": [],
        "job_type": "praktik",
        "event_id": str(other),
    }

    for body in (member, guest):
        assert (await patch(caller, body["id"], everything)).status_code == 200
        assert (await patch(caller, body["id"], {"positions": 4, "contact": {"name": "Bo"}})).status_code == 200

    again = [await caller.log(member), await caller.log(guest, "event_pass", **as_pass(event_id))]
    assert [answer.content for answer in again] == [answer.content for answer in first]
    # The guest of the pass finds it, and a guest of the event that it was moved to does not.
    receipts = [await caller.get(f"{API}/{guest['id']}", "event_pass", **as_pass(one)) for one in (event_id, other)]
    assert [answer.status_code for answer in receipts] == [200, 404]


async def test_the_member_who_logged_it_and_coordinators_correct_it_and_nobody_else(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    me = uuid4()
    body = pledge_body()
    await caller.log(body, "member", subject=f"person:{me}")

    others: tuple[Role, ...] = ("member", "caseworker", "facilitator", "admin")
    tried = {
        who: (await patch(caller, body["id"], {"positions": 4}, who, subject=f"person:{uuid4()}")).status_code
        for who in others
    }
    mine = await patch(caller, body["id"], {"positions": 9}, "member", subject=f"person:{me}")
    unknown = await patch(caller, str(uuid4()), {"positions": 4})

    assert tried == {"member": 404, "caseworker": 404, "facilitator": 403, "admin": 200}
    assert (mine.status_code, unknown.status_code) == (200, 404)
    async with pledges_database.read(taskforce_id) as conn:
        rows = await conn.fetch("select version, changed_by, note from pledge_changes order by version")
    assert [(row["version"], row["note"]) for row in rows] == [(2, REASON["reason"]), (3, REASON["reason"])]
    assert rows[1]["changed_by"] == me


async def test_the_second_of_two_corrections_of_one_version_is_refused(caller: Caller) -> None:
    body = pledge_body()
    await caller.log(body)

    first = [await patch(caller, body["id"], {"positions": 2}, if_match='"1"') for _ in range(2)]
    second = await patch(caller, body["id"], {"positions": 5}, if_match='"1"')

    assert [answer.status_code for answer in first] == [200, 200]
    assert [answer.headers["etag"] for answer in first] == ['"2"', '"2"'], "a lost answer may be asked for again"
    assert (second.status_code, second.json()["type"]) == (412, "/problems/stale-version")


async def test_a_filled_position_stays_whatever_is_corrected(caller: Caller) -> None:
    body = pledge_body(positions=3)
    await caller.log(body)
    assert (await caller.confirm(hire_body(pledge_id=body["id"], position=3))).status_code == 201

    none_left = await patch(caller, body["id"], {"positions": 0})
    one_left = await patch(caller, body["id"], {"positions": 1})
    three_again = await patch(caller, body["id"], {"positions": 3})

    assert none_left.status_code == 422
    assert [(one["number"], one["status"]) for one in one_left.json()["position_list"]] == [(3, "filled")]
    assert [(one["number"], one["status"]) for one in three_again.json()["position_list"]] == [
        (1, "open"),
        (2, "open"),
        (3, "filled"),
    ]
    assert one_left.json()["status"] == "fulfilled"
    assert three_again.json()["status"] == "in_progress"


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"positions": 51}, 422, "/positions"),
        ({"weekly_hours": {"from": 20, "to": 10}}, 422, "/weekly_hours"),
        ({"contact": {"name": "010190-1234"}}, 422, "/contact/name"),
        ({"reason": "CPR 010190-1234"}, 422, "/reason"),
        ({"reason": " "}, 422, "/reason"),
        ({"tasks": ["nothing"]}, 422, "/tasks/0"),
        ({"event_id": str(uuid4())}, 422, "/event_id"),
    ],
)
async def test_what_cannot_be_saved_is_refused_by_field(
    one_caller: Caller, changes: dict[str, Any], status: int, field: str
) -> None:
    body = pledge_body()
    await one_caller.log(body)

    answer = await patch(one_caller, body["id"], changes)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, field)
    assert "010190" not in answer.text
    assert (await one_caller.get(f"{API}/{body['id']}", "coordinator")).json()["version"] == 1
