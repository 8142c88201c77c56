"""The comparison of two pledges in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.pledges.conftest import Caller, hire_body
from tests.support.layout import DESKTOP, NARROW, PHONE, assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import FastAPI
    from playwright.async_api import Page

pytestmark = pytest.mark.browser


async def test_a_pair_is_compared_merged_and_separated_by_keyboard(
    app: FastAPI,
    caller: Caller,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
    log_twins: Callable[..., Awaitable[list[dict[str, Any]]]],
) -> None:
    long_name = {"name": "Limfjordens Bådebyggeri og Maskinværksted", "cvr": "24256790", "p_number": "1003388394"}
    contact = {
        "name": "Eva Holst-Jespersen",
        "phone": "+45 97 85 00 01",
        "email": "eva.holst-jespersen@traelast.example",
    }
    first, _ = await log_twins(
        {"company": long_name},
        {"company": {"name": "Limfjordens Baadebyggeri & Maskinværksted"}, "contact": contact, "positions": 2},
    )
    taken = await log_twins({"company": {"name": "Venø Kro"}}, {"company": {"name": "Venø Kro"}, "tasks": ["tidying"]})
    await caller.confirm(hire_body(pledge_id=taken[1]["id"]))
    bearer = {"authorization": f"Bearer {token('coordinator', 'member')}"}
    page = await page_at(*PHONE, extra_http_headers=bearer)
    async with serving(app) as url:
        await page.goto(f"{url}/pledges/duplicates")
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        pair = page.get_by_role("region", name="Limfjordens Bådebyggeri")
        await expect(pair.get_by_role("rowheader", name="Pladser")).to_contain_text("forskelligt")
        await expect(pair.get_by_role("rowheader", name="Kontakt")).to_contain_text("forskelligt")
        await expect(pair.get_by_role("rowheader", name="Timer")).not_to_contain_text("forskelligt")
        await pair.get_by_label("Det første").focus()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("er slået sammen")
        await page.get_by_role("link", name="Slået sammen").click()
        await assert_fits(page, NARROW)
        await page.goto(f"{url}/pledges/{first['id']}")
        await expect(page.get_by_role("main")).to_contain_text("Dublet")
        await assert_fits(page, NARROW)
        await page.get_by_role("link", name="Se det andet tilsagn").click()
        await expect(page.get_by_role("link", name="Se dubletten")).to_have_attribute("href", f"/pledges/{first['id']}")
        await page.get_by_role("link", name="Skil dem ad igen").click()
        await page.get_by_role("button", name="Skil ad igen").click()
        await expect(page.get_by_role("status")).to_contain_text("er skilt ad igen")
