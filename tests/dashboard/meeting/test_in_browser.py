"""The projector of a meeting in a browser: its keys, its timer, and that every step fits one screen."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import expect

from shared.contracts.events import AgendaItem
from tests.dashboard.messages import apply_messages, employer_event, hire, meeting, pledge
from tests.dashboard.overview.test_in_browser import signed_in, url
from tests.support.axe import assert_accessible
from tests.support.layout import PHONE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from playwright.async_api import Page, Route

    from shared.db.database import Database

    PageAt = Callable[..., Awaitable[Page]]

__all__ = ["signed_in", "url"]

pytestmark = pytest.mark.browser

AGENDA = (("figures", 20), ("events", 10), ("lasting", None), ("decisions", None), (None, 5))


@pytest_asyncio.fixture
async def coming(dashboard_database: Database) -> UUID:
    """A meeting tomorrow, with an agenda and some figures to look at."""
    now = datetime.now(UTC)
    ahead = employer_event(kind="taskforce_meeting", title="Taskforcemøde", starts_at=now + timedelta(days=1))
    evening = employer_event(title="Småjob-aften hos B&O", status="closed", starts_at=now - timedelta(days=9))
    agenda = tuple(AgendaItem(item_id=uuid4(), minutes=minutes, shows=shows) for shows, minutes in AGENDA)
    await apply_messages(
        dashboard_database,
        ahead,
        evening,
        meeting(meeting_id=ahead.event_id, agenda=agenda),
        *(pledge(positions=7, event_id=evening.event_id, captured_at=evening.starts_at) for _ in range(9)),
        *(hire(event_id=evening.event_id, start_date=(now - timedelta(days=days)).date()) for days in range(8)),
    )
    meeting_id: UUID = ahead.event_id
    return meeting_id


async def answer_as_the_events_service(route: Route) -> None:
    path = route.request.url
    if "/agenda/items/" in path:
        await route.fulfill(body="<h1>Hvordan går det i Struer?</h1><p>Mette Madsen</p>", content_type="text/html")
    else:
        await route.fulfill(status=503, body="<p>Fejl</p>", content_type="text/html")


async def test_the_projector_steps_through_the_agenda_by_keys(
    url: str, coming: UUID, dashboard_database: Database, page_at: PageAt, signed_in: dict[str, Any]
) -> None:
    page = await page_at(1280, 720, **signed_in)
    await page.route("**/events/*/agenda/**", answer_as_the_events_service)
    await page.goto(f"{url}/meetings/{coming}/projector")
    steps = int(re.findall(r"\d+", await page.locator(".slide-list summary").inner_text())[-1])
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("Taskforcemøde")
    await page.evaluate("window.isTheSamePage = true")

    # The title comes from the events service; what it does not answer stays as it was.
    await page.keyboard.press("PageDown")
    await expect(heading).to_have_text("Hvordan går det i Struer?")
    await expect(page).to_have_url(re.compile(r"step=2$"))
    await expect(page.locator(".figure-value").nth(1)).to_have_text("8")

    # Each item has its time, which goes on over a reload.
    timer = page.get_by_role("timer")
    await expect(timer).to_have_attribute("data-state", "running")
    await page.keyboard.press("p")
    await expect(timer).to_have_attribute("data-state", "paused")
    await page.reload()
    await expect(timer).to_have_attribute("data-state", "paused")
    await page.keyboard.press("r")
    await expect(timer).to_have_attribute("data-state", "running")
    await page.evaluate("window.isTheSamePage = true")

    # It is updated live, on a step that was not the first one of the page.
    await page.keyboard.press("Home")
    await page.keyboard.press("ArrowRight")
    await expect(page).to_have_url(re.compile(r"step=2$"))
    await apply_messages(dashboard_database, hire(start_date=(datetime.now(UTC) - timedelta(days=2)).date()))
    await expect(page.locator(".figure-value").nth(1)).to_have_text("9")

    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")

    # Every step fits the screens of rooms; nothing scrolls.
    await page.keyboard.press("Home")
    for step in range(1, steps + 1):
        await expect(page.locator(".slide-list summary")).to_have_text(f"{step} af {steps}")
        for width, height in ((1280, 720), (1920, 1080)):
            await page.set_viewport_size({"width": width, "height": height})
            over = await page.evaluate(
                "[document.documentElement, ...document.querySelectorAll('main, .slide, .slide-body')]"
                ".map(one => [one.scrollHeight - one.clientHeight, one.scrollWidth - one.clientWidth])"
            )
            assert max(max(pair) for pair in over) <= 0, (step, width, over)
            assert await page.evaluate("document.querySelector('main').clientHeight") >= height - 2, (step, width)
        await page.keyboard.press(" ")
    await expect(page.locator(".slide-list summary")).to_have_text(f"{steps} af {steps}")
    assert await page.evaluate("window.isTheSamePage")

    for step in (1, 2, 5):
        await page.goto(f"{url}/meetings/{coming}/projector?step={step}&lang=en")
        if step == 5:
            await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        await assert_accessible(page)
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


async def test_the_projector_works_by_links_without_scripts(
    url: str, coming: UUID, page_at: PageAt, signed_in: dict[str, Any]
) -> None:
    page = await page_at(1280, 720, java_script_enabled=False, **signed_in)
    await page.goto(f"{url}/meetings/{coming}/projector?step=3")
    await page.get_by_role("link", name="Næste").click()
    await expect(page.locator(".slide-list summary")).to_contain_text("4 af")
    await page.locator(".slide-list summary").click()
    await page.get_by_role("link", name="Arrangement for arrangement").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Arrangement for arrangement")
