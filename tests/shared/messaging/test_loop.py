"""From the outbox through the broker to an effect, with errors on the way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.contracts.events import MESSAGES
from shared.messaging import dead_letters, outbox, replay
from shared.messaging.worker import Worker
from shared.settings import ServiceSettings
from tests.shared.messaging.conftest import Effects, company, publish, rows
from tests.support import brokers
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from shared.db.database import Database
    from tests.support.brokers import Broker
    from tests.support.infrastructure import Databases


async def test_a_committed_change_takes_effect_once_and_in_order(
    worker: Worker, events_database: Database, taskforce_id: UUID
) -> None:
    ids = [uuid4() for _ in range(5)]
    sent = [company(taskforce_id, id_, version) for version in range(1, 21) for id_ in ids]
    await publish(events_database, *sent)

    async def done() -> bool:
        return len(await rows(events_database)) >= 100

    await eventually(done)
    effects = await rows(events_database)
    assert len(effects) == 100
    for id_ in ids:
        assert [version for found, version in effects if found == id_] == list(range(1, 21))


async def test_a_change_that_rolls_back_is_never_published(
    worker: Worker, events_database: Database, taskforce_id: UUID
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with events_database.change(taskforce_id) as conn:
            await outbox.add(conn, company(taskforce_id))
            raise ZeroDivisionError
    kept = company(taskforce_id)
    await publish(events_database, kept)

    async def done() -> bool:
        return bool(await rows(events_database))

    await eventually(done)
    assert await rows(events_database) == [(kept.company_id, 1)]


async def test_a_replay_has_no_second_effect(worker: Worker, events_database: Database, taskforce_id: UUID) -> None:
    await publish(events_database, *(company(taskforce_id) for _ in range(10)))

    async def done() -> bool:
        unpublished = await events_database.pool.fetchval("select count(*) from outbox where published_at is null")
        return unpublished == 0 and len(await rows(events_database)) == 10

    await eventually(done)
    before = await rows(events_database)
    async with events_database.system() as conn:
        assert await replay.replay_all(conn) == 10
    await eventually(done)
    assert await rows(events_database) == before


async def test_a_row_replayed_while_it_is_being_published_stays_pending(
    events_database: Database, taskforce_id: UUID
) -> None:
    """The relay's mark names the replay it read; one in between makes the mark miss."""
    await publish(events_database, company(taskforce_id))
    position, replays = await events_database.pool.fetchrow("select position, replays from outbox")  # type: ignore[misc]
    async with events_database.system() as conn:
        await replay.replay_all(conn)
    status = await events_database.pool.execute(
        "update outbox set published_at = now() where position = $1 and replays = $2", position, replays
    )
    assert status == "UPDATE 0"


async def test_a_broker_that_lost_its_log_is_refilled(
    worker: Worker, broker: Broker, events_database: Database, taskforce_id: UUID
) -> None:
    await publish(events_database, *(company(taskforce_id) for _ in range(50)))
    broker.kill()
    await publish(events_database, *(company(taskforce_id) for _ in range(50)))
    await asyncio.to_thread(brokers.start, broker)
    async with events_database.system() as conn:
        await replay.replay_unsettled(conn)
    events_database.wake_relay()

    async def done() -> bool:
        return len(await rows(events_database)) == 100

    await eventually(done)


async def test_a_transient_error_is_retried_in_order(
    worker: Worker, effects: Effects, events_database: Database, taskforce_id: UUID
) -> None:
    effects.fail_with = [ConnectionError(), asyncpg.DeadlockDetectedError(), TimeoutError()]
    one = company(taskforce_id)
    await publish(events_database, one, company(taskforce_id, one.company_id, 2))

    async def done() -> bool:
        return len(await rows(events_database)) == 2

    await eventually(done)
    assert await rows(events_database) == [(one.company_id, 1), (one.company_id, 2)]
    async with events_database.system() as conn:
        assert await dead_letters.pending(conn) == []


async def test_a_bug_in_apply_loses_nothing(
    worker: Worker, effects: Effects, events_database: Database, taskforce_id: UUID
) -> None:
    effects.fail_with = [RuntimeError("a bug")]
    await publish(events_database, company(taskforce_id))

    async def done() -> bool:
        return len(await rows(events_database)) == 1

    await eventually(done)


async def test_a_worker_is_ready_once_it_has_partitions_and_nothing_is_stuck(worker: Worker) -> None:
    async def ready() -> bool:
        return all(check.ok for check in await worker.health())

    await eventually(ready)


async def test_a_worker_needs_one_of_several_brokers(publisher_settings: ServiceSettings, effects: Effects) -> None:
    several = f"127.0.0.1:9,{publisher_settings.kafka_bootstrap_servers}"
    worker = Worker(
        publisher_settings.model_copy(update={"kafka_bootstrap_servers": several}),
        service="events",
        consumers=[effects.consumer()],
    )
    await worker.start()
    try:

        async def ready() -> bool:
            return all(check.ok for check in await worker.health())

        await eventually(ready)
    finally:
        await worker.stop()


async def test_a_worker_starts_without_its_broker(
    base_settings: dict[str, Any],
    broker: Broker,
    events_dsns: Databases,
    events_database: Database,
    effects: Effects,
    taskforce_id: UUID,
) -> None:
    broker.stop()
    worker = Worker(
        ServiceSettings(
            **base_settings | {"kafka_bootstrap_servers": broker.bootstrap_servers},
            database_url=events_dsns.app_dsn("events"),
        ),
        service="events",
        consumers=[effects.consumer()],
    )
    await worker.start()
    try:
        await publish(events_database, company(taskforce_id))
        assert not all(check.ok for check in await worker.health())
        await asyncio.to_thread(brokers.start, broker)

        async def done() -> bool:
            return len(await rows(events_database)) == 1

        await eventually(done)
    finally:
        await worker.stop()


def test_every_message_has_a_type_and_a_topic_of_its_own() -> None:
    assert len({message.type_name() for message in MESSAGES}) == len(MESSAGES)
