"""Makes a consumer wait for records in one long call, instead of FastStream's many short ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

LONGEST_WAIT_MS = 1_000
"""The wait ends as soon as there are records."""


def wait_for_records(client: AIOKafkaConsumer) -> None:
    """Make the client's `getmany` wait up to a second for records, whatever timeout it is called with.

    FastStream (0.7) passes the time in which a batch may fill, and sleeps as long again after an empty result: 25 calls
    a second while nothing happens, and records that come during the sleep wait for its end.
    """
    patched: Any = client
    getmany = client.getmany

    async def wait(*partitions: Any, timeout_ms: int = 0, max_records: int | None = None) -> Any:
        return await getmany(*partitions, timeout_ms=LONGEST_WAIT_MS, max_records=max_records)

    patched.getmany = wait
