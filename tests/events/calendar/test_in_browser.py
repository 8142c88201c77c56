"""An event's evening in Chromium: on a phone, on the projector, with and without JavaScript."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from playwright.async_api import expect

from services.events.calendar import commands as calendar
from services.events.calendar.registrations.commands import register_companies
from services.events.identity.administration.commands import add_person
from services.events.identity.people.domain import Person
from services.events.register import commands as register
from services.events.register.domain import Company
from tests.support.layout import DESKTOP, NARROW, PHONE, TABLET, assert_fits, assert_no_sideways_scrolling

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from shared.db.database import Database
    from shared.product.roles import Role

    OpenPage = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture
async def event_id(db: Database, taskforce_id: UUID) -> UUID:
    """An open event, a few companies, and somebody in every role."""
    roles: tuple[Role, ...] = ("member", "coordinator", "caseworker", "facilitator", "admin", "auditor")
    for role in roles:
        person = Person(
            uuid4(), f"En {role}", f"{role}@struer.example", frozenset({role}), "0671", programme="job_network"
        )
        await add_person(db, taskforce_id, person)
    id, now = uuid4(), datetime.now(UTC)
    await calendar.draft_event(
        db,
        taskforce_id,
        id=id,
        title="Erhvervsaften hos Bang & Olufsen i Struer",
        place="Peter Bangs Vej 15, Struer",
        starts_at=now,
        ends_at=now + timedelta(hours=3),
        goal_positions=50,
    )
    await calendar.publish_event(db, taskforce_id, id)
    await calendar.open_event(db, taskforce_id, id)
    for name, cvr in (("Ærø Bageri", "24256790"), ("Øster Smede", "12345678"), ("Havnens Fisk", None)):
        await register.register_company(db, taskforce_id, Company.as_typed(id=uuid4(), name=name, cvr=cvr))
    expected = Company.as_typed(id=uuid4(), name="Limfjordens Smedje", cvr=None)
    await register.register_company(db, taskforce_id, expected)
    await register_companies(db, taskforce_id, id, [expected.id], by="person:1")
    return id


async def sign_in(page: Page, origin: str, role: Role, next: str = "/events") -> None:
    await page.goto(f"{origin}/sign-in/as/{role}?taskforce=struer&next={next}")
    await page.get_by_role("main").get_by_role("button", name="Log ind").click()
    await page.wait_for_url(f"{origin}{next}")


async def test_the_button_of_a_link_signs_in_although_the_page_is_plain_http(
    page_at: OpenPage, origin: str, event_id: UUID
) -> None:
    page = await page_at(*PHONE)
    await sign_in(page, origin, "coordinator")
    cookie = next(cookie for cookie in await page.context.cookies() if cookie["name"] == "__Host-tilsagn")
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")


async def test_a_company_is_found_while_its_name_is_typed_and_let_in(
    page_at: OpenPage, origin: str, event_id: UUID
) -> None:
    page = await page_at(*PHONE)
    await sign_in(page, origin, "member", f"/events/{event_id}")
    await page.get_by_role("searchbox", name="Virksomhed").press_sequentially("ærø")
    await expect(page.get_by_role("button", name="Tjek ind Ærø Bageri")).to_be_visible()
    # Another language keeps what was searched for.
    await page.locator(".site-menu > summary").click()
    await page.locator(".site-menu-panel a[hreflang=en]").click()
    await expect(page.get_by_role("searchbox", name="Company")).to_have_value("ærø")
    await page.locator(".site-menu > summary").click()
    await page.locator(".site-menu-panel a[hreflang=da]").click()
    await page.get_by_role("button", name="Tjek ind Ærø Bageri").click()
    await page.get_by_role("heading", name="Ærø Bageri er tjekket ind").wait_for()
    assert await page.get_by_role("searchbox", name="Virksomhed").evaluate("field => field === document.activeElement")


async def test_the_door_works_without_javascript(page_at: OpenPage, origin: str, event_id: UUID) -> None:
    page = await page_at(*PHONE, java_script_enabled=False)
    await sign_in(page, origin, "coordinator", f"/events/{event_id}")
    await page.get_by_role("searchbox", name="Virksomhed").fill("Jensens Tag")
    await page.get_by_role("button", name="Søg").click()
    await page.get_by_role("textbox", name="CVR-nummer").fill("11111111")
    await page.get_by_role("button", name="Registrér og tjek ind").click()
    await page.get_by_text("“11111111” er ikke et CVR-nummer").wait_for()


async def test_the_evening_is_closed_in_two_steps(page_at: OpenPage, origin: str, event_id: UUID) -> None:
    page = await page_at(*DESKTOP)
    await sign_in(page, origin, "coordinator", f"/events/{event_id}")
    assert not await page.get_by_role("button", name="Luk arrangementet").is_visible()
    await page.get_by_text("Luk arrangementet …").click()
    await page.get_by_role("button", name="Luk arrangementet").click()
    await page.get_by_text("Lukket", exact=True).wait_for()


async def test_the_guests_code_fits_the_projector(page_at: OpenPage, origin: str, event_id: UUID) -> None:
    page = await page_at(1920, 1080)
    await sign_in(page, origin, "coordinator", f"/events/{event_id}/pass")
    code = await page.get_by_role("img", name="QR-kode").bounding_box()
    assert code is not None
    assert code["height"] == pytest.approx(code["width"], abs=1)
    assert code["height"] > 600
    assert code["y"] + code["height"] < 1080


PAGES = (
    "/events",
    "/events/new",
    "/events/{id}",
    "/events/{id}?q=r",
    "/events/{id}/pass",
    "/events/{id}/registrations",
    "/events/{id}/invitations",
    "/companies",
    "/companies/new",
)


@pytest.mark.parametrize("size", [NARROW, DESKTOP], ids=["phone", "desktop"])
async def test_every_page_is_accessible_and_fits(
    page_at: OpenPage, origin: str, event_id: UUID, size: tuple[int, int]
) -> None:
    page = await page_at(*size)
    await sign_in(page, origin, "coordinator")
    for path in PAGES:
        await page.goto(origin + path.format(id=event_id))
        await assert_fits(page, size)
    await sign_in(page, origin, "admin", "/people")
    for path in ("/people", "/people/new", "/account", "/sign-in", "/sign-in/passkey", "/sign-in/as/auditor"):
        await page.goto(origin + path)
        await assert_fits(page, size)


async def test_long_words_widen_no_page(page_at: OpenPage, origin: str, db: Database, taskforce_id: UUID) -> None:
    word, id, now = "Arrangementsnavneuordentlighed" * 6, uuid4(), datetime.now(UTC)
    await add_person(db, taskforce_id, Person(uuid4(), "En admin", "admin@struer.example", frozenset({"admin"})))
    address = f"{'x' * 60}@{'afdelingenforlangenavne' * 2}.{'virksomheden' * 4}.example"
    person = Person(uuid4(), word, address, frozenset({"coordinator"}))
    await add_person(db, taskforce_id, person)
    await calendar.draft_event(
        db, taskforce_id, id=id, title=word, place=word, starts_at=now, ends_at=now + timedelta(hours=3)
    )
    await calendar.publish_event(db, taskforce_id, id)
    await calendar.open_event(db, taskforce_id, id)
    await register.register_company(db, taskforce_id, Company.as_typed(id=uuid4(), name=word, cvr="24256790"))
    page = await page_at(*PHONE)
    await sign_in(page, origin, "coordinator")
    for path in ("/events", f"/events/{id}", f"/events/{id}?q=arr", f"/events/{id}/pass", "/companies"):
        await page.goto(origin + path)
        assert await page.get_by_text(word[:40]).count(), path
        await assert_no_sideways_scrolling(page, NARROW, PHONE, TABLET, DESKTOP)
    await sign_in(page, origin, "admin", "/people")
    for path in ("/people", f"/people/{person.id}", "/account"):
        await page.goto(origin + path)
        await assert_no_sideways_scrolling(page, NARROW, PHONE, TABLET, DESKTOP)
