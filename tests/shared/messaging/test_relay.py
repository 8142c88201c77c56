"""The relay: leadership, restarts and its figures."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import asyncpg
import psutil
import pytest

from shared import metrics
from shared.messaging import outbox
from shared.messaging.relay import LOCK_KEY, Relay
from shared.messaging.worker import Worker
from tests.shared.messaging.conftest import company, publish
from tests.support.waiting import PATIENCE_SECONDS, eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from shared.db.database import Database
    from shared.settings import ServiceSettings
    from tests.support.brokers import Broker

YEARS = timedelta(days=3000)


async def nothing_pending(database: Database) -> bool:
    """Whether every change counts as published."""
    return not await database.pool.fetchval("select exists (select from outbox where published_at is null)")


def connections_to(broker: Broker) -> int:
    """How many connections this process has to it."""
    _, port = broker.bootstrap_servers.split(":")
    return sum(
        one.status == psutil.CONN_ESTABLISHED and one.raddr.port == int(port)
        for one in psutil.Process().net_connections("tcp")
        if one.raddr
    )


@pytest.fixture
async def onlooker(publisher_settings: ServiceSettings) -> AsyncIterator[Relay]:
    """A standby relay: another session has the lock and publishes nothing."""
    other = await asyncpg.connect(publisher_settings.database_url)
    await other.fetchval("select pg_advisory_lock($1)", LOCK_KEY)
    relay = Relay(publisher_settings, service="events")
    running = asyncio.create_task(relay.run())
    yield relay
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await other.close()


async def test_an_old_change_that_is_published_now_has_not_been_pending_for_years(
    onlooker: Relay, events_database: Database, taskforce_id: UUID
) -> None:
    async with events_database.change(taskforce_id) as conn:
        await outbox.add(conn, company(taskforce_id).model_copy(update={"recorded_at": datetime.now(UTC) - YEARS}))

    async def seen_waiting() -> bool:
        return onlooker.oldest_unpublished_seconds > 0.5

    await eventually(seen_waiting)
    assert onlooker.oldest_unpublished_seconds < 60


@pytest.mark.parametrize("turns", range(3))
async def test_a_relay_stops_while_a_change_arrives(
    publisher_settings: ServiceSettings, events_database: Database, turns: int
) -> None:
    relay = Relay(publisher_settings, service="events")
    running = asyncio.create_task(relay.run())

    async def waits_for_a_change() -> bool:
        return relay.leader and not relay._woken.is_set() and relay.checked_at > began

    began = asyncio.get_running_loop().time()
    await eventually(waits_for_a_change)
    relay.wake()
    for _ in range(turns):
        # Turns of the event loop, so that the woken task is at different points.
        await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=PATIENCE_SECONDS)
    running.cancel()
    assert done, "the cancellation was lost"


async def test_a_relay_restarts_after_an_unexpected_error(
    publisher_settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = Relay(publisher_settings, service="events")
    really, failures = relay._measure, iter([AttributeError("a library's mistake")])

    async def measure(conn: asyncpg.Connection[asyncpg.Record]) -> None:
        for failure in failures:
            raise failure
        await really(conn)

    monkeypatch.setattr(relay, "_measure", measure)
    began = asyncio.get_running_loop().time()
    running = asyncio.create_task(relay.run())

    async def has_looked() -> bool:
        return relay.leader and relay.checked_at > began

    await eventually(has_looked)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_silent_leader_is_replaced(
    publisher_settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.relay.SILENT_LEADER_SECONDS", 2.0)
    silent, next_one = (Relay(publisher_settings, service="events") for _ in range(2))

    async def say_nothing(_: asyncpg.Connection[asyncpg.Record]) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(silent, "_measure", say_nothing)

    async def leads(relay: Relay) -> bool:
        return relay.leader

    tasks = [asyncio.create_task(silent.run())]
    await eventually(partial(leads, silent))
    tasks.append(asyncio.create_task(next_one.run()))
    await eventually(partial(leads, next_one))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_two_relays_of_one_service_never_publish_at_once(publisher_settings: ServiceSettings) -> None:
    workers = [Worker(publisher_settings, service="events") for _ in range(2)]
    for worker in workers:
        await worker.start()

    def leaders() -> list[Worker]:
        return [worker for worker in workers if worker.relay is not None and worker.relay.leader]

    async def one_leads() -> bool:
        return len(leaders()) == 1

    await eventually(one_leads)
    [first] = leaders()
    [second] = [worker for worker in workers if worker is not first]
    await first.stop()

    async def the_other_leads() -> bool:
        return leaders() == [second]

    await eventually(the_other_leads)
    await second.stop()


async def test_a_restarted_relay_leaves_no_producer(
    publisher_settings: ServiceSettings,
    broker: Broker,
    events_database: Database,
    taskforce_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that was left would keep its connections, and send again what it had in hand, whenever it can."""
    monkeypatch.setattr("shared.messaging.relay.PUBLISH_TIMEOUT_SECONDS", 1.0)
    relay = Relay(publisher_settings, service="events")
    running = asyncio.create_task(relay.run())
    await publish(events_database, company(taskforce_id))
    await eventually(partial(nothing_pending, events_database))

    failures = metrics.RELAY_FAILURES.labels("events")
    before = failures._value.get()

    async def given_up() -> bool:
        return bool(failures._value.get() > before)

    assert broker.pid is not None
    connected = connections_to(broker)
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        await publish(events_database, company(taskforce_id))
        await eventually(given_up)
    finally:
        os.kill(broker.pid, signal.SIGCONT)
    await eventually(partial(nothing_pending, events_database))
    assert connections_to(broker) <= connected
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert connections_to(broker) == 0


async def test_a_row_that_the_producer_rejects_does_not_block_others(
    publisher_settings: ServiceSettings, broker: Broker, events_database: Database, taskforce_id: UUID
) -> None:
    """A message that is too large, before others: it stays, and is complained of, and they go out."""
    relay = Relay(publisher_settings, service="events")
    large, others = company(taskforce_id, name="x" * 1_200_000), [company(taskforce_id) for _ in range(3)]
    await publish(events_database, large, *others)
    running = asyncio.create_task(relay.run())

    async def only_that_one_waits() -> bool:
        async with events_database.system() as conn:
            waiting = await conn.fetch("select aggregateid from outbox where published_at is null")
        return [row["aggregateid"] for row in waiting] == [large.company_id]

    try:
        await eventually(only_that_one_waits)
        for _ in range(2):
            await publish(events_database, company(taskforce_id))
            await eventually(only_that_one_waits)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
