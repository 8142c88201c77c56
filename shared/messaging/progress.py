"""How far a consumer is, from what its client knows, without waiting for anything."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from aiokafka.errors import KafkaError

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, TopicPartition

HEARSAY_SECONDS = 5.0
"""How long what the broker has said of a log's end is believed; it is asked several times a second."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """A consumer's progress.

    Attributes:
        partitions: how many it reads; another worker of the group may read the rest.
        lag: messages it knows of and has not taken yet.
        behind_seconds: since when it has not been at lag zero.
        astray_seconds: since when it has been given a partition that its topic has not got.
        stalled_seconds: since when it has neither been at lag zero nor taken anything.
    """

    group: str
    partitions: int
    lag: int
    behind_seconds: float
    astray_seconds: float
    stalled_seconds: float


async def lag(client: AIOKafkaConsumer, place: TopicPartition, *, admits_its_end: bool) -> int | None:
    """Return how many messages of a partition the client knows of and has not taken; None while it cannot say.

    What the broker last said of the log's end counts for a few seconds: one that has stopped asking would be at its
    end for ever. A client that stands beyond the end of the log stands in another log, and is sent back to its
    beginning, where the broker does not do so. Apache Kafka does, and its new leaders may not know their own end for a
    moment.

    Args:
        admits_its_end: whether the broker does.
    """
    try:
        # The position is answered at once where it is known, and waited for where it is not: here it is not.
        async with asyncio.timeout(0):
            position = await client.position(place)
    except (TimeoutError, KafkaError):
        return None
    end = client.highwater(place)
    asked_at = client.last_poll_timestamp(place)
    if end is None or asked_at is None or abs(time.time() - asked_at / 1000) > HEARSAY_SECONDS:
        return None
    if position > end and admits_its_end:
        return None
    if position > end:
        _log.warning("consumer.beyond_the_end", topic=place.topic, partition=place.partition, at=position, end=end)
        client.seek(place, 0)
        return None
    return int(end - position)


def is_gone(client: AIOKafkaConsumer, place: TopicPartition) -> bool:
    """Whether the topic is known and has no such partition."""
    known = client.partitions_for_topic(place.topic)
    return bool(known) and place.partition not in known
