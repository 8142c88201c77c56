"""A session in Chromium: renewed, extended on request, ended without losing what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from playwright.async_api import expect

from services.events.identity.administration.commands import add_person
from services.events.identity.people.domain import Person
from shared.http.auth import COOKIE, RENEWED_COOKIE, SESSION_COOKIE
from tests.support.axe import assert_accessible
from tests.support.layout import DESKTOP, PHONE, assert_fits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from shared.db.database import Database

    OpenPage = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture
async def bent(db: Database, taskforce_id: UUID) -> Person:
    """The administrator."""
    bent = Person(uuid4(), "Bent Sivkær", "bent@struer.example", frozenset({"admin"}))
    await add_person(db, taskforce_id, bent)
    return bent


async def sign_in(page: Page, origin: str, next: str) -> None:
    await page.goto(f"{origin}/sign-in/as/admin?taskforce=struer&next={next}")
    await page.get_by_role("main").get_by_role("button", name="Log ind").click()
    await page.wait_for_url(f"{origin}{next}")


async def minute_passes(page: Page) -> None:
    """Expire the browser's token."""
    for name in (COOKIE, RENEWED_COOKIE):
        await page.context.clear_cookies(name=name)


async def cookies(page: Page) -> set[str]:
    return {str(cookie.get("name")) for cookie in await page.context.cookies()}


async def test_a_form_filled_in_for_longer_than_a_token_lasts_is_sent(
    page_at: OpenPage, origin: str, bent: Person
) -> None:
    page = await page_at(*PHONE)
    await sign_in(page, origin, "/people/new")
    await page.get_by_label("Navn").fill("Bodil Damtoft")
    await page.get_by_label("Mailadresse").fill("bodil@struer.example")
    await page.get_by_role("checkbox", name="medlem").check()
    await minute_passes(page)
    await page.get_by_role("button", name="Tilføj").click()
    await expect(page.get_by_role("rowheader", name="Bodil Damtoft")).to_be_visible()
    assert page.url.startswith(f"{origin}/people?added=")
    assert COOKIE in await cookies(page)


async def test_somebody_is_asked_in_time_whether_they_are_still_there(
    page_at: OpenPage, origin: str, bent: Person
) -> None:
    page = await page_at(*PHONE)
    await page.clock.install()
    await sign_in(page, origin, "/people")
    warning = page.get_by_role("dialog", name="Er du her endnu?")
    await page.clock.fast_forward("57:00")
    await expect(warning).to_be_hidden()
    await page.clock.fast_forward("01:30")
    await expect(warning).to_be_visible()
    await assert_accessible(page)
    async with page.expect_response("**/session/extend") as answered:
        await warning.get_by_role("button", name="Bliv logget ind").click()
    assert (await answered.value).ok
    # By this page's clock, an hour ahead of the server's, that is not long: in the end it says so, and what was there
    # is there still.
    await page.clock.fast_forward("02:00")
    await expect(page.get_by_role("dialog", name="Du er logget ud")).to_be_visible()
    await expect(page.get_by_role("button", name="Bliv logget ind")).to_be_hidden()
    await expect(page.get_by_role("rowheader", name=bent.name)).to_have_count(1)


async def test_what_one_tab_does_keeps_the_others_signed_in(page_at: OpenPage, origin: str, bent: Person) -> None:
    page = await page_at()
    await page.clock.install()
    await sign_in(page, origin, "/people")
    await page.clock.fast_forward("58:30")
    warning = page.get_by_role("dialog", name="Er du her endnu?")
    await expect(warning).to_be_visible()
    other = await page.context.new_page()
    await other.goto(f"{origin}/people")
    await other.evaluate("new BroadcastChannel('session').postMessage(Date.now() + 7_200_000)")
    await expect(warning).to_be_hidden()


async def test_one_is_signed_out_elsewhere_from_ones_account(page_at: OpenPage, origin: str, bent: Person) -> None:
    here, there = await page_at(*PHONE), await page_at(*DESKTOP)
    await sign_in(here, origin, "/account")
    await sign_in(there, origin, "/account")
    await here.reload()
    await assert_fits(here)
    await expect(here.get_by_text("denne browser", exact=True)).to_have_count(1)
    await here.get_by_role("button", name="Log ud der").click()
    await expect(here.get_by_role("button", name="Log ud der")).to_have_count(0)
    await minute_passes(there)
    await there.reload()
    await expect(there.get_by_role("heading", name="Hvem vil du være?")).to_be_visible()
    assert SESSION_COOKIE not in await cookies(there)


async def test_an_account_is_closed_and_opened_again(
    page_at: OpenPage, origin: str, bent: Person, db: Database, taskforce_id: UUID
) -> None:
    amira = Person(
        uuid4(), "Amira Klitfeldt", "amira@struer.example", frozenset({"facilitator"}), programme="job_network"
    )
    await add_person(db, taskforce_id, amira)
    page = await page_at(*PHONE)
    await sign_in(page, origin, "/people")
    await page.get_by_role("link", name="Amira Klitfeldt").click()
    await expect(page.get_by_role("heading", name="Amira Klitfeldt", level=1)).to_be_visible()
    await assert_fits(page)
    await page.get_by_role("button", name="Luk kontoen").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("ikke længere med")
    await page.get_by_role("button", name="Åbn kontoen").click()
    await expect(page.get_by_role("heading", level=1)).not_to_contain_text("ikke længere med")
    await page.goto(f"{origin}/people/{bent.id}")
    await page.get_by_role("button", name="Luk kontoen").click()
    await expect(page.get_by_role("heading", name="Det er den sidste administrator")).to_be_visible()
