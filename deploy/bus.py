"""The broker's log as an operator sees it: what is on it, and emptying it.

Everything on it is in the services' outboxes too, so that it may be emptied at any time and filled again from there
(shared/messaging/replay.py). That is needed when the databases are not those it was filled from: another
installation's, or an older state of their own.
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

_UP_TO_THE_END: Final = -1
_STILL_SECONDS: Final = 30


async def is_empty(kafka: Kafka) -> bool:
    """Whether no topic of ours holds a message. One that is missing holds none.

    Raises:
        aiokafka.errors.KafkaError: the broker is away.
    """
    async with _client(kafka) as client:
        return not await _filled(kafka, client)


async def read(kafka: Kafka) -> AsyncIterator[Sequence[Record]]:
    """Yield everything that is on it now, some at a time, each partition in its order.

    Raises:
        aiokafka.errors.KafkaError: the broker is away.
        TimeoutError: it stopped answering.
    """
    async with _client(kafka) as client:
        bounds = await _filled(kafka, client)
        client.assign(sorted(bounds))
        for place, (begin, _) in bounds.items():
            client.seek(place, begin)
        waiting = set(bounds)
        moved_at = asyncio.get_running_loop().time()
        while waiting:
            for place, records in (await client.getmany(*waiting, timeout_ms=500)).items():
                yield records
                moved_at = asyncio.get_running_loop().time()
                # The embedded broker lists the end of a batch as if it held one message; a fetch tells better.
                if records[-1].offset + 1 >= max(bounds[place][1], client.highwater(place) or 0):
                    client.pause(place)
                    waiting.discard(place)
            if asyncio.get_running_loop().time() - moved_at > _STILL_SECONDS:
                raise TimeoutError("the broker does not give what it says it has")


async def empty(kafka: Kafka) -> None:
    """Delete every message of our topics. Nothing may run.

    The topics stay, with their settings and rights, and so do the readers' positions: a reader that had not read
    what is gone goes on with what comes next. Can be done again when it was cut short.

    Raises:
        aiokafka.errors.KafkaError: the broker is away, or refuses; the embedded one cannot do it.
    """
    async with _client(kafka) as client:
        bounds = await _filled(kafka, client)
    if bounds:
        async with admin_of(kafka) as admin:
            await admin.delete_records({place: RecordsToDelete(_UP_TO_THE_END) for place in bounds})


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


async def _filled(kafka: Kafka, client: AIOKafkaConsumer) -> dict[TopicPartition, tuple[int, int]]:
    """Where each partition of our topics that holds something begins and ends."""
    async with admin_of(kafka) as admin:
        # Only those there are: asking after one that is missing makes it on some brokers.
        there = sorted(set(TOPICS) & set(await admin.list_topics()))
        described = await admin.describe_topics(there) if there else []
    places = [TopicPartition(topic["topic"], one["partition"]) for topic in described for one in topic["partitions"]]
    begins, ends = await client.beginning_offsets(places), await client.end_offsets(places)
    return {place: (begins[place], ends[place]) for place in places if ends[place] > begins[place]}
