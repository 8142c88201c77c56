"""From the work list to a matched position, in Chromium."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.pledges.conftest import NOW, Caller, pledge_body
from tests.pledges.matching.conftest import KNOWN
from tests.pledges.matching.test_api import CASEWORKER
from tests.pledges.participants.conftest import add, participant
from tests.support.layout import DESKTOP, NARROW, PHONE, assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from fastapi import FastAPI
    from playwright.async_api import Page

    from services.pledges.participants.access import ParticipantsDatabase, Reader

pytestmark = pytest.mark.browser


async def test_a_case_worker_asks_the_company_chooses_somebody_and_confirms(
    app: FastAPI,
    caller: Caller,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
    participants_database: ParticipantsDatabase,
    struer: Reader,
    taskforce_id: UUID,
) -> None:
    waited: dict[str, Any] = {"captured_at": (NOW - timedelta(days=20)).isoformat(), "tasks": ["packing"]}
    await caller.log(
        pledge_body(company={"name": "Struer Trælast A/S", "municipality": "0671"}, **waited), "coordinator"
    )
    await add(
        participants_database,
        struer,
        participant(taskforce_id, case_reference="S-2026-17", **KNOWN),
        participant(taskforce_id, case_reference="S-2026-18"),
    )
    page = await page_at(*PHONE, extra_http_headers={"authorization": f"Bearer {token('caseworker', **CASEWORKER)}"})
    async with serving(app) as url:
        await page.goto(f"{url}/queue?view=unassigned&due=all")
        await page.get_by_role("link", name="Find en borger Struer Trælast").click()
        await expect(page.get_by_role("heading", name="0 borgere passer, 2 passer måske")).to_be_visible()
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        # The company is asked, and its answer decides.
        await page.get_by_text("Det har virksomheden svaret").click()
        await page.get_by_label("De dage, der er sat kryds ved").check()
        await page.get_by_label("Tirsdag").check()
        await page.get_by_role("group", name="bus eller tog").get_by_label("Ja").check()
        await page.get_by_role("button", name="Gem svarene").click()
        await expect(page.get_by_role("heading", name="1 borger passer, 1 passer måske")).to_be_visible()
        await page.get_by_label("Kommunens sagsnummer").fill("s 2026 18")
        await page.get_by_role("button", name="Se hvorfor").click()
        await expect(page.get_by_role("status")).to_contain_text("Vi ved ikke, hvordan borgeren kommer på arbejde")
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        await page.get_by_role("link", name="Vælg S-2026-17").click()
        await expect(page.get_by_role("listitem").filter(has_text="Dage")).to_contain_text(
            "der er brug for nogen tirsdag"
        )
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        await page.get_by_role("button", name="Match dem").click()
        first = page.get_by_role("region", name="pladser").get_by_role("listitem").first
        await expect(first).to_contain_text("Matchet")
        await expect(first.get_by_role("link", name="S-2026-17")).to_be_visible()
        await assert_fits(page, PHONE, DESKTOP)
        await page.get_by_role("link", name="S-2026-17").click()
        await page.get_by_role("link", name="Ledige pladser").click()
        await expect(page.get_by_role("main")).to_contain_text("allerede matchet med en plads")
        await assert_fits(page, PHONE, DESKTOP)
        await page.get_by_role("link", name="Plads 1, Struer Trælast").click()
        await page.get_by_role("link", name="Bekræft en ansættelse Plads 1").click()
        await expect(page.get_by_label("Borger (frivilligt)")).to_have_value("S-2026-17")
