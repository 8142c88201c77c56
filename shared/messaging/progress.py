"""The progress of a consumer, from what its client knows; nothing here waits."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from aiokafka.errors import KafkaError

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, TopicPartition

END_VALID_SECONDS = 5.0
"""For how long the end of a log counts after the broker reported it. The client fetches several times a second."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """A consumer's progress.

    Attributes:
        partitions: how many are assigned to it; another worker of the group may read the rest.
        lag: messages that it knows of and has not fetched yet.
        behind_seconds: time since lag was last zero.
        missing_partition_seconds: for how long a partition has been assigned to it that its topic does not have.
        stalled_seconds: time since it last had lag zero or fetched anything.
    """

    group: str
    partitions: int
    lag: int
    behind_seconds: float
    missing_partition_seconds: float
    stalled_seconds: float


async def lag(client: AIOKafkaConsumer, place: TopicPartition, *, rejects_offset_out_of_range: bool) -> int | None:
    """Return how many messages of a partition the client has not fetched yet; None while it cannot tell.

    The reported end of the log counts for `END_VALID_SECONDS` only: a client that no longer fetches would otherwise
    appear to have lag zero for ever. A position beyond the end means that the log was replaced; the client is then sent
    to its beginning, unless the broker rejects such a position itself. Apache Kafka does, and a new leader of it may
    report an end that is too low for a moment.

    Args:
        rejects_offset_out_of_range: as in `BrokerSettings`.
    """
    try:
        # A known position is returned at once. For an unknown one the call would wait; do not.
        async with asyncio.timeout(0):
            position = await client.position(place)
    except (TimeoutError, KafkaError):
        return None
    end = client.highwater(place)
    fetched_at = client.last_poll_timestamp(place)
    if end is None or fetched_at is None or abs(time.time() - fetched_at / 1000) > END_VALID_SECONDS:
        return None
    if position > end and rejects_offset_out_of_range:
        return None
    if position > end:
        _log.warning("consumer.position_beyond_end", topic=place.topic, partition=place.partition, at=position, end=end)
        client.seek(place, 0)
        return None
    return int(end - position)


def is_missing(client: AIOKafkaConsumer, place: TopicPartition) -> bool:
    """Whether the client knows the topic and the topic does not have this partition."""
    known = client.partitions_for_topic(place.topic)
    return bool(known) and place.partition not in known
