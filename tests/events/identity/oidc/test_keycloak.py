"""Signing in at Keycloak, in Chromium: `make test-oidc`."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from playwright.async_api import expect

from services.events.app import create_app
from services.events.identity.administration import commands as people
from services.events.identity.oidc import http
from services.events.identity.oidc import provider as provider_module
from services.events.identity.people.domain import Person
from services.events.settings import CALLBACK
from shared.http.auth import COOKIE, RENEWED_COOKIE, SESSION_COOKIE
from tests.events.identity.browsing import count
from tests.events.identity.oidc.serving import served
from tests.events.identity.oidc.test_pages import with_provider
from tests.keycloak import Keycloak
from tests.keycloak.server import CLIENT_ID, CLIENT_SECRET, PASSWORD
from tests.support.axe import assert_accessible

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from fastapi import FastAPI
    from playwright.async_api import Page

    from services.events.settings import EventsSettings
    from shared.db.database import Database

    OpenPage = Callable[..., Awaitable[Page]]

pytestmark = [pytest.mark.oidc, pytest.mark.browser]


@pytest.fixture(scope="session")
def keycloak() -> Iterator[Keycloak]:
    """One Keycloak for all tests; each test has its own users."""
    with Keycloak() as keycloak:
        yield keycloak


@asynccontextmanager
async def installation(settings: EventsSettings, keycloak: Keycloak, **oidc: Any) -> AsyncIterator[str]:
    """The application for browsers, registered with Keycloak: `http://localhost:<port>`."""

    def made(origin: str) -> FastAPI:
        keycloak.send_back_to(f"{origin}{CALLBACK}", f"{origin}/sign-in")
        oidc_settings = {"public_url": origin, "oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET} | oidc
        return create_app(with_provider(settings, keycloak.issuer, **oidc_settings))

    async with served(made) as origin:
        yield origin


@pytest_asyncio.fixture
async def registered(events_settings: EventsSettings, db: Database, keycloak: Keycloak) -> AsyncIterator[str]:
    async with installation(events_settings, keycloak) as origin:
        yield origin


async def go(page: Page, origin: str, next: str = "/account") -> None:
    """Go from the sign-in page to the provider's."""
    await page.goto(f"{origin}/sign-in?next={next}")
    await page.get_by_role("button", name="Log ind med Struer Kommune").click()


async def sign_in(page: Page, origin: str, name: str, next: str = "/account") -> None:
    """Go to the provider, and sign in with name and password."""
    await go(page, origin, next)
    await page.locator("#username").fill(name)
    await page.locator("#password").fill(PASSWORD)
    await page.locator("#kc-login").click()


async def roles(db: Database, taskforce_id: UUID, email: str) -> set[str]:
    async with db.read(taskforce_id) as conn:
        rows = await conn.fetch(
            "select role from person_roles join people on people.id = person_id where email = $1", email
        )
    return {row["role"] for row in rows}


async def signed_in(page: Page) -> bool:
    return any(cookie.get("name") == SESSION_COOKIE for cookie in await page.context.cookies())


@pytest.mark.parametrize("size", [(390, 844), (1280, 900)], ids=["phone", "desktop"])
async def test_a_case_worker_signs_in_with_the_groups_of_their_municipality(
    page_at: OpenPage, registered: str, keycloak: Keycloak, db: Database, taskforce_id: UUID, size: tuple[int, int]
) -> None:
    name = f"hanne{size[0]}"
    keycloak.add_user(name, groups=["Jobcenter", "Kantinen"])
    page = await page_at(*size)
    await page.goto(f"{registered}/sign-in")
    await assert_accessible(page)
    await sign_in(page, registered, name)
    await expect(page.get_by_role("heading", name="Min konto", level=1)).to_be_visible()
    assert page.url == f"{registered}/account"
    assert await roles(db, taskforce_id, f"{name}@struer.example") == {"caseworker"}
    async with db.read(taskforce_id) as conn:
        person = await conn.fetchrow("select name, municipality from people where email = $1", f"{name}@struer.example")
    assert person is not None
    assert dict(person) == {"name": f"{name.title()} Test", "municipality": "0671"}
    await assert_accessible(page)


