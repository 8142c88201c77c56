"""The lag of consumer groups, as the broker reports it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from shared.messaging.access import client_options
from shared.messaging.broker import REQUEST_TIMEOUT_MS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shared.messaging.access import Kafka


async def group_lags(kafka: Kafka, groups: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Return for each consumer group how many messages of its topics it has not committed.

    Args:
        kafka: the broker; a plain `host:port` (comma separated) is connected to without TLS.
        groups: the topics of each group.

    Raises:
        aiokafka.errors.KafkaError, TimeoutError: the broker is unavailable, or a topic does not exist.
    """
    consumer = AIOKafkaConsumer(
        **client_options(kafka), request_timeout_ms=REQUEST_TIMEOUT_MS, enable_auto_commit=False, fetch_max_wait_ms=20
    )
    admin = AIOKafkaAdminClient(**client_options(kafka), request_timeout_ms=REQUEST_TIMEOUT_MS)
    try:
        async with asyncio.timeout(15):
            await consumer.start()
            await admin.start()
            partitions = await _partitions(admin, {topic for topics in groups.values() for topic in topics})
            places = {
                group: [place for topic in topics for place in partitions[topic]] for group, topics in groups.items()
            }
            bounds = await _bounds(consumer, sorted({place for all_ in places.values() for place in all_}))
            lags: dict[str, int] = {}
            for group, of_group in places.items():
                committed = await _committed(admin, group, of_group)
                lags[group] = sum(
                    max(0, end - max(begin, committed[place].offset if place in committed else 0))
                    for place in of_group
                    for begin, end in [bounds[place]]
                )
            return lags
    finally:
        await consumer.stop()
        await admin.close()


async def _partitions(admin: AIOKafkaAdminClient, topics: set[str]) -> dict[str, list[TopicPartition]]:
    # List first: some brokers create a topic that is described and missing, with a number of partitions of their own.
    missing = topics - set(await admin.list_topics())
    if missing:
        raise UnknownTopicOrPartitionError(", ".join(sorted(missing)))
    if not topics:
        return {}
    return {
        about["topic"]: sorted(TopicPartition(about["topic"], one["partition"]) for one in about["partitions"])
        for about in await admin.describe_topics(sorted(topics))
    }


async def _committed(
    admin: AIOKafkaAdminClient, group: str, places: Sequence[TopicPartition]
) -> dict[TopicPartition, Any]:
    while True:
        try:
            return dict(await admin.list_consumer_group_offsets(group, partitions=list(places)))
        except KafkaError as error:
            # Apache Kafka creates its topic for offsets at the first such request, and reloads it after a change of
            # leader.
            if not error.retriable:
                raise
            await asyncio.sleep(0.1)


async def _bounds(
    consumer: AIOKafkaConsumer, places: Sequence[TopicPartition]
) -> dict[TopicPartition, tuple[int, int]]:
    """Return for each partition the offset of its first record, and the one after its last. They are equal when it is
    empty.

    A partition that was emptied begins where it ends, so a group that has not read the deleted records has no lag.

    Uses the high watermark of a fetch instead of the listed end offset: the embedded broker lists the end of a batch of
    records as if it held one.
    """
    begins, listed = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
    bounds = {place: (begins[place], listed[place]) for place in places}
    waiting = {place for place in places if listed[place] > begins[place]}
    consumer.assign(sorted(waiting))
    for place in waiting:
        consumer.seek(place, listed[place] - 1)
    while waiting:
        for place, records in (await consumer.getmany(*waiting, timeout_ms=200)).items():
            bounds[place] = (begins[place], max(consumer.highwater(place) or 0, records[-1].offset + 1))
            consumer.pause(place)
            waiting.discard(place)
    return bounds
