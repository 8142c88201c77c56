"""`python -m deploy.topics`: a deployment's topics job.

Creates the topics that are missing, changes none that exist, and says what it did. From the environment:

    KAFKA_BOOTSTRAP_SERVERS    host:port, comma separated
    KAFKA_REPLICATION_FACTOR   replicas of each partition, 3 unless set

It waits up to a minute for the broker and exits 1 with the reason when it could not.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time

from aiokafka.errors import KafkaError

from shared.contracts.catalogue import PARTITIONS, TOPICS
from shared.messaging.topics import ensure_topics

_PATIENCE_SECONDS = 60.0


async def run(bootstrap_servers: str, replication_factor: int) -> list[str]:
    """Create what is missing, as soon as the broker answers. Returns the topics created."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return await ensure_topics(
                bootstrap_servers, TOPICS, partitions=PARTITIONS, replication_factor=replication_factor
            )
        except (KafkaError, OSError, TimeoutError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.5)


def main() -> int:
    """The command; returns its exit code."""
    servers = os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "")
    if not servers:
        print("KAFKA_BOOTSTRAP_SERVERS is not set", file=sys.stderr)
        return 2
    try:
        created = asyncio.run(run(servers, int(os.environ.get("KAFKA_REPLICATION_FACTOR", "3"))))
    except (KafkaError, OSError, TimeoutError, ValueError) as error:
        print(f"the topics could not be created: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print("created " + ", ".join(created) if created else "all topics are there")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
