"""Step-up in Chromium: by a virtual authenticator, and by a magic link in another window."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from playwright.async_api import expect

from services.events.identity.administration import commands as people
from services.events.identity.magic_links import commands as links
from services.events.identity.people.domain import Person
from shared.http.auth import COOKIE, RENEWED_COOKIE, STEP_UP_SECONDS
from tests.events.identity.passkeys.test_in_browser import Authenticator
from tests.support.layout import PHONE, assert_fits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from shared.db.database import Database
    from tests.events.conftest import SignIn

    OpenPage = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.browser

EVA = Person(uuid4(), "Eva Damsgaard", "eva@struer.example", frozenset({"member"}))


@pytest_asyncio.fixture
async def bent(db: Database, taskforce_id: UUID) -> Person:
    """The administrator; there is another one, and a member."""
    bent = Person(uuid4(), "Bent Sivkær", "bent@struer.example", frozenset({"admin"}))
    for person in (bent, EVA, Person(uuid4(), "Bo", "bo@struer.example", frozenset({"admin"}))):
        await people.add_person(db, taskforce_id, person)
    return bent


async def a_quarter_passes(page: Page, db: Database, taskforce_id: UUID) -> None:
    """Make the last proof older than a quarter of an hour."""
    async with db.change(taskforce_id) as conn:
        await conn.execute(
            "update sessions set proved_at = proved_at - $1::interval", timedelta(seconds=STEP_UP_SECONDS + 5)
        )
    for name in (COOKIE, RENEWED_COOKIE):
        await page.context.clear_cookies(name=name)


async def with_passkey(page: Page, origin: str) -> Authenticator:
    """Add a passkey for the signed-in person."""
    device = await Authenticator.beside(page)
    await page.goto(f"{origin}/account")
    await page.get_by_role("button", name="Tilføj en adgangsnøgle").click()
    await expect(page.get_by_role("button", name="Fjern")).to_have_count(1)
    return device


async def test_a_form_that_was_filled_in_is_sent_when_the_passkey_has_answered(
    page_at: OpenPage,
    origin: str,
    bent: Person,
    sign_in: SignIn,
    db: Database,
    taskforce_id: UUID,
) -> None:
    page = await page_at(*PHONE)
    await sign_in(page, bent, "passkey")
    await with_passkey(page, origin)
    await page.goto(f"{origin}/people/new")
    await page.get_by_label("Navn").fill("Bodil <Damtoft> & søn")
    await page.get_by_label("Mailadresse").fill("bodil@struer.example")
    await page.get_by_role("checkbox", name="medlem").check()
    await page.get_by_role("checkbox", name="koordinator").check()
    await a_quarter_passes(page, db, taskforce_id)
    await page.get_by_role("button", name="Tilføj").click()
    await expect(page.get_by_role("heading", name="Bekræft, at det er dig")).to_be_visible()
    await expect(page.get_by_role("button", name="Fortsæt")).to_be_hidden()
    await assert_fits(page)
    await page.get_by_role("button", name="Bekræft med adgangsnøgle").click()
    await expect(page.get_by_role("rowheader", name="Bodil <Damtoft> & søn")).to_be_visible()
    await expect(page.get_by_role("row").filter(has_text="Bodil")).to_contain_text("koordinator")
    # The step-up is valid for a quarter of an hour.
    await page.goto(f"{origin}/people/{EVA.id}")
    await page.get_by_role("button", name="Luk kontoen").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("ikke længere med")


async def test_a_failed_step_up_changes_nothing_and_can_be_retried(
    page_at: OpenPage, origin: str, bent: Person, sign_in: SignIn, db: Database, taskforce_id: UUID
) -> None:
    page = await page_at(*PHONE)
    await sign_in(page, bent, "passkey")
    device = await with_passkey(page, origin)
    await page.goto(f"{origin}/people/{EVA.id}")
    await a_quarter_passes(page, db, taskforce_id)
    await page.get_by_role("button", name="Luk kontoen").click()
    await device.verify(verified=False)
    await page.get_by_role("button", name="Bekræft med adgangsnøgle").click()
    await expect(page.get_by_text("Det blev afbrudt eller tog for lang tid")).to_be_visible()
    async with db.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from people where deactivated_at is not null") == 0
    await device.verify(verified=True)
    await page.get_by_role("button", name="Bekræft med adgangsnøgle").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("ikke længere med")


async def test_adding_or_removing_a_passkey_needs_step_up(
    page_at: OpenPage,
    origin: str,
    bent: Person,
    sign_in: SignIn,
    db: Database,
    taskforce_id: UUID,
) -> None:
    page = await page_at(*PHONE)
    await sign_in(page, EVA, "link")
    device = await with_passkey(page, origin)
    await a_quarter_passes(page, db, taskforce_id)
    await page.reload()
    await page.get_by_role("button", name="Tilføj en adgangsnøgle mere").click()
    await expect(page.get_by_role("heading", name="Bekræft, at det er dig")).to_be_visible()
    await assert_fits(page)
    await page.get_by_role("button", name="Bekræft med adgangsnøgle").click()
    await expect(page.get_by_role("heading", name="Min konto")).to_be_visible()
    assert page.url == f"{origin}/account#passkeys"
    old = await device.keys()
    await device.forget()
    await page.get_by_role("button", name="Tilføj en adgangsnøgle mere").click()
    await expect(page.get_by_role("button", name="Fjern")).to_have_count(2)
    await expect(page.get_by_text("Du er logget ind her med den")).to_have_count(1)
    await assert_fits(page)

    await page.get_by_role("button", name="Fjern").first.click()
    await expect(page.get_by_role("heading", name="Adgangsnøglen er fjernet")).to_be_visible()
    await assert_fits(page)
    assert old != await device.keys()
    await a_quarter_passes(page, db, taskforce_id)
    await page.reload()
    await page.get_by_role("button", name="Fjern").click()
    await page.get_by_role("button", name="Bekræft med adgangsnøgle").click()
    # The session was opened with this passkey.
    await expect(page.get_by_text("så nu er du logget ud")).to_be_visible()
    await assert_fits(page)
    await page.get_by_role("link", name="Log ind på en anden måde").click()
    await expect(page.get_by_role("button", name="Log ud")).to_have_count(0)


async def test_a_member_without_a_passkey_opens_a_link_in_another_window_and_goes_on_in_this_one(
    page_at: OpenPage,
    origin: str,
    bent: Person,
    sign_in: SignIn,
    db: Database,
    taskforce_id: UUID,
) -> None:
    page, there = await page_at(*PHONE), await page_at(*PHONE)
    await sign_in(there, EVA, "link")
    await sign_in(page, EVA, "link")
    await page.goto(f"{origin}/account")
    await a_quarter_passes(page, db, taskforce_id)
    await page.get_by_role("button", name="Log ud der").click()
    await expect(page.get_by_role("heading", name="Bekræft, at det er dig")).to_be_visible()
    await assert_fits(page)
    async with page.context.expect_page() as opened:
        await page.get_by_role("button", name="Send mig et link").click()
    other = await opened.value
    await expect(other.get_by_role("heading", name="Se i din mail")).to_be_visible()
    # Not yet: the page asks again.
    await page.get_by_role("button", name="Fortsæt").click()
    await expect(page.get_by_role("heading", name="Bekræft, at det er dig")).to_be_visible()

    async with db.read(taskforce_id) as conn:
        request_id: UUID = await conn.fetchval("select id from link_requests")
    code = (await links.make_link(db, taskforce_id, request_id)).code
    await other.goto(f"{origin}/sign-in/link/{code.text()}")
    await other.get_by_role("main").get_by_role("button", name="Log ind").click()
    await expect(other.get_by_role("heading", name="Tak")).to_be_visible()
    await assert_fits(other)
    await other.close()
    await page.get_by_role("button", name="Fortsæt").click()
    await expect(page.get_by_role("heading", name="Min konto")).to_be_visible()
    await expect(page.get_by_role("button", name="Log ud der")).to_have_count(0)
