"""Answers that are given at the same moment, whatever there is to be done behind them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Coroutine

_log = structlog.get_logger(__name__)


class EvenAnswers:
    """Has something done that takes longer for some than for others, and lets nobody see by the clock for whom.

    Args:
        seconds: when it is answered, counted from the call: as soon as that where it is done, and no later where it
            is not.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._under_way: set[asyncio.Task[None]] = set()

    async def after(self, work: Coroutine[None, None, None]) -> None:
        """Begin the work and return when it is time to answer. What is not done by then is done all the same.

        Raises:
            Exception: what the work raised, if it did before that.
        """
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        await asyncio.sleep(self.seconds)
        if task.done():
            await task

    async def close(self, patience_seconds: float = 2.0) -> None:
        """Wait for what is under way, and give up what is not done by then."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=patience_seconds)
        for task in list(self._under_way):
            task.cancel()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Perhaps nobody waits for it any more.
            _log.warning("links.not_asked_for", error=type(error).__name__)
