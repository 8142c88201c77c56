"""Withdrawing pledges over HTTP, one or everything that came with a pass, and undoing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from tests.pledges.conftest import Caller, hire_body, pledge_body
from tests.pledges.intake.test_api import as_pass
from tests.pledges.pledges.test_review import published

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx

    from shared.db.database import Database
    from shared.product.roles import Role

API = "/api/pledges/v1"


async def post(
    caller: Caller, path: str, body: dict[str, Any], *roles: Role, if_match: str | None = None, **principal: Any
) -> httpx.Response:
    """Post a withdrawal or its undoing."""
    headers = caller.headers(*(roles or ("coordinator",)), **principal) | ({"if-match": if_match} if if_match else {})
    return await caller.client.post(f"{API}{path}", json=body, headers=headers)


def states(answer: httpx.Response) -> list[str]:
    """Return the states of a pledge's positions."""
    return [position["status"] for position in answer.json()["position_list"]]


async def test_a_withdrawn_pledge_is_in_no_work_list_until_it_is_restored(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    body = pledge_body()
    await caller.log(body)
    path = f"/pledges/{body['id']}"

    withdrawn = [
        await post(
            caller, f"{path}/withdraw", {"reason": "company_withdrew", "note": "De har ansat selv"}, if_match=tag
        )
        for tag in ('"1"', '"1"')
    ]
    listed = await caller.get(f"{API}/pledges?status=withdrawn", "member")
    waiting = await caller.get(f"{API}/pledges?unfilled=true", "coordinator")
    hired = await caller.confirm(hire_body(pledge_id=body["id"]))
    restored = await post(caller, f"{path}/restore", {}, if_match='"2"')

    assert [answer.status_code for answer in withdrawn] == [200, 200]
    assert withdrawn[0].content == withdrawn[1].content
    assert (withdrawn[0].json()["status"], withdrawn[0].headers["etag"]) == ("withdrawn", '"2"')
    assert withdrawn[0].json()["ended_on"] is not None
    assert states(withdrawn[0]) == ["cancelled"] * 3
    assert [one["id"] for one in listed.json()["items"]] == [body["id"]]
    assert waiting.json()["items"] == []
    assert (hired.status_code, hired.json()["type"]) == (409, "/problems/pledge-ended")
    assert (restored.status_code, restored.json()["status"], restored.json()["ended_on"]) == (200, "logged", None)
    assert states(restored) == ["open"] * 3
    assert (await caller.confirm(hire_body(pledge_id=body["id"]))).status_code == 201
    assert await published(pledges_database, taskforce_id, body["id"]) == [
        ("PledgeLogged", 1, True),
        ("PledgeWithdrawn", 2, True),
        ("PledgeRestored", 3, True),
        ("PositionFilled", 4, True),
    ]


async def test_a_member_withdraws_their_own_pledge_only_before_anybody_is_matched_with_it(caller: Caller) -> None:
    me = f"person:{uuid4()}"
    free, taken = pledge_body(), pledge_body()
    for body in (free, taken):
        await caller.log(body, "member", subject=me)
    await caller.confirm(hire_body(pledge_id=taken["id"]))
    mistake, withdrew = {"reason": "logged_by_mistake"}, {"reason": "company_withdrew"}

    by_other = await post(caller, f"/pledges/{free['id']}/withdraw", mistake, "member", subject=f"person:{uuid4()}")
    mine = await post(caller, f"/pledges/{free['id']}/withdraw", mistake, "member", subject=me)
    too_late = await post(caller, f"/pledges/{taken['id']}/withdraw", withdrew, "member", subject=me)
    never_made = await post(caller, f"/pledges/{taken['id']}/withdraw", mistake)
    the_rest = await post(caller, f"/pledges/{taken['id']}/withdraw", withdrew)

    assert (by_other.status_code, mine.status_code) == (404, 200)
    assert (too_late.status_code, too_late.json()["type"]) == (409, "/problems/already-matched")
    assert (never_made.status_code, never_made.json()["type"]) == (409, "/problems/positions-filled")
    assert states(the_rest) == ["filled", "cancelled", "cancelled"]


async def test_a_flood_with_one_pass_is_withdrawn_and_restored_at_once(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event()
    flood = [pledge_body(positions=26 if number == 3 else 2) for number in range(4)]
    for body in flood:
        await caller.log(body, "event_pass", **as_pass(event_id))
    await caller.log(kept := pledge_body(event_id=str(event_id)))
    await caller.confirm(hire_body(pledge_id=flood[0]["id"]))
    await post(caller, f"/pledges/{flood[1]['id']}/withdraw", {"reason": "logged_by_mistake"})
    await add_event(event_id, version=2, pass_generation=2)
    await caller.log(later := pledge_body(), "event_pass", **as_pass(event_id, generation=2))
    path = f"/events/{event_id}/passes/1"

    gone = await post(caller, f"{path}/withdraw", {"reason": "not_genuine", "note": "En bot"})
    again = await post(caller, f"{path}/withdraw", {"reason": "not_genuine", "note": "En bot"})

    left_out = [{"id": flood[0]["id"], "company": "Struer Trælast A/S", "positions_filled": 1}]
    assert gone.json() == {"changed": 2, "pledges": 0, "positions": 0, "withdrawn": 2, "left_out": left_out}
    assert again.json() == gone.json() | {"changed": 0}
    every = {one["id"]: one for one in (await caller.get(f"{API}/pledges", "coordinator")).json()["items"]}
    assert {id for id, one in every.items() if one["status"] == "withdrawn"} == {one["id"] for one in flood[1:]}
    assert {every[id]["status"] for id in (kept["id"], later["id"])} == {"logged"}

    back = await post(caller, f"{path}/restore", {})
    restored = {one["id"]: one for one in (await caller.get(f"{API}/pledges", "coordinator")).json()["items"]}
    assert back.json()["changed"] == 2
    assert {id for id, one in restored.items() if one["status"] == "withdrawn"} == {flood[1]["id"]}
    assert restored[flood[3]["id"]]["review"] == "waiting", "a pledge that was held is held again"


async def test_only_coordinators_withdraw_what_came_with_a_pass_and_the_event_has_to_be_known(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    path, body = f"/events/{await add_event()}/passes/1/withdraw", {"reason": "not_genuine"}

    answers = [await post(caller, path, body, role) for role in ("member", "caseworker", "admin")]
    unknown = await post(caller, f"/events/{uuid4()}/passes/1/withdraw", body)

    assert [answer.status_code for answer in answers] == [403, 403, 200]
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/event-unknown")


async def test_a_withdrawn_pledge_no_longer_waits_for_a_decision(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    body = pledge_body(positions=26)
    await caller.log(body, "event_pass", **as_pass(await add_event()))

    await post(caller, f"/pledges/{body['id']}/withdraw", {"reason": "not_genuine"})
    held = await caller.get(f"{API}/pledges?held=true", "coordinator")
    decided = await post(caller, f"/pledges/{body['id']}/review", {"decision": "accepted"})

    assert held.json()["items"] == []
    assert (decided.status_code, decided.json()["type"]) == (409, "/problems/pledge-ended")
