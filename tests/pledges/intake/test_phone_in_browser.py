"""The intake on a phone in Chromium: no pledge is lost, whatever the network and the browser do."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.pledges.browsing import count
from tests.support.layout import DESKTOP, NARROW, PHONE, assert_fits
from tests.support.serving import serving
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from fastapi import FastAPI
    from playwright.async_api import Locator, Page, Route

    from shared.db.database import Database

pytestmark = pytest.mark.browser

PLEDGES = re.compile("/api/pledges/v1/pledges")
INTAKE = re.compile("/api/pledges/v1/intake")
REFUSED = '{"type": "/problems/too-many-positions", "title": "For mange pladser", "status": 422, "detail": "Ret det."}'


@pytest_asyncio.fixture
async def page(
    app: FastAPI,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
    add_event: Callable[..., Awaitable[UUID]],
    add_company: Callable[..., Awaitable[UUID]],
) -> AsyncIterator[Page]:
    """A member's empty form at an open event."""
    event_id = await add_event()
    await add_company("Ærø Bageri", cvr="24256790", checked_in_at=event_id)
    headers = {"authorization": f"Bearer {token('member')}"}
    page = await page_at(*PHONE, extra_http_headers=headers, reduced_motion="reduce")
    async with serving(app) as url:
        await page.goto(f"{url}/pledges/new?event={event_id}")
        yield page


async def capture(page: Page, company: str = "Ærø Bageri") -> None:
    """Type a pledge and send it."""
    await fill_in(page, company)
    await page.get_by_role("button", name="Send tilsagnet").click()
    await expect(page.get_by_label("Virksomhed", exact=True)).to_have_value("")


async def fill_in(page: Page, company: str) -> None:
    await page.get_by_label("Virksomhed", exact=True).fill(company)
    await page.get_by_role("radio", name="10 timer", exact=True).check()
    await page.get_by_label("Navn", exact=True).fill("Bente Bager")
    await page.get_by_label("E-mail").fill("bente@bageri.example")


async def expect_state(page: Page, state: str, company: str = "Ærø Bageri") -> None:
    """Wait until the list says so of a pledge."""
    await expect(page.locator("[data-tonight] li").filter(has_text=company).locator("[data-state]")).to_have_text(state)


async def try_again(page: Page) -> None:
    """Let the page send what waits now."""
    await page.evaluate("dispatchEvent(new Event('online'))")


async def kept(page: Page) -> str:
    """Return everything that the page keeps on the phone, as text."""
    text: str = await page.evaluate(
        """() => new Promise((resolve) => {
             indexedDB.open("tilsagn-intake").onsuccess = ({ target: { result: db } }) => {
               db.transaction("pledges").objectStore("pledges").getAll().onsuccess = (event) =>
                 resolve(JSON.stringify([event.target.result, { ...sessionStorage }, { ...localStorage }]));
             };
           })"""
    )
    return text


async def test_what_is_captured_without_a_network_arrives_when_there_is_one(
    page: Page, pledges_database: Database, taskforce_id: UUID
) -> None:
    await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    await page.context.set_offline(True)
    await capture(page)
    await expect(page.get_by_role("heading", name="Tilsagnet er gemt på telefonen")).to_be_visible()
    await expect(page.get_by_label("Virksomhed", exact=True)).to_be_focused()
    await capture(page, "Øster Smede")
    await expect(page.locator("[data-delivery]")).to_contain_text("2 tilsagn venter")
    await assert_fits(page, NARROW, PHONE, DESKTOP)
    await page.reload()
    await expect_state(page, "På telefonen")
    await expect(page.locator("[data-event]")).to_contain_text("Aften hos B&O")
    assert "Bente Bager" in await kept(page)
    await page.route(INTAKE, lambda route: route.fulfill(status=200, content_type="text/html", body="<html>Wi-Fi"))
    await page.context.set_offline(False)
    await expect(page.get_by_role("heading", name="Netværket svarer med sin egen side")).to_be_visible()
    await expect_state(page, "På telefonen")
    await page.unroute(INTAKE)
    await try_again(page)
    await expect_state(page, "Modtaget")
    await expect_state(page, "Modtaget", "Øster Smede")
    await expect(page.locator("[data-delivery]")).to_contain_text("Alle 2 tilsagn er modtaget · sidste kontakt kl.")
    await assert_fits(page, NARROW, PHONE, DESKTOP)
    assert await count(pledges_database, taskforce_id) == 2
    assert "Bente" not in await kept(page)


