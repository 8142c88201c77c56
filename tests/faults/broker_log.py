"""Everything that lies on the broker, read as nobody in particular."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.contracts.catalogue import TOPICS

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

QUIET_LOOKS = 5
"""So many looks of 0.2 s without a record are the end: the embedded broker does not tell where its log ends."""


async def records(bootstrap_servers: str, *, most: int | None = None, topics: Collection[str] = TOPICS) -> list[Any]:
    """Return every record of every topic, in each partition's order; at least `most` are enough."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, enable_auto_commit=False, fetch_max_wait_ms=50, request_timeout_ms=10_000
    )
    await consumer.start()
    try:
        await consumer.topics()  # or it would not know their partitions, of which an embedded broker has fewer
        consumer.assign(
            [TopicPartition(topic, number) for topic in topics for number in consumer.partitions_for_topic(topic) or ()]
        )
        await consumer.seek_to_beginning()
        found: list[Any] = []
        quiet = 0
        while quiet < QUIET_LOOKS and (most is None or len(found) < most):
            batch = await consumer.getmany(timeout_ms=200)
            quiet = 0 if batch else quiet + 1
            for partition in batch.values():
                found += partition
        return found
    finally:
        await consumer.stop()


def header(record: Any, name: str) -> str:
    """One header as text; empty where it is missing or unreadable."""
    for key, value in record.headers:
        if key == name and isinstance(value, bytes):
            return value.decode("utf-8", "replace")
    return ""


def of_taskforce(found: Collection[Any], taskforce_id: UUID) -> list[Any]:
    """The records that say they are of one taskforce."""
    return [record for record in found if header(record, "ce_taskforceid") == str(taskforce_id)]
