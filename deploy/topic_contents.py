"""Reads and deletes the records of all our topics.

Every record is also in a service's outbox, so the topics can be emptied at any time and filled again from there
(shared/messaging/replay.py). This is necessary when the databases do not match the topics: after an import from another
installation, or after a restore of an older state.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin.records_to_delete import RecordsToDelete

from shared.contracts.catalogue import TOPICS
from shared.messaging.access import client_options
from shared.messaging.broker import REQUEST_TIMEOUT_MS
from shared.messaging.topics import admin_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from aiokafka import ConsumerRecord

    from shared.messaging.access import Kafka

    Record = ConsumerRecord[Any, Any]

_END: Final = -1
_STALL_SECONDS: Final = 30


async def is_empty(kafka: Kafka) -> bool:
    """Return whether all our topics are empty. A topic that does not exist is empty.

    Raises:
        aiokafka.errors.KafkaError: the broker is not available.
    """
    async with _client(kafka) as client:
        return not await _offsets(kafka, client)


async def read(kafka: Kafka) -> AsyncIterator[Sequence[Record]]:
    """Yield all records that exist now, in batches; each partition in order.

    Raises:
        aiokafka.errors.KafkaError: the broker is not available.
        TimeoutError: the broker delivered nothing for 30 seconds.
    """
    async with _client(kafka) as client:
        bounds = await _offsets(kafka, client)
        client.assign(sorted(bounds))
        for partition, (begin, _) in bounds.items():
            client.seek(partition, begin)
        unfinished = set(bounds)
        progressed_at = asyncio.get_running_loop().time()
        while unfinished:
            for partition, records in (await client.getmany(*unfinished, timeout_ms=500)).items():
                yield records
                progressed_at = asyncio.get_running_loop().time()
                # The embedded broker's end offset counts a batch as one record; the high watermark is correct.
                if records[-1].offset + 1 >= max(bounds[partition][1], client.highwater(partition) or 0):
                    client.pause(partition)
                    unfinished.discard(partition)
            if asyncio.get_running_loop().time() - progressed_at > _STALL_SECONDS:
                raise TimeoutError("the broker does not deliver all records that it lists")


async def empty(kafka: Kafka) -> None:
    """Delete every record of our topics. Apps and workers must be stopped.

    The topics keep their settings and ACLs, and the consumer groups their offsets: a consumer that had not read the
    deleted records continues with the next one. After an interruption, call it again.

    Raises:
        aiokafka.errors.KafkaError: the broker is not available or refuses the request; the embedded broker does not
            support it.
    """
    async with _client(kafka) as client:
        bounds = await _offsets(kafka, client)
    if bounds:
        async with admin_of(kafka) as admin:
            await admin.delete_records({partition: RecordsToDelete(_END) for partition in bounds})


@asynccontextmanager
async def _client(kafka: Kafka) -> AsyncIterator[AIOKafkaConsumer]:
    client = AIOKafkaConsumer(
        **client_options(kafka),
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        enable_auto_commit=False,
        fetch_max_wait_ms=20,
    )
    await client.start()
    try:
        yield client
    finally:
        await client.stop()


async def _offsets(kafka: Kafka, client: AIOKafkaConsumer) -> dict[TopicPartition, tuple[int, int]]:
    """Return the first and the end offset of each partition that is not empty."""
    async with admin_of(kafka) as admin:
        # Only existing topics: some brokers create a missing topic when it is described.
        existing = sorted(set(TOPICS) & set(await admin.list_topics()))
        described = await admin.describe_topics(existing) if existing else []
    partitions = [
        TopicPartition(topic["topic"], one["partition"]) for topic in described for one in topic["partitions"]
    ]
    begins, ends = await client.beginning_offsets(partitions), await client.end_offsets(partitions)
    return {
        partition: (begins[partition], ends[partition])
        for partition in partitions
        if ends[partition] > begins[partition]
    }
