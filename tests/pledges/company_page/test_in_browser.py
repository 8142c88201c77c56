"""The company's page on a phone, in Chromium: from the mail's link to the last answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.pledges.conftest import NOW, TODAY, hire_body
from tests.support.axe import assert_accessible
from tests.support.layout import PHONE, assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from fastapi import FastAPI
    from playwright.async_api import Page

    from tests.pledges.company_page.conftest import CompanyVisitor

pytestmark = pytest.mark.browser


async def test_a_company_answers_everything_on_a_phone_without_an_account(
    app: FastAPI,
    visitor: CompanyVisitor,
    page_at: Callable[..., Awaitable[Page]],
    add_event: Callable[..., Awaitable[UUID]],
) -> None:
    pledge_id = await visitor.log()
    start = TODAY - timedelta(days=120)
    await visitor.caller.confirm(
        hire_body(company={"name": "Struer Trælast A/S", "cvr": "24256790"}, start_date=start.isoformat())
    )
    await add_event(title="Fyraftensmøde på havnen", status="published", starts_at=NOW + timedelta(days=9))
    page = await page_at(*PHONE)
    status = page.get_by_role("status")
    async with serving(app) as url:
        await page.goto(f"{url}/company/{visitor.token}")
        await assert_accessible(page)
        await assert_fits(page)

        await page.get_by_role("link", name="Ja, stadig hos os").click()
        await page.get_by_role("button", name="Send svaret").click()
        await expect(status).to_contain_text("Jeres svar er gemt")

        await page.get_by_role("link", name="Det gælder stadig").click()
        await page.get_by_role("button", name="Ja, det gælder stadig").click()
        await expect(status).to_contain_text("Jeres tilsagn er bekræftet")

        await page.get_by_role("link", name="Ret det til").click()
        await assert_fits(page)
        await page.get_by_role("button", name="Én færre").click()
        await page.get_by_role("button", name="Kontrollér svarene").click()
        await assert_accessible(page)
        await page.get_by_role("button", name="Ret tilsagnet til").click()
        await expect(status).to_contain_text("Jeres tilsagn er rettet til")

        await page.get_by_role("link", name="Tilmeld").click()
        await page.get_by_role("button", name="Tilmeld").click()
        await expect(status).to_contain_text("Vi tilmelder jer arrangementet")
        await expect(page.get_by_text("Vi har jeres besked")).to_be_visible()

    assert (await visitor.pledge(pledge_id))["positions"] == 2
    kinds = await visitor.rows("select kind from company_answers order by answered_at")
    assert [row["kind"] for row in kinds] == ["still_employed", "affirmed", "adjusted", "registered"]
