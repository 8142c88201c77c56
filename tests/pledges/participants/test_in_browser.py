"""The pages of citizens in Chromium."""

from __future__ import annotations

import os
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from playwright.async_api import expect

from services.pledges.participants.domain import Availability, TargetGroup, Tasks
from tests.pledges.conftest import TODAY, Caller, hire_body
from tests.pledges.participants.conftest import STRUER, add, participant
from tests.support.layout import DESKTOP, NARROW, PHONE, assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from fastapi import FastAPI
    from playwright.async_api import Page

    from services.pledges.participants.access import ParticipantsDatabase, Reader

pytestmark = pytest.mark.browser


async def test_a_citizen_is_registered_found_and_followed_on_a_phone(
    app: FastAPI,
    caller: Caller,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
    participants_database: ParticipantsDatabase,
    struer: Reader,
    superuser: asyncpg.Connection[asyncpg.Record],
    taskforce_id: UUID,
) -> None:
    known = participant(
        taskforce_id,
        case_reference="S-2026-0041",
        programme="smaajob_effort",
        availability=Availability(
            TODAY, Decimal(5), Decimal(15), frozenset({1, 2, 3}), 25, "public", frozenset({"smaajob"})
        ),
        tasks=Tasks(frozenset({"packing", "canteen"}), frozenset({"green_areas"}), frozenset({"warehouse"})),
        target_groups=(TargetGroup("6.2", TODAY),),
    )
    await add(participants_database, struer, known, participant(taskforce_id, case_reference="S-2026-0042"))
    await caller.confirm(hire_body(company={"name": "Struer Trælast A/S"}, job_type="smaajob"))
    await superuser.execute("update hires set citizen_id = $1", known.citizen_id)
    bearer = token("caseworker", subject=f"person:{uuid4()}", municipality=STRUER)
    page = await page_at(*PHONE, extra_http_headers={"authorization": f"Bearer {bearer}"})

    page.set_default_timeout(8000)

    async def look(name: str) -> None:
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        if folder := os.environ.get("SHOTS"):
            for size, kind in ((PHONE, "phone"), (DESKTOP, "desktop")):
                await page.set_viewport_size({"width": size[0], "height": size[1]})
                for lang in ("en", "da"):
                    await page.goto(f"{page.url.partition('?')[0]}?lang={lang}")
                    await page.screenshot(path=f"{folder}/{name}_{kind}_{lang}.png", full_page=True)

    async with serving(app) as url:
        await page.goto(f"{url}/participants")
        await look("list")
        await page.get_by_role("link", name="Registrér en borger").click()
        await look("form")
        await page.get_by_label("Sagsnummer").fill("S-2026-0043")
        await page.get_by_label("Småjob", exact=True).check()
        await page.get_by_label("Mindst timer om ugen").fill("7,5")
        await page.get_by_role("button", name="Registrér borgeren").click()
        await expect(page.get_by_role("status")).to_contain_text("Borgeren er registreret")
        await expect(page.get_by_role("region", name="Det ved vi", exact=True)).to_contain_text("7,5 timer om ugen")
        await look("new")
        await page.get_by_label("Nyt notat").fill("Vil helst begynde tidligt på dagen")
        await page.get_by_role("button", name="Gem notatet").click()
        await expect(page.get_by_role("region", name="Notater")).to_contain_text("Vil helst begynde tidligt")
        await page.goto(f"{url}/participants/{known.id}")
        await look("citizen")
