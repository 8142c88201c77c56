"""The web kit as a person meets it: every macro and chart, in both languages, small and large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from shared.http.rate_limiter import RateLimiter
from shared.http.rate_limits import READING, Rate
from tests.shared.sample_service.app import create_sample_app, token
from tests.support.axe import assert_accessible
from tests.support.layout import DESKTOP, NARROW, PHONE, TABLET, assert_fits, assert_no_sideways_scrolling
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from playwright.async_api import Page

    PageAt = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.browser

SIGNED_IN = {"extra_http_headers": {"authorization": f"Bearer {token('coordinator')}"}}
PAGES = ("/sample", "/sample/intake", "/sample/projector", "/sample/board", "/nothing-here")


@pytest_asyncio.fixture
async def sample_app() -> AsyncIterator[Any]:
    """The sample_app, running; `.url` is where."""
    app = create_sample_app()
    async with serving(app) as url:
        app.state.url = url
        yield app
        app.state.closing = True


@pytest.mark.parametrize(("language", "width", "height"), [("da", 390, 844), ("en", 1280, 900)])
async def test_every_page_is_accessible(
    sample_app: Any, page_at: PageAt, language: str, width: int, height: int
) -> None:
    page = await page_at(width, height, **SIGNED_IN)
    for path in PAGES:
        await page.goto(f"{sample_app.state.url}{path}?lang={language}")
        await assert_accessible(page)


async def test_nothing_needs_scrolling_sideways_at_320_pixels(sample_app: Any, page_at: PageAt) -> None:
    page = await page_at(320, 640, **SIGNED_IN)
    for path in PAGES:
        for language in ("da", "en"):
            await page.goto(f"{sample_app.state.url}{path}?lang={language}")
            wide = await page.evaluate(
                "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1"
                " && getComputedStyle(e).position !== 'absolute').map(e => e.tagName + '.' + e.className)"
            )
            assert await page.evaluate("document.documentElement.scrollWidth") <= 320, (path, wide[:5])


async def test_long_words_widen_no_page(sample_app: Any, page_at: PageAt) -> None:
    page = await page_at(*PHONE, **SIGNED_IN)
    await page.goto(f"{sample_app.state.url}/sample")
    # Every text becomes one long word, but for words that nobody types.
    await page.evaluate(
        """
        const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
          const text = texts.currentNode;
          if (text.data.trim().length > 12 && !text.parentElement.closest("svg, option, .button, .status, time, thead"))
            text.data = "Uordentlighed".repeat(16);
        }
        """
    )
    await assert_no_sideways_scrolling(page, NARROW, PHONE, TABLET, DESKTOP)


async def test_no_file_the_pages_name_is_missing(sample_app: Any, page_at: PageAt) -> None:
    page = await page_at(1280, 900, **SIGNED_IN)
    missing: list[str] = []
    page.on("response", lambda answer: missing.append(answer.url) if answer.status >= 400 else None)
    for path in PAGES[:-1]:
        await page.goto(sample_app.state.url + path, wait_until="load")
    fonts = await page.evaluate("document.fonts.ready.then(() => [...document.fonts].map(f => f.status))")
    assert "loaded" in fonts
    assert not missing


async def test_a_phone_loads_little(sample_app: Any, page_at: PageAt) -> None:
    page = await page_at(390, 844)
    loaded: dict[str, int] = {}

    async def weigh(answer: Any) -> None:
        loaded[answer.url] = int((await answer.all_headers()).get("content-length", "0"))

    page.on("response", weigh)
    await page.goto(f"{sample_app.state.url}/sample/intake", wait_until="networkidle")
    assert sum(loaded.values()) < 80_000, loaded


async def test_a_form_is_filled_and_sent_by_keyboard_alone_without_javascript(sample_app: Any, page_at: PageAt) -> None:
    page = await page_at(390, 844, java_script_enabled=False)
    await page.goto(f"{sample_app.state.url}/sample/intake")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skipnav"
    await page.locator("#field-company").focus()
    await page.keyboard.type("B&O")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    for _ in range(9):
        await page.keyboard.press("Tab")
    await page.keyboard.type("2")
    await page.locator("#field-contact-name").focus()
    await page.keyboard.type("Eva Holm")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".receipt")
    assert "Vareopfyldning" not in await page.inner_text("main")
    assert "stock" in await page.inner_text("main")


async def test_a_wrong_form_moves_the_focus_to_its_errors_and_a_link_to_the_field(
    sample_app: Any, page_at: PageAt
) -> None:
    page = await page_at(390, 844)
    await page.goto(f"{sample_app.state.url}/sample/intake?lang=en")
    await page.click("button[type=submit]")
    await page.wait_for_selector(".error-summary")
    assert await page.evaluate("document.activeElement.className.includes('error-summary')")
    assert "2 things need to be corrected" in await page.inner_text(".error-summary")
    await assert_accessible(page)
    await page.click(".error-summary a >> nth=1")
    assert await page.evaluate("document.activeElement.id") == "field-contact-name"


async def test_the_stepper_steps_within_its_limits(sample_app: Any, page_at: PageAt) -> None:
    page = await page_at(390, 844)
    await page.goto(f"{sample_app.state.url}/sample/intake")
    fewer, more = page.locator("[data-step='-1']"), page.locator("[data-step='1']")
    assert await fewer.is_disabled()
    for _ in range(3):
        await more.click()
    await fewer.click()
    assert await page.input_value("#field-positions") == "3"
    await page.fill("#field-positions", "99")
    assert await more.is_disabled()


async def test_what_a_thumb_must_hit_is_large_enough(sample_app: Any, page_at: PageAt) -> None:
    page = await page_at(390, 844)
    await page.goto(f"{sample_app.state.url}/sample/intake")
    small = await page.evaluate(
        "[...document.querySelectorAll('.chip label, .preset label, main button, main .form-input')]"
        ".map(e => [e.textContent.trim() || e.id, e.getBoundingClientRect().height])"
        ".filter(([_, height]) => height > 0 && height < 44)"
    )
    assert not small


async def test_the_menu_of_a_phone_opens_without_javascript(sample_app: Any, page_at: PageAt) -> None:
    page = await page_at(390, 844, java_script_enabled=False, **SIGNED_IN)
    await page.goto(f"{sample_app.state.url}/sample")
    link = page.locator(".site-menu-panel").get_by_role("link", name="Arrangementer")
    assert not await link.is_visible()
    await page.locator(".site-menu > summary").press("Enter")
    assert await link.is_visible()


async def test_a_charts_mark_leads_to_what_lies_behind_it(sample_app: Any, page_at: PageAt) -> None:
    page = await page_at(1280, 900)
    await page.goto(f"{sample_app.state.url}/sample?lang=da")
    mark = page.locator("#by-event").get_by_role("link", name="Erhvervsaften hos B&O: 50 (mål: 60)")
    await mark.focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/events/0")


async def test_the_board_follows_and_keeps_its_figure_when_the_network_drops(page_at: PageAt) -> None:
    app = create_sample_app()
    page = await page_at(1280, 720)
    async with serving(app) as url:
        await page.goto(f"{url}/sample/board?lang=en")
        await page.wait_for_selector(".live-status[data-state=live]")
        app.state.count = 197
        await expect(page.locator(".board-number")).to_have_text("197")
        app.state.closing = True
    await page.wait_for_selector(".live-status[data-state=lost]")
    assert "No connection" in await page.inner_text(".live-status")
    assert await page.inner_text(".board-number") == "197"

    again = create_sample_app()
    again.state.count = 198
    async with serving(again, port=int(url.rsplit(":", 1)[1])):
        await expect(page.locator(".board-number")).to_have_text("198")
        await page.wait_for_selector(".live-status[data-state=live]")
        again.state.closing = True


async def test_a_board_over_the_rate_limit_retries_after_the_given_time(sample_app: Any, page_at: PageAt) -> None:
    page = await page_at(1280, 720)
    await page.goto(f"{sample_app.state.url}/sample/board?lang=en")
    await page.wait_for_selector(".live-status[data-state=live]")
    sample_app.state.rate_limiter = RateLimiter({"reading": {"address": Rate(1, 2)}})
    sample_app.state.rate_limiter.count(READING, [("address", "127.0.0.1")])
    async with page.expect_response(lambda answer: answer.status == 429):
        sample_app.state.count = 211
    # Nothing else changes: it has to ask by itself.
    await expect(page.locator(".board-number")).to_have_text("211")
    await page.wait_for_selector(".live-status[data-state=live]")
    sample_app.state.rate_limiter = RateLimiter({})


SHOWN_OR_HIDDEN = """
    let state = "visible";
    Object.defineProperty(document, "visibilityState", { get: () => state });
    window.become = (next) => { state = next; document.dispatchEvent(new Event("visibilitychange")); };
