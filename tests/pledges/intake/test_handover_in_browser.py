"""Two phones in Chromium: one without a network hands its pledge over to the other by a QR code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.pledges.browsing import count
from tests.pledges.intake.test_phone_in_browser import capture, expect_state, kept
from tests.support.camera import CAMERA, hold_over
from tests.support.layout import NARROW, PHONE, assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from fastapi import FastAPI
    from playwright.async_api import Page

    from shared.db.database import Database

pytestmark = pytest.mark.browser

EVERYTHING_IS_KEPT = """
async () => {
  const script = document.querySelector("[data-script]").dataset.script;
  for (let tries = 0; tries < 600 && !(await caches.match(script)); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
"""


async def test_a_pledge_of_a_phone_without_a_network_arrives_from_another_phone(
    app: FastAPI,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
    add_event: Callable[..., Awaitable[UUID]],
    pledges_database: Database,
    taskforce_id: UUID,
) -> None:
    event_id = await add_event()
    guest = token("event_pass", subject=f"pass:{event_id}", event_id=event_id, pass_generation=1)
    giving, taking = await page_at(*PHONE), await page_at(*PHONE)
    await taking.add_init_script(CAMERA)
    async with serving(app) as url:
        for page in (giving, taking):
            await page.goto(f"{url}/pledges/pass/{guest}")
            await expect(page.get_by_role("button", name="Hent fra en anden telefon")).to_be_visible()
        await giving.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        await giving.evaluate(EVERYTHING_IS_KEPT)
        await giving.context.set_offline(True)
        await giving.reload()
        await capture(giving)
        await giving.get_by_role("button", name="Overdrag: Ærø Bageri").click()
        code = giving.get_by_role("img", name="Kode 1 af 1")
        await assert_fits(giving, NARROW, PHONE)

        await taking.get_by_role("button", name="Hent fra en anden telefon").click()
        await expect(taking.get_by_text("Leder efter en kode …")).to_be_visible()
        await assert_fits(taking, NARROW, PHONE)
        await hold_over(taking, code)
        await expect(taking.get_by_text("1 tilsagn er hentet.")).to_be_visible()
        await taking.get_by_role("button", name="Luk").click()
        await expect_state(taking, "Modtaget")

        await giving.get_by_role("button", name="Den anden telefon har det").click()
        await expect(giving.locator("[data-tonight] li")).to_contain_text("overdraget")
        assert "Bente" in await kept(giving)
        await giving.context.set_offline(False)
        await expect_state(giving, "Modtaget")
    assert await count(pledges_database, taskforce_id) == 1
    assert await count(pledges_database, taskforce_id, "phone_captures") == 1
