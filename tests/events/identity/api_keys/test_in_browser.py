"""API keys in Chromium: suspended when an administrator goes, and taken over by another one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from playwright.async_api import expect

from services.events.identity.administration.commands import add_person
from services.events.identity.api_keys import commands
from services.events.identity.people.domain import Person
from tests.support.layout import PHONE, assert_fits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from shared.db.database import Database

    OpenPage = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.browser


async def test_closing_an_administrators_account_shows_the_suspended_keys_to_take_over(
    page_at: OpenPage, origin: str, db: Database, taskforce_id: UUID
) -> None:
    bent = Person(uuid4(), "Bent Sivkær", "bent@struer.example", frozenset({"admin"}))
    karla = Person(uuid4(), "Karla Damtoft", "karla@struer.example", frozenset({"admin"}))
    for person in (bent, karla):
        await add_person(db, taskforce_id, person)
    for name in ("Kommunens statistik", "Byens hjemmeside"):
        await commands.make_key(
            db, taskforce_id, name=name, scopes=["figures:read", "events:read"], days=365, made_by=karla.id
        )
    page = await page_at(*PHONE)
    await page.goto(f"{origin}/sign-in/as/admin?taskforce=struer&next=/people/{karla.id}")
    await page.get_by_role("main").get_by_role("button", name="Log ind").click()
    await expect(page.get_by_text("2 API-nøgler står stille fra da af")).to_be_visible()
    await assert_fits(page)
    await page.get_by_role("button", name="Overtag Kommunens statistik").click()
    await expect(page.get_by_text("Bent Sivkær har ansvaret for den")).to_be_visible()
    await page.goto(f"{origin}/people/{karla.id}")
    await expect(page.get_by_text("1 API-nøgle står stille fra da af")).to_be_visible()
    await page.get_by_role("button", name="Luk kontoen").click()
    await page.goto(f"{origin}/api-keys")
    await expect(page.get_by_role("heading", name="1 nøgle står stille")).to_be_visible()
    await assert_fits(page)
    await page.get_by_role("button", name="Overtag Byens hjemmeside").click()
    await expect(page.get_by_text("Bent Sivkær har ansvaret for den")).to_have_count(2)
    await expect(page.get_by_role("heading", name="1 nøgle står stille")).to_have_count(0)
