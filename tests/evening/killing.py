"""A phone whose browser is killed, as by a person who swipes it away or a battery that is empty, and started again."""

from __future__ import annotations

from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING

import psutil
from playwright.async_api import Error

from deploy.rehearsal.chromium import profile_on_disk
from deploy.rehearsal.phone import DEVICE, Phone

if TYPE_CHECKING:
    from pathlib import Path


class KillablePhone:
    """A phone with a profile on disk. `start` first, `stop` at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = AsyncExitStack()
        self.killed = 0

    async def start(self, number: int, origin: str) -> Phone:
        """Return the phone."""
        context = await self._stack.enter_async_context(profile_on_disk(self._folder, **DEVICE))
        return Phone(number, origin, context, await context.new_page())

    async def kill_and_reopen(self, phone: Phone) -> None:
        """Kill the browser (SIGKILL), start it again on the same profile, and open the intake."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):  # it has ended since
                process.kill()
        self.killed += 1
        await self.stop()
        await phone.reopen(await self._stack.enter_async_context(profile_on_disk(self._folder, **DEVICE)))

    async def stop(self) -> None:
        """End the browser."""
        with suppress(Error):  # it is dead already
            await self._stack.aclose()
        self._stack = AsyncExitStack()

    def _processes(self) -> list[psutil.Process]:
        """Return the browser's processes without its renderers, which end with them: itself, and a script around it."""
        return [process for process in psutil.Process().children(recursive=True) if self._is_browser(process)]

    def _is_browser(self, process: psutil.Process) -> bool:
        try:
            words = process.cmdline()
        except psutil.NoSuchProcess:  # it has ended since, or nobody has fetched its result yet
            return False
        return f"--user-data-dir={self._folder}" in words and not any(word.startswith("--type=") for word in words)
