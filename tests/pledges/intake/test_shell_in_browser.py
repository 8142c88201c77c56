"""The intake's shell in Chromium: the page opens without the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from services.pledges.catalogue.commands import add_task
from tests.support.layout import PHONE, assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from fastapi import FastAPI
    from playwright.async_api import Page

    from shared.db.database import Database

pytestmark = pytest.mark.browser

NEW_VERSION = """
() => new Promise(async (resolve) => {
  navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true });
  await (await navigator.serviceWorker.ready).update();
}).then(() => undefined)
"""


async def test_the_page_opens_without_the_network_after_an_update_and_again_from_the_server(
    app: FastAPI,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
    add_event: Callable[..., Awaitable[UUID]],
    pledges_database: Database,
    taskforce_id: UUID,
) -> None:
    event_id = await add_event()
    await add_task(pledges_database, taskforce_id, "Klargøring af cykler", "Preparing bicycles", "outdoors")
    guest = token("event_pass", subject=f"pass:{event_id}", event_id=event_id, pass_generation=1)
    page = await page_at(*PHONE)
    async with serving(app) as url:
        await page.goto(f"{url}/pledges/pass/{guest}")
        await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        # A new version arrives while somebody types.
        await page.get_by_label("Virksomhed", exact=True).fill("Ærø Bageri")
        app.state.settings = app.state.settings.model_copy(update={"demo_mode": False})
        await page.evaluate(NEW_VERSION)
        await expect(page.get_by_label("Virksomhed", exact=True)).to_have_value("Ærø Bageri")
    # There is no server any more.
    await page.reload()
    await expect(page.get_by_role("button", name="Send tilsagnet")).to_be_visible()
    await expect(page.locator("body[data-shell]:not(:has(.demo-banner))")).to_have_count(1)
    await expect(page.get_by_label("Virksomhed", exact=True)).to_have_value("Ærø Bageri")
    await expect(page.locator("[data-event]")).to_contain_text("Aften hos B&O")
    await expect(page.get_by_label("Klargøring af cykler")).to_have_count(1)
    assert await page.evaluate("document.fonts.ready.then(() => document.fonts.check('600 16px \"Tilsagn Sans\"'))")
    await assert_fits(page)
    await page.locator(".site-menu > summary").click()
    await page.locator(".site-menu-panel a[hreflang=en]").click()
    await expect(page.get_by_role("button", name="Send the pledge")).to_be_visible()
    await expect(page.locator(".places a")).to_have_text(["Front page"])
    # The browser throws away what it has kept; the server is back.
    await page.evaluate("caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))))")
    async with serving(app, port=int(url.rpartition(":")[2])):
        await page.goto(f"{url}/pledges/new")
        await expect(page.locator("body:not([data-shell])")).to_have_count(1)
