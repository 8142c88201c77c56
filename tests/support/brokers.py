"""Which broker the tests run on: the embedded one, or, with BROKER=apache, Apache Kafka itself.

`make test` runs every test that does not need Apache Kafka, on the embedded broker. `make test-kafka` sets
BROKER=apache and runs every test that talks to a broker, on Apache Kafka, and those marked `kafka`, which are about
Apache Kafka and run nowhere else. This module makes the choice.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupLoadInProgressError

from deploy.kafka import KafkaCluster
from deploy.local.broker import EmbeddedBroker
from deploy.local.ports import LOOPBACK
from deploy.local.topics import start_with_topics
from deploy.topics import declared
from shared.messaging.topics import create_missing
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.kafka.security import Security
    from shared.settings import KafkaFlavour

Broker = EmbeddedBroker | KafkaCluster

FLAVOUR: KafkaFlavour = "apache" if os.environ.get("BROKER") == "apache" else "embedded"

_ON_A_BROKER = {"broker", "kafka", "running"}  # fixtures


def for_this_broker(item: pytest.Item) -> bool:
    """Whether a test runs on the chosen broker."""
    if FLAVOUR == "apache":
        if item.get_closest_marker("any_broker") is not None:
            return False
        return item.get_closest_marker("kafka") is not None or not _ON_A_BROKER.isdisjoint(
            getattr(item, "fixturenames", ())
        )
    return item.get_closest_marker("kafka") is None


def new_broker(
    folder: Path, *, advertised_port: int | None = None, nodes: int = 1, security: Security | None = None
) -> Broker:
    """A broker of the chosen kind with its files in `folder`, not started.

    Args:
        advertised_port: the loopback port that it advertises to clients, if a proxy is in front of it. Several
            nodes cannot share one: they are connected to directly.
        nodes: the number of Apache Kafka nodes; the embedded broker is always one.
        security: of Apache Kafka; the embedded broker does not authenticate clients.
    """
    if FLAVOUR == "apache":
        advertised = f"PLAINTEXT://{LOOPBACK}:{advertised_port}"
        settings = {"advertised.listeners": advertised} if advertised_port and nodes == 1 else {}
        return KafkaCluster(nodes, folder=folder / "kafka", settings=settings, security=security)
    return EmbeddedBroker(record=folder / "broker.json", log=folder / "broker.log", advertised_port=advertised_port)


def start(broker: Broker) -> None:
    """Start it with every topic."""
    if isinstance(broker, EmbeddedBroker):
        asyncio.run(start_with_topics(broker))
    else:
        broker.start()
        asyncio.run(_create_topics(broker))


def lose_everything(broker: Broker) -> None:
    """Kill the broker and delete its data, so that it starts empty."""
    if isinstance(broker, EmbeddedBroker):
        broker.kill()
    else:
        broker.wipe()


def empty(kafka: KafkaCluster) -> None:
    """Reset Kafka to its initial state in some 0.5 s; a new JVM takes several seconds."""
    kafka.start()
    asyncio.run(_empty(kafka))


async def _empty(kafka: KafkaCluster) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            groups = await _groups(admin)
            await admin.delete_topics([name for name in await admin.list_topics() if not name.startswith("__")])
            while any(not name.startswith("__") for name in await admin.list_topics()):
                await asyncio.sleep(0.02)
            # A group's offsets are deleted with their topics, but a moment later: a new topic must not find them.
            while any([await admin.list_consumer_group_offsets(group) for group in groups]):
                await asyncio.sleep(0.02)
    finally:
        await admin.close()
    await _create_topics(kafka)


async def _groups(admin: AIOKafkaAdminClient) -> list[str]:
    while True:
        try:
            return [group for group, _ in await admin.list_consumer_groups()]
        except GroupLoadInProgressError:  # it was restarted a moment ago
            await asyncio.sleep(0.02)


async def _create_topics(kafka: KafkaCluster) -> None:
    await create_missing(kafka.access, [topic.on(kafka.replication) for topic in declared()])
