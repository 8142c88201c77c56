"""A profile card in Chromium: written by a case worker, opened on a phone, withdrawn by the citizen, gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.pledges.participants.conftest import STRUER
from tests.pledges.participants.profile_cards.pictures import picture
from tests.support.layout import DESKTOP, PHONE, assert_fits
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import FastAPI
    from playwright.async_api import Page

    from tests.pledges.participants.profile_cards.conftest import CardVisitor

pytestmark = pytest.mark.browser


async def test_a_card_is_written_shown_on_a_phone_withdrawn_and_gone(
    app: FastAPI,
    visitor: CardVisitor,
    page_at: Callable[..., Awaitable[Page]],
    token: Callable[..., str],
) -> None:
    bearer = token("caseworker", municipality=STRUER)
    staff = await page_at(*DESKTOP, extra_http_headers={"authorization": f"Bearer {bearer}"})
    async with serving(app) as url:
        await staff.goto(f"{url}{visitor.path}")
        await staff.get_by_role("link", name="Skriv et kort").click()
        await staff.get_by_label("Hvad vil borgeren gerne kaldes?").fill("Mette")
        await staff.get_by_label("Med borgerens egne ord").fill("Jeg er god til at holde orden.")
        await staff.get_by_label("Pakkeopgaver").check()
        await staff.get_by_label("Borgerens samtykke").check()
        await staff.get_by_role("button", name="Gem kortet").click()
        # The day of the consent is asked for, and nothing is lost.
        await expect(staff.get_by_role("alert")).to_contain_text("Skriv, hvilken dag borgeren gav samtykke.")
        await assert_fits(staff)
        await staff.get_by_label("Dag for samtykket").fill(await staff.get_by_label("Vises fra").input_value())
        await staff.get_by_role("button", name="Gem kortet").click()
        await expect(staff.get_by_role("heading", name="Jeg hedder Mette")).to_be_visible()
        await staff.get_by_role("button", name="Foto", exact=True).set_input_files(
            {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(900, 1200))}
        )
        await staff.get_by_label("Hvad viser fotoet?").fill("En kvinde i en have")
        await staff.get_by_role("button", name="Brug fotoet").click()
        await expect(staff.get_by_role("img", name="En kvinde i en have")).to_be_visible()
        await assert_fits(staff)
        address = await staff.get_by_label("Linket til virksomheder").input_value()
        link = "/card/" + address.partition("/card/")[2]

        company = await page_at(*PHONE)
        await company.goto(f"{url}{link}")
        await expect(company.get_by_role("heading", name="Jeg hedder Mette")).to_be_visible()
        photo = company.get_by_role("img", name="En kvinde i en have")
        assert await photo.evaluate("image => image.complete && image.naturalWidth") == 900
        await assert_fits(company)

        await staff.get_by_role("button", name="Lav et link til borgeren").click()
        await assert_fits(staff)
        own = await staff.get_by_text("/card/mine/").inner_text()
        citizen = await page_at(*PHONE)
        await citizen.goto(f"{url}/card/mine/{own.partition('/card/mine/')[2].strip()}")
        await assert_fits(citizen)
        await citizen.get_by_role("link", name="Træk kortet tilbage").click()
        await assert_fits(citizen)
        await citizen.get_by_role("button", name="Ja, træk det tilbage").click()
        await expect(citizen.get_by_role("heading", name="Dit kort er trukket tilbage")).to_be_visible()

        await company.reload()
        await expect(company.get_by_role("heading", name="Der er ikke noget kort her")).to_be_visible()
        await assert_fits(company)
        # Not from the browser's own memory either.
        assert await company.evaluate(f"fetch('{link}/photo', {{cache: 'force-cache'}}).then(one => one.status)") == 404
        await staff.get_by_role("link", name="Tilbage til kortet").click()
        await expect(staff.get_by_text("Borgeren har trukket kortet tilbage")).to_be_visible()
