"""Lets the consumers of a local run fetch only when something has been published.

The embedded broker answers an empty fetch only at the end of the maximum wait, whatever is published meanwhile, and
reads every partition for each fetch. So a short wait costs processor time in an idle installation, and a long one
delays messages. In a local run, relays and consumers are in the same process: a consumer is paused at the end of the
log, and resumed when a relay has published.
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
"""A little longer than the maximum wait of a fetch (shared/messaging/broker.py)."""

PAUSED_SECONDS = 1.0
"""A paused consumer fetches again after this time, because another process may have published."""


@asynccontextmanager
async def fetching_on_demand(relays: Iterable[Relay], consumers: Iterable[Consumer]) -> AsyncIterator[None]:
    """Pause each consumer at the end of the log until a relay has published, inside the block."""
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
    """Wait for the event for at most `within` seconds; return whether it is set."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await event.wait()
    return event.is_set()


async def _is_at_end(client: AIOKafkaConsumer) -> bool:
    """Return whether the client has read everything. False without partitions, because it will get some soon."""
    places = client.assignment()
    return bool(places) and not any(
        [await lag(client, place, rejects_offset_out_of_range=False) != 0 for place in places]
    )