async def test_a_person_who_leaves_a_group_loses_its_role_at_the_next_sign_in(
    page_at: OpenPage, registered: str, keycloak: Keycloak, db: Database, taskforce_id: UUID
) -> None:
    id = keycloak.add_user("lone", groups=["Jobcenter", "Taskforce"])
    page = await page_at()
    await sign_in(page, registered, "lone")
    await expect(page.get_by_role("heading", name="Min konto", level=1)).to_be_visible()
    assert await roles(db, taskforce_id, "lone@struer.example") == {"caseworker", "coordinator"}

    keycloak.leave_group(id, "Jobcenter")
    await go(page, registered)  # still signed in at the provider
    await expect(page.get_by_role("heading", name="Min konto", level=1)).to_be_visible()
    assert await roles(db, taskforce_id, "lone@struer.example") == {"coordinator"}

    keycloak.leave_group(id, "Taskforce")
    await page.context.clear_cookies(name=SESSION_COOKIE)
    await go(page, registered)
    await expect(page.get_by_role("heading", name="Du har ingen rolle her endnu")).to_be_visible()
    assert not await signed_in(page)
    assert await roles(db, taskforce_id, "lone@struer.example") == set()
    await assert_accessible(page)


async def test_an_existing_administrator_is_recognised_by_address(
    page_at: OpenPage, registered: str, keycloak: Keycloak, db: Database, taskforce_id: UUID
) -> None:
    keycloak.add_user("bent")
    await people.add_person(
        db, taskforce_id, Person(uuid4(), "Bent Sivkær", "Bent@struer.example", frozenset({"admin"}))
    )
    page = await page_at()
    await sign_in(page, registered, "bent", "/people")
    await expect(page.get_by_role("heading", name="Personer", level=1)).to_be_visible()


@pytest.mark.parametrize(
    ("user", "options", "message"),
    [
        ("nobody", {}, "Du har ingen rolle her endnu"),
        ("unverified", {"groups": ["Taskforce"], "verified": False}, "Vi ved ikke, om e-mailadressen er din"),
    ],
)
async def test_no_account_is_created_without_a_granting_group(
    page_at: OpenPage,
    registered: str,
    keycloak: Keycloak,
    db: Database,
    taskforce_id: UUID,
    user: str,
    options: Any,
    message: str,
) -> None:
    keycloak.add_user(user, **options)
    page = await page_at()
    await sign_in(page, registered, user)
    await expect(page.get_by_role("heading", name=message)).to_be_visible()
    assert not await signed_in(page)
    assert await count(db, taskforce_id, "people") == 0


async def test_rotated_keys_are_fetched(
    page_at: OpenPage, registered: str, keycloak: Keycloak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_module, "_AGAIN_SECONDS", 0)
    keycloak.add_user("karen", groups=["Taskforce"])
    page = await page_at()
    await sign_in(page, registered, "karen")
    await expect(page.get_by_role("heading", name="Min konto", level=1)).to_be_visible()
    keycloak.rotate_keys()
    await page.context.clear_cookies()
    await sign_in(page, registered, "karen")
    await expect(page.get_by_role("heading", name="Min konto", level=1)).to_be_visible()


async def test_a_hanging_provider_is_reported_and_works_again_afterwards(
    page_at: OpenPage,
    events_settings: EventsSettings,
    db: Database,
    keycloak: Keycloak,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "SECONDS", 1.0)
    keycloak.add_user("mette", groups=["Taskforce"])
    async with installation(events_settings, keycloak) as origin:
        page = await page_at()
        keycloak.freeze()
        try:
            await go(page, origin)
            await expect(page.get_by_role("heading", name="Din organisations login svarer ikke")).to_be_visible()
            await assert_accessible(page)
        finally:
            keycloak.thaw()
        monkeypatch.undo()
        await page.get_by_role("link", name="Tilbage til login-siden").click()
        await sign_in(page, origin, "mette")
        await expect(page.get_by_role("heading", name="Min konto", level=1)).to_be_visible()


async def test_a_wrong_client_secret_is_reported_as_a_settings_error(
    page_at: OpenPage, events_settings: EventsSettings, db: Database, keycloak: Keycloak
) -> None:
    keycloak.add_user("olga", groups=["Taskforce"])
    async with installation(events_settings, keycloak, oidc_client_secret=CLIENT_SECRET[::-1]) as origin:
        page = await page_at()
        await sign_in(page, origin, "olga")
        await expect(page.get_by_role("heading", name="Vi kan ikke stole på svaret")).to_be_visible()
        assert not await signed_in(page)


