"""The worker's search for duplicates."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from services.pledges.duplicates import store
from services.pledges.duplicates.detection import compare_new, most_alike
from shared.messaging.outbox import taskforces
from tests.pledges.conftest import Caller, pledge_body
from tests.pledges.corrections.test_api import patch
from tests.pledges.duplicates.conftest import API, proposals
from tests.pledges.duplicates.test_likeness import compared
from tests.pledges.intake.test_api import as_pass

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shared.db.database import Database


async def search(database: Database, taskforce_id: UUID) -> int:
    """Compare until nothing is left, and return how many pledges were compared."""
    compared = 0
    while found := await compare_new(database, taskforce_id):
        compared += found
    return compared


async def test_a_promise_from_two_phones_is_proposed_once_whoever_searches_how_often(
    log_twins: Callable[..., Awaitable[list[dict[str, Any]]]],
    caller: Caller,
    pledges_database: Database,
    taskforce_id: UUID,
) -> None:
    first, second, _ = await log_twins({}, {"company": {"name": "Struer Traelast"}}, {"company": {"name": "Andre"}})

    again = await asyncio.gather(*(compare_new(pledges_database, taskforce_id) for _ in range(3)))

    [found] = await proposals(caller)
    assert again == [0, 0, 0]
    assert (found["status"], found["version"], found["suggested"]) == ("open", 1, first["id"])
    assert (found["first"]["id"], found["second"]["id"]) == (first["id"], second["id"])
    assert found["differences"] == ["company.name", "company.cvr"]


async def test_pledges_of_two_events_and_without_one_are_not_proposed(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]], pledges_database: Database, taskforce_id: UUID
) -> None:
    for event_id in (str(await add_event()), str(await add_event()), None, None):
        await caller.log(pledge_body(event_id=event_id))

    assert await search(pledges_database, taskforce_id) == 4
    assert await proposals(caller) == []


async def test_what_was_kept_is_not_proposed_again_when_a_pledge_changes(
    log_twins: Callable[..., Awaitable[list[dict[str, Any]]]],
    caller: Caller,
    pledges_database: Database,
    taskforce_id: UUID,
) -> None:
    first, _ = await log_twins()
    [found] = await proposals(caller)
    headers = caller.headers("coordinator")
    await caller.client.post(f"{API}/{found['id']}/keep", headers=headers)
    path = f"/api/pledges/v1/pledges/{first['id']}/review"
    await caller.client.post(path, json={"decision": "accepted"}, headers=headers)

    assert await search(pledges_database, taskforce_id) == 1
    assert await proposals(caller) == []
    assert [one["id"] for one in await proposals(caller, "kept")] == [found["id"]]


async def test_an_open_proposal_is_closed_when_the_two_are_not_alike_any_more_and_opened_when_they_are(
    log_twins: Callable[..., Awaitable[list[dict[str, Any]]]],
    caller: Caller,
    pledges_database: Database,
    taskforce_id: UUID,
) -> None:
    _, second = await log_twins()

    async def correct(*tasks: str, hours: int) -> None:
        changes = {"tasks": tasks, "weekly_hours": {"to": hours}}
        assert (await patch(caller, second["id"], changes)).status_code == 200
        await search(pledges_database, taskforce_id)

    await correct("office", hours=20)
    closed = await proposals(caller)
    [outdated] = await proposals(caller, "outdated")
    await correct("shelf_stocking", "tidying", hours=10)
    [opened] = await proposals(caller)

    assert closed == []
    assert (opened["id"], opened["version"]) == (outdated["id"], 3)


async def test_a_guests_pledge_that_is_held_is_proposed_with_one_that_counts_but_not_with_another_held_one(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]], pledges_database: Database, taskforce_id: UUID
) -> None:
    event_id = await add_event()
    many = {"positions": 26, "event_id": str(event_id)}
    held = [await caller.log(pledge_body(**many), "event_pass", **as_pass(event_id)) for _ in range(2)]
    await search(pledges_database, taskforce_id)
    before = await proposals(caller)

    counted = await caller.log(pledge_body(**many))
    await search(pledges_database, taskforce_id)

    assert [answer.json()["review"] for answer in (*held, counted)] == ["waiting", "waiting", None]
    assert before == []
    found = await proposals(caller)
    assert {(one["first"]["id"], one["second"]["id"]) for one in found} == {
        (answer.json()["id"], counted.json()["id"]) for answer in held
    }
    assert {one["suggested"] for one in found} == {counted.json()["id"]}


async def test_a_pledge_received_long_ago_is_not_compared_again(
    log_twins: Callable[..., Awaitable[list[dict[str, Any]]]], pledges_database: Database, taskforce_id: UUID
) -> None:
    await log_twins()
    async with pledges_database.change(taskforce_id) as conn:
        await conn.execute("update duplicate_checks set version = 0")

    assert await compare_new(pledges_database, taskforce_id, at=datetime.now(UTC) + timedelta(days=15)) == 0
    assert await compare_new(pledges_database, taskforce_id) == 2


def test_a_flood_of_like_pledges_makes_few_proposals_of_each() -> None:
    flood = [replace(compared(), id=uuid4()) for _ in range(20)]
    assert len(most_alike(flood[7], flood)) == 3


async def test_each_taskforce_of_the_outbox_is_named_once(
    caller: Caller, pledges_database: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    async with pledges_database.system() as conn:
        assert await taskforces(conn) == []
    for taskforce in (taskforce_id, other_taskforce_id, taskforce_id):
        await caller.log(pledge_body(), taskforce_id=taskforce)

    async with pledges_database.system() as conn:
        assert await taskforces(conn) == sorted([taskforce_id, other_taskforce_id])


async def test_of_a_flood_only_the_latest_are_compared_with(
    log_twins: Callable[..., Awaitable[list[dict[str, Any]]]], pledges_database: Database, taskforce_id: UUID
) -> None:
    first, _, third = await log_twins({}, {}, {})
    event_id = UUID(first["event_id"])

    async with pledges_database.read(taskforce_id) as conn:
        latest = await store.comparable_pledges(conn, taskforce_id, [event_id], [UUID(first["id"])], of_event=1)

    assert {one.id for one in latest} == {UUID(first["id"]), UUID(third["id"])}
