"""Stops Kafka clients within a bounded time, also when their broker is gone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from aiokafka import AIOKafkaProducer


async def stop_within(stopping: Coroutine[Any, Any, Any], *, seconds: float, cancel_after: float = 0.0) -> None:
    """Wait at most `seconds` for a client to stop, then go on without it; its errors are dropped.

    `asyncio.wait_for` is not enough: it waits for the cancelled task, which may swallow the cancellation.

    Args:
        stopping: the client's `stop()`.
        cancel_after: seconds after which the coroutine is cancelled when it has not ended; 0: at once. A client that is
            cancelled while it stops may leave tasks or connections behind.
    """
    task = asyncio.ensure_future(stopping)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        if cancel_after:
            asyncio.get_running_loop().call_later(cancel_after, task.cancel)
        else:
            task.cancel()


async def discard_producer(producer: AIOKafkaProducer) -> None:
    """End a producer within about 2 s, whether it was started or not. It does not send what it still holds.

    `producer.stop()` waits until everything is delivered. When that is cancelled, it leaves a task that retries for
    ever, keeps its connections, and delivers again what another producer has delivered meanwhile.
    """
    producer._closed = True  # otherwise it warns when it is garbage-collected
    sending = producer._sender.sender_task
    if sending is not None:
        sending.cancel()  # it then waits for outstanding responses, which end with the connection below
    await stop_within(producer.client.close(), seconds=1)
    if sending is not None:
        await asyncio.wait({sending}, timeout=1)
        sending.cancel()
