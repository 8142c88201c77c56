"""The steps of a pledge's positions in Chromium."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.pledges.conftest import Caller, pledge_body
from tests.pledges.positions.test_api import Steps
from tests.support.layout import DESKTOP, NARROW, PHONE, assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import FastAPI
    from playwright.async_api import Page

pytestmark = pytest.mark.browser


async def test_a_position_is_matched_and_tried_and_two_who_do_it_at_once_see_both_versions(
    app: FastAPI,
    caller: Caller,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
) -> None:
    await caller.log(body := pledge_body(company={"name": "Limfjordens Bådebyggeri og Maskinværksted"}))
    page = await page_at(*PHONE, extra_http_headers={"authorization": f"Bearer {token('caseworker')}"})
    async with serving(app) as url:
        await page.goto(f"{url}/pledges/{body['id']}")
        positions = page.get_by_role("region", name=re.compile("pladser"))
        await positions.get_by_role("button", name="Der er fundet en borger Plads 1").click()
        first = positions.get_by_role("listitem").first
        await expect(first).to_contain_text("Matchet")
        await first.get_by_text("Start en prøveperiode").click()
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        await first.get_by_label("Første dag").fill("2026-12-01")
        await first.get_by_label("Sidste dag").fill("2026-12-14")
        # A colleague is quicker with another position.
        await Steps(caller, body["id"]).take("cancel", 2, reason="company_found_somebody")
        await first.get_by_role("button", name="Gem prøveperioden").click()
        versions = page.get_by_role("region", name="To udgaver")
        await expect(versions.get_by_role("row", name="Plads 2")).to_contain_text("LedigAflyst")
        await expect(versions).to_contain_text("Virksomheden har selv fundet en")
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        await page.get_by_role("button", name="Gør det alligevel").click()
        await expect(first).to_contain_text("På prøve")
        await expect(page.get_by_role("region", name="Historik").get_by_role("listitem")).to_have_count(4)
        await first.get_by_role("button", name="Fortryd det seneste trin").click()
        await expect(first).to_contain_text("Matchet")
        await assert_fits(page, NARROW, PHONE, DESKTOP)
