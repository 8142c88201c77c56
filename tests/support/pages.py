"""Chromium, and pages in it: fixtures of every test (tests/conftest.py), so that there is one browser and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio
from playwright.async_api import expect

from deploy.rehearsal.chromium import chromium
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from playwright.async_api import Browser, BrowserContext, Page


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the whole session."""
    expect.set_options(timeout=1000 * PATIENCE_SECONDS)
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture
async def page_at(browser: Browser) -> AsyncIterator[Callable[..., Awaitable[Page]]]:
    """Opens a page in a fresh, cookie-less context: `page = await page_at(390, 844)`.

    Keyword arguments are Playwright's for a context (`java_script_enabled=False`, `locale="da-DK"` …). An error
    in the page, a request to another host or a refusal by the Content-Security-Policy fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    async def open_page(width: int = 1280, height: int = 900, **options: object) -> Page:
        context = await browser.new_context(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]
        context.set_default_timeout(1000 * PATIENCE_SECONDS)
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                complaints.append(f"{page.url}: {message.text}") if "Content Security Policy" in message.text else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                None if _is_local(request.url) else complaints.append(f"{page.url} asks another host: {request.url}")
            ),
        )
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert not complaints, "\n".join(complaints)


def _is_local(url: str) -> bool:
    return url.startswith(("http://127.0.0.1", "http://localhost", "https://localhost", "data:", "blob:", "about:"))
