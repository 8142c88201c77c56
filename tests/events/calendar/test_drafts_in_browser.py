"""What is typed into a form in Chromium is kept until the server has accepted it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from playwright.async_api import expect

from services.events.identity.administration.commands import add_person
from services.events.identity.people.domain import Person
from tests.events.conftest import published
from tests.support.layout import PHONE, assert_fits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Locator, Page

    from shared.db.database import Database
    from shared.product.roles import Role

    OpenPage = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.browser

NOTICE = "Det, du havde skrevet, er her stadig."


@pytest_asyncio.fixture
async def page(page_at: OpenPage, origin: str, db: Database, taskforce_id: UUID) -> Page:
    """The form for a new event, on a coordinator's phone."""
    for role in ("coordinator", "admin"):
        person = Person(uuid4(), f"En {role}", f"{role}@struer.example", frozenset({role}))
        await add_person(db, taskforce_id, person)
    page = await page_at(*PHONE)
    await sign_in(page, origin, "coordinator")
    return page


async def sign_in(page: Page, origin: str, role: Role) -> None:
    await page.goto(f"{origin}/sign-in/as/{role}?taskforce=struer&next=/events/new")
    await page.get_by_role("main").get_by_role("button", name="Log ind").click()
    await page.wait_for_url(f"{origin}/events/new")


def field(page: Page, name: str) -> Locator:
    return page.locator(f"main [name={name}]")


async def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        if name == "kind":
            await field(page, name).select_option(value)
        else:
            await field(page, name).fill(value)


async def send(page: Page) -> None:
    await page.locator("main form button[type=submit]").click()


async def in_english(page: Page) -> None:
    await page.get_by_text("Menu", exact=True).click()
    await page.locator(".site-menu-panel a[hreflang=en]").click()
    await expect(page.locator("html[lang=en]")).to_have_count(1)


async def test_it_survives_a_reload_another_language_and_coming_back(page: Page, origin: str) -> None:
    await fill(page, title="Aften i Struer", kind="company_visit", starts="18:00")
    await page.reload()
    await expect(field(page, "title")).to_have_value("Aften i Struer")
    await expect(page.get_by_text(NOTICE)).to_be_visible()
    await assert_fits(page)
    await in_english(page)
    await expect(field(page, "title")).to_have_value("Aften i Struer")
    await page.goto(f"{origin}/events")
    await page.go_back()
    for name, value in (("title", "Aften i Struer"), ("kind", "company_visit"), ("starts", "18:00"), ("ends", "19:30")):
        await expect(field(page, name)).to_have_value(value)

    await page.get_by_role("button", name="Start over").click()
    await expect(field(page, "title")).to_have_value("")
    await expect(page.locator("[data-draft-notice]")).to_be_hidden()


async def test_after_an_error_the_language_leads_back_to_the_form_with_what_was_typed(page: Page, origin: str) -> None:
    await fill(page, title="Aften i Struer", place="B&O")
    await send(page)
    await expect(page.locator(".error-summary")).to_be_visible()
    await expect(page.get_by_text(NOTICE)).to_be_hidden()
    await fill(page, title="Aften i Holstebro")
    await in_english(page)
    assert page.url == f"{origin}/events/new?lang=en"
    await expect(field(page, "title")).to_have_value("Aften i Holstebro")
    await expect(field(page, "place")).to_have_value("B&O")
    # Past the answer to the form, which the browser does not keep.
    await page.evaluate("history.go(-2)")
    await page.wait_for_url(f"{origin}/events/new")
    await expect(field(page, "title")).to_have_value("Aften i Holstebro")


async def test_it_is_kept_when_the_connection_breaks_and_forgotten_when_it_is_accepted(
    page: Page, origin: str, db: Database
) -> None:
    await fill(page, title="Aften i Struer", day="2090-12-01")

    id = await field(page, "id").input_value()
    await page.route(f"{origin}/events", lambda route: route.abort("connectionreset"))
    await send(page)
    await page.wait_for_url("chrome-error://**")
    await page.unroute(f"{origin}/events")
    await page.goto(f"{origin}/events/new")
    await expect(field(page, "title")).to_have_value("Aften i Struer")
    # Had it been received, it would be the same event.
    assert await field(page, "id").input_value() == id
    await send(page)
    await expect(page.get_by_role("heading", name="Aften i Struer")).to_be_visible()
    assert [name for name, _ in await published(db)].count("EventDrafted") == 1

    await page.goto(f"{origin}/events/new")
    await expect(field(page, "title")).to_have_value("")
    assert "Struer" not in await page.evaluate("JSON.stringify(sessionStorage)")


async def test_nobody_finds_it_after_signing_out_or_under_another_account(page: Page, origin: str) -> None:
    await fill(page, title="Aften i Struer")
    await sign_in(page, origin, "admin")
    await expect(field(page, "title")).to_have_value("")
    await fill(page, title="Aften i Holstebro")
    await page.get_by_text("Menu", exact=True).click()
    await page.locator(".site-menu-panel form[action='/sign-out'] button").click()
    await expect(page.get_by_role("heading", name="Hvem vil du være?")).to_be_visible()
    assert "Aften" not in await page.evaluate("JSON.stringify(sessionStorage)")
