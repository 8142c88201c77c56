"""Waiting until no message is under way: nothing unpublished in any outbox, nothing unread by any reader."""

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
_PAUSE_SECONDS: Final = 0.2


class NeverQuiet(Exception):
    """Messages were still under way when the time was up; the text says whose."""


async def wait_until_quiet(
    kafka: Kafka,
    outboxes: Mapping[str, str],
    readers: Mapping[str, Iterable[str]],
    *,
    seconds: float,
) -> None:
    """Return when every change committed before the call is published and applied by every reader.

    Args:
        kafka: the broker; a name, `host:port`, if it is reached in the clear.
        outboxes: URL of each publishing service's database, by service.
        readers: the topics each consumer group reads, by group.
        seconds: how long to wait at most.

    Raises:
        NeverQuiet: the time is up.
        aiokafka.errors.KafkaError, asyncpg.PostgresError, OSError: broker or database are away.
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
            raise NeverQuiet("; ".join(under_way))
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
