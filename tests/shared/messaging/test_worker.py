"""A worker whose broker is replaced or does not answer."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from deploy.local import topics
from deploy.local.topics import PARTITIONS
from shared.contracts.events import CompanyRegistered
from shared.messaging import worker as workers
from shared.messaging.broker import BROKERS
from shared.messaging.consumer import Consumer
from shared.messaging.worker import Worker
from tests.shared.messaging.conftest import company, publish, rows
from tests.shared.messaging.traffic import Traffic
from tests.support import brokers
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from aiokafka import AIOKafkaConsumer

    from deploy.kafka import KafkaCluster
    from deploy.local.broker import EmbeddedBroker
    from shared.db.database import Connection, Database
    from shared.messaging.envelope import Delivery
    from shared.settings import ServiceSettings


async def _nothing(conn: Connection, deliveries: Sequence[Delivery]) -> None:
    assert not deliveries or conn


@pytest.mark.skipif(brokers.FLAVOUR == "apache", reason="Apache Kafka keeps its topics when it is started again")
async def test_a_worker_drops_partitions_that_a_new_broker_does_not_have(
    broker: EmbeddedBroker, publisher_settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "METADATA_MAX_AGE_MS", 8_000)
    monkeypatch.setattr(workers, "MISSING_PARTITION_SECONDS", 2.0)
    monkeypatch.setattr(workers, "STUCK_SECONDS", 1.5)
    consumer = Consumer(group="tilsagn.test-worker", messages=(CompanyRegistered,), apply=_nothing)
    worker = Worker(publisher_settings, service="events", consumers=[consumer], publishes=False)

    async def replace_broker_with(partitions: int) -> None:
        monkeypatch.setattr(topics, "PARTITIONS", partitions)
        broker.kill()
        await topics.start_with_topics(broker)

    async def ready() -> bool:
        return all(check.ok for check in await worker.health())

    async def reads_all_partitions() -> bool:
        return (await consumer.measure()).partitions == PARTITIONS and await ready()

    await worker.start()
    try:
        await eventually(ready)
        await replace_broker_with(PARTITIONS + 1)
        await eventually(lambda: _knows_partitions(consumer, PARTITIONS + 1))
        await replace_broker_with(PARTITIONS)
        await eventually(reads_all_partitions)
    finally:
        await worker.stop()


async def test_a_worker_consumes_after_two_others_have_left(publisher_settings: ServiceSettings) -> None:
    """The embedded broker used to wait for ever for the leader that had left last."""
    groups = [f"tilsagn.test-leaving-{number}" for number in range(3)]
    await asyncio.gather(*(_two_workers_leave_and_a_third_comes(publisher_settings, group) for group in groups))


async def _two_workers_leave_and_a_third_comes(settings: ServiceSettings, group: str) -> None:
    first, second, third = [_worker(settings, group) for _ in range(3)]

    async def ready(*workers: Worker) -> bool:
        return all(check.ok for health in [await worker.health() for worker in workers] for check in health)

    for count, worker in enumerate((first, second), 1):
        await worker.start()
        await eventually(partial(ready, *(first, second)[:count]))
    await second.stop()
    await first.stop()
    await third.start()
    try:
        await eventually(partial(ready, third))
    finally:
        await third.stop()


def _pause(client: AIOKafkaConsumer) -> None:
    client.pause(*client.assignment())


def _ignore_the_group(client: AIOKafkaConsumer) -> None:
    coordinator: Any = client._coordinator
    coordinator._coordination_task.cancel()
    coordinator.reset_generation()


def _never_join_the_group(client: AIOKafkaConsumer) -> None:
    _ignore_the_group(client)
    subscription: Any = client._subscription.subscription
    subscription._assignment = None


@pytest.mark.parametrize("stall", [_pause, _ignore_the_group, _never_join_the_group])
async def test_a_stalled_consumer_is_restarted(
    stall: Callable[[AIOKafkaConsumer], None],
    worker: Worker,
    events_database: Database,
    taskforce_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stalled_seconds = _notice_stalls_soon(worker, monkeypatch)
    [consumer] = worker.consumers

    async def taken(number: int) -> bool:
        return len(await rows(events_database)) == number

    # Apache Kafka takes a while to find leaders for new topics. Meanwhile the session of a client that ignores its
    # group would end, and the broker lets any client commit for a group without members: then nothing stalls.
    await publish(events_database, company(taskforce_id))
    await eventually(partial(taken, 1))
    await eventually(partial(_has_caught_up, consumer))
    client = consumer._client()
    assert client is not None
    stall(client)
    stalled_at = time.monotonic()
    await publish(events_database, *(company(taskforce_id) for _ in range(20)))

    async def taken_by_another_client() -> bool:
        return consumer._client() is not client and await taken(21)

    await eventually(taken_by_another_client)
    # `behind_seconds` counts from the last time it had caught up, up to half a second before.
    assert time.monotonic() - stalled_at > stalled_seconds - 1, "it was replaced although it might only be slow"
    await eventually(partial(_has_caught_up, consumer))
    attached = worker._broker
    await asyncio.sleep(stalled_seconds + 1)
    assert worker._broker is attached, "an idle consumer is not restarted"


def _notice_stalls_soon(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> float:
    """Shorten the time after which a consumer counts as stalled; return it, in seconds."""
    flavour, stalled_seconds = worker.settings.kafka_flavour, 3.0
    monkeypatch.setitem(BROKERS, flavour, replace(BROKERS[flavour], stalled_seconds=stalled_seconds))
    if flavour == "embedded":  # a client of Apache Kafka needs longer to join its group
        monkeypatch.setattr(workers, "PROGRESS_CHECK_SECONDS", 0.2)
    return stalled_seconds


async def _has_caught_up(consumer: Consumer) -> bool:
    progress = await consumer.measure()
    return progress.partitions > 0 and progress.behind_seconds < 0.5


def _worker(settings: ServiceSettings, group: str) -> Worker:
    consumer = Consumer(group=group, messages=(CompanyRegistered,), apply=_nothing)
    return Worker(settings, service="events", consumers=[consumer], publishes=False)


async def _knows_partitions(consumer: Consumer, partitions: int) -> bool:
    client = consumer._client()
    return client is not None and len(client.partitions_for_topic(consumer.topics[0]) or ()) == partitions


@pytest.mark.kafka
async def test_a_restarted_consumer_leaves_no_heartbeat_behind(
    worker: Worker,
    broker: KafkaCluster,
    events_database: Database,
    taskforce_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A member that was not stopped would keep its partitions without reading them."""
    [node] = broker.nodes
    async with Traffic(events_database, taskforce_id) as traffic:
        await traffic.flows()
        attached = worker._broker
        node.pause()
        try:
            await asyncio.sleep(1)
            with monkeypatch.context() as astray:
                astray.setattr(workers, "MISSING_PARTITION_SECONDS", -1.0)

                async def detached() -> bool:
                    return worker._broker is not attached

                await eventually(detached)
                await asyncio.sleep(5)  # the wait for its LeaveGroup has timed out
        finally:
            node.resume()
        await traffic.flows()
    assert (await traffic.outcome(broker.bootstrap_servers)).flawless
    beating = [task for task in asyncio.all_tasks() if "_heartbeat_routine" in repr(task.get_coro())]
    assert len(beating) == 1
