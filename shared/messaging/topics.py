"""Makes the topics that are missing and changes none that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from shared.messaging.broker import REQUEST_TIMEOUT_MS

if TYPE_CHECKING:
    from collections.abc import Sequence


async def ensure_topics(
    bootstrap_servers: str, topics: Sequence[str], *, partitions: int, replication_factor: int = 1
) -> list[str]:
    """Create the topics that are not there yet.

    Args:
        bootstrap_servers: `host:port`, comma separated.
        topics: the names wanted.

    Returns:
        The names that were created now.

    Raises:
        aiokafka.errors.KafkaError: the broker is away or refused.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers.split(","), request_timeout_ms=REQUEST_TIMEOUT_MS)
    await admin.start()
    try:
        missing = sorted(set(topics) - set(await admin.list_topics()))
        if not missing:
            return []
        response: Any = await admin.create_topics([NewTopic(name, partitions, replication_factor) for name in missing])
        for topic, code, *_ in response.topic_errors:
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                raise error(f"topic {topic} could not be created")
        return missing
    finally:
        await admin.close()
