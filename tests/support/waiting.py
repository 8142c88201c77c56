"""Waiting for a fact, with an end that only a mistake reaches: what is slow on a busy machine is not wrong."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PATIENCE_SECONDS: Final = 300.0
"""How long a test waits for something that comes at once on a quiet machine. Wait for less nowhere."""


async def eventually(check: Callable[[], Awaitable[bool]], *, seconds: float = PATIENCE_SECONDS) -> None:
    """Return as soon as `check` holds; fail the test if it does not in time."""
    deadline = time.monotonic() + seconds
    while not await check():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        await asyncio.sleep(0.02)
