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
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete

from shared.contracts.catalogue import TOPICS
from shared.messaging.broker import REQUEST_TIMEOUT_MS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping, Sequence

    from aiokafka import ConsumerRecord

    Record = ConsumerRecord[Any, Any]

_UP_TO_THE_END: Final = -1
_STILL_SECONDS: Final = 30


async def is_empty(bootstrap_servers: str) -> bool:
    """Whether no topic of ours holds a message. One that is missing holds none.

    Raises:
        aiokafka.errors.KafkaError: the broker is away.
    """
    async with _client(bootstrap_servers) as client:
        return not await _filled(client)


async def read(bootstrap_servers: str) -> AsyncIterator[Sequence[Record]]:
    """Yield everything that is on it now, some at a time, each partition in its order.

    Raises:
        aiokafka.errors.KafkaError: the broker is away.
        TimeoutError: it stopped answering.
    """
    async with _client(bootstrap_servers) as client:
        bounds = await _filled(client)
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


async def empty(bootstrap_servers: str, readers: Mapping[str, Collection[str]]) -> None:
    """Delete every message of our topics, and have their readers begin with what comes next. Nothing may run.

    The topics stay, and so do their settings and rights. Can be done again when it was cut short.

    Args:
        readers: every consumer group with its topics.

    Raises:
        aiokafka.errors.KafkaError: the broker is away, or refuses; the embedded one cannot do it.
    """
    servers = bootstrap_servers.split(",")
    async with _client(bootstrap_servers) as client:
        bounds = await _filled(client)
        if bounds:
            admin = AIOKafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=REQUEST_TIMEOUT_MS)
            await admin.start()
            try:
                await admin.delete_records({place: RecordsToDelete(_UP_TO_THE_END) for place in bounds})
            finally:
                await admin.close()
        places = await _places(client)
        ends = await client.end_offsets(places)
    for group, topics in readers.items():
        # Of itself a reader would begin there too, but until then it would count as that far behind.
        await _move(servers, group, {place: ends[place] for place in places if place.topic in topics})


async def _move(servers: list[str], group: str, positions: Mapping[TopicPartition, int]) -> None:
    client = AIOKafkaConsumer(
        bootstrap_servers=servers, group_id=group, request_timeout_ms=REQUEST_TIMEOUT_MS, enable_auto_commit=False
    )
    await client.start()
    try:
        client.assign(sorted(positions))
        await client.commit(dict(positions))
    finally:
        await client.stop()


@asynccontextmanager
async def _client(bootstrap_servers: str) -> AsyncIterator[AIOKafkaConsumer]:
    client = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers.split(","),
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        enable_auto_commit=False,
        fetch_max_wait_ms=20,
    )
    await client.start()
    try:
        yield client
    finally:
        await client.stop()


async def _places(client: AIOKafkaConsumer) -> list[TopicPartition]:
    """Every partition of our topics that are there: asking after one that is missing would make it on some brokers."""
    there = await client.topics()
    return [
        TopicPartition(topic, number)
        for topic in TOPICS
        if topic in there
        for number in sorted(client.partitions_for_topic(topic) or ())
    ]


async def _filled(client: AIOKafkaConsumer) -> dict[TopicPartition, tuple[int, int]]:
    """Where each partition that holds something begins and ends."""
    places = await _places(client)
    begins, ends = await client.beginning_offsets(places), await client.end_offsets(places)
    return {place: (begins[place], ends[place]) for place in places if ends[place] > begins[place]}
