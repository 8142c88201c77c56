"""Stopping what may never stop: a Kafka client whose broker has gone can take for ever to say goodbye."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine


async def abandon_after(goodbye: Coroutine[Any, Any, Any], *, seconds: float) -> None:
    """Run `goodbye` for at most `seconds`, then cancel it and go on without waiting; its errors are dropped.

    `asyncio.wait_for` is not enough: it waits for the cancelled task, which may swallow the cancellation.
    """
    task = asyncio.ensure_future(goodbye)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        task.cancel()
