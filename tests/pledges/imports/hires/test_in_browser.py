"""Importing hires in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.support.axe import assert_accessible
from tests.support.layout import DESKTOP, NARROW, PHONE, assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from fastapi import FastAPI
    from playwright.async_api import Page

pytestmark = pytest.mark.browser

HEADER = (
    "virksomhed;startdato;betalte timer;praktiktimer;trin 2 fra;trin 2 betalte timer;slutdato;kontaktperson;telefon"
)
GOOD = "Limfjordens Bådebyggeri og Maskinværksted;01-02-2024;;20;01-05-2024;12;;Mette Krog;20304050"
BAD = "Bæk A/S;01-02-2024;90;;01-01-2024;12;31-12-2023;Mette Krog;20304050"


async def test_a_list_is_corrected_and_imported(
    app: FastAPI, page_at: Callable[..., Awaitable[Page]], token: Callable[..., str], tmp_path: Path
) -> None:
    file = tmp_path / "ansættelser.csv"
    page = await page_at(*PHONE, extra_http_headers={"authorization": f"Bearer {token('caseworker')}"})
    async with serving(app) as url:
        await page.goto(f"{url}/pledges/import/hires")
        await page.get_by_text("Hvad kolonnerne").click()
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        file.write_bytes("\r\n".join([HEADER, GOOD, BAD]).encode("cp1252"))
        await page.get_by_label("Fil", exact=True).set_input_files(file)
        await page.get_by_role("button", name="Kontrollér filen").click()
        await expect(page.get_by_text("1 linje skal rettes")).to_be_visible()
        await assert_fits(page, NARROW, PHONE, DESKTOP)
        await assert_accessible(page)
        file.write_bytes("\r\n".join([HEADER, GOOD]).encode("cp1252"))
        await page.get_by_label("Fil", exact=True).set_input_files(file)
        await page.get_by_role("button", name="Kontrollér filen").click()
        await page.get_by_role("button", name="Importér 1 ansættelse").click()
        await expect(page.get_by_text("1 ansættelse er importeret")).to_be_visible()
        await assert_fits(page, NARROW, PHONE, DESKTOP)
