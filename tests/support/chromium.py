"""Finds and starts the machine's Chromium. If it is missing, the tests fail and say what to install."""

from __future__ import annotations

import os
import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

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
    path = executable()
    # Chromium refuses its own sandbox to root; containers run as root.
    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=flags)
        try:
            yield browser
        finally:
            await browser.close()
