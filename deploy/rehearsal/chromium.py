"""Finds and starts the machine's Chromium. If it is missing, the error says what to install."""

from __future__ import annotations

import os
import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from playwright.async_api import async_playwright

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, BrowserContext

_NAMES = (
    "chromium-headless-shell",  # first: it needs less of the processor than the whole browser
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


class ChromiumMissingError(RuntimeError):
    """No Chromium on this machine."""


def executable() -> str:
    """The path of Chromium: `$CHROMIUM`, or the first known name on the PATH. Raises ChromiumMissingError."""
    chosen = os.environ.get("CHROMIUM")
    found = chosen or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise ChromiumMissingError(
            "the browser tests need Chromium and found none. Debian and Ubuntu: `sudo apt-get install chromium`"
            " (package chromium; Ubuntu: chromium-browser). Elsewhere: install Chromium or Chrome and set"
            " CHROMIUM to its path."
        )
    return found


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A running headless Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=_flags())
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def profile_on_disk(folder: Path, **options: Any) -> AsyncIterator[BrowserContext]:
    """A headless Chromium of its own, whose profile outlives it.

    Args:
        folder: of the profile.
        options: Playwright's for a context.
    """
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            folder, executable_path=executable(), args=_flags(), **options
        )
        try:
            yield context
        finally:
            await context.close()


def _flags() -> list[str]:
    # Chromium refuses its own sandbox to root; containers run as root.
    return [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
