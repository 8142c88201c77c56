"""Passkeys in Chromium with its virtual authenticator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from playwright.async_api import expect

from services.events.identity.administration import commands as people
from services.events.identity.passkeys import commands, store
from services.events.identity.passkeys.domain import WRONG_TRIES, Passkey
from services.events.identity.people.domain import Person
from tests.support.axe import assert_accessible
from tests.support.layout import DESKTOP, PHONE, assert_fits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import CDPSession, Page

    from services.events.settings import EventsSettings
    from shared.db.database import Database
    from tests.events.conftest import SignIn

    OpenPage = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.browser


class Authenticator:
    """A virtual authenticator (Chrome DevTools Protocol, WebAuthn)."""

    def __init__(self, devtools: CDPSession, id: str) -> None:
        self._devtools, self._id = devtools, id

    @classmethod
    async def beside(cls, page: Page) -> Authenticator:
        """Add an authenticator to the page's browser."""
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added = await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return cls(devtools, added["authenticatorId"])

    async def keys(self) -> list[dict[str, Any]]:
        """Return its credentials, to add them again."""
        answer = await self._devtools.send("WebAuthn.getCredentials", {"authenticatorId": self._id})
        return list(answer["credentials"])

    async def forget(self) -> None:
        """Remove all credentials."""
        await self._devtools.send("WebAuthn.clearCredentials", {"authenticatorId": self._id})

    async def learn(self, key: dict[str, Any]) -> None:
        """Add the credentials of another one."""
        await self._devtools.send("WebAuthn.addCredential", {"authenticatorId": self._id, "credential": key})

    async def verify(self, *, verified: bool) -> None:
        """Set whether user verification succeeds."""
        await self._devtools.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": verified})


@pytest_asyncio.fixture
async def bent(db: Database, taskforce_id: UUID) -> Person:
    """The administrator; there is another one, with a passkey."""
    bent, bo = (
        Person(uuid4(), name, f"{name.split()[0].lower()}@struer.example", frozenset({"admin"}))
        for name in ("Bent Sivkær", "Bo Lund")
    )
    for person in (bent, bo):
        await people.add_person(db, taskforce_id, person)
    async with db.change(taskforce_id) as conn:
        key = Passkey(uuid4(), bo.id, bytes(16), bytes(77), 0, "", backed_up=False, created_at=datetime.now(UTC))
        await store.insert(conn, taskforce_id, key)
    return bent


async def sign_in_by_passkey(page: Page, origin: str, next: str = "/account") -> None:
    await page.goto(f"{origin}/sign-in/passkey?next={next}")
    await page.get_by_role("main").get_by_role("button", name="Log ind med adgangsnøgle").click()


async def test_an_administrator_adds_names_uses_and_removes_passkeys(
    page_at: OpenPage,
    origin: str,
    bent: Person,
    sign_in: SignIn,
    db: Database,
    events_settings: EventsSettings,
    taskforce_id: UUID,
) -> None:
    page = await page_at(*DESKTOP)
    first = await Authenticator.beside(page)
    await sign_in(page, bent, "link")
    await page.goto(f"{origin}/people")
    await expect(page.get_by_role("heading", name="Det kræver et andet login")).to_be_visible()
    await assert_fits(page)
    await page.get_by_role("main").get_by_role("link", name="Min konto").click()
    await expect(page.get_by_label("Kode")).to_be_visible()
    await assert_fits(page)

    code = await commands.make_code(db, events_settings, taskforce_id, bent.id, by="test", now=datetime.now(UTC))
    await page.get_by_label("Kode").fill("AAAA-AAAA")
    await page.get_by_role("button", name="Tilføj en adgangsnøgle").click()
    await expect(page.get_by_role("alert").filter(has_text="om den er skrevet, som du fik den")).to_be_visible()
    await assert_fits(page)
    await page.get_by_label("Kode").fill(code.lower())
    await page.get_by_role("button", name="Tilføj en adgangsnøgle").click()
    await expect(page.get_by_role("button", name="Tilføj en adgangsnøgle mere")).to_be_visible()
    await expect(page.get_by_text("ikke brugt endnu")).to_be_visible()

    await page.get_by_text("Omdøb").click()
    await page.get_by_label("Hvad kalder du den?").fill("Bents arbejdscomputer")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.locator(".list-row-title").filter(has_text="Bents arbejdscomputer")).to_be_visible()
    await assert_fits(page)

    # The device has one already.
    await page.get_by_role("button", name="Tilføj en adgangsnøgle mere").click()
    await expect(page.get_by_text("har allerede en adgangsnøgle til dig")).to_be_visible()
    await first.forget()
    await page.get_by_role("button", name="Tilføj en adgangsnøgle mere").click()
    await expect(page.get_by_role("button", name="Fjern")).to_have_count(2)

    await page.get_by_role("button", name="Log ud", exact=True).first.click()
    await expect(page.get_by_role("link", name="Log ind").first).to_be_visible()
    await page.goto(f"{origin}/sign-in/passkey")
    await assert_fits(page)
    await sign_in_by_passkey(page, origin, "/people")
    await expect(page.get_by_role("heading", name="Personer", level=1)).to_be_visible()

    await page.goto(f"{origin}/account")
    await page.get_by_role("button", name="Fjern Bents arbejdscomputer").click()
    await expect(page.get_by_role("button", name="Fjern")).to_have_count(1)
    await page.get_by_role("button", name="Fjern").click()
    await expect(page.get_by_role("heading", name="Det er din sidste adgangsnøgle")).to_be_visible()


