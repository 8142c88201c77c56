"""How long a consumer waits for records at a time, where FastStream alone would look for them many times a second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

LONGEST_WAIT_MS = 1_000
"""It ends as soon as there are records."""


def wait_for_records(client: AIOKafkaConsumer) -> None:
    """Let the client's `getmany` wait until there are records, up to a second, whatever time it is called with.

    FastStream (0.7) waits for as long as a batch may take to fill, and after an empty answer sleeps as long again: 25
    calls a second while nothing happens, and records that come during the sleep wait for its end.
    """
    patched: Any = client
    getmany = client.getmany

    async def wait(*partitions: Any, timeout_ms: int = 0, max_records: int | None = None) -> Any:
        return await getmany(*partitions, timeout_ms=LONGEST_WAIT_MS, max_records=max_records)

    patched.getmany = wait