class Thumb:
    """A person at a phone: counts what they do, and how long it takes by the keystroke-level model.

    Card, Moran and Newell (1980): 1.1 s to point at something, 0.28 s for a key of somebody who types now and then.
    """

    def __init__(self) -> None:
        self.taps = self.texts = self.keys = 0

    async def tap(self, target: Locator) -> None:
        self.taps += 1
        await target.click()

    async def type(self, field: Locator, text: str) -> None:
        """Tap a field, and type into it."""
        await self.tap(field)
        self.texts += 1
        self.keys += len(text)
        await field.press_sequentially(text)

    @property
    def interactions(self) -> int:
        return self.taps + self.texts

    @property
    def seconds(self) -> float:
        return 1.1 * self.taps + 0.28 * self.keys


async def test_a_guest_has_the_receipt_for_a_known_company_in_12_interactions_and_20_seconds(
    app: FastAPI,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
    add_event: Callable[..., Awaitable[UUID]],
    add_company: Callable[..., Awaitable[UUID]],
) -> None:
    event_id = await add_event()
    await add_company("Ærø Bageri", cvr="24256790", checked_in_at=event_id)
    guest = token("event_pass", subject=f"pass:{event_id}", event_id=event_id, pass_generation=1)
    page = await page_at(*PHONE, reduced_motion="reduce")
    thumb = Thumb()
    async with serving(app) as url:
        await page.goto(f"{url}/pledges/pass/{guest}")
        company = page.get_by_label("Virksomhed", exact=True)
        await thumb.type(company, "ærø")
        # Chromium draws its list outside the page, so its choice is made here, and counted.
        thumb.taps += 1
        await company.fill(await page.locator("#companies option").first.get_attribute("value") or "")
        await thumb.tap(page.get_by_role("button", name="Én mere"))
        await thumb.tap(page.get_by_role("radio", name="10 timer", exact=True))
        await thumb.type(page.get_by_label("Navn", exact=True), "Bente Bager")
        await thumb.type(page.locator("[name='contact.phone']"), "20304050")
        await thumb.tap(page.get_by_role("button", name="Send tilsagnet"))
        await expect(page.get_by_role("heading", name="Tilsagnet er modtaget")).to_be_visible()
    assert thumb.interactions <= 12
    assert thumb.seconds <= 20


async def test_two_tabs_send_each_pledge_once(page: Page, pledges_database: Database, taskforce_id: UUID) -> None:
    other = await page.context.new_page()
    await other.goto(page.url)
    sent: list[str] = []
    for tab in (page, other):
        tab.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    await asyncio.gather(capture(page), capture(other, "Øster Smede"))
    for company in ("Ærø Bageri", "Øster Smede"):
        await expect_state(page, "Modtaget", company)
        await expect_state(other, "Modtaget", company)
    assert await count(pledges_database, taskforce_id) == 2
    assert await count(pledges_database, taskforce_id, "phone_captures") == 2
    assert sum("Øster Smede" in body for body in sent) == 1


async def test_a_tab_that_is_killed_while_it_sends_leaves_one_pledge_and_the_next(
    page: Page, pledges_database: Database, taskforce_id: UUID
) -> None:
    async def lose_the_answer(route: Route) -> None:
        await route.fetch()

    await page.route(PLEDGES, lose_the_answer)
    await capture(page)

    async def is_logged() -> bool:
        return await count(pledges_database, taskforce_id) == 1

    await eventually(is_logged)
    # The next one waits for no answer.
    await capture(page, "Øster Smede")
    reopened = await page.context.new_page()
    await page.close()
    await reopened.goto(page.url)
    await expect_state(reopened, "Modtaget")
    await expect_state(reopened, "Modtaget", "Øster Smede")
    assert await count(pledges_database, taskforce_id) == 2