async def test_an_administrator_reads_a_code_to_somebody(
    page_at: OpenPage,
    origin: str,
    bent: Person,
    sign_in: SignIn,
    db: Database,
    taskforce_id: UUID,
) -> None:
    amira = Person(
        uuid4(), "Amira Klitfeldt", "amira@struer.example", frozenset({"facilitator"}), programme="job_network"
    )
    await people.add_person(db, taskforce_id, amira)
    page, hers = await page_at(*PHONE), await page_at(*PHONE)
    await sign_in(page, bent, "passkey")
    await page.goto(f"{origin}/people/{amira.id}")
    await assert_fits(page)
    await page.get_by_role("button", name="Lav en kode").click()
    await expect(page.locator(".new-code")).to_be_visible()
    await assert_fits(page)
    code = await page.locator(".new-code").inner_text()

    await Authenticator.beside(hers)
    await sign_in(hers, amira, "link")
    await hers.goto(f"{origin}/account")
    await hers.get_by_label("Kode").fill(code)
    await hers.get_by_role("button", name="Tilføj en adgangsnøgle").click()
    await expect(hers.get_by_role("button", name="Tilføj en adgangsnøgle mere")).to_be_visible()
    await expect(hers.get_by_text("Dit arbejde her kræver en adgangsnøgle")).to_have_count(0)


async def test_a_code_that_is_mistyped_five_times_is_void(
    page_at: OpenPage,
    origin: str,
    bent: Person,
    sign_in: SignIn,
    db: Database,
    events_settings: EventsSettings,
    taskforce_id: UUID,
) -> None:
    page = await page_at(390, 844)
    device = await Authenticator.beside(page)
    await sign_in(page, bent, "link")
    await page.goto(f"{origin}/account")
    code = await commands.make_code(db, events_settings, taskforce_id, bent.id, by="test", now=datetime.now(UTC))
    for typed in (*["AAAA-AAAA"] * WRONG_TRIES, code):
        await page.get_by_label("Kode").fill(typed)
        async with page.expect_response("**/account/passkeys/options"):
            await page.get_by_role("button", name="Tilføj en adgangsnøgle").click()
        await expect(page.get_by_role("button", name="Tilføj en adgangsnøgle")).to_be_enabled()
    await expect(page.get_by_text("Bed en administrator om en ny")).to_be_visible()
    assert await device.keys() == []


@pytest.fixture
def enrolled(
    page_at: OpenPage, origin: str, bent: Person, sign_in: SignIn
) -> Callable[[], Awaitable[tuple[Page, Authenticator]]]:
    """Opens the browser of an administrator who has a passkey and is signed out."""

    async def enrolled() -> tuple[Page, Authenticator]:
        page = await page_at()
        device = await Authenticator.beside(page)
        await sign_in(page, bent, "demonstration")
        await page.goto(f"{origin}/account")
        await page.get_by_role("button", name="Tilføj en adgangsnøgle").click()
        await expect(page.get_by_role("button", name="Fjern")).to_have_count(1)
        await page.context.clear_cookies()
        return page, device

    return enrolled


REFUSED = "Log ind på en anden måde, eller spørg en administrator"


async def test_a_device_without_user_verification_signs_nobody_in(
    origin: str, enrolled: Callable[[], Awaitable[tuple[Page, Authenticator]]]
) -> None:
    page, device = await enrolled()
    await device.verify(verified=False)
    await sign_in_by_passkey(page, origin)
    await expect(page.get_by_text("Det blev afbrudt eller tog for lang tid")).to_be_visible()
    await device.verify(verified=True)
    await page.get_by_role("main").get_by_role("button", name="Log ind med adgangsnøgle").click()
    await expect(page.get_by_role("heading", name="Min konto")).to_be_visible()


