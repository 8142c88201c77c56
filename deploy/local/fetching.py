"""Lets the consumers of a local run fetch when something has been published, rather than many times a second.

The embedded broker answers a fetch that finds nothing only when the whole fetch wait is over, whatever is published in
between, and looks at every partition for each fetch. A short wait therefore costs processor time while nothing
happens, and a long one delays messages. But here the relays are in the same process as the consumers: consumers are
paused at the end of the log, and resumed by whichever relay has published.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from shared.messaging.progress import lag

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

    from shared.messaging.consumer import Consumer
    from shared.messaging.relay import Relay

FETCHING_SECONDS = 0.06
"""A little longer than one fetch of the embedded broker waits (shared/messaging/broker.py)."""

PAUSED_SECONDS = 1.0
"""After so long a paused consumer fetches once more: other processes may have published something."""


@asynccontextmanager
async def fetching_on_demand(relays: Iterable[Relay], consumers: Iterable[Consumer]) -> AsyncIterator[None]:
    """Pause each consumer at its end of the log until a relay has published, for as long as the block runs."""
    published = {consumer: asyncio.Event() for consumer in consumers}

    def wake() -> None:
        for event in published.values():
            event.set()

    for relay in relays:
        relay.on_published = wake
    tasks = [
        asyncio.create_task(_fetch(consumer, event), name=f"fetching {consumer.group}")
        for consumer, event in published.items()
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _fetch(consumer: Consumer, published: asyncio.Event) -> None:
    while True:
        published.clear()
        client = consumer.client()
        if client is not None:
            client.resume(*client.assignment())
            if await _is_set(published, within=FETCHING_SECONDS) or not await _is_at_end(client):
                continue
            client.pause(*client.assignment())
        await _is_set(published, within=PAUSED_SECONDS)


async def _is_set(event: asyncio.Event, *, within: float) -> bool:
    """Wait for the event for some seconds, and return whether it came."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await event.wait()
    return event.is_set()


async def _is_at_end(client: AIOKafkaConsumer) -> bool:
    """Whether the client knows that it has taken everything. Not while it has no partitions: it soon gets some."""
    places = client.assignment()
    return bool(places) and not any(
        [await lag(client, place, rejects_offset_out_of_range=False) != 0 for place in places]
    )
