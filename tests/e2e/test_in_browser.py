"""The thin loop as people see it: a local run behind one port, driven with Chromium, with every screen open."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from playwright.async_api import expect

from tests.browser.axe import assert_accessible
from tests.cli.local_run import local_run, state_folder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PHONE, NARROW, DESKTOP = (390, 844), (320, 640), (1280, 900)
COMPANY = "Browserens Bageri"


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """A demo with the Struer scenario and nobody's evening in it."""
    with state_folder() as state, local_run("demo", "--no-evening", "--no-browser", state=state) as run:
        run.wait_for("Public board", seconds=120)
        yield run.url


async def as_role(page: Page, origin: str, role: str, path: str) -> None:
    await page.goto(f"{origin}/sign-in/as/{role}?next={quote(path, safe='')}")
    await page.get_by_role("main").get_by_role("button", name="Log ind").click()
    await page.wait_for_url(f"{origin}{path}")


async def fill_in_a_pledge(page: Page) -> None:
    await page.get_by_label("Virksomhed", exact=True).fill(COMPANY)
    await page.get_by_label("Vareopfyldning").check()
    await page.get_by_role("radio", name="10 timer", exact=True).check()
    await page.get_by_label("Navn", exact=True).fill("Bente Bager")
    await page.get_by_label("E-mail").fill("bente@bageri.example")


async def test_a_pledge_becomes_a_hire_becomes_a_number_on_every_open_screen(
    page_at: Callable[..., Awaitable[Page]], origin: str
) -> None:
    board = await page_at(*DESKTOP)
    await board.goto(f"{origin}/board/struer")
    shown = int((await (await board.request.get(f"{origin}/board/struer.json")).json())["count"])
    await expect(board.get_by_text(str(shown), exact=True)).to_be_visible()
    dashboard = await page_at(*DESKTOP)
    await as_role(dashboard, origin, "member", "/")
    figures = await (await dashboard.request.get(f"{origin}/api/dashboard/v1/figures")).json()
    pledged = figures["pledged_positions"]["smaajob"]
    await expect(dashboard.get_by_text(str(pledged), exact=True).first).to_be_visible()

    # On a phone, in one screen; an impatient thumb presses twice.
    phone = await page_at(*PHONE)
    await as_role(phone, origin, "member", "/pledges/new")
    await assert_accessible(phone)
    await fill_in_a_pledge(phone)
    await phone.get_by_role("button", name="Send tilsagnet").dblclick()
    await expect(phone.get_by_text("Tilsagnet er modtaget")).to_be_visible()
    await assert_accessible(phone)

    await expect(dashboard.get_by_text(str(pledged + 1), exact=True).first).to_be_visible(timeout=10_000)
    await assert_accessible(dashboard)

    # The case worker finds it, confirms the hire, and has checked the answers first.
    work = await page_at(*DESKTOP)
    await as_role(work, origin, "caseworker", f"/queue?q={quote(COMPANY)}")
    await assert_accessible(work)
    await expect(work.get_by_role("link", name=COMPANY)).to_have_count(1)
    await work.get_by_role("link", name="Bekræft en ansættelse").click()
    await assert_accessible(work)
    today = await work.evaluate("new Date().toLocaleDateString('sv', {timeZone: 'Europe/Copenhagen'})")
    await work.get_by_label("Første dag").fill(today)
    await work.get_by_label("Timer om ugen").fill("10")
    await work.get_by_label("Navn", exact=True).fill("Karen Kommune")
    await work.get_by_label("Telefon").fill("96 84 84 84")
    await work.get_by_role("button", name="Kontrollér svarene").click()
    await assert_accessible(work)
    await work.get_by_role("button", name="Bekræft ansættelsen").click()
    await expect(work.get_by_text(f"Ansættelsen hos {COMPANY} er bekræftet")).to_be_visible()

    await expect(board.get_by_text(str(shown + 1), exact=True)).to_be_visible(timeout=10_000)
    await assert_accessible(board)

    mails = await page_at(*PHONE)
    await mails.goto(f"{origin}/mail")
    await expect(mails.get_by_text("bente@bageri.example").first).to_be_visible(timeout=10_000)
    await expect(mails.get_by_text("bente@bageri.example")).to_have_count(1)


async def test_the_intake_works_on_the_narrowest_phone_without_javascript(
    page_at: Callable[..., Awaitable[Page]], origin: str
) -> None:
    page = await page_at(*NARROW, java_script_enabled=False)
    await as_role(page, origin, "member", "/pledges/new")
    await page.get_by_label("Virksomhed", exact=True).fill("Uden JavaScript ApS")
    await page.get_by_label("Navn", exact=True).fill("Ninna")
    await page.get_by_role("button", name="Send tilsagnet").click()
    # What is missing is said, and nothing typed is lost.
    await expect(page.get_by_label("Virksomhed", exact=True)).to_have_value("Uden JavaScript ApS")
    await page.get_by_role("radio", name="5 timer", exact=True).check()
    await page.get_by_label("Telefon").fill("20 30 40 50")
    await page.get_by_role("button", name="Send tilsagnet").click()
    await expect(page.get_by_text("Tilsagnet er modtaget")).to_be_visible()


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("caseworker", "/queue"),
        ("member", "/pledges"),
        ("coordinator", "/pledges/import"),
        ("coordinator", "/notifications"),
        ("admin", "/people"),
    ],
)
async def test_no_page_needs_sideways_scrolling_on_the_narrowest_phone(
    page_at: Callable[..., Awaitable[Page]], origin: str, role: str, path: str
) -> None:
    page = await page_at(*NARROW)
    await as_role(page, origin, role, path)
    wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0
    await assert_accessible(page)
