"""Finding cases and notes about them in Chromium, by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.pledges.conftest import Caller, pledge_body
from tests.support.layout import DESKTOP, NARROW, PHONE, assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import FastAPI
    from playwright.async_api import Page

pytestmark = pytest.mark.browser


async def test_a_case_is_found_by_keyboard_and_gets_a_note_that_comes_back_to_the_work_list(
    app: FastAPI,
    caller: Caller,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
) -> None:
    await caller.log(pledge_body(company={"name": "Limfjordens Bådebyggeri og Maskinværksted"}))
    await caller.log(pledge_body(company={"name": "B&O"}))
    page = await page_at(*DESKTOP, extra_http_headers={"authorization": f"Bearer {token('caseworker')}"})
    async with serving(app) as url:
        await page.goto(f"{url}/queue")
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog", name="Genveje")).to_be_visible()
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        await page.keyboard.press("Escape")
        await page.keyboard.press("Control+k")
        finder = page.get_by_role("dialog", name="Find en virksomhed eller en sag")
        await page.keyboard.type("limf")
        await expect(finder.get_by_role("link")).to_have_count(1)
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        await finder.get_by_role("link").click()
        notes = page.get_by_role("region", name="Notater")
        await notes.get_by_label("Nyt notat").fill("Spørg, om hallen er færdig")
        await notes.get_by_label("Følg op den").fill("2027-01-11")
        await notes.get_by_role("button", name="Gem notatet").click()
        await expect(notes.get_by_role("listitem")).to_contain_text("Skal gøres")
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        await page.goto(f"{url}/queue?due=all")
        await page.keyboard.press("j")
        await expect(page.locator(":focus")).to_contain_text("Spørg, om hallen er færdig")
        await page.get_by_text("Gem visningen, eller find en sag").click()
        await page.get_by_label("Gem det, listen viser nu, som").fill("Alt mit")
        await page.get_by_role("button", name="Gem visningen").click()
        await expect(page.get_by_role("navigation", name="Gemte visninger")).to_contain_text("Alt mit")
        await assert_fits(page, NARROW, PHONE, DESKTOP)
