"""The call list and the task catalogue in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from playwright.async_api import expect

from tests.pledges.conftest import Caller, pledge_body
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
<span id="person-{COLLEAGUE}" hx-swap-oob="true">Mette Havbro</span>
<optgroup id="person-options" label="Andre" hx-swap-oob="true">
<option value="{COLLEAGUE}">Mette Havbro</option>
</optgroup>
"""


async def test_calls_are_given_to_a_person_by_name_and_ticked_off(
    app: FastAPI,
    caller: Caller,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
    add_event: Callable[..., Awaitable[UUID]],
) -> None:
    event_id = await add_event()
    guest: dict[str, Any] = {"subject": f"pass:{event_id}", "event_id": event_id, "pass_generation": 1}
    for company in ("Bageren", "Slagteren"):
        await caller.log(pledge_body(event_id=str(event_id), company={"name": company}), "event_pass", **guest)
    bearer = token("coordinator", subject=f"person:{ME}")
    page = await page_at(*PHONE, extra_http_headers={"authorization": f"Bearer {bearer}"})

    async def names(route: Route) -> None:
        await route.fulfill(body=NAMES, content_type="text/html")

    # The events service answers it, on the same origin.
    await page.route("**/people/names", names)
    async with serving(app) as url:
        await page.goto(f"{url}/pledges/calls?event={event_id}")
        await expect(page.get_by_role("option", name="Mette Havbro")).to_be_attached()
        await page.get_by_label("Vælg Bageren").check()
        await page.get_by_label("Giv de valgte opkald til").select_option(label="Mette Havbro")
        await page.get_by_role("button", name="Fordel").click()
        await expect(page.get_by_role("heading", name="Mette Havbro")).to_be_visible()
        slagteren = page.get_by_role("listitem").filter(has=page.get_by_role("link", name="Slagteren"))
        await slagteren.get_by_text("Notér opkaldet").click()
        await expect(slagteren.get_by_label("Ring igen den")).to_be_hidden()
        await slagteren.get_by_label("Ring igen", exact=True).check()
        await expect(slagteren.get_by_label("Ring igen den")).to_be_visible()
        await assert_accessible(page)
        await assert_fits(page)
        await slagteren.get_by_label("Talt med").check()
        await slagteren.get_by_role("button", name="Gem").click()
        await expect(page.get_by_role("status")).to_contain_text("Slagteren er krydset af")
        await page.get_by_role("button", name="Fortryd").click()
        await expect(page.get_by_role("status")).to_contain_text("Slagteren skal ringes op")


async def test_a_task_is_moved_by_keyboard_alone(
    app: FastAPI, page_at: Callable[..., Awaitable[Page]], token: Callable[..., str]
) -> None:
    bearer = token("coordinator", subject=f"person:{ME}")
    page = await page_at(*PHONE, extra_http_headers={"authorization": f"Bearer {bearer}"})
    async with serving(app) as url:
        await page.goto(f"{url}/pledges/catalogue")
        shop = page.locator(".catalogue-tasks").first.get_by_role("listitem")
        await expect(shop.first).to_contain_text("Vareopfyldning")
        await page.get_by_role("button", name="Flyt ned Vareopfyldning").press("Enter")
        await expect(shop.nth(1)).to_contain_text("Vareopfyldning")
        await expect(page.get_by_role("button", name="Flyt ned Vareopfyldning")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(shop.nth(2)).to_contain_text("Vareopfyldning")
        await assert_accessible(page)
        await assert_fits(page)
