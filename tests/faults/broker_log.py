"""Reads all records on the broker, without a consumer group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.contracts.catalogue import TOPICS

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

QUIET_LOOKS = 5
"""The number of polls of 0.2 s without a record after which the log has ended; the embedded broker does not report its
end."""


async def leaders(bootstrap_servers: str) -> dict[tuple[str, int], int]:
    """Return the leader of every partition of our topics; -1 if there is none. An embedded broker has fewer
    partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=5_000)
    await admin.start()
    try:
        described = await admin.describe_topics(list(TOPICS))
    finally:
        await admin.close()
    return {
        (topic["topic"], partition["partition"]): partition["leader"]
        for topic in described
        for partition in topic["partitions"]
    }


async def records(bootstrap_servers: str, *, max_records: int | None = None) -> list[Any]:
    """Return the records of all topics, in the order of each partition; stop after `max_records`."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, enable_auto_commit=False, fetch_max_wait_ms=50, request_timeout_ms=10_000
    )
    await consumer.start()
    try:
        consumer.assign([TopicPartition(*place) for place in await leaders(bootstrap_servers)])
        await consumer.seek_to_beginning()
        found: list[Any] = []
        quiet = 0
        while quiet < QUIET_LOOKS and (max_records is None or len(found) < max_records):
            batch = await consumer.getmany(timeout_ms=200)
            quiet = 0 if batch else quiet + 1
            for partition in batch.values():
                found += partition
        return found
    finally:
        await consumer.stop()


def header(record: Any, name: str) -> str:
    """Return one header as text; empty if it is missing or unreadable."""
    for key, value in record.headers:
        if key == name and isinstance(value, bytes):
            return value.decode("utf-8", "replace")
    return ""


def of_taskforce(found: Collection[Any], taskforce_id: UUID) -> list[Any]:
    """Return the records whose header names the taskforce."""
    return [record for record in found if header(record, "ce_taskforceid") == str(taskforce_id)]
