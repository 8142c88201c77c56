"""The live page of an evening in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.pledges.intake.test_api import as_pass
from tests.pledges.intake.test_sync import announce, on_phone
from tests.support.layout import DESKTOP, NARROW, PHONE, assert_fits, assert_no_sideways_scrolling
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from fastapi import FastAPI
    from playwright.async_api import Page

    from tests.pledges.conftest import Caller

pytestmark = pytest.mark.browser


async def test_the_coordinator_sees_at_once_that_the_last_pledge_has_arrived(
    app: FastAPI,
    caller: Caller,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
    add_event: Callable[..., Awaitable[UUID]],
    add_company: Callable[..., Awaitable[UUID]],
) -> None:
    event_id, phone_id = await add_event(), uuid4()
    for name in ("Bang & Olufsen A/S", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"):
        await add_company(name, checked_in_at=event_id)
    await announce(caller, event_id, phone_id, announced=1, name="Hannes telefon")
    page = await page_at(*DESKTOP, extra_http_headers={"authorization": f"Bearer {token('coordinator')}"})
    async with serving(app) as url:
        await page.goto(f"{url}/pledges/evening/{event_id}")
        door = page.get_by_role("status").first
        await expect(door).to_have_text("0 af 1 er i hus, 1 er stadig på en telefon")
        await expect(page.get_by_text("Hannes telefon har stadig nr. 1")).to_be_visible()
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        await page.get_by_role("link", name="Er den væk?").click()
        await assert_fits(page, NARROW, DESKTOP)
        await page.get_by_label("Hvorfor?").fill("Glemt i bussen")
        await page.get_by_role("button", name="Læg telefonen til side").click()
        await expect(door).to_have_text("0 af 0 er i hus, 1 telefon lagt til side")
        await expect(page.get_by_role("table").last).to_contain_text("af dig: Glemt i bussen")
        await assert_fits(page, NARROW, PHONE)
        # It is in contact again.
        await announce(caller, event_id, phone_id, announced=1)
        await expect(door).to_have_text("0 af 1 er i hus, 1 er stadig på en telefon")

        body = on_phone(1, phone_id, event_id=str(event_id), company={"name": "Bang & Olufsen A/S"})
        await caller.log(body, "event_pass", **as_pass(event_id))

        await expect(door).to_have_text("1 af 1 er i hus")
        await expect(page.get_by_text("pladser lovet ud af 50")).to_be_visible()
        await expect(page.locator(".evening-names")).not_to_contain_text("Olufsen")
        await assert_fits(page, PHONE, DESKTOP)
        await page.get_by_role("link", name="Vis på projektoren").click()
        await expect(page.locator("body.projector")).to_be_visible()
        await assert_fits(page, DESKTOP)
        await page.goto(f"{url}/pledges/evening/{event_id}?practice=true")
        await expect(page.get_by_text("ØVELSE: intet her tæller med")).to_be_visible()
        await assert_no_sideways_scrolling(page, NARROW)
