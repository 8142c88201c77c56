"""A rebuild from the publishers' outboxes: the same rows, served in one moment, with nothing missed meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from services.dashboard.measures.figures import compute
from services.dashboard.read_model import projections
from services.dashboard.read_model import rebuild as rebuilding
from services.dashboard.read_model.rebuild import RebuildInterrupted, RebuildUnderWay, rebuild
from shared.contracts.pledges import PledgeMerged
from tests.dashboard.messages import (
    EVENING,
    apply_messages,
    check_in,
    company,
    delivered,
    employer_event,
    filled,
    hire,
    meeting,
    outreach,
    pledge,
    pledge_again,
    target,
    taskforce,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from uuid import UUID

    from shared.contracts.message import Message
    from shared.db.database import Connection, Database
    from tests.dashboard.read_model.conftest import Publish
    from tests.support.infrastructure import Databases

    Look = Callable[[str], Awaitable[list[asyncpg.Record]]]


@pytest_asyncio.fixture
async def look(dashboard_dsns: Databases) -> AsyncIterator[Look]:
    """A superuser's connection, to which no policy applies."""
    conn = await asyncpg.connect(dashboard_dsns.superuser_dsn("dashboard"))
    yield conn.fetch
    await conn.close()


async def _rows(look: Look) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the generation that is served, without its number."""
    served = "(select generation from generations where state = 'serving')"
    return {
        table: sorted(
            tuple(str(value) for name, value in row.items() if name != "generation")
            for row in await look(f"select * from {table} where generation = {served}")
        )
        for table in projections.TABLES
    }


def _history(other_taskforce_id: UUID) -> list[Message]:
    evening = employer_event()
    logged = pledge(positions=3, event_id=evening.event_id)
    twice = pledge(positions=2)
    return [
        taskforce(),
        taskforce(taskforce_id=other_taskforce_id, slug="elsewhere"),
        company(),
        evening,
        employer_event(event_id=evening.event_id, version=2, goal_positions=60),
        check_in(evening.event_id),
        meeting(agenda=({"item_id": evening.event_id, "minutes": 20, "shows": "changes"},)),
        target(),
        logged,
        filled(logged),
        twice,
        filled(twice, filled=0, status="duplicate"),
        first := hire(pledge_id=logged.pledge_id, event_id=evening.event_id, citizen_id=company().company_id),
        hire(citizen_id=first.citizen_id),
        outreach(),
        pledge(taskforce_id=other_taskforce_id, positions=7),
    ]


async def test_a_rebuild_makes_the_same_rows(
    dashboard_database: Database,
    outboxes: Mapping[str, str],
    publish: Publish,
    look: Look,
    other_taskforce_id: UUID,
) -> None:
    history = _history(other_taskforce_id)
    await publish(*history)
    await apply_messages(dashboard_database, *history)
    before = await _rows(look)
    assert before["deltas"]

    steps: list[tuple[int, int]] = []
    done = await rebuild(dashboard_database, outboxes, progress=lambda read, all_: steps.append((read, all_)))

    assert await _rows(look) == before
    assert done.messages == {"events": 8, "pledges": 8}
    assert not done.refused
    assert not done.ignored
    assert steps[-1] == (16, 16)
    assert done.discarded == sum(len(rows) for rows in before.values())


async def test_nothing_is_left_of_the_old_generation(
    dashboard_database: Database,
    outboxes: Mapping[str, str],
    publish: Publish,
    look: Look,
    other_taskforce_id: UUID,
) -> None:
    history = _history(other_taskforce_id)
    await publish(*history)
    await apply_messages(dashboard_database, *history)
    done = await rebuild(dashboard_database, outboxes)
    tables = await look("select table_name from information_schema.columns where column_name = 'generation'")
    found = {row["table_name"] for row in tables}
    assert found == {*projections.TABLES, "generations"}, "a new table must be discarded with its generation"
    for table in found:
        assert {row["generation"] for row in await look(f"select distinct generation from {table}")} == {
            done.generation
        }, table


async def test_a_rebuild_restores_lost_rows_and_removes_rows_without_a_source(
    dashboard_database: Database,
    outboxes: Mapping[str, str],
    publish: Publish,
    look: Look,
    taskforce_id: UUID,
) -> None:
    logged = pledge(positions=3)
    await publish(taskforce(), logged)
    await apply_messages(dashboard_database, pledge(positions=40))
    await rebuild(dashboard_database, outboxes)
    assert (await compute(dashboard_database, taskforce_id, as_of=logged.pledged_on)).counts["pledged_positions"][
        "smaajob"
    ] == 3
    assert [row["slug"] for row in await look("select slug from taskforces")] == ["struer"]


async def test_what_arrives_while_building_is_in_the_old_generation_and_in_the_new(
    dashboard_database: Database,
    outboxes: Mapping[str, str],
    publish: Publish,
    taskforce_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await publish(pledge(positions=1))
    seen: list[int] = []
    swap = rebuilding._swap

    async def swap_after_more(database: Database, generation: int, snapshot: Any) -> None:
        # Too late for the outbox to be read again: only the worker brings this one.
        await apply_messages(dashboard_database, pledge(positions=10))
        seen.append(
            (await compute(database, taskforce_id, as_of=EVENING.date())).counts["pledged_positions"]["smaajob"]
        )
        await swap(database, generation, snapshot)

    monkeypatch.setattr(rebuilding, "_swap", swap_after_more)
    await rebuild(dashboard_database, outboxes)
    assert seen == [10], "the old generation goes on being served and kept up to date"
    figures = await compute(dashboard_database, taskforce_id, as_of=EVENING.date())
    assert figures.counts["pledged_positions"]["smaajob"] == 11


async def test_the_sums_miss_nothing_that_is_written_around_their_making(
    dashboard_database: Database,
    outboxes: Mapping[str, str],
    publish: Publish,
    look: Look,
    taskforce_id: UUID,
    other_taskforce_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before the snapshot, over it, after it, and after the swap; what the first attempt of a swap added is undone."""
    first, second, third = (pledge(positions=number, company_id=uuid4()) for number in (1, 2, 3))
    confirmed = hire(pledge_id=first.pledge_id)
    await publish(first, second, third, confirmed)
    await apply_messages(dashboard_database, first, second, third, confirmed)
    summed, complete = rebuilding._summed, rebuilding._complete
    before: list[Any] = []

    @asynccontextmanager
    async def between(database: Database, generation: int) -> AsyncIterator[Any]:
        await apply_messages(database, pledge_again(PledgeMerged, first, status="duplicate", counted=False))
        async with database.change(taskforce_id) as conn:
            over = [pledge_again(PledgeMerged, second, status="duplicate", counted=False), pledge(positions=20)]
            await projections.apply(conn, delivered(over))
            making = summed(database, generation)
            snapshot = await making.__aenter__()
        await apply_messages(
            database,
            pledge_again(PledgeMerged, third, status="duplicate", counted=False),
            hire(hire_id=confirmed.hire_id, version=2, start_date=date(2027, 2, 1)),
            pledge(positions=30),
            pledge(positions=40, taskforce_id=other_taskforce_id),
        )
        yield snapshot
        await making.__aexit__(None, None, None)

    async def twice(conn: Connection, generation: int, snapshot: Any) -> None:
        await complete(conn, generation, snapshot)
        if not before:
            before.append(await _rows(look))
            raise asyncpg.LockNotAvailableError

    monkeypatch.setattr(rebuilding, "_summed", between)
    monkeypatch.setattr(rebuilding, "_complete", twice)
    await rebuild(dashboard_database, outboxes)

    assert before[0]["company_deltas"]
    assert await _rows(look) == before[0]
    late = pledge(positions=5)
    await apply_messages(dashboard_database, late)
    figures = await compute(dashboard_database, taskforce_id, as_of=EVENING.date())
    assert figures.counts["pledged_positions"]["smaajob"] == 20 + 30 + 5


