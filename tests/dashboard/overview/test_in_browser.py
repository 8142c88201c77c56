"""The dashboard, the projector and the board in a browser: accessible, updated live, and fitting their screens."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.dashboard.board.releases import release
from tests.dashboard.messages import apply_messages, check_in, employer_event, hire, pledge, taskforce
from tests.support.axe import assert_accessible
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from fastapi import FastAPI
    from playwright.async_api import Page

    from shared.contracts.events import EventOpened
    from shared.db.database import Database

    PageAt = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.browser

PEOPLES = (
    *("/", "/?as_of=2026-06-30&job_type=praktik&everything=true", "/dashboard/projector"),
    *("/dashboard/bridge?measure=hires&from=2024-01-01&to=2026-06-30", "/dashboard/lists/pledged_positions"),
)
EVERYBODYS = ("/", "/board/struer")


@pytest_asyncio.fixture
async def url(app: FastAPI) -> AsyncIterator[str]:
    """Where the application answers."""
    async with serving(app) as url:
        yield url
        app.state.changes.close()
        app.state.board_changes.close()


@pytest.fixture
def signed_in(token: Callable[..., str]) -> dict[str, Any]:
    """Options of a browser context whose person is a coordinator."""
    return {"extra_http_headers": {"authorization": f"Bearer {token('coordinator')}"}}


@pytest_asyncio.fixture
async def struer(dashboard_database: Database) -> Database:
    """Some years of a taskforce."""
    years = [
        (employer_event(title="Småjob-aften", status="closed", starts_at=datetime(year, 9, 12, 16, tzinfo=UTC)), year)
        for year in range(2018, 2026)
    ]
    messages: list[Any] = [taskforce(), *(event for event, _ in years)]
    for event, year in years:
        messages += [pledge(positions=3, event_id=event.event_id, captured_at=event.starts_at) for _ in range(8)]
        messages += [hire(event_id=event.event_id, start_date=date(year, 11, day)) for day in range(1, 25)]
        messages += [pledge(positions=2, job_type="praktik", captured_at=event.starts_at)]
    await apply_messages(
        dashboard_database, *messages, *(hire(pledge_id=None, start_date=date(2019, 1, 1)) for _ in range(4))
    )
    await release(dashboard_database)
    return dashboard_database


@pytest_asyncio.fixture
async def evening(struer: Database) -> EventOpened:
    """Tonight, in the middle of it."""
    now = datetime.now(UTC)
    event: EventOpened = employer_event(title="Småjob-aften hos B&O", starts_at=now, goal_positions=50)
    await apply_messages(
        struer,
        event,
        *(check_in(event.event_id, checked_in_at=now) for _ in range(62)),
        pledge(positions=40, event_id=event.event_id, captured_at=now),
        pledge(positions=3, event_id=event.event_id, captured_at=now, job_type="praktik"),
    )
    return event


@pytest.mark.parametrize(("language", "width", "height"), [("da", 390, 844), ("en", 1280, 900)])
async def test_every_page_is_accessible(
    url: str, evening: EventOpened, page_at: PageAt, signed_in: dict[str, Any], language: str, width: int, height: int
) -> None:
    for paths, options in ((PEOPLES, signed_in), (EVERYBODYS, {})):
        page = await page_at(width, height, **options)
        for path in paths:
            await page.goto(f"{url}{path}{'&' if '?' in path else '?'}lang={language}")
            await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            await assert_accessible(page)


async def test_no_page_scrolls_sideways_at_320_pixels(
    url: str, evening: EventOpened, page_at: PageAt, signed_in: dict[str, Any]
) -> None:
    for paths, options in ((PEOPLES, signed_in), (EVERYBODYS, {})):
        page = await page_at(320, 640, **options)
        for path in paths:
            await page.goto(url + path)
            assert await page.evaluate("document.documentElement.scrollWidth") <= 320, path


@pytest.mark.parametrize("query", ["", "?everything=true&lang=en"])
async def test_the_printed_dashboard_has_no_empty_page(
    url: str, evening: EventOpened, page_at: PageAt, signed_in: dict[str, Any], query: str
) -> None:
    page = await page_at(1280, 900, **signed_in)
    await page.goto(f"{url}/{query}")
    pages = text_of_pages(await page.pdf(format="A4"))
    assert len(pages) >= 3
    assert min(map(len, pages)) > 100
    # What is only a link, and what is folded in, is not on paper.
    assert not any(
        re.search("Hvad tallene betyder|What the figures mean|Vis som tabel|Show as a table", text) for text in pages
    )


def text_of_pages(document: bytes) -> list[str]:
    """The text of each page of a PDF, without spaces at its ends."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (Debian: apt-get install poppler-utils)")
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=document, capture_output=True, check=True).stdout
    return [" ".join(page.split()) for page in text.decode().removesuffix("\f").split("\f")]


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1280, 900), (1920, 1080), (3840, 2160)])
async def test_the_projector_and_the_board_fit_one_screen(
    url: str, struer: Database, page_at: PageAt, signed_in: dict[str, Any], width: int, height: int
) -> None:
    for going_on in (False, True):
        if going_on:
            now = datetime.now(UTC)
            event = employer_event(title="Småjob-aften hos B&O", starts_at=now, goal_positions=50)
            await apply_messages(struer, event, pledge(positions=143, event_id=event.event_id, captured_at=now))
        page = await page_at(width, height, **signed_in)
        for path in ("/dashboard/projector", "/board/struer"):
            await page.goto(url + path)
            tall, wide = await page.evaluate(
                "(page => [page.scrollHeight - innerHeight, page.scrollWidth - innerWidth])(document.documentElement)"
            )
            assert tall <= 0, (path, going_on, tall)
            assert wide <= 0, (path, going_on, wide)


