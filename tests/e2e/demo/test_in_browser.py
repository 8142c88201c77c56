"""The thin loop in Chromium: the demo behind one port, with every screen open."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from playwright.async_api import expect

from tests.support.axe import assert_accessible
from tests.support.layout import DESKTOP, NARROW, PHONE, assert_fits
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from tests.cli.local_run import LocalRun

pytestmark = pytest.mark.browser

COMPANY = "Browserens Bageri"


@pytest.fixture
def origin(run: LocalRun) -> str:
    return run.url


async def as_role(page: Page, origin: str, role: str, path: str) -> None:
    await page.goto(f"{origin}/sign-in/as/{role}?next={quote(path, safe='')}")
    await page.get_by_role("main").get_by_role("button", name="Log ind").click()
    await page.wait_for_url(f"{origin}{path}")


async def fill_in_a_pledge(page: Page, company: str = COMPANY) -> None:
    await page.get_by_label("Virksomhed", exact=True).fill(company)
    await page.get_by_label("Vareopfyldning").check()
    await page.get_by_role("radio", name="10 timer", exact=True).check()
    await page.get_by_label("Navn", exact=True).fill("Bente Bager")
    await page.get_by_label("E-mail").fill("bente@bageri.example")


async def test_a_pledge_becomes_a_hire_becomes_a_number_on_every_open_screen(
    page_at: Callable[..., Awaitable[Page]], origin: str, run: LocalRun
) -> None:
    board = await page_at(*DESKTOP)
    await board.goto(f"{origin}/board/struer")
    before = int((await (await board.request.get(f"{origin}/board/struer.json")).json())["count"])
    await expect(board.get_by_text(str(before), exact=True)).to_be_visible()
    dashboard = await page_at(*DESKTOP)
    await as_role(dashboard, origin, "member", "/")
    figures = await (await dashboard.request.get(f"{origin}/api/dashboard/v1/figures")).json()
    pledged = figures["pledged_positions"]["smaajob"]
    await expect(dashboard.get_by_text(str(pledged), exact=True).first).to_be_visible()

    # On a phone; the button is pressed twice.
    phone = await page_at(*PHONE)
    await as_role(phone, origin, "member", "/pledges/new")
    await assert_accessible(phone)
    await fill_in_a_pledge(phone)
    await phone.get_by_role("button", name="Send tilsagnet").dblclick()
    await expect(phone.get_by_text("Tilsagnet er modtaget")).to_be_visible()
    await assert_accessible(phone)

    await expect(dashboard.get_by_text(str(pledged + 1), exact=True).first).to_be_visible()
    # Its accessibility is checked in tests/dashboard; it need not be drawn again for what follows.
    await dashboard.close()

    # The case worker finds the pledge, checks the answers and confirms the hire.
    work = await page_at(*DESKTOP)
    await as_role(work, origin, "caseworker", f"/queue?view=all&due=all&q={quote(COMPANY)}")
    await assert_accessible(work)
    await work.get_by_role("link", name=f"Bekræft en ansættelse {COMPANY}").click()
    await expect(work.get_by_role("button", name="Kontrollér svarene")).to_be_visible()
    await assert_accessible(work)
    today = await work.evaluate("new Date().toLocaleDateString('sv', {timeZone: 'Europe/Copenhagen'})")
    await work.get_by_label("Første dag").fill(today)
    await work.get_by_label("Timer om ugen").fill("10")
    await work.get_by_label("Navn", exact=True).fill("Karen Kommune")
    await work.get_by_label("Telefon").fill("96 84 84 84")
    await work.get_by_role("button", name="Kontrollér svarene").click()
    await expect(work.get_by_role("button", name="Bekræft ansættelsen")).to_be_visible()
    await assert_accessible(work)
    await work.get_by_role("button", name="Bekræft ansættelsen").click()
    await expect(work.get_by_role("heading", name="Ansættelsen er bekræftet")).to_be_visible()

    # A single hire changes no public number: everybody would know that it was one.
    releases = await page_at(*DESKTOP)
    await as_role(releases, origin, "coordinator", "/dashboard/board")

    async def too_few() -> bool:
        answer = await releases.request.get(f"{origin}/dashboard/board")
        return "Der er kommet eller gået for få siden sidste" in await answer.text()

    await eventually(too_few)
    await releases.reload()
    await expect(releases.get_by_text("Der er kommet eller gået for få siden sidste").first).to_be_visible()
    await assert_accessible(releases)
    shown = int((await (await board.request.get(f"{origin}/board/struer.json")).json())["count"])
    assert before <= shown <= before + 6, "the hires of the evening, and not this one"
    await expect(board.get_by_text(str(shown), exact=True)).to_be_visible()
    await assert_accessible(board)

    mails = await page_at(*PHONE)
    await mails.goto(run.mail_link)
    await expect(mails.get_by_text("bente@bageri.example").first).to_be_visible()
    await expect(mails.get_by_text("bente@bageri.example")).to_have_count(1)


async def test_the_intake_works_on_the_narrowest_phone_without_javascript(
    page_at: Callable[..., Awaitable[Page]], origin: str
) -> None:
    page = await page_at(*NARROW, java_script_enabled=False)
    await as_role(page, origin, "member", "/pledges/new")
    await page.get_by_label("Virksomhed", exact=True).fill("Uden JavaScript ApS")
    await page.get_by_label("Navn", exact=True).fill("Ninna")
    await page.get_by_role("button", name="Send tilsagnet").click()
    # The page names missing fields and keeps what was typed.
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
    await assert_fits(page, NARROW)


async def test_a_case_worker_who_was_overtaken_sees_what_happened_and_can_go_back(
    page_at: Callable[..., Awaitable[Page]], origin: str
) -> None:
    phone = await page_at(*PHONE)
    await as_role(phone, origin, "member", "/pledges/new")
    await fill_in_a_pledge(phone, "Kappestrid ApS")
    await phone.get_by_role("button", name="Send tilsagnet").click()
    await expect(phone.get_by_text("Tilsagnet er modtaget")).to_be_visible()
    both = [await page_at(*DESKTOP), await page_at(*DESKTOP)]
    for work in both:
        await as_role(work, origin, "caseworker", f"/queue?view=all&due=all&q={quote('Kappestrid')}")
        await work.get_by_role("link", name="Bekræft en ansættelse Kappestrid ApS").click()
        await work.get_by_label("Navn", exact=True).fill("Karen Kommune")
        await work.get_by_label("Telefon").fill("96 84 84 84")
        await work.get_by_role("button", name="Kontrollér svarene").click()
    quick, slow = both
    await quick.get_by_role("button", name="Bekræft ansættelsen").click()
    await expect(quick.get_by_role("heading", name="Ansættelsen er bekræftet")).to_be_visible()

    await slow.get_by_role("button", name="Bekræft ansættelsen").click()

    heading = slow.get_by_role("heading", name="Tilsagnet nu")
    await expect(heading).to_be_visible()
    await assert_accessible(slow)
    await slow.goto(f"{origin}/queue")
    await slow.go_back()
    await expect(heading).to_be_visible()
    await slow.go_back()
    await expect(slow.get_by_role("main")).to_be_visible()


async def test_the_errors_of_an_import_can_be_downloaded_repeatedly(
    page_at: Callable[..., Awaitable[Page]], origin: str
) -> None:
    page = await page_at(*PHONE)
    await as_role(page, origin, "coordinator", "/pledges/import")
    file = "virksomhed;dato;pladser;timer fra;kontaktperson\r\nBæk A/S;x;2;5;Eva\r\n".encode()
    await page.get_by_label("Fil", exact=True).set_input_files(
        {"name": "gamle.csv", "mimeType": "text/csv", "buffer": file}
    )
    await page.get_by_role("button", name="Kontrollér filen").click()
    await expect(page.get_by_role("button", name="Hent det, der skal rettes")).to_be_visible()
    await assert_accessible(page)
    for _time in range(2):
        async with page.expect_download() as download:
            await page.get_by_role("button", name="Hent det, der skal rettes").click()
        assert (await download.value).suggested_filename == "fejl-i-import.csv"


async def test_a_walk_in_without_a_cvr_number_is_suggested_to_those_who_may_see_its_name(
    page_at: Callable[..., Awaitable[Page]], origin: str
) -> None:
    door = await page_at(*DESKTOP)
    await as_role(door, origin, "coordinator", "/events/new")
    today = await door.evaluate("new Date().toLocaleDateString('sv', {timeZone: 'Europe/Copenhagen'})")
    for field, value in (("title", "Åben aften"), ("day", today), ("starts", "00:00"), ("ends", "23:59")):
        await door.locator(f"[name={field}]").fill(value)
    await door.get_by_role("button", name="Gem som kladde").click()
    await door.locator("form[action$='/publish'] button").click()
    await door.locator("form[action$='/open'] button").click()
    await expect(door.get_by_role("link", name="Vis på projektoren")).to_be_visible()
    await assert_accessible(door)
    event = door.url
    await door.goto(f"{event}?q={quote('Ole Olsens Tag')}")
    await door.get_by_role("button", name="Registrér og tjek ind").click()
    await expect(door.get_by_role("heading", name="Ole Olsens Tag er tjekket ind")).to_be_visible()

    phone = await page_at(*PHONE)
    await as_role(phone, origin, "member", f"/pledges/new?event={event.rsplit('/', 1)[1]}")

    await expect(phone.locator("#companies option[value='Ole Olsens Tag']")).to_have_count(1)
    await assert_accessible(phone)