async def test_a_rebuild_of_the_release_before_has_its_sums_kept(dashboard_database: Database, look: Look) -> None:
    async with dashboard_database.system() as conn:
        await conn.execute("insert into generations (state) values ('building')")
    await apply_messages(dashboard_database, pledge(positions=3))
    for table in ("deltas", "company_deltas"):
        served, built = await look(f"select count(*) from {table} group by generation")
        assert served == built


async def test_the_swap_waits_for_a_worker_in_the_middle_of_a_batch(
    dashboard_database: Database,
    outboxes: Mapping[str, str],
    publish: Publish,
    look: Look,
    taskforce_id: UUID,
) -> None:
    late = pledge(positions=5)
    async with dashboard_database.change(taskforce_id) as conn:
        # It knows of the old generation only, and has not written yet.
        into = await projections.generations(conn)
        await publish(late)
        rebuilding_ = asyncio.create_task(rebuild(dashboard_database, outboxes))
        while not await look("select 1 from pledge_versions"):
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)
        assert not rebuilding_.done(), "the swap must wait, or this row would outlive its generation"
        await projections.write(conn, projections.rows_of([late]), into)
    done = await rebuilding_
    assert {row["generation"] for row in await look("select generation from pledge_versions")} == {done.generation}


async def test_a_reader_sees_exactly_one_generation(
    dashboard_database: Database, outboxes: Mapping[str, str], publish: Publish, taskforce_id: UUID
) -> None:
    history = [pledge(positions=2) for _ in range(300)]
    await publish(*history)
    await apply_messages(dashboard_database, *history)
    running = asyncio.create_task(rebuild(dashboard_database, outboxes))
    seen = set()
    while not running.done():
        figures = await compute(dashboard_database, taskforce_id, as_of=EVENING.date())
        seen.add(figures.counts["pledged_positions"]["smaajob"])
    await running
    assert seen == {600}


