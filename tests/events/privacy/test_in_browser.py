"""The pages of subject requests in Chromium: on a phone and a desktop, in both languages, without JavaScript."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest
import pytest_asyncio
import uvicorn

from services.events.app import create_app
from services.events.identity.administration.commands import add_person
from services.events.identity.people.domain import Person
from tests.authorisation.personal_data import HoldNothing
from tests.events.calendar.test_in_browser import sign_in
from tests.support.layout import DESKTOP, NARROW, PHONE, assert_fits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from uuid import UUID

    from playwright.async_api import Page

    from services.events.settings import EventsSettings
    from shared.db.database import Database

    OpenPage = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.browser

EVA: Final = "eva.marie.magdalene.von-og-til-langenavn@en-meget-lang-afdeling.virksomheden.example"


@pytest_asyncio.fixture
async def origin(events_settings: EventsSettings, db: Database, taskforce_id: UUID) -> AsyncIterator[str]:
    """The origin of events with one person; the other services hold nothing."""
    for name, email, role in (("Eva Holm", EVA, "member"), ("Karen Kjær", "karen@struer.example", "admin")):
        person = uuid4()
        await add_person(db, taskforce_id, Person(person, name, email, frozenset({role})))  # type: ignore[arg-type]
        await _has_done_something(db, taskforce_id, person)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    origin = f"http://localhost:{listener.getsockname()[1]}"
    app = create_app(events_settings.model_copy(update={"public_url": origin}))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    app.state.others = HoldNothing()
    yield origin
    server.should_exit = True
    await serving
    listener.close()


async def _has_done_something(db: Database, taskforce_id: UUID, person: UUID) -> None:
    """Insert activity of a person: an API key, and a repeated erasure."""
    async with db.change(taskforce_id) as conn:
        await conn.execute(
            """
            insert into api_keys (taskforce_id, id, name, secret_hash, scopes, made_by, made_at, expires_at)
            values ($1, $2, 'Statistik til kommunen', sha256('x'), '{x}', $3, now(), now() + interval '1 day')
            """,
            taskforce_id,
            uuid4(),
            person,
        )
        await conn.execute(
            """
            insert into erasures (taskforce_id, id, erased_table, erased_key, erased_by, repeated_at)
            values ($1, $2, 'people', $2, 'person:' || $3::uuid, now() + interval '1 hour')
            """,
            taskforce_id,
            uuid4(),
            person,
        )


async def _look_up(page: Page) -> None:
    await page.get_by_label("E-mailadresse").fill(EVA)
    await page.get_by_role("button", name="Slå op").click()
    await page.get_by_role("heading", name="Udskriften til personen").wait_for()


async def test_a_person_is_found_reported_and_erased_without_javascript(page_at: OpenPage, origin: str) -> None:
    page = await page_at(*PHONE, java_script_enabled=False)
    await sign_in(page, origin, "admin", "/personal-data")
    await _look_up(page)
    await page.get_by_text("Eva Holm").first.wait_for()
    async with page.expect_download() as download:
        await page.get_by_role("button", name="PDF, dansk").click()
    assert (await download.value).suggested_filename.startswith("indsigt-")

    await page.get_by_role("button", name="Gå videre til sletning").click()
    await page.get_by_label("for at slette").fill("en anden")
    await page.get_by_role("button", name="Slet for altid").click()
    await page.get_by_role("link", name="Det er ikke det, du søgte efter").wait_for()
    await page.get_by_label("for at slette").fill(EVA)
    await page.get_by_role("button", name="Slet for altid").click()
    await page.get_by_role("heading", name="Alt er slettet").wait_for()
    assert "eva" not in page.url

    await page.goto(f"{origin}/personal-data")
    await page.get_by_label("E-mailadresse").fill(EVA)
    await page.get_by_role("button", name="Slå op").click()
    await page.get_by_text("Der blev ikke fundet noget").wait_for()


@pytest.mark.parametrize(("language", "size"), [("da", NARROW), ("en", DESKTOP)], ids=["da", "en"])
async def test_every_page_about_a_person_is_accessible_and_fits(
    page_at: OpenPage, origin: str, size: tuple[int, int], language: str
) -> None:
    page = await page_at(*size)

    async def fits() -> None:
        await assert_fits(page, NARROW, DESKTOP)

    await sign_in(page, origin, "admin", "/personal-data")
    await page.goto(f"{origin}/personal-data?lang={language}")
    await fits()
    await page.locator("form[action='/personal-data'] button[type=submit]").click()
    await page.locator(".error-summary").wait_for()
    await fits()
    await page.locator("input[name=email]").fill(EVA)
    await page.locator("form[action='/personal-data'] button[type=submit]").click()
    await page.locator("form[action='/personal-data/erase']").wait_for()
    await fits()
    await page.locator("form[action='/personal-data/erase'] button").click()
    await page.locator("input[name=typed]").wait_for()
    await fits()
    await page.locator("form[action='/personal-data/erasures'] button[type=submit]").click()
    await page.locator(".error-summary").wait_for()
    await fits()
    await page.locator("input[name=typed]").fill(EVA)
    await page.locator("form[action='/personal-data/erasures'] button[type=submit]").click()
    await page.locator(".alert-success").wait_for()
    await fits()
    for path in ("/personal-data/erasures", "/personal-data/deadlines"):
        await page.goto(origin + path)
        await fits()


async def test_the_administrators_pages_link_to_the_search(page_at: OpenPage, origin: str) -> None:
    page = await page_at(*DESKTOP)
    await sign_in(page, origin, "admin", "/people")
    await page.get_by_role("main").get_by_role("link", name="Det, der står om en person").click()
    await page.get_by_role("heading", name="Persondata", exact=True).wait_for()
