"""The page of a company in Chromium."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from playwright.async_api import expect

from tests.pledges.conftest import NOW, Caller, hire_body, pledge_body
from tests.support.layout import DESKTOP, NARROW, PHONE, assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import FastAPI
    from playwright.async_api import Page

pytestmark = pytest.mark.browser


async def test_a_visit_is_logged_on_the_page_of_the_company(
    app: FastAPI,
    caller: Caller,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
    add_event: Callable[..., Awaitable[UUID]],
    add_company: Callable[..., Awaitable[UUID]],
) -> None:
    before = NOW - timedelta(days=90)
    event_id = await add_event(starts_at=before, ends_at=before + timedelta(hours=3))
    company_id = await add_company("Smeden A/S", cvr="24256790", municipality="0671", checked_in_at=event_id)
    body = pledge_body(company={"id": str(company_id), "name": "Smeden A/S"}, event_id=str(event_id))
    await caller.log(body | {"captured_at": before.isoformat()})
    await caller.confirm(hire_body(pledge_id=body["id"]))
    bearer = token("caseworker", subject=f"person:{uuid4()}")
    page = await page_at(*PHONE, extra_http_headers={"authorization": f"Bearer {bearer}"})
    async with serving(app) as url:
        await page.goto(f"{url}/companies/{company_id}")
        await page.get_by_text("Notér et besøg, et opkald eller et kort").click()
        await page.get_by_label("Besøg", exact=True).check()
        await page.get_by_label("Hvad kom der ud af det?").fill("Vil gerne have to mere til foråret")
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        if folder := os.environ.get("SHOTS"):
            await page.screenshot(path=f"{folder}/staff_form_phone_da.png", full_page=True)
        await page.get_by_role("button", name="Notér").click()
        await expect(page.get_by_role("status")).to_contain_text("Kontakten med virksomheden er gemt")
        await expect(page.get_by_role("region", name="Hvad er der sket?")).to_contain_text("to mere til foråret")
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        if folder:
            for size, name in ((PHONE, "phone"), (DESKTOP, "desktop")):
                await page.set_viewport_size({"width": size[0], "height": size[1]})
                for lang in ("da", "en"):
                    await page.goto(f"{url}/companies/{company_id}?lang={lang}")
                    await page.screenshot(path=f"{folder}/staff_company_{name}_{lang}.png", full_page=True)
            await page.get_by_text("Log a visit").click()
            await page.screenshot(path=f"{folder}/staff_form_desktop_en.png", full_page=True)
