"""Answers that take the same time, whatever the work behind them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Coroutine

_log = structlog.get_logger(__name__)


class FixedDelay:
    """Runs work in the background and answers after a fixed time, so that the time reveals nothing about the work.

    Args:
        seconds: the time from the call to the answer. Work that takes longer goes on after it.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._in_progress: set[asyncio.Task[None]] = set()

    async def run(self, work: Coroutine[None, None, None]) -> None:
        """Start the work and return after the fixed time.

        Raises:
            Exception: whatever the work raised within that time.
        """
        task = asyncio.create_task(work)
        self._in_progress.add(task)
        task.add_done_callback(self._on_done)
        await asyncio.sleep(self.seconds)
        if task.done():
            await task

    async def close(self, patience_seconds: float = 2.0) -> None:
        """Wait for work in progress, and cancel what is not done in time."""
        if self._in_progress:
            await asyncio.wait(self._in_progress, timeout=patience_seconds)
        for task in list(self._in_progress):
            task.cancel()

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._in_progress.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The answer may have been sent already.
            _log.warning("magic_links.request_failed", error=type(error).__name__)