async def test_a_copied_key_signs_nobody_in(
    origin: str, enrolled: Callable[[], Awaitable[tuple[Page, Authenticator]]]
) -> None:
    page, device = await enrolled()
    [copied] = await device.keys()
    await sign_in_by_passkey(page, origin)
    await expect(page.get_by_role("heading", name="Min konto")).to_be_visible()
    await device.forget()
    await device.learn(copied)
    await sign_in_by_passkey(page, origin)
    await expect(page.get_by_text(REFUSED)).to_be_visible()


async def test_a_closed_account_is_not_signed_in(
    origin: str,
    enrolled: Callable[[], Awaitable[tuple[Page, Authenticator]]],
    bent: Person,
    db: Database,
    taskforce_id: UUID,
) -> None:
    page, _ = await enrolled()
    await people.deactivate_person(db, taskforce_id, bent.id)
    await sign_in_by_passkey(page, origin)
    await expect(page.get_by_text(REFUSED)).to_be_visible()
    await assert_accessible(page)


async def test_a_new_challenge_replaces_an_expired_or_used_one(
    origin: str, enrolled: Callable[[], Awaitable[tuple[Page, Authenticator]]], db: Database
) -> None:
    page, _ = await enrolled()
    sent: list[str] = []

    async def expire(route: Any) -> None:
        sent.append(route.request.post_data)
        async with db.system() as conn:
            await conn.execute("update passkey_challenges set expires_at = now() - interval '1 second'")
        await route.continue_()

    await page.route("**/sign-in/passkey", expire, times=1)
    await page.goto(f"{origin}/sign-in/passkey?next=/account")
    button = page.get_by_role("main").get_by_role("button", name="Log ind med adgangsnøgle")
    # The page has the same URL; loading it does not use up the interception.
    await button.click()
    await expect(page.get_by_text("Prøv igen: Der er fem minutter til det")).to_be_visible()
    async with page.expect_response(lambda one: one.url.endswith("/sign-in/passkey")) as answered:
        await button.click()
    replayed = (await answered.value).request.post_data
    await expect(page.get_by_role("heading", name="Min konto")).to_be_visible()
    status = await page.evaluate(
        """async (body) => (await fetch("/sign-in/passkey", {
            method: "POST", headers: {"content-type": "application/json"}, body,
        })).status""",
        replayed,
    )
    assert status == 409
    assert len(sent) == 1


async def test_an_answer_to_another_browsers_challenge_signs_nobody_in(
    origin: str, enrolled: Callable[[], Awaitable[tuple[Page, Authenticator]]], page_at: OpenPage
) -> None:
    page, _ = await enrolled()
    stolen: list[str] = []

    async def steal(route: Any) -> None:
        stolen.append(route.request.post_data)
        await route.abort()

    await page.goto(f"{origin}/sign-in/passkey?next=/account")
    await page.route("**/sign-in/passkey", steal)
    await page.get_by_role("main").get_by_role("button", name="Log ind med adgangsnøgle").click()
    await expect(page.get_by_text("Det lykkedes ikke")).to_be_visible()
    other = await page_at()
    await other.goto(f"{origin}/sign-in/passkey")
    status = await other.evaluate(
        """async (body) => {
            const headers = {"content-type": "application/json"};
            await fetch("/sign-in/passkey/options", {method: "POST", headers, body: "{}"});
            return (await fetch("/sign-in/passkey", {method: "POST", headers, body})).status;
        }""",
        stolen[0],
    )
    assert status == 409


async def test_without_scripts_or_a_domain_the_page_says_what_is_missing(page_at: OpenPage, origin: str) -> None:
    page = await page_at(java_script_enabled=False)
    await page.goto(f"{origin}/sign-in/passkey")
    assert "Adgangsnøgler kræver JavaScript" in await page.locator("noscript").inner_html()
    await expect(page.get_by_role("button", name="Log ind med adgangsnøgle")).to_be_hidden()
    page = await page_at()
    await page.goto(f"{origin.replace('localhost', '127.0.0.1')}/sign-in/passkey")
    await expect(page.get_by_text("Denne browser kan ikke bruge adgangsnøgler her")).to_be_visible()
    await expect(page.get_by_role("button", name="Log ind med adgangsnøgle")).to_be_hidden()
