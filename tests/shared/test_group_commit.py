"""Changes that come at the same moment, made in one transaction, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from shared.group_commit import GroupCommit
from shared.messaging import outbox
from tests.shared.messaging.conftest import company

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.postgres import Connection, Database


class Effect:
    """Publishes each name; refuses one transaction for a name it does not like."""

    def __init__(self) -> None:
        self.together: list[list[str]] = []
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def __call__(self, conn: Connection, taskforce_id: UUID, wanted: Sequence[str]) -> list[str]:
        self.together.append(list(wanted))
        await self.go_on.wait()
        for name in wanted:
            await outbox.add(conn, company(taskforce_id, name=name))
            if name == "bad":
                raise ValueError(name)
            if name == "away":
                raise ConnectionResetError
        return [name.upper() for name in wanted]


async def _published(database: Database) -> dict[str, str]:
    """The transaction each name was published in."""
    rows = await database.pool.fetch("select payload ->> 'name' as name, xmin::text as transaction from outbox")
    return {row["name"]: row["transaction"] for row in rows}


async def _first_under_way(group: GroupCommit[str, str], effect: Effect, taskforce_id: UUID) -> asyncio.Task[str]:
    """One that holds the only transaction until `go_on` is set."""
    effect.go_on.clear()
    first = asyncio.create_task(group.change(taskforce_id, "first"))
    while not effect.together:
        await asyncio.sleep(0.01)
    return first


async def test_those_who_come_meanwhile_share_the_next_transaction(
    events_database: Database, taskforce_id: UUID
) -> None:
    effect = Effect()
    group = GroupCommit(events_database, effect, at_once=1)
    first = await _first_under_way(group, effect, taskforce_id)
    others = [asyncio.create_task(group.change(taskforce_id, name)) for name in "abc"]
    await asyncio.sleep(0)
    effect.go_on.set()

    assert await asyncio.gather(first, *others) == ["FIRST", "A", "B", "C"]
    assert effect.together == [["first"], ["a", "b", "c"]]
    published = await _published(events_database)
    assert published["a"] == published["b"] == published["c"] != published["first"]


async def test_no_more_than_allowed_and_only_one_taskforces_share_a_transaction(
    events_database: Database, taskforce_id: UUID
) -> None:
    effect = Effect()
    group = GroupCommit(events_database, effect, most=2, at_once=1)
    first = await _first_under_way(group, effect, taskforce_id)
    other = uuid4()
    wanted = [(taskforce_id, "a"), (other, "x"), (taskforce_id, "b"), (taskforce_id, "c"), (other, "y")]
    tasks = [asyncio.create_task(group.change(*one)) for one in wanted]
    await asyncio.sleep(0)
    effect.go_on.set()

    assert await asyncio.gather(first, *tasks) == ["FIRST", "A", "X", "B", "C", "Y"]
    assert effect.together == [["first"], ["a", "b"], ["x", "y"], ["c"]]


async def test_what_fails_undoes_the_transaction_and_everybody_in_it_is_told(
    events_database: Database, taskforce_id: UUID
) -> None:
    effect = Effect()
    group = GroupCommit(events_database, effect, most=2, at_once=1)
    first = await _first_under_way(group, effect, taskforce_id)
    tasks = [asyncio.create_task(group.change(taskforce_id, name)) for name in ("a", "bad", "c")]
    await asyncio.sleep(0)
    effect.go_on.set()

    outcomes = await asyncio.gather(first, *tasks, return_exceptions=True)

    assert [str(one) for one in outcomes] == ["FIRST", "bad", "bad", "C"]
    assert set(await _published(events_database)) == {"first", "c"}


async def test_who_waits_behind_a_lost_connection_is_told_at_once(
    events_database: Database, taskforce_id: UUID
) -> None:
    effect = Effect()
    group = GroupCommit(events_database, effect, most=1, at_once=1)
    first = await _first_under_way(group, effect, taskforce_id)
    tasks = [asyncio.create_task(group.change(taskforce_id, name)) for name in ("away", "b", "c")]
    await asyncio.sleep(0)
    effect.go_on.set()

    outcomes = await asyncio.gather(first, *tasks, return_exceptions=True)

    assert outcomes[0] == "FIRST"
    assert all(isinstance(one, ConnectionResetError) for one in outcomes[1:])
    assert effect.together == [["first"], ["away"]]
    assert await group.change(taskforce_id, "later") == "LATER"


async def test_nothing_is_done_for_somebody_who_has_gone(events_database: Database, taskforce_id: UUID) -> None:
    effect = Effect()
    group = GroupCommit(events_database, effect, at_once=1)
    first = await _first_under_way(group, effect, taskforce_id)
    gone, there = [asyncio.create_task(group.change(taskforce_id, name)) for name in ("gone", "there")]
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    effect.go_on.set()

    assert (await first, await there) == ("FIRST", "THERE")
    assert set(await _published(events_database)) == {"first", "there"}


async def test_an_outcome_is_told_once_it_is_committed_and_not_before(
    events_database: Database, taskforce_id: UUID
) -> None:
    group = GroupCommit(events_database, Effect())
    for number in range(20):
        await group.change(taskforce_id, f"number {number}")
        assert f"number {number}" in await _published(events_database)
