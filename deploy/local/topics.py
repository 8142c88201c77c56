"""Creates the topics of a new embedded broker before any client can."""

from __future__ import annotations

import asyncio

from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.broker import EmbeddedBroker
from shared.contracts.catalogue import TOPICS
from shared.messaging.topics import ensure_topics

PARTITIONS = 4
"""As many as the broker itself gives a topic that somebody asks after before it is there. Another number would show
workers that ask too early one that is not to last, and a consumer that was assigned a partition which is gone waits
for it. Enough to be as in any deployment, where one aggregate's messages are in order and two aggregates' are not;
not as many as there: one process reads them all, and an idle broker's processor use grows with their number, for every
fetch looks at each of them (12 instead of 3 cost it twice as much). Its log is not kept, so the number may change."""
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
