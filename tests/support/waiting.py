"""Waiting for a fact, with a timeout that only an error reaches, also on a busy machine."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PATIENCE_SECONDS: Final = 300.0
"""How long a test waits for something that happens at once on an idle machine. Use no shorter timeout."""


async def eventually(check: Callable[[], Awaitable[bool]], *, seconds: float = PATIENCE_SECONDS) -> None:
    """Return as soon as `check` returns true; fail the test if it does not in time."""
    deadline = time.monotonic() + seconds
    while not await check():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        await asyncio.sleep(0.02)
