"""The evening as it stands, and the stream that says when it has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import httpx

from services.pledges.register import store
from tests.pledges.conftest import NOW, Caller, pledge_body
from tests.pledges.intake.test_api import as_pass
from tests.pledges.intake.test_sync import API, announce, on_phone
from tests.support.serving import serving
from tests.support.waiting import PATIENCE_SECONDS, eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from fastapi import FastAPI

    from shared.db.database import Database


async def evening(caller: Caller, event_id: UUID, query: str = "") -> Any:
    """Return the evening as the coordinator gets it."""
    answer = await caller.get(f"{API}/events/{event_id}/evening{query}", "coordinator")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_evening_names_the_phone_that_still_holds_a_pledge(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id, hannes, other = await add_event(), uuid4(), uuid4()
    bodies = [on_phone(number, hannes, event_id=str(event_id)) for number in (1, 2, 3)]
    await announce(caller, event_id, hannes, announced=0, name="Hannes telefon")
    await announce(caller, event_id, other, announced=1)
    await caller.log(bodies[0], "event_pass", **as_pass(event_id))
    await announce(caller, event_id, hannes, announced=3)

    waiting = await evening(caller, event_id)
    # Another phone brings what was handed over to it.
    await caller.log(bodies[2])
    await announce(caller, event_id, hannes, announced=3, discarded=[2])
    await announce(caller, event_id, other, announced=1, discarded=[1])
    done = await evening(caller, event_id)

    assert [(one["name"], one["announced"], one["arrived"], one["missing"]) for one in waiting["phones"]] == [
        ("Hannes telefon", 3, 1, [2, 3]),
        ("Telefon 2", 1, 0, [1]),
    ]
    assert (waiting["safe"], waiting["captured"], waiting["all_safe"]) == (1, 4, False)
    assert all(one["missing_since"] and one["last_contact"] for one in waiting["phones"])
    assert (done["safe"], done["captured"], done["all_safe"]) == (2, 2, True)


async def test_a_phone_that_is_set_aside_no_longer_keeps_the_evening_from_being_safe(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id, lost = await add_event(), uuid4()
    await caller.log(on_phone(1, lost, event_id=str(event_id)))
    await announce(caller, event_id, lost, announced=3)
    path = f"{API}/events/{event_id}/phones/{lost}/set-aside"

    async def post(path: str, **body: str) -> Any:
        return await caller.client.post(path, json=body, headers=caller.headers("coordinator"))

    answer = await post(path, reason="Glemt i bussen")
    aside = await evening(caller, event_id)
    await post(f"{path}/undo")
    undone = await evening(caller, event_id)
    await post(path, reason="Glemt i bussen")
    await announce(caller, event_id, lost, announced=3)
    back = await evening(caller, event_id)

    assert answer.status_code == 200
    assert aside["phones"] == [answer.json()]
    assert (aside["safe"], aside["captured"], aside["all_safe"]) == (1, 1, True)
    assert (answer.json()["missing"], answer.json()["set_aside"]["reason"]) == ([2, 3], "Glemt i bussen")
    assert answer.json()["set_aside"]["by"] == str(uuid5(NAMESPACE_URL, "tilsagn:person:struer:coordinator"))
    for waited_for in (undone, back):
        assert (waited_for["captured"], waited_for["all_safe"]) == (3, False)
        assert waited_for["phones"][0]["set_aside"] is None


async def test_practice_and_the_evening_set_phones_aside_apart(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id, phone_id = await add_event(), uuid4()
    await announce(caller, event_id, phone_id, announced=1)

    answers = [
        await caller.client.post(
            f"{API}/events/{where}/phones/{phone_id}/set-aside{query}",
            json={"reason": reason},
            headers=caller.headers("coordinator"),
        )
        for where, query, reason in (
            (event_id, "?practice=true", "Øvet"),
            (uuid4(), "", "Væk"),
            (event_id, "", "Ring 010190-1234"),
            (event_id, "", "  "),
        )
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 422, 422]
    assert not (await evening(caller, event_id))["all_safe"]


async def test_the_evening_counts_what_counts_now_against_the_goal(
    caller: Caller,
    add_event: Callable[..., Awaitable[UUID]],
    add_company: Callable[..., Awaitable[UUID]],
    pledges_database: Database,
    taskforce_id: UUID,
) -> None:
    event_id = await add_event(goal_positions=50)
    await add_company("B&O", checked_in_at=event_id)
    company_id = await add_company("Smeden")
    async with pledges_database.change(taskforce_id) as conn:
        rows = [(taskforce_id, uuid4(), 1, event_id, company_id, cancelled_at) for cancelled_at in (None, NOW)]
        await store.save_registrations(conn, rows)
    rejected = pledge_body(event_id=str(event_id))
    for body in (pledge_body(event_id=str(event_id), positions=4), rejected, pledge_body()):
        await caller.log(body)
    await caller.log(pledge_body(positions=30), "event_pass", **as_pass(event_id))
    await caller.log(on_phone(1, uuid4(), event_id=str(event_id), practice=True))
    await caller.client.post(
        f"{API}/pledges/{rejected['id']}/review",
        json={"decision": "rejected"},
        headers=caller.headers("coordinator"),
    )

    shown = await evening(caller, event_id)
    practice = await evening(caller, event_id, "?practice=true")

    assert (shown["pledges"], shown["positions"], shown["held"], shown["goal"]) == (1, 4, 1, 50)
    assert (shown["checked_in"], shown["registered"], shown["phones"]) == (1, 1, [])
    assert shown["positions_by_type"] == {"smaajob": 4}
    assert (practice["pledges"], practice["positions"], len(practice["phones"])) == (1, 3, 1)


async def test_practice_is_deleted_on_request_and_nothing_else_is(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    here, there = await add_event(), await add_event()
    for event_id in (here, there):
        for practice in (True, False):
            await caller.log(on_phone(1, uuid4(), event_id=str(event_id), practice=practice))

    answer = await caller.client.delete(f"{API}/events/{here}/practice", headers=caller.headers("coordinator"))

    assert answer.status_code == 204
    pledges = [
        (await evening(caller, event_id, query))["pledges"]
        for event_id in (here, there)
        for query in ("?practice=true", "")
    ]
    assert pledges == [0, 1, 1, 1]


async def test_an_unknown_event_has_no_evening(caller: Caller) -> None:
    for path in ("", "/stream"):
        answer = await caller.get(f"{API}/events/{uuid4()}/evening{path}", "coordinator")
        assert answer.status_code == 404


async def test_a_pledge_wakes_the_stream_of_its_evening_once(
    app: FastAPI, caller: Caller, add_event: Callable[..., Awaitable[UUID]], taskforce_id: UUID
) -> None:
    event_id, elsewhere = await add_event(), await add_event()

    async def listening() -> bool:
        return bool(app.state.changes.version(taskforce_id) != (0, 0))

    async with serving(app) as url:
        await eventually(listening)
        client = httpx.AsyncClient(base_url=url, headers=caller.headers("coordinator"), timeout=PATIENCE_SECONDS)
        async with client, client.stream("GET", f"{API}/events/{event_id}/evening/stream") as stream:
            lines = stream.aiter_lines()
            for body in (
                pledge_body(event_id=str(event_id)),
                pledge_body(event_id=str(elsewhere)),
                pledge_body(event_id=str(event_id)),
            ):
                await caller.log(body)
                if body["event_id"] == str(event_id):
                    assert "changed_at" in await _next_message(lines)


async def _next_message(lines: AsyncIterator[str]) -> str:
    async for line in lines:
        if line.startswith("data: {"):
            return line
    raise AssertionError("the stream has ended")
