"""The intake on a phone in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.support.layout import PHONE, assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from uuid import UUID

    from fastapi import FastAPI
    from playwright.async_api import Page

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture
async def page(
    app: FastAPI,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
    add_event: Callable[..., Awaitable[UUID]],
    add_company: Callable[..., Awaitable[UUID]],
) -> AsyncIterator[Page]:
    """A member's empty form at an open event."""
    event_id = await add_event()
    for name, cvr in (("Bang & Olufsen A/S", "41257911"), ("Ærø Bageri", "24256790"), ("Øster Smede", None)):
        await add_company(name, cvr=cvr, checked_in_at=event_id)
    page = await page_at(*PHONE, extra_http_headers={"authorization": f"Bearer {token('caseworker')}"})
    async with serving(app) as url:
        await page.goto(f"{url}/pledges/new?event={event_id}")
        yield page


async def fill_in(page: Page) -> None:
    await page.get_by_label("Virksomhed", exact=True).fill("Ærø Bageri")
    await page.get_by_role("button", name="Én mere").click()
    await page.locator("[name=hours][value=own]").check()
    await page.get_by_label("Fra", exact=True).fill("6,5")
    await page.get_by_label("Navn", exact=True).fill("Bente Bager")
    await page.get_by_label("Vareopfyldning").check()


async def assert_filled_in(page: Page) -> None:
    for name, value in (("company.name", "Ærø Bageri"), ("own.start", "6,5"), ("contact.name", "Bente Bager")):
        await expect(page.locator(f"[name='{name}']")).to_have_value(value)
    await expect(page.locator("[name=positions]")).to_have_value("2")
    await expect(page.locator("[name=tasks][value=shelf_stocking]")).to_be_checked()


async def in_language(page: Page, language: str) -> None:
    await page.locator(".site-menu > summary").click()
    await page.locator(f".site-menu-panel a[hreflang={language}]").click()
    await expect(page.locator(f"html[lang={language}]")).to_have_count(1)


async def test_a_company_of_the_list_is_found_as_at_the_door(page: Page) -> None:
    company = page.get_by_label("Virksomhed", exact=True)
    for typed, found in (("olufsen bang", "Bang & Olufsen A/S"), ("DK 24 25 67", "Ærø Bageri")):
        await company.fill(typed)
        await expect(page.locator("#companies option[label]")).to_have_count(1)
        await expect(page.locator("#companies option[label]")).to_have_attribute("label", f"{found} ({typed})")


async def test_what_was_typed_stays_until_the_pledge_is_received(page: Page) -> None:
    form = page.url
    await fill_in(page)
    await in_language(page, "en")
    await assert_filled_in(page)
    await page.get_by_role("button", name="Send the pledge").click()
    await expect(page.get_by_role("alert")).to_contain_text("Write a telephone number or an e-mail address.")
    await page.get_by_label("E-mail").fill("bente@bageri.example")
    await page.get_by_text("More about the job").click()
    await page.locator("[name='company.cvr']").fill("24256790")
    await in_language(page, "da")
    await assert_filled_in(page)
    await expect(page.locator("[name='company.cvr']")).to_be_visible()
    await assert_fits(page)
    await page.reload()
    await page.get_by_role("button", name="Send tilsagnet").click()
    await expect(page.get_by_role("heading", name="Tilsagnet er modtaget")).to_be_visible()
    assert "ente" not in await page.evaluate("JSON.stringify(sessionStorage)")
    await page.goto(form)
    await expect(page.locator("[name='contact.name']")).to_have_value("")
