"""The pages of hours and of their rules in Chromium: they fit, and can be used with a screen reader."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.pledges.conftest import TODAY, Caller
from tests.pledges.hour_rules.test_api import hire
from tests.pledges.participants.conftest import STRUER
from tests.support.axe import assert_accessible
from tests.support.layout import DESKTOP, NARROW, PHONE, assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import FastAPI
    from playwright.async_api import Page

    from services.pledges.participants.domain import Participant

pytestmark = pytest.mark.browser


async def test_hours_and_rules_fit_and_can_be_read_aloud(
    app: FastAPI,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
    caller: Caller,
    one: Participant,
) -> None:
    praktik = {"from": (TODAY - timedelta(days=150)).isoformat(), "praktik_weekly_hours": 20}
    paid = {"from": (TODAY - timedelta(days=90)).isoformat(), "paid_weekly_hours": 12, "praktik_weekly_hours": 4}
    await hire(caller, one, praktik, paid)
    person = token("caseworker", "coordinator", municipality=STRUER)
    page = await page_at(*PHONE, extra_http_headers={"authorization": f"Bearer {person}"})
    async with serving(app) as url:
        for path in (f"/participants/{one.id}/hours?from={TODAY}&paid_weekly_hours=20", "/participants/rules"):
            await page.goto(f"{url}{path}")
            for summary in await page.locator("details > summary").all():
                await summary.click()
            await assert_fits(page, NARROW, PHONE, DESKTOP)
            await assert_accessible(page)
