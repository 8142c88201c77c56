"""The grid of paper slips in Chromium, by keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.support.layout import DESKTOP, NARROW, PHONE, assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from fastapi import FastAPI
    from playwright.async_api import Page

    from shared.db.database import Database

pytestmark = pytest.mark.browser


async def test_a_pile_is_typed_in_by_keyboard_and_survives_a_reload(
    app: FastAPI,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
    add_event: Callable[..., Awaitable[UUID]],
    add_company: Callable[..., Awaitable[UUID]],
    pledges_database: Database,
    taskforce_id: UUID,
) -> None:
    event_id = await add_event()
    await add_company("Ærø Bageri", cvr="24256790")
    page = await page_at(*DESKTOP, extra_http_headers={"authorization": f"Bearer {token('caseworker')}"})
    keys = page.keyboard

    async def type_row(*cells: str) -> None:
        for cell in cells:
            await keys.type(cell)
            await keys.press("Enter")

    async with serving(app) as url:
        await page.goto(f"{url}/pledges/batch?event={event_id}")
        await page.get_by_label("Sedler i bunken").focus()
        await type_row("4", "12", "Ærø Bageri", "12345678", "0", "5", "", "Eva", "97850000", "", "vare, opry", "fle")
        first = page.locator("[name='rows.0.tasks']")
        # The row is judged when it has been left: a wrong CVR number warns, no positions are an error.
        await expect(first).to_have_value("Vareopfyldning, Oprydning")
        await expect(page.locator("[name='rows.0.job_type']")).to_have_value("Fleksjob")
        await expect(page.locator("#field-rows-0-cvr-error")).to_contain_text("CVR-nummeret er ikke rigtigt")
        await expect(page.get_by_role("textbox", name="Pladser Seddel 1", exact=True)).to_have_attribute(
            "aria-invalid", "true"
        )
        # Back up to the wrong cell.
        await keys.press("Tab")
        await keys.press("Tab")
        await keys.press("ArrowUp")
        await keys.type("3")
        await expect(page.locator("[name='rows.0.positions']")).to_have_value("3")
        await keys.press("Shift+Enter")
        # Three more slips that repeat the cell above; one of them is deleted, and there is a row more than before.
        for _number in range(3):
            for column in range(6):
                await keys.press("Control+d")
                await keys.press("Enter" if column < 5 else "Shift+Enter")
        await keys.press("ArrowUp")
        await keys.press("Alt+Delete")
        await expect(page.get_by_role("status").filter(has_text="Seddel 4 er slettet.")).to_be_in_viewport()
        await page.get_by_role("button", name="Flere rækker").press("Enter")
        await keys.type("Ved et uheld")
        await keys.press("Alt+Delete")
        await expect(page.locator("[data-slip]")).to_have_count(11)
        await keys.press("Alt+z")
        await expect(page.locator("[name='rows.10.company']")).to_have_value("Ved et uheld")
        await page.locator("[name='rows.10.company']").fill("")
        await expect(page.locator("[data-tally=slips]")).to_contain_text("3 af 4")
        await page.reload()
        await expect(page.locator("[data-tally=positions]")).to_contain_text("9 af 12")
        await expect(page.locator("[name='rows.2.company']")).to_have_value("Ærø Bageri")
        await assert_fits(page, NARROW, PHONE, DESKTOP)

        await page.locator("[name='rows.0.company']").press("Control+Enter")
        await expect(page.get_by_role("alert")).to_contain_text("Der er 4 sedler i bunken, men 3 er tastet ind.")
        await assert_fits(page)
        await page.get_by_role("button", name="Gem de 3 sedler alligevel").press("Enter")
        await expect(page.get_by_text("3 sedler er gemt")).to_be_visible()
        await assert_fits(page)
        assert "Eva" not in await page.evaluate("JSON.stringify(sessionStorage)")
