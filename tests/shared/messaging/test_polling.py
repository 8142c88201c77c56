"""Waiting for records."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from shared.messaging.polling import LONGEST_WAIT_MS, wait_for_records


class Client:
    """Answers like aiokafka's consumer: with the available records, or nothing after the timeout."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, int | None]] = []
        self.records = asyncio.Event()

    async def getmany(self, *partitions: Any, timeout_ms: int = 0, max_records: int | None = None) -> dict[Any, Any]:
        self.calls.append((timeout_ms, max_records))
        try:
            await asyncio.wait_for(self.records.wait(), timeout_ms / 1000)
        except TimeoutError:
            return {}
        return {partitions: ["record"]}


async def test_a_short_poll_waits_for_records() -> None:
    client = Client()
    wait_for_records(cast("Any", client))
    asyncio.get_running_loop().call_later(0.05, client.records.set)
    assert await client.getmany("partition", timeout_ms=1, max_records=500) == {("partition",): ["record"]}
    assert client.calls == [(LONGEST_WAIT_MS, 500)]