async def test_neither_a_portal_nor_a_lost_session_nor_a_refusal_loses_a_pledge(
    page: Page, token: Callable[..., str], pledges_database: Database, taskforce_id: UUID
) -> None:
    signed_in = {"authorization": f"Bearer {token('member')}"}
    await page.route(PLEDGES, lambda route: route.fulfill(status=200, content_type="text/html", body="<html>Wi-Fi"))
    await capture(page)
    await expect(page.get_by_role("heading", name="Netværket svarer med sin egen side")).to_be_visible()
    await assert_fits(page, NARROW, PHONE)
    await page.unroute(PLEDGES)
    await page.context.set_extra_http_headers({})
    await try_again(page)
    await expect(page.get_by_role("link", name="Log ind i en anden fane")).to_be_visible()
    await assert_fits(page, NARROW, PHONE)
    refused = {"status": 422, "content_type": "application/problem+json", "body": REFUSED}
    await page.route(PLEDGES, lambda route: route.fulfill(**refused))
    await page.context.set_extra_http_headers(signed_in)
    await try_again(page)
    await expect(page.get_by_role("heading", name="Kræver handling", exact=True)).to_be_visible()
    await expect(page.get_by_text("For mange pladser")).to_be_visible()
    await assert_fits(page, NARROW, PHONE)
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Gem som fil: Ærø Bageri").click()
    assert (await download.value).suggested_filename.startswith("tilsagn-")
    await page.unroute(PLEDGES)
    await page.get_by_role("button", name="Ret: Ærø Bageri").click()
    await expect(page.get_by_label("E-mail")).to_have_value("bente@bageri.example")
    await page.get_by_role("button", name="Én mere").click()
    await page.get_by_role("button", name="Send tilsagnet").click()
    await expect_state(page, "Modtaget")
    await expect(page.locator("[data-tonight] li")).to_contain_text("2 pladser")
    assert await count(pledges_database, taskforce_id) == 1


async def test_neither_another_person_nor_full_storage_takes_a_pledge_from_its_author(
    page: Page, token: Callable[..., str], pledges_database: Database, taskforce_id: UUID
) -> None:
    await page.route(PLEDGES, lambda route: route.abort())
    await capture(page)
    await expect_state(page, "Sendt")
    await page.unroute(PLEDGES)
    await page.context.set_extra_http_headers({"authorization": f"Bearer {token('coordinator')}"})
    await page.reload()
    await expect(page.get_by_role("heading", name="En anden er logget ind på denne telefon")).to_be_visible()
    await assert_fits(page, NARROW, PHONE)
    assert await count(pledges_database, taskforce_id) == 0
    await page.get_by_role("button", name="Send som mig").click()
    await expect_state(page, "Modtaget")
    full = "IDBObjectStore.prototype.add = () => { throw new DOMException('', 'QuotaExceededError'); }"
    await page.evaluate(f"() => {{ {full} }}")
    await page.context.set_offline(True)
    await fill_in(page, "Øster Smede")
    await page.get_by_role("button", name="Send tilsagnet").click()
    await expect(page.get_by_role("heading", name="Tilsagnet kunne ikke gemmes på telefonen")).to_be_visible()
    await expect(page.get_by_label("Virksomhed", exact=True)).to_have_value("Øster Smede")
    await assert_fits(page, NARROW, PHONE)
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Send tilsagnet").click()
    await expect(page.get_by_label("Virksomhed", exact=True)).to_have_value("")
    assert await count(pledges_database, taskforce_id) == 2


@pytest.mark.long("shared/ui/js/intake", "shared/ui/js/service_worker")
async def test_a_pledge_is_for_the_event_that_the_person_has_chosen_on_a_page_that_the_phone_keeps(
    page: Page, add_event: Callable[..., Awaitable[UUID]], pledges_database: Database, taskforce_id: UUID
) -> None:
    first = UUID(page.url.rpartition("=")[2])
    second = await add_event(title="En anden aften")
    await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    await page.goto(f"{page.url.rpartition('=')[0]}={second}")
    await expect(page.locator("body[data-shell] [data-event]")).to_contain_text("En anden aften")
    await capture(page, "Til den anden")
    choice = page.locator("select[name=event_id]")
    await choice.select_option(str(first))
    await expect(page.locator("[data-event]")).to_contain_text("Aften hos B&O")
    await page.reload()
    await expect(choice).to_have_value(str(first))
    await capture(page, "Til den første")
    await choice.select_option("")
    await expect(page.locator("[data-event]")).to_be_hidden()
    await capture(page, "Til ingen")
    companies = {"Til den anden": second, "Til den første": first, "Til ingen": None}
    for company in companies:
        await expect_state(page, "Modtaget", company)
    async with pledges_database.read(taskforce_id) as conn:
        rows = await conn.fetch("select company_name, event_id from pledges")
    assert {row["company_name"]: row["event_id"] for row in rows} == companies
