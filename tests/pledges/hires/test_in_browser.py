"""Confirming a hire from the work list, and its page, in Chromium."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.pledges.conftest import NOW, TODAY, Caller, hire_body
from tests.pledges.hires.test_case_page import Case, day
from tests.pledges.hires.test_citizen_pages import match_with, matched
from tests.pledges.participants.conftest import STRUER, participants_database, struer
from tests.support.layout import DESKTOP, NARROW, PHONE, assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import FastAPI
    from playwright.async_api import Locator, Page, Route

    from services.pledges.participants.access import ParticipantsDatabase, Reader
    from services.pledges.participants.domain import Participant

__all__ = ["matched", "participants_database", "struer"]

pytestmark = pytest.mark.browser
ME, COLLEAGUE = uuid4(), uuid4()
MINE: dict[str, Any] = {"subject": f"person:{ME}"}
NAMES = f"""
<span hx-swap-oob="innerHTML:.person-{COLLEAGUE}">Mette Havbro</span>
<optgroup hx-swap-oob="innerHTML:.person-options">
<option value="{COLLEAGUE}">Mette Havbro</option>
</optgroup>
"""


@dataclass
class Mouse:
    """Counts the clicks of a case worker."""

    clicks: int = 0

    async def click(self, target: Locator) -> None:
        self.clicks += 1
        await target.click()


async def _names(route: Route) -> None:
    # The events service answers it, on the same origin.
    await route.fulfill(body=NAMES, content_type="text/html")


async def test_a_matched_position_is_confirmed_with_at_most_three_clicks_by_one_of_two_case_workers(
    app: FastAPI,
    caller: Caller,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
    participants_database: ParticipantsDatabase,
    struer: Reader,
    matched: Participant,
) -> None:
    for person in (ME, COLLEAGUE):
        await caller.confirm(hire_body(company={"name": "Bageren"}), subject=f"person:{person}", municipality=STRUER)
    # The work list asks 20 days after the match.
    await match_with(
        caller,
        participants_database,
        struer,
        matched,
        captured_at=(NOW - timedelta(days=30)).isoformat(),
        company={"name": "Limfjordens Bådebyggeri"},
    )
    first, second = [
        await page_at(
            *size,
            extra_http_headers={"authorization": f"Bearer {token('caseworker', subject=subject, municipality=STRUER)}"},
        )
        for size, subject in ((PHONE, f"person:{ME}"), (DESKTOP, f"person:{COLLEAGUE}"))
    ]
    mouse = Mouse()
    async with serving(app) as url:
        for page in (first, second):
            await page.route("**/people/names", _names)
            await page.goto(f"{url}/queue?view=all&due=all&kind=confirm")
        await second.get_by_role("link", name="Bekræft ansættelsen").click()
        await expect(second.get_by_role("heading", name="Er det rigtigt?")).to_be_visible()

        await mouse.click(first.get_by_role("link", name="Bekræft ansættelsen"))
        await expect(first.get_by_role("main")).to_contain_text("S-1234")
        await assert_fits(first, NARROW, PHONE, DESKTOP)
        await mouse.click(first.get_by_role("button", name="Bekræft ansættelsen"))

        await expect(first.get_by_role("status")).to_contain_text("Ansættelsen er bekræftet")
        assert mouse.clicks <= 3
        await second.get_by_role("button", name="Bekræft ansættelsen").click()
        await expect(second.get_by_role("alert")).to_contain_text("Nogen har ændret tilsagnet før dig")
        now = second.get_by_role("region", name="Tilsagnet nu")
        await expect(now).to_contain_text("Besat")
        await expect(now).to_contain_text("Bekræftet af en kollega")
        await expect(second.get_by_label("Navn")).to_have_value("Jonas Tangaa")
        await assert_fits(second, NARROW, DESKTOP)
        await first.get_by_role("button", name="Fortryd").click()
        await expect(first.get_by_role("main")).to_contain_text("Ansættelsen tæller ikke med i noget tal")


async def test_the_page_of_a_hire_takes_a_new_step_beside_a_colleagues_and_ends_it(
    app: FastAPI, caller: Caller, page_at: Callable[..., Awaitable[Page]], token: Callable[..., str]
) -> None:
    body = hire_body(
        company={"name": "Limfjordens Bådebyggeri og Maskinværksted"},
        start_date=(TODAY - timedelta(days=100)).isoformat(),
        contact_person_id=str(COLLEAGUE),
    )
    await caller.confirm(body, **MINE)
    page = await page_at(*PHONE, extra_http_headers={"authorization": f"Bearer {token('caseworker', **MINE)}"})
    await page.route("**/people/names", _names)
    theirs = Case(caller, body["id"], subject=f"person:{COLLEAGUE}")
    async with serving(app) as url:
        await page.goto(f"{url}/hires/{body['id']}")
        await page.get_by_role("button", name="Ja, i samme virksomhed").click()
        await expect(page.get_by_role("status")).to_contain_text("Svaret er gemt")
        await theirs.do("step", step__starts_on=day(-50), step__paid="15")
        await page.get_by_text("Skift timer eller jobtype").click()
        await page.get_by_label("Timer med løn").fill("20")
        await page.get_by_role("button", name="Gem de nye timer").click()

        versions = page.get_by_role("region", name="To udgaver")
        await expect(versions).to_contain_text("15 t. løn")
        await expect(versions).to_contain_text("20 t. løn")
        await expect(versions).to_contain_text("af Mette Havbro")
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        await page.get_by_role("button", name="Gem de nye timer").click()
        await expect(page.get_by_role("heading", name="Fra 12,5 til 20 lønnede timer om ugen")).to_be_visible()
        await page.get_by_text("Vis som tabel").click()
        await page.get_by_text("Giv videre til en kollega").click()
        await expect(page.get_by_label("Kollega")).to_have_value(str(COLLEAGUE))
        await expect(page.get_by_label("Kollega").locator("option:checked")).to_have_text("Mette Havbro")
        await page.get_by_text("Afslut ansættelsen").first.click()
        await page.get_by_label("Første dag uden jobbet").fill(day(20))
        await page.get_by_label("Hvorfor?").select_option(label="Et ordinært job")
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        await page.get_by_role("button", name="Afslut ansættelsen").click()
        await expect(page.get_by_role("main")).to_contain_text("Slutter snart")
        await page.get_by_role("button", name="Lad ansættelsen fortsætte").click()
        await expect(page.get_by_role("status")).to_contain_text("Ansættelsen fortsætter")
        await assert_fits(page, NARROW, PHONE, DESKTOP)
