"""Correcting and withdrawing a pledge in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.pledges.conftest import Caller, pledge_body
from tests.pledges.corrections.test_api import patch
from tests.pledges.intake.test_api import as_pass
from tests.support.layout import DESKTOP, NARROW, PHONE, assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from fastapi import FastAPI
    from playwright.async_api import Page

pytestmark = pytest.mark.browser


async def test_a_pledge_is_corrected_beside_another_correction_withdrawn_and_restored(
    app: FastAPI,
    caller: Caller,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
    add_event: Callable[..., Awaitable[UUID]],
) -> None:
    event_id = await add_event()
    body = pledge_body(company={"name": "Limfjordens Bådebyggeri og Maskinværksted", "cvr": "24256790"})
    await caller.log(body, "event_pass", **as_pass(event_id))
    bearer = {"authorization": f"Bearer {token('coordinator', 'member')}"}
    page = await page_at(*PHONE, extra_http_headers=bearer)
    async with serving(app) as url:
        await page.goto(f"{url}/pledges/{body['id']}")
        await page.get_by_role("link", name="Ret tilsagnet").click()
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        await page.get_by_label("Hvor mange pladser?").fill("2")
        await page.get_by_label("Telefon").fill("97 85 00 01")
        await page.get_by_label("Hvorfor bliver det rettet?").fill("Eva rang: de mangler to, ikke tre")
        theirs = {"positions": 5, "tasks": ["office"], "contact": {"name": "Ida Kjær"}}
        assert (await patch(caller, body["id"], theirs)).status_code == 200
        await page.get_by_role("button", name="Gem rettelsen").click()
        versions = page.get_by_role("region", name="To udgaver")
        await expect(versions.get_by_role("row", name="Pladser")).to_contain_text("52")
        await expect(versions.get_by_role("row", name="Kontakt")).to_contain_text("Ida Kjær")
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        await page.get_by_role("button", name="Gem rettelsen").click()
        history = page.get_by_role("region", name="Historik")
        await expect(history.get_by_role("listitem")).to_have_count(3)
        await expect(history.get_by_role("listitem").first).to_contain_text("Pladser")
        await page.get_by_text("Træk tilsagnet tilbage").first.click()
        await page.get_by_label("Virksomheden har trukket det tilbage").check()
        await page.get_by_label("Med ord").fill("De har ansat selv")
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        await page.get_by_role("button", name="Træk tilsagnet tilbage").click()
        await expect(page.get_by_role("main")).to_contain_text("Trukket tilbage")
        await assert_fits(page, NARROW)
        await page.get_by_role("button", name="Fortryd tilbagetrækningen").click()
        await expect(history.get_by_role("listitem")).to_have_count(5)
        await page.goto(f"{url}/pledges?who=all&event={event_id}")
        await page.get_by_text("Det, der kom med arrangementets kode").click()
        await page.get_by_role("link", name="1 tilsagn").click()
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        await page.get_by_role("button", name="Træk 1 tilsagn tilbage").click()
        await expect(page.get_by_role("button", name="Gendan 1 tilsagn")).to_be_visible()
        await assert_fits(page, NARROW)
