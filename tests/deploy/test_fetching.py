"""Consumers of a local run: idle while nothing is published, active as soon as a relay has published."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local import fetching
from deploy.local.broker import EmbeddedBroker
from deploy.local.fetching import fetching_on_demand
from shared.messaging.topics import ensure_topics

pytestmark = pytest.mark.timeout(60)
TOPIC = "tilsagn.test"


@pytest.fixture
async def client() -> AsyncIterator[AIOKafkaConsumer]:
    """A client that reads a topic of two partitions, with one record in it."""
    with EmbeddedBroker() as broker:
        await ensure_topics(broker.bootstrap_servers, [TOPIC], partitions=2)
        client = AIOKafkaConsumer(
            TOPIC, bootstrap_servers=broker.bootstrap_servers, fetch_max_wait_ms=50, auto_offset_reset="earliest"
        )
        await publish(broker.bootstrap_servers)
        await client.start()
        try:
            yield client
        finally:
            await client.stop()


async def publish(bootstrap_servers: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers)
    await producer.start()
    try:
        await producer.send_and_wait(TOPIC, b"x")
    finally:
        await producer.stop()


class Consumer:
    """The part of a service's consumer that these tests need: a group and, once it is attached, a client."""

    group = "group"

    def __init__(self, client: AIOKafkaConsumer | None = None) -> None:
        self.attached = client

    def client(self) -> AIOKafkaConsumer | None:
        return self.attached


def consumer_of(client: AIOKafkaConsumer | None) -> Any:
    return Consumer(client)


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not met():
            await asyncio.sleep(0.005)


def is_paused(client: AIOKafkaConsumer) -> bool:
    return len(client.paused()) == 2


async def take_one(client: AIOKafkaConsumer) -> None:
    async with asyncio.timeout(30):
        await client.getone()


async def test_a_relay_resumes_a_paused_consumer(client: AIOKafkaConsumer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PAUSED_SECONDS", 1000)
    relay: Any = SimpleNamespace()
    async with fetching_on_demand([relay], [consumer_of(client)]):
        await take_one(client)
        await until(lambda: is_paused(client))
        await publish(client._client._bootstrap_servers)
        assert is_paused(client)
        relay.on_published()
        await take_one(client)
        await until(lambda: is_paused(client))


async def test_a_paused_consumer_finds_records_of_other_publishers_after_a_while(
    client: AIOKafkaConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "PAUSED_SECONDS", 0.2)
    async with fetching_on_demand([], [consumer_of(client)]):
        await take_one(client)
        await until(lambda: is_paused(client))
        await publish(client._client._bootstrap_servers)
        await take_one(client)


async def test_a_consumer_that_is_behind_is_not_paused(
    client: AIOKafkaConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "PAUSED_SECONDS", 1000)
    looked = 0
    is_at_end = fetching._is_at_end

    async def look(client: AIOKafkaConsumer) -> bool:
        nonlocal looked
        looked += 1
        return await is_at_end(client)

    monkeypatch.setattr(fetching, "_is_at_end", look)
    async with fetching_on_demand([], [consumer_of(client)]):
        await until(lambda: looked > 5)
        assert not client.paused()
        await take_one(client)
        await until(lambda: is_paused(client))


async def test_a_consumer_that_is_not_attached_is_waited_for(
    client: AIOKafkaConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "PAUSED_SECONDS", 0.05)
    consumer = consumer_of(None)
    async with fetching_on_demand([], [consumer]):
        await asyncio.sleep(0.1)
        consumer.attached = client
        await take_one(client)
        await until(lambda: is_paused(client))
