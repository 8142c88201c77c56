"""Pages with names that have no blank to break a line at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.pledges.conftest import Caller, hire_body, pledge_body
from tests.support.layout import DESKTOP, NARROW, PHONE, TABLET, assert_no_sideways_scrolling
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import FastAPI
    from playwright.async_api import Page

pytestmark = pytest.mark.browser

COMPANY: Final = "Virksomhedsnavneuordentlighed" * 6
CONTACT: Final = {
    "name": "Kontaktpersonnavne" * 10,
    "phone": "97 85 00 00",
    "email": f"{'x' * 60}@{'afdelingenforlangenavne' * 2}.{'virksomheden' * 4}.example",
}


async def test_a_long_word_widens_neither_the_receipt_nor_the_lists(
    app: FastAPI, caller: Caller, page_at: Callable[..., Awaitable[Page]]
) -> None:
    body = pledge_body(company={"name": COMPANY, "cvr": "24256790"}, contact=CONTACT)
    assert (await caller.log(body)).status_code == 201
    hire = hire_body(pledge_id=body["id"], contact_person=CONTACT)
    assert (await caller.confirm(hire)).status_code == 201
    cases = ["/queue?view=all&due=all", f"/queue/{body['id']}/hire", f"/hires/{hire['id']}"]
    async with serving(app) as url:
        for role in ("member", "caseworker"):
            page = await page_at(*PHONE, extra_http_headers=caller.headers(role))
            paths = [f"/pledges/{body['id']}", "/pledges?who=all", f"/pledges/new?again={body['id']}"]
            for path in [*paths, *cases] if role == "caseworker" else paths:
                await page.goto(url + path)
                assert await page.get_by_text(COMPANY[:40]).count() or "new" in path, path
                await assert_no_sideways_scrolling(page, NARROW, PHONE, TABLET, DESKTOP)
        page = await page_at(*PHONE, extra_http_headers=caller.headers("member"))
        await page.goto(f"{url}/pledges/new")
        await page.get_by_label("Virksomhed", exact=True).fill(COMPANY)
        await page.get_by_role("radio", name="10 timer", exact=True).check()
        await page.get_by_label("Navn", exact=True).fill(CONTACT["name"])
        await page.get_by_label("E-mail").fill(CONTACT["email"])
        await page.get_by_role("button", name="Send").click()
        await page.locator(".receipt").wait_for()
        await assert_no_sideways_scrolling(page, NARROW, PHONE, TABLET, DESKTOP)
