"""Group commit on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast
from uuid import UUID, uuid4

import pytest

from shared.db import group_commit
from shared.db.database import TRANSIENT_ERRORS
from shared.db.group_commit import BatchFailed, DatabaseUnavailable, GroupCommit
from shared.messaging import outbox
from tests.shared.messaging.conftest import company
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from shared.db.database import Connection, Database


class Effect:
    """Publishes each name; refuses one transaction for a name it does not like."""

    def __init__(self) -> None:
        self.together: list[list[str]] = []
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def __call__(self, conn: Connection, taskforce_id: UUID, changes: Sequence[str]) -> list[str]:
        self.together.append(list(changes))
        await self.go_on.wait()
        for name in changes:
            await outbox.add(conn, company(taskforce_id, name=name))
            if name == "bad":
                raise ValueError(name)
            if name == "away":
                raise ConnectionResetError
        return [name.upper() for name in changes]


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


async def test_changes_that_come_meanwhile_share_the_next_transaction(
    events_database: Database, taskforce_id: UUID
) -> None:
    effect = Effect()
    group = GroupCommit(events_database, effect, max_transactions=1)
    first = await _first_under_way(group, effect, taskforce_id)
    others = [asyncio.create_task(group.change(taskforce_id, name)) for name in "abc"]
    await asyncio.sleep(0)
    effect.go_on.set()

    assert await asyncio.gather(first, *others) == ["FIRST", "A", "B", "C"]
    assert effect.together == [["first"], ["a", "b", "c"]]
    published = await _published(events_database)
    assert published["a"] == published["b"] == published["c"] != published["first"]


async def test_a_batch_is_limited_and_of_one_taskforce(events_database: Database, taskforce_id: UUID) -> None:
    effect = Effect()
    group = GroupCommit(events_database, effect, max_batch=2, max_transactions=1)
    first = await _first_under_way(group, effect, taskforce_id)
    other = uuid4()
    changes = [(taskforce_id, "a"), (other, "x"), (taskforce_id, "b"), (taskforce_id, "c"), (other, "y")]
    tasks = [asyncio.create_task(group.change(*one)) for one in changes]
    await asyncio.sleep(0)
    effect.go_on.set()

    assert await asyncio.gather(first, *tasks) == ["FIRST", "A", "X", "B", "C", "Y"]
    assert effect.together == [["first"], ["a", "b"], ["x", "y"], ["c"]]


async def test_a_failed_change_fails_the_whole_batch(events_database: Database, taskforce_id: UUID) -> None:
    effect = Effect()
    group = GroupCommit(events_database, effect, max_batch=2, max_transactions=1)
    first = await _first_under_way(group, effect, taskforce_id)
    tasks = [asyncio.create_task(group.change(taskforce_id, name)) for name in ("a", "bad", "c")]
    await asyncio.sleep(0)
    effect.go_on.set()

    outcomes = await asyncio.gather(first, *tasks, return_exceptions=True)

    assert [outcomes[0], outcomes[3]] == ["FIRST", "C"]
    errors = outcomes[1:3]
    assert all(isinstance(one, BatchFailed) and str(one.__cause__) == "bad" for one in errors)
    assert errors[0] is not errors[1]
    assert set(await _published(events_database)) == {"first", "c"}


async def test_a_lost_connection_fails_only_its_own_batch(events_database: Database, taskforce_id: UUID) -> None:
    effect = Effect()
    group = GroupCommit(events_database, effect, max_batch=2, max_transactions=1)
    first = await _first_under_way(group, effect, taskforce_id)
    tasks = [asyncio.create_task(group.change(taskforce_id, name)) for name in ("a", "away", "c")]
    await asyncio.sleep(0)
    effect.go_on.set()

    outcomes = await asyncio.gather(first, *tasks, return_exceptions=True)

    assert [outcomes[0], outcomes[3]] == ["FIRST", "C"]
    assert all(isinstance(one, DatabaseUnavailable) for one in outcomes[1:3])
    assert isinstance(outcomes[1], TRANSIENT_ERRORS)


async def test_a_value_that_the_driver_rejects_is_no_outage(events_database: Database, taskforce_id: UUID) -> None:
    async def effect(conn: Connection, _: UUID, changes: Sequence[str]) -> list[str]:
        await conn.execute("select $1::integer", 2**40)
        return list(changes)

    with pytest.raises(BatchFailed):
        await GroupCommit(events_database, effect).change(taskforce_id, "too large")


async def test_waiting_in_the_queue_times_out(
    events_database: Database, taskforce_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "QUEUE_SECONDS", 0.2)
    effect = Effect()
    group = GroupCommit(events_database, effect, max_transactions=1)
    first = await _first_under_way(group, effect, taskforce_id)

    with pytest.raises(DatabaseUnavailable):
        await group.change(taskforce_id, "second")

    effect.go_on.set()
    assert await first == "FIRST"  # its own turn had come: it waits as long as it takes
    assert await group.change(taskforce_id, "third") == "THIRD"
    assert set(await _published(events_database)) == {"first", "third"}


async def test_a_batch_does_not_wait_long_for_a_lock(events_database: Database, taskforce_id: UUID) -> None:
    async def effect(conn: Connection, _: UUID, changes: Sequence[str]) -> list[str]:
        await conn.execute("select pg_advisory_xact_lock(4711)")
        return list(changes)

    async with events_database.system() as holder:
        await holder.execute("select pg_advisory_xact_lock(4711)")
        with pytest.raises(BatchFailed):
            await GroupCommit(events_database, effect).change(taskforce_id, "waits")


class _Instant:
    """A database whose transactions all end in one step of the event loop when they are released."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()

    @asynccontextmanager
    async def change(self, _: UUID) -> AsyncIterator[_Instant]:
        await self.gate.wait()
        yield self

    async def execute(self, _: str) -> None:
        """Whatever it is."""


