"""Signing in at the provider, and its refusals, in Chromium."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import pytest_asyncio
from playwright.async_api import expect

from services.events.app import create_app
from services.events.identity.oidc import domain as provider_domain
from shared.http.auth import SESSION_COOKIE
from shared.http.refusals import problem_with_code
from shared.i18n.translations import use_language
from shared.refusals import Refusal
from tests.events.identity.oidc.serving import served
from tests.events.identity.oidc.test_pages import with_provider
from tests.support.layout import PHONE, assert_fits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from playwright.async_api import Page

    from services.events.settings import EventsSettings
    from shared.db.database import Database
    from tests.events.identity.oidc.fake_provider import FakeProvider

    OpenPage = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.browser

REFUSALS = sorted(one.code for one in Refusal.__subclasses__() if one.__module__ == provider_domain.__name__)


@pytest_asyncio.fixture
async def registered(events_settings: EventsSettings, fake_provider: FakeProvider, db: Database) -> AsyncIterator[str]:
    """The origin of an installation with a provider: `http://localhost:<port>`."""
    async with served(
        lambda origin: create_app(with_provider(events_settings, fake_provider.issuer, public_url=origin))
    ) as origin:
        yield origin


async def test_a_sign_in_at_the_provider_leads_back_to_the_requested_page(page_at: OpenPage, registered: str) -> None:
    page = await page_at(*PHONE)
    await page.goto(f"{registered}/account")
    assert page.url == f"{registered}/sign-in?next=%2Faccount"
    await assert_fits(page)
    await page.get_by_role("button", name="Log ind med Struer Kommune").click()
    await expect(page.get_by_role("heading", name="Min konto", level=1)).to_be_visible()
    assert page.url == f"{registered}/account"
    await assert_fits(page)


async def test_the_button_works_without_javascript(page_at: OpenPage, registered: str) -> None:
    page = await page_at(java_script_enabled=False)
    await page.goto(f"{registered}/sign-in?next=/account")
    await page.get_by_role("button", name="Log ind med Struer Kommune").click()
    await expect(page.get_by_role("heading", name="Min konto", level=1)).to_be_visible()


async def test_every_refusal_has_a_page_that_leads_back(page_at: OpenPage, registered: str) -> None:
    assert len(REFUSALS) > 10
    page = await page_at(*PHONE)
    for code in REFUSALS:
        await page.goto(f"{registered}/sign-in/provider/refused?why={code}&next={quote('/queue')}")
        with use_language("da", service="events"):
            title = problem_with_code(code, package="services.events").title
        await expect(page.get_by_role("heading", level=1)).to_have_text(title or "")
        await assert_fits(page)
    await page.get_by_role("link", name="Tilbage til login-siden").click()
    assert page.url == f"{registered}/sign-in?next=%2Fqueue"


async def test_the_refusal_page_has_neither_code_nor_state_in_its_url(
    page_at: OpenPage, registered: str, fake_provider: FakeProvider
) -> None:
    fake_provider.claims = {"nonce": "another"}
    page = await page_at()
    await page.goto(f"{registered}/sign-in")
    await page.get_by_role("button", name="Log ind med Struer Kommune").click()
    await expect(page.get_by_role("heading", name="Vi kan ikke stole på svaret")).to_be_visible()
    assert page.url == f"{registered}/sign-in/provider/refused?why=provider-not-believed"
    await page.get_by_role("link", name="English").first.click()
    await expect(page.get_by_role("heading", name="We cannot trust the answer")).to_be_visible()
    assert SESSION_COOKIE not in {cookie.get("name") for cookie in await page.context.cookies()}


async def test_a_link_to_the_provider_route_shows_a_button(page_at: OpenPage, registered: str) -> None:
    page = await page_at(*PHONE)
    await page.goto(f"{registered}/sign-in/provider?taskforce=struer&next=/account")
    await expect(page.get_by_role("button", name="Log ind med Struer Kommune")).to_be_focused()
    await assert_fits(page)
    await page.get_by_role("button", name="Log ind med Struer Kommune").click()
    await expect(page.get_by_role("heading", name="Min konto", level=1)).to_be_visible()


async def test_a_step_up_at_the_provider_in_another_window_lets_this_one_go_on(
    page_at: OpenPage, registered: str, fake_provider: FakeProvider
) -> None:
    page, elsewhere = await page_at(*PHONE), await page_at(*PHONE)
    for one in (page, elsewhere):
        await one.goto(f"{registered}/sign-in/provider?taskforce=struer&next=/account")
        await one.get_by_role("button", name="Log ind med Struer Kommune").click()
        await expect(one.get_by_role("heading", name="Min konto", level=1)).to_be_visible()
    await page.reload()
    await page.get_by_role("button", name="Log ud der").click()
    await expect(page.get_by_role("heading", name="Bekræft, at det er dig")).to_be_visible()
    await assert_fits(page)
    fake_provider.claims["auth_time"] = int(time.time())
    async with page.context.expect_page() as opened:
        await page.get_by_role("button", name="Bekræft med Struer Kommune").click()
    other = await opened.value
    await expect(other.get_by_role("heading", name="Tak")).to_be_visible()
    await page.get_by_role("button", name="Fortsæt").click()
    await expect(page.get_by_role("heading", name="Min konto")).to_be_visible()
    await expect(page.get_by_role("button", name="Log ud der")).to_have_count(0)


async def test_signing_out_offers_to_sign_out_at_the_provider_too(
    page_at: OpenPage, registered: str, fake_provider: FakeProvider
) -> None:
    fake_provider.discovery["end_session_endpoint"] = f"{fake_provider.issuer}/end"
    page = await page_at(*PHONE)
    await page.goto(f"{registered}/sign-in/provider?taskforce=struer&next=/account")
    await page.get_by_role("button", name="Log ind med Struer Kommune").click()
    await expect(page.get_by_role("heading", name="Min konto", level=1)).to_be_visible()
    await page.get_by_text("Menu", exact=True).click()
    await page.locator("button:visible", has_text="Log ud").first.click()
    await expect(page.get_by_role("heading", name="Du er logget ud her")).to_be_visible()
    await assert_fits(page)
    async with page.expect_request(f"{fake_provider.issuer}/end?**"):
        await page.get_by_role("button", name="Log også ud af Struer Kommune").click()
