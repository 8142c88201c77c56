"""Stopping what may never stop: a Kafka client whose broker has gone can take for ever to say goodbye."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from aiokafka import AIOKafkaProducer


async def abandon_after(goodbye: Coroutine[Any, Any, Any], *, seconds: float, cancel_after: float = 0.0) -> None:
    """Wait `seconds` at most for `goodbye`, then go on without it; its errors are dropped.

    `asyncio.wait_for` is not enough: it waits for the cancelled task, which may swallow the cancellation.

    Args:
        cancel_after: so many seconds later it is cancelled, if it has not ended by itself. What is cancelled on its
            way may leave half of itself behind.
    """
    task = asyncio.ensure_future(goodbye)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        if cancel_after:
            asyncio.get_running_loop().call_later(cancel_after, task.cancel)
        else:
            task.cancel()


async def discard(producer: AIOKafkaProducer) -> None:
    """End `producer` within some 2 s, started or not; what it has in hand and has not sent, it never will.

    Its own `stop` waits until everything is delivered. Cancelled while it waits, it leaves behind a task that tries
    for ever, keeps its connections, and delivers once more what another producer has delivered meanwhile.
    """
    producer._closed = True  # or it complains when it is collected
    sending = producer._sender.sender_task
    if sending is not None:
        sending.cancel()  # it waits for the answers it is owed, which it is told now will not come
    await abandon_after(producer.client.close(), seconds=1)
    if sending is not None:
        await asyncio.wait({sending}, timeout=1)
        sending.cancel()