async def test_the_dashboard_is_updated_live(
    url: str, evening: EventOpened, struer: Database, page_at: PageAt, signed_in: dict[str, Any]
) -> None:
    page = await page_at(1280, 900, **signed_in)
    await page.goto(url)
    await expect(page.locator(".current-event-number")).to_have_text("43")
    definition = page.locator("details#what-hires")
    await definition.locator("summary").click()
    await apply_messages(struer, pledge(positions=4, event_id=evening.event_id, captured_at=datetime.now(UTC)))
    await expect(page.locator(".current-event-number")).to_have_text("47")
    await expect(definition).to_have_attribute("open", "")


async def test_the_projector_is_updated_live(
    url: str, evening: EventOpened, struer: Database, page_at: PageAt, signed_in: dict[str, Any]
) -> None:
    page = await page_at(1920, 1080, **signed_in)
    await page.goto(f"{url}/dashboard/projector")
    await expect(page.locator(".projected-number")).to_have_text("43")
    await expect(page.locator(".projected-goal")).to_contain_text("Målet er 50")
    await apply_messages(struer, pledge(positions=8, event_id=evening.event_id, captured_at=datetime.now(UTC)))
    await expect(page.locator(".projected-number")).to_have_text("51")
    await expect(page.locator(".projected-goal")).to_contain_text("Målet på 50 er nået!")


async def test_a_chosen_day_is_in_the_url(
    url: str, struer: Database, page_at: PageAt, signed_in: dict[str, Any]
) -> None:
    page = await page_at(1280, 900, **signed_in)
    await page.goto(url)
    await page.get_by_text("Vælg, hvad der vises").click()
    await page.get_by_label("Sådan så det ud den").fill("2020-12-31")
    await page.get_by_label("Kommune").select_option("")
    await page.get_by_role("button", name="Vis", exact=True).click()
    await expect(page).to_have_url(re.compile(r"as_of=2020-12-31"))
    await expect(page.get_by_role("heading", name="Tallene for torsdag den 31. december 2020")).to_be_visible()
    await expect(page.locator(".figure-real .figure-value").first).to_have_text(str(3 * 24 + 4))
    await page.get_by_role("link", name="Praktik").first.click()
    await expect(page).to_have_url(re.compile(r"as_of=2020-12-31&job_type=praktik"))
    await page.get_by_role("link", name="Vis tallene for i dag").click()
    await expect(page).not_to_have_url(re.compile("as_of"))


async def test_everything_can_be_read_without_javascript(
    url: str, evening: EventOpened, page_at: PageAt, signed_in: dict[str, Any]
) -> None:
    page = await page_at(1280, 900, java_script_enabled=False, **signed_in)
    await page.goto(url)
    await expect(page.locator(".current-event-number")).to_have_text("43")
    await page.goto(f"{url}/board/struer")
    await expect(page.locator(".board-number")).to_have_text("196")