async def test_going_back_shows_that_the_sign_in_has_ended(
    page_at: OpenPage, registered: str, keycloak: Keycloak
) -> None:
    keycloak.add_user("peter", groups=["Taskforce"])
    page = await page_at()
    came_back: list[str] = []
    page.on("request", lambda request: came_back.append(request.url) if CALLBACK in request.url else None)
    await sign_in(page, registered, "peter")
    await expect(page.get_by_role("heading", name="Min konto", level=1)).to_be_visible()
    await page.goto(came_back[0])
    await expect(page.get_by_role("heading", name="Dette login gælder ikke længere")).to_be_visible()
    assert "code=" not in page.url


async def test_a_step_up_asks_for_the_password_again(
    page_at: OpenPage, registered: str, keycloak: Keycloak, db: Database, taskforce_id: UUID
) -> None:
    keycloak.add_user("jonna", groups=["Administratorer"])
    page = await page_at()
    await sign_in(page, registered, "jonna", "/api-keys")
    await page.get_by_label("Hvilket program er den til?").fill("Statistik")
    await page.get_by_role("checkbox", name="Læse tallene").check()
    async with db.change(taskforce_id) as conn:
        await conn.execute("update sessions set proved_at = proved_at - $1::interval", timedelta(hours=1))
    for name in (COOKIE, RENEWED_COOKIE):
        await page.context.clear_cookies(name=name)
    await page.get_by_role("button", name="Lav nøglen").click()
    async with page.context.expect_page() as opened:
        await page.get_by_role("button", name="Bekræft med Struer Kommune").click()
    there = await opened.value
    # Still signed in at the provider, which asks for the password nevertheless.
    await there.locator("#password").fill(PASSWORD)
    await there.locator("#kc-login").click()
    await expect(there.get_by_role("heading", name="Tak")).to_be_visible()
    await page.get_by_role("button", name="Fortsæt").click()
    await expect(page.get_by_role("heading", name="Nøgle til Statistik")).to_be_visible()


async def test_the_time_of_proof_is_that_of_the_sign_in_at_the_provider(
    page_at: OpenPage, registered: str, keycloak: Keycloak, db: Database, taskforce_id: UUID
) -> None:
    keycloak.add_user("ulla", groups=["Taskforce"])
    page = await page_at()
    await sign_in(page, registered, "ulla")
    await expect(page.get_by_role("heading", name="Min konto", level=1)).to_be_visible()
    async with db.read(taskforce_id) as conn:
        first = await conn.fetchval("select proved_at from sessions")
    assert first is not None
    await asyncio.sleep(2)  # auth_time has whole seconds; a new proof would have another time
    await go(page, registered)
    await expect(page.get_by_role("heading", name="Min konto", level=1)).to_be_visible()
    async with db.read(taskforce_id) as conn:
        assert await conn.fetchval("select proved_at from sessions") == first


async def test_a_sign_in_that_was_not_strong_enough_is_refused(
    page_at: OpenPage, events_settings: EventsSettings, db: Database, keycloak: Keycloak
) -> None:
    keycloak.add_user("viggo", groups=["Taskforce"])
    async with installation(events_settings, keycloak, oidc_amr_values="mfa") as origin:
        page = await page_at()
        await sign_in(page, origin, "viggo")
        await expect(
            page.get_by_role("heading", name="Din organisations login skal spørge dig om mere")
        ).to_be_visible()
        assert not await signed_in(page)


async def test_signing_out_at_the_provider_requires_the_password_again(
    page_at: OpenPage, registered: str, keycloak: Keycloak
) -> None:
    keycloak.add_user("yrsa", groups=["Taskforce"])
    page = await page_at()
    await sign_in(page, registered, "yrsa")
    await page.get_by_role("button", name="Log ud", exact=True).first.click()
    await page.get_by_role("button", name="Log også ud af Struer Kommune").click()
    await page.locator("#kc-logout").click()
    await expect(page.get_by_role("heading", name="Log ind", level=1)).to_be_visible()
    assert page.url.startswith(f"{registered}/sign-in")
    await go(page, registered)
    await expect(page.locator("#password")).to_be_visible()