async def test_streams_are_notified_when_a_new_generation_is_served(
    dashboard_database: Database, dashboard_dsns: Databases, outboxes: Mapping[str, str]
) -> None:
    payloads: list[str] = []
    listener = await asyncpg.connect(dashboard_dsns.app_dsn("dashboard"))
    await listener.add_listener(projections.CHANNEL, lambda *arguments: payloads.append(str(arguments[3])))
    await rebuild(dashboard_database, outboxes)
    await listener.execute("select 1")
    await listener.close()
    assert payloads == [""]


async def test_only_one_rebuild_runs_at_a_time(
    dashboard_database: Database, outboxes: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_swap, go_on = asyncio.Event(), asyncio.Event()
    swap = rebuilding._swap

    async def slow_swap(database: Database, generation: int, snapshot: Any) -> None:
        at_swap.set()
        await go_on.wait()
        await swap(database, generation, snapshot)

    monkeypatch.setattr(rebuilding, "_swap", slow_swap)
    first = asyncio.create_task(rebuild(dashboard_database, outboxes))
    await at_swap.wait()
    with pytest.raises(RebuildUnderWay):
        await rebuild(dashboard_database, outboxes)
    go_on.set()
    await first


@pytest.mark.parametrize("at", ["_write_rows", "_summed", "_complete", "_swap"])
async def test_a_rebuild_cleans_up_after_one_that_died(
    at: str,
    dashboard_database: Database,
    outboxes: Mapping[str, str],
    publish: Publish,
    look: Look,
    taskforce_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await publish(pledge(positions=3))
    await apply_messages(dashboard_database, pledge(positions=1))
    with monkeypatch.context() as patch, pytest.raises(ConnectionError):

        def die(*_: object) -> None:
            raise ConnectionError

        patch.setattr(rebuilding, at, die)
        await rebuild(dashboard_database, outboxes)
    figures = await compute(dashboard_database, taskforce_id, as_of=EVENING.date())
    assert figures.counts["pledged_positions"]["smaajob"] == 1, "the old one serves on"

    done = await rebuild(dashboard_database, outboxes)
    assert (await compute(dashboard_database, taskforce_id, as_of=EVENING.date())).counts["pledged_positions"][
        "smaajob"
    ] == 3
    assert [tuple(row) for row in await look("select generation, state from generations")] == [
        (done.generation, "serving")
    ]


async def test_a_generation_that_was_dropped_is_never_served(
    dashboard_database: Database, outboxes: Mapping[str, str], publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(pledge())
    swap = rebuilding._swap

    async def swap_too_late(database: Database, generation: int, snapshot: Any) -> None:
        async with database.system() as conn:
            await conn.execute("update generations set state = 'dropped' where generation = $1", generation)
        await swap(database, generation, snapshot)

    monkeypatch.setattr(rebuilding, "_swap", swap_too_late)
    with pytest.raises(RebuildInterrupted):
        await rebuild(dashboard_database, outboxes)
    async with dashboard_database.system() as conn:
        assert await conn.fetchval("select count(*) from generations where state = 'serving'") == 1


async def test_invalid_and_unknown_messages_are_counted_and_skipped(
    dashboard_database: Database,
    outboxes: Mapping[str, str],
    publish: Publish,
    pledges_dsns: Databases,
    taskforce_id: UUID,
) -> None:
    await publish(pledge(positions=1), pledge(positions=2), pledge(positions=4), hire())
    superuser = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    await superuser.execute(
        "update outbox set type = 'tilsagn.pledges.PledgeSung.v1' where jsonb_array_length(payload->'positions') = 1"
    )
    await superuser.execute(
        """
        update outbox set payload = payload || '{"job_type": "astronaut"}'
         where jsonb_array_length(payload->'positions') = 2
        """
    )
    await superuser.execute(
        """update outbox set payload = payload || '{"start_date": "9999-12-31"}' where aggregatetype = 'pledges.hire'"""
    )
    await superuser.close()
    done = await rebuild(dashboard_database, outboxes)
    assert done.ignored == {"tilsagn.pledges.PledgeSung.v1": 1}
    assert done.refused == {"tilsagn.pledges.PledgeLogged.v1": 1}
    figures = await compute(dashboard_database, taskforce_id, as_of=EVENING.date())
    assert figures.counts["pledged_positions"]["smaajob"] == 4


async def test_rows_of_a_generation_that_serves_cannot_be_discarded(dashboard_database: Database) -> None:
    async with dashboard_database.system() as conn:
        serving = await conn.fetchval("select generation from generations")
        with pytest.raises(asyncpg.RaiseError, match="has not been dropped"):
            await conn.fetchval("select discard_rows($1, 10)", serving)