"""
"""A headless Chromium shows all its tabs at once; each of these can be told that it is shown or hidden."""


async def test_seven_tabs_follow_and_a_form_is_still_sent(sample_app: Any, page_at: PageAt) -> None:
    """Chromium opens six connections to a host over HTTP/1.1, and none more."""
    first = await page_at(800, 600)
    await first.context.add_init_script(SHOWN_OR_HIDDEN)
    tabs = [first, *[await first.context.new_page() for _ in range(6)]]
    for count, tab in enumerate(tabs, start=300):
        await tab.goto(f"{sample_app.state.url}/sample/board")
        sample_app.state.count = count
        await expect(tab.locator(".board-number")).to_have_text(str(count))
        if tab is not tabs[-1]:
            await tab.evaluate("become('hidden')")
    form = await first.context.new_page()
    await form.goto(f"{sample_app.state.url}/sample/intake")
    async with form.expect_response(lambda answer: answer.request.method == "POST") as posted:
        await form.locator("main form").evaluate("form => form.submit()")
    assert (await posted.value).status == 422
    sample_app.state.count = 400
    await expect(tabs[-1].locator(".board-number")).to_have_text("400")
    assert await first.inner_text(".board-number") == "300"
    await first.evaluate("become('visible')")
    await expect(first.locator(".board-number")).to_have_text("400")


async def test_a_board_without_a_stream_fetches_its_figure_and_says_so(sample_app: Any, page_at: PageAt) -> None:
    sample_app.state.has_no_stream_left = True
    page = await page_at(1280, 720)
    await page.goto(f"{sample_app.state.url}/sample/board?lang=en")
    await page.wait_for_selector(".live-status[data-state=polling]")
    assert "updated every minute, last at" in await page.inner_text(".live-status")
    await assert_fits(page)
    sample_app.state.count = 501
    await expect(page.locator(".board-number")).to_have_text("501")
    sample_app.state.has_no_stream_left = False
    await page.wait_for_selector(".live-status[data-state=live]")
    sample_app.state.count = 502
    await expect(page.locator(".board-number")).to_have_text("502")


async def test_the_board_leaks_nothing(sample_app: Any, page_at: PageAt) -> None:
    page = await page_at(800, 600)
    await page.goto(f"{sample_app.state.url}/sample/board")
    await page.wait_for_selector(".live-status[data-state=live]")
    session = await page.context.new_cdp_session(page)

    async def counted() -> dict[str, int]:
        await session.send("HeapProfiler.collectGarbage")
        counters: dict[str, int] = await session.send("Memory.getDOMCounters")
        return counters

    async def change(first: int, last: int) -> None:
        for count in range(first, last):
            sample_app.state.count = count
            await expect(page.locator(".board-number")).to_have_text(str(count))

    await change(200, 205)
    before = await counted()
    await change(205, 225)
    after = await counted()
    assert after["nodes"] <= before["nodes"] + 30
    assert after["jsEventListeners"] <= before["jsEventListeners"]


async def test_the_projector_recolours_the_very_same_drawing(sample_app: Any, page_at: PageAt) -> None:
    page = await page_at(1920, 1080)
    script = "getComputedStyle(document.querySelector('#by-quarter .mark-0')).fill"
    await page.goto(f"{sample_app.state.url}/sample")
    on_screen = await page.evaluate(script)
    await page.goto(f"{sample_app.state.url}/sample/projector")
    assert await page.evaluate(script) != on_screen
    background = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(10, 31, 36)"
