"""The board in a browser: live, framed, and left alone for a month."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest
import pytest_asyncio
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.async_api import expect

from services.dashboard.app import create_app
from services.dashboard.board import store
from shared.http import streams
from tests.dashboard.board.releases import release
from tests.dashboard.messages import apply_messages, hire, taskforce
from tests.support.axe import assert_accessible
from tests.support.layout import assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from uuid import UUID

    from playwright.async_api import Browser, CDPSession, Page

    from services.dashboard.settings import DashboardSettings
    from shared.db.database import Database

    PageAt = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.browser

DAYS: Final = 30
UPDATES_OF_A_DAY: Final = 15


@pytest_asyncio.fixture
async def url(app: FastAPI) -> AsyncIterator[str]:
    """Where the application answers."""
    async with serving(app) as url:
        yield url
        app.state.board_changes.close()


@pytest_asyncio.fixture
async def struer(dashboard_database: Database) -> Database:
    """The board shows 196."""
    await apply_messages(dashboard_database, taskforce())
    await _hires(dashboard_database, 196)
    await release(dashboard_database)
    return dashboard_database


async def _hires(database: Database, number: int) -> None:
    await apply_messages(database, *(hire(start_date=date(2019, 3, 1)) for _ in range(number)))


async def test_the_board_is_updated_live_and_keeps_its_figure_with_its_time_when_the_network_drops(
    app: FastAPI, url: str, struer: Database, page_at: PageAt
) -> None:
    page = await page_at(1920, 1080)
    await page.goto(f"{url}/board/struer")
    number, status = page.locator(".board-number"), page.locator("[data-live-status]")
    await expect(number).to_have_text("196")
    await expect(page.locator(".board-second")).to_have_text("siden maj 2018")
    await expect(page.locator(".board-released")).to_contain_text("Offentliggjort")
    await _hires(struer, 5)
    await release(struer)
    await expect(number).to_have_text("201")
    await expect(status).to_have_attribute("data-state", "live")

    await page.context.set_offline(True)
    # As when a cable is pulled: the stream that is open ends, and no new one opens.
    app.state.board_changes.close()
    await expect(status).to_have_attribute("data-state", "lost")
    await expect(status).to_contain_text("Ingen forbindelse")
    await expect(number).to_have_text("201")
    await _hires(struer, 5)
    await release(struer)

    app.state.board_changes.closed = False
    await page.context.set_offline(False)
    await expect(number).to_have_text("206")
    await expect(status).to_have_attribute("data-state", "live")


async def test_the_coordinators_page_of_the_board(
    url: str, struer: Database, page_at: PageAt, token: Callable[..., str]
) -> None:
    await _hires(struer, 5)
    page = await page_at(390, 844, extra_http_headers={"authorization": f"Bearer {token('coordinator')}"})
    await page.goto(f"{url}/dashboard/board")
    await assert_accessible(page)
    await assert_fits(page)
    await page.get_by_role("button", name="Offentliggør nu").click()
    await expect(page.get_by_text("Tavlen viser det nye tal")).to_be_visible()
    await expect(page.get_by_role("row").filter(has_text="i hånden")).to_contain_text("201")


async def test_a_page_of_the_municipality_shows_the_board_in_a_frame_and_others_cannot(
    dashboard_settings: DashboardSettings, struer: Database, page_at: PageAt, browser: Browser
) -> None:
    municipality = FastAPI()

    @municipality.get("/")
    async def page_with_a_frame() -> HTMLResponse:
        board = municipality.state.board
        return HTMLResponse(f'<!doctype html><title>Kommune</title><iframe src="{board}" title="Tavle"></iframe>')

    async with serving(municipality) as allowed:
        app = create_app(dashboard_settings.model_copy(update={"board_frame_ancestors": (allowed,)}))
        async with app.router.lifespan_context(app), serving(app) as url:
            municipality.state.board = f"{url}/board/struer"
            page = await page_at(1280, 900)
            await page.goto(allowed)
            number = page.frame_locator("iframe").locator(".board-number")
            await expect(number).to_have_text("196")
            # The same page under another name is another origin. `page_at` takes a refusal for a mistake.
            context = await browser.new_context()
            elsewhere = await context.new_page()
            async with elsewhere.expect_console_message(lambda said: "frame-ancestors" in said.text):
                await elsewhere.goto(allowed.replace("localhost", "127.0.0.1"))
            await expect(elsewhere.frame_locator("iframe").locator(".board-number")).to_have_count(0)
            await context.close()
            app.state.board_changes.close()


async def _memory(session: CDPSession) -> dict[str, int]:
    """What the page holds after everything unused is gone."""
    await session.send("HeapProfiler.collectGarbage")
    counters: dict[str, Any] = await session.send("Memory.getDOMCounters")
    heap: dict[str, Any] = await session.send("Runtime.getHeapUsage")
    return {"nodes": counters["nodes"], "listeners": counters["jsEventListeners"], "heap": heap["usedSize"]}


@pytest.mark.long("services/dashboard/board", "shared/ui/js/live", "shared/http/streams.py")
async def test_a_month_unattended_leaves_the_page_as_small_as_it_was(
    app: FastAPI,
    url: str,
    struer: Database,
    page_at: PageAt,
    taskforce_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A month is a restart of the server every night, and more releases and heartbeats than a month has."""
    monkeypatch.setattr(streams, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.02)
    page = await page_at(800, 600)
    await page.goto(f"{url}/board/struer")
    number, status = page.locator(".board-number"), page.locator("[data-live-status]")
    session = await page.context.new_cdp_session(page)
    async with struer.read(taskforce_id) as conn:
        last = await store.last_release(conn)
    assert last is not None
    before: dict[str, int] = {}
    for day in range(DAYS):
        for _ in range(UPDATES_OF_A_DAY):
            last = replace(last, number=last.number + 1, counted=last.counted + 5, released_at=datetime.now(UTC))
            async with struer.change(taskforce_id) as conn:
                await store.add(conn, last)
            await expect(number).to_have_text(_danish(last.counted))
        app.state.board_changes.close()
        await expect(status).to_have_attribute("data-state", "lost")
        await expect(number).to_have_text(_danish(last.counted))
        app.state.board_changes.closed = False
        await expect(status).to_have_attribute("data-state", "live")
        if day == 1:
            before = await _memory(session)
    after = await _memory(session)
    assert after["nodes"] <= before["nodes"] + 30
    assert after["listeners"] <= before["listeners"]
    assert after["heap"] <= before["heap"] * 1.1
    assert app.state.board_changes.open_streams("boards") == 1


def _danish(number: int) -> str:
    return f"{number:,}".replace(",", ".")
