"""Handing over many cases at once, in Chromium."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.pledges.conftest import NOW, Caller, pledge_body
from tests.support.axe import assert_accessible
from tests.support.layout import PHONE, assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import FastAPI
    from playwright.async_api import Page, Route

pytestmark = pytest.mark.browser
ME, COLLEAGUE = uuid4(), uuid4()
NAMES = f"""
<span hx-swap-oob="innerHTML:.person-{COLLEAGUE}">Mette Havbro</span>
<optgroup id="person-options" label="Andre" hx-swap-oob="true">
<option value="{COLLEAGUE}">Mette Havbro</option>
</optgroup>
"""


async def test_ticked_cases_are_handed_over_to_a_colleague_by_name_and_that_is_undone(
    app: FastAPI, caller: Caller, page_at: Callable[..., Awaitable[Page]], token: Callable[..., str]
) -> None:
    for company in ("Bageren", "Slagteren", "Smeden"):
        await caller.log(
            pledge_body(company={"name": company}, captured_at=(NOW - timedelta(days=20)).isoformat()), "coordinator"
        )
    bearer = token("caseworker", subject=f"person:{ME}")
    page = await page_at(*PHONE, extra_http_headers={"authorization": f"Bearer {bearer}"})

    async def names(route: Route) -> None:
        await route.fulfill(body=NAMES, content_type="text/html")

    # The events service answers it, on the same origin.
    await page.route("**/people/names", names)
    async with serving(app) as url:
        await page.goto(f"{url}/queue")
        await page.get_by_role("link", name="Se, hvad der ikke er fordelt").click()
        await page.get_by_label("hos Bageren har ventet").check()
        await page.get_by_label("hos Smeden har ventet").check()
        await page.get_by_label("Giv de valgte sager til").select_option(label="Mette Havbro")
        await page.get_by_role("button", name="Fordel").click()
        await expect(page.get_by_role("status")).to_contain_text("2 sager er fordelt")
        await expect(page.get_by_role("status")).to_contain_text("Mette Havbro")
        await expect(page.locator("[data-row]")).to_have_count(1)
        await assert_accessible(page)
        await assert_fits(page)
        await page.get_by_role("button", name="Fortryd").click()
        await expect(page.locator("[data-row]")).to_have_count(3)
