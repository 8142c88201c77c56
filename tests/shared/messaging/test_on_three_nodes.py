"""Our client settings on three nodes of Apache Kafka, with one or two of them down."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.kafka import KafkaCluster, KafkaNode
from deploy.topics import declared
from shared.contracts.events import CompanyRegistered
from shared.messaging.broker import producer_for
from shared.messaging.shutdown import discard_producer
from shared.messaging.topics import differences
from tests.faults.broker_log import leaders
from tests.shared.messaging.traffic import Traffic
from tests.support import brokers
from tests.support.waiting import PATIENCE_SECONDS, eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from shared.db.database import Database
    from shared.messaging.worker import Worker
    from shared.settings import ServiceSettings

pytestmark = pytest.mark.kafka

TOPIC = CompanyRegistered.topic()


@pytest.fixture(scope="module")
def three() -> Iterator[KafkaCluster]:
    """Three nodes; a test leaves them as it likes."""
    with KafkaCluster(3) as cluster:
        yield cluster


@pytest.fixture
def broker(three: KafkaCluster) -> KafkaCluster:
    """All three nodes, with empty topics."""
    brokers.empty(three)
    return three


async def led(cluster: KafkaCluster) -> dict[KafkaNode, int]:
    """How many partitions of the topic in use each node leads."""
    found = [leader for (topic, _), leader in (await leaders(cluster.bootstrap_servers)).items() if topic == TOPIC]
    return {node: found.count(node.member.node_id) for node in cluster.nodes}


@pytest.mark.parametrize(("how", "max_seconds"), [("kill", 25.0), ("stop", 10.0)])
async def test_other_nodes_take_over_from_a_failed_leader(
    how: str,
    max_seconds: float,
    worker: Worker,
    broker: KafkaCluster,
    events_database: Database,
    taskforce_id: UUID,
    log_output: Callable[[], str],
) -> None:
    """A node that is stopped hands over first; one that was killed is missed after its session of 9 s."""
    assert await differences(broker.bootstrap_servers, declared()) == []
    async with Traffic(events_database, taskforce_id) as traffic:
        await traffic.flows()
        leading = await led(broker)
        node = max(leading, key=lambda one: leading[one])
        assert leading[node] > 0
        struck = datetime.now(UTC)
        await asyncio.to_thread(getattr(node, how))
        gone = datetime.now(UTC)
        await traffic.flows()
        # Also the partitions that had to wait.
        await traffic.flows()
        away = datetime.now(UTC)
        await asyncio.to_thread(node.start)
        await traffic.flows()
    outcome = await traffic.outcome(broker.bootstrap_servers)
    print(
        f"\n{how}: led {leading[node]} of 12, ended after {(gone - struck).total_seconds():.1f} s; the longest wait of"
        f" a company {outcome.longest_wait(struck, away):.1f} s, of all {outcome.silence():.1f} s;"
        f" {outcome.changes} changes, {outcome.copies} copies{log_output()}"
    )
    assert outcome.flawless
    assert outcome.longest_wait(struck, away) < max_seconds


async def test_two_of_three_nodes_continue_and_one_alone_does_not(
    worker: Worker,
    broker: KafkaCluster,
    publisher_settings: ServiceSettings,
    events_database: Database,
    taskforce_id: UUID,
    log_output: Callable[[], str],
) -> None:
    first, second, third = broker.nodes
    producer = producer_for(publisher_settings, client_id="test")
    await producer.start()
    place = next(
        place
        for place, leader in (await leaders(broker.bootstrap_servers)).items()
        if leader == third.member.node_id and place[0] != TOPIC
    )
    async with Traffic(events_database, taskforce_id) as traffic:
        await traffic.flows()
        await asyncio.gather(asyncio.to_thread(first.kill), asyncio.to_thread(second.kill))
        await asyncio.sleep(1)  # what was acknowledged before they were killed is marked by now
        published = await marked(events_database)
        taken = await producer.send(place[0], b"to the one that is left", partition=place[1])
        await asyncio.sleep(12)
        assert not taken.done(), "one replica is not enough to acknowledge"
        assert await marked(events_database) == published, "one replica is not enough to count as sent"
        waiting = await traffic.pending()
        await asyncio.to_thread(first.start)
        served = datetime.now(UTC)
        await traffic.flows()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await taken
    await discard_producer(producer)
    outcome = await traffic.outcome(broker.bootstrap_servers)
    print(
        f"\ntwo of three killed: {waiting} waiting; first effect {outcome.first_after(served):.1f} s after one of them"
        f" serves again; {outcome.changes} changes, {outcome.copies} copies{log_output()}"
    )
    assert waiting > 0
    assert outcome.flawless
    assert outcome.first_after(served) < 30
    await asyncio.to_thread(second.start)
    assert third.alive()


async def test_the_relay_waits_while_too_few_replicas_are_in_sync(
    worker: Worker,
    broker: KafkaCluster,
    events_database: Database,
    taskforce_id: UUID,
    log_output: Callable[[], str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The controllers keep their majority, and the topic requires three replicas: equivalent to requiring two with one
    left.

    (Of three nodes that are controllers too, one alone has no majority to say who is in sync: see the test above.)
    """
    await ask_for_in_sync(broker, 3)
    async with Traffic(events_database, taskforce_id) as traffic:
        await traffic.flows()
        node = broker.nodes[0]
        await asyncio.to_thread(node.kill)

        async def refused() -> bool:
            return "NotEnoughReplicasError" in caplog.text

        await eventually(refused)
        await asyncio.sleep(1)
        published = await marked(events_database)
        await asyncio.sleep(5)
        assert await marked(events_database) == published
        waiting = await traffic.pending()
        await asyncio.to_thread(node.start)
        served = datetime.now(UTC)
        await traffic.flows()
    outcome = await traffic.outcome(broker.bootstrap_servers)
    print(
        f"\ntoo few in sync: {waiting} waiting; first effect {outcome.first_after(served):.1f} s after the node serves"
        f" again; {outcome.changes} changes, {outcome.copies} copies{log_output()}"
    )
    assert outcome.flawless
    assert outcome.first_after(served) < 30


async def marked(database: Database) -> int:
    """How many changes count as published."""
    return int(await database.pool.fetchval("select count(published_at) from outbox"))


async def ask_for_in_sync(cluster: KafkaCluster, replicas: int) -> None:
    """Have the topic in use ask for so many replicas in sync."""
    settings = next(topic for topic in declared() if topic.name == TOPIC).settings
    new_settings = dict(settings) | {"min.insync.replicas": str(replicas)}
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.bootstrap_servers)
    await admin.start()
    answer: Any
    [answer] = await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, TOPIC, new_settings)])
    await admin.close()
    assert answer.resources[0][0] == 0
