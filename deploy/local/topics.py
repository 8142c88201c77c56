"""Creates the topics of a new embedded broker before any client can."""

from __future__ import annotations

import asyncio

from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.broker import EmbeddedBroker
from shared.contracts.catalogue import TOPICS
from shared.messaging.topics import ensure_topics

PARTITIONS = 4
"""The number that the broker gives a topic when a client asks for its metadata before it exists.

With another number, a worker that asks too early would see a topic that is replaced soon, and a consumer would wait for
a partition that no longer exists. Several partitions behave like a deployment: messages of one aggregate are in order,
those of two are not. More would cost processor time, because every fetch reads each partition (12 instead of 3 doubled
it). The log is not kept, so the number may change.
"""
_ATTEMPTS = 20


async def start_with_topics(broker: EmbeddedBroker) -> None:
    """Start the broker and create every topic with its number of partitions.

    The broker creates a topic when a client asks for its metadata, and workers that wait for the broker may ask first.
    If it created one with another number of partitions, the broker is killed and started again, still empty.

    Raises:
        deploy.local.broker.BrokerFailed, deploy.local.ports.PortTaken: the broker does not start.
        TimeoutError: clients created topics first at every attempt.
    """
    for _ in range(_ATTEMPTS):
        await asyncio.to_thread(broker.start)
        await ensure_topics(broker.bootstrap_servers, TOPICS, partitions=PARTITIONS)
        if await _partitions_match(broker.bootstrap_servers):
            return
        await asyncio.to_thread(broker.kill)
    raise TimeoutError("the broker's topics could not be created")


async def _partitions_match(bootstrap_servers: str) -> bool:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=5_000)
    await admin.start()
    try:
        described = await admin.describe_topics(list(TOPICS))
    finally:
        await admin.close()
    return all(len(topic["partitions"]) == PARTITIONS for topic in described)
