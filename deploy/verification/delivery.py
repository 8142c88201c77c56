"""Waits until every message is delivered: no unpublished row in an outbox, no lag in a consumer group."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import asyncpg

from shared.messaging.lag import group_lags

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shared.messaging.access import Kafka

PUBLISHERS: Final = ("events", "pledges")
"""The services whose messages figures are made of."""
_PAUSE_SECONDS: Final = 0.2


class MessagesPending(Exception):
    """Messages were still undelivered at the deadline; the message says how many and of which service or group."""


async def wait_until_delivered(
    kafka: Kafka,
    outboxes: Mapping[str, str],
    readers: Mapping[str, Iterable[str]],
    *,
    seconds: float,
) -> None:
    """Return when every change committed before the call is published and applied by every reader.

    Args:
        kafka: how to connect to the broker; `host:port` is enough for PLAINTEXT.
        outboxes: connection URL of each publishing service's database, by service.
        readers: the topics each consumer group reads, by group.
        seconds: the maximum time to wait.

    Raises:
        MessagesPending: messages were still undelivered at the deadline.
        aiokafka.errors.KafkaError, asyncpg.PostgresError, OSError: the broker or a database is not available.
    """
    deadline = time.monotonic() + seconds
    while True:
        under_way = await _unpublished(outboxes)
        if not under_way:
            lags = await group_lags(kafka, readers)
            under_way = [f"{lag:,} messages are not yet read by {group}" for group, lag in lags.items() if lag]
        if not under_way:
            return
        if time.monotonic() > deadline:
            raise MessagesPending("; ".join(under_way))
        await asyncio.sleep(_PAUSE_SECONDS)


async def _unpublished(outboxes: Mapping[str, str]) -> list[str]:
    waiting: list[str] = []
    for service, url in outboxes.items():
        conn = await asyncpg.connect(url, timeout=5, command_timeout=10)
        try:
            count = await conn.fetchval("select count(*) from outbox where published_at is null")
        finally:
            await conn.close(timeout=5)
        if count:
            waiting.append(f"{count:,} changes of {service} are not yet published")
    return waiting