async def test_a_change_that_comes_as_the_queue_empties_is_made(taskforce_id: UUID) -> None:
    async def effect(_: Connection, _of: UUID, changes: Sequence[int]) -> Sequence[int]:
        return changes

    instant = _Instant()
    group: GroupCommit[int, int] = GroupCommit(cast("Database", instant), effect)
    first, second = [asyncio.create_task(group.change(taskforce_id, number)) for number in (1, 2)]
    await asyncio.sleep(0.01)
    instant.gate.set()
    third = asyncio.create_task(group.change(taskforce_id, 3))
    await asyncio.wait_for(asyncio.gather(first, second, third), PATIENCE_SECONDS)
    assert third.result() == 3


async def test_a_change_right_after_another_is_made(taskforce_id: UUID) -> None:
    async def effect(_: Connection, _of: UUID, changes: Sequence[int]) -> Sequence[int]:
        return changes

    instant = _Instant()
    group: GroupCommit[int, int] = GroupCommit(cast("Database", instant), effect, max_batch=1)

    async def twice() -> int:
        return await group.change(taskforce_id, await group.change(taskforce_id, 1))

    tasks = [asyncio.create_task(twice()), asyncio.create_task(group.change(taskforce_id, 2))]
    await asyncio.sleep(0.01)
    instant.gate.set()
    assert list(await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE_SECONDS)) == [1, 2]


async def test_a_cancelled_change_is_not_made(events_database: Database, taskforce_id: UUID) -> None:
    effect = Effect()
    group = GroupCommit(events_database, effect, max_transactions=1)
    first = await _first_under_way(group, effect, taskforce_id)
    gone, there = [asyncio.create_task(group.change(taskforce_id, name)) for name in ("gone", "there")]
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    effect.go_on.set()

    assert (await first, await there) == ("FIRST", "THERE")
    assert set(await _published(events_database)) == {"first", "there"}


async def test_an_outcome_is_returned_after_the_commit(events_database: Database, taskforce_id: UUID) -> None:
    group = GroupCommit(events_database, Effect())
    for number in range(20):
        await group.change(taskforce_id, f"number {number}")
        assert f"number {number}" in await _published(events_database)
