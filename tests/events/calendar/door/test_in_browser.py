"""The door on two phones in Chromium, with and without a network."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from playwright.async_api import expect

from services.events.calendar import commands as calendar
from services.events.calendar.door.queries import door_companies
from services.events.calendar.registrations.commands import register_companies
from services.events.calendar.registrations.invitations import Invitation, invitation_link
from services.events.identity.people.domain import Person
from services.events.register import commands as register
from services.events.register.domain import Company
from shared.documents.qr import qr_svg
from tests.support.layout import DESKTOP, NARROW, PHONE, assert_fits
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from services.events.settings import EventsSettings
    from shared.db.database import Database
    from tests.events.conftest import SignIn

    OpenPage = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture
async def event_id(db: Database, taskforce_id: UUID) -> UUID:
    """An open event at which three companies are expected."""
    id, now = uuid4(), datetime.now(UTC)
    title, ends_at = "Erhvervsaften hos Bang & Olufsen", now + timedelta(hours=3)
    await calendar.draft_event(db, taskforce_id, id=id, title=title, starts_at=now, ends_at=ends_at)
    await calendar.publish_event(db, taskforce_id, id)
    await calendar.open_event(db, taskforce_id, id)
    expected = []
    for name, cvr in (("Ærø Bageri", "24256790"), ("Øster Smede", "41257911"), ("Havnens Fisk", None)):
        company = Company.as_typed(id=uuid4(), name=name, cvr=cvr)
        await register.register_company(db, taskforce_id, company)
        expected.append(company.id)
    await register_companies(db, taskforce_id, id, expected, by="person:1")
    return id


async def test_two_doors_go_on_without_a_network_and_merge(
    page_at: OpenPage, origin: str, sign_in: SignIn, eva: Person, event_id: UUID, db: Database, taskforce_id: UUID
) -> None:
    doors = [await page_at(*PHONE) for _ in range(2)]
    for door in doors:
        await sign_in(door, eva, "link")
        await door.goto(f"{origin}/events/{event_id}/door")
        await expect(door.get_by_text("af 3 tilmeldte")).to_be_visible()
        await door.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        await door.context.set_offline(True)
    first, second = doors

    await first.get_by_role("button", name="Tjek ind: Ærø Bageri").click()
    await expect(first.locator("[data-last]")).to_contain_text("Ærø Bageri er tjekket ind")
    await expect(first.locator("[data-present]")).to_have_text("1")
    await expect(first.get_by_text("1 venter på at blive sendt")).to_be_visible()
    await assert_fits(first, NARROW, PHONE, DESKTOP)
    # The page is opened again in the middle of the evening.
    await first.reload()
    await expect(first.locator("body[data-shell] [data-event-title]")).to_have_text("Erhvervsaften hos Bang & Olufsen")
    await expect(first.locator("[data-present]")).to_have_text("1")
    await second.get_by_role("button", name="Tjek ind: Ærø Bageri").click()
    await second.get_by_role("button", name="Tjek ind: Havnens Fisk").click()
    for door in doors:
        await _walk_in(door, "Limfjordens Smedje")
    # A mistake of the second door.
    await second.get_by_role("button", name="Tjekket ind 3").click()
    await second.get_by_role("button", name="Fortryd: Havnens Fisk").click()
    await expect(second.get_by_text("4 venter på at blive sendt")).to_be_visible()

    for door in doors:
        await door.context.set_offline(False)
        await expect(door.get_by_text("Alt er modtaget")).to_be_visible()

    async with db.read(taskforce_id) as conn:
        rows = await door_companies(conn, taskforce_id, event_id, others=100)
    present = [(row.name, row.registered, row.walk_in) for row in rows if row.checked_in_at]
    assert sorted(present) == [("Limfjordens Smedje", False, True), ("Ærø Bageri", True, False)]
    assert len(rows) == 4
    await first.reload()
    await expect(first.locator("[data-present]")).to_have_text("2")


CAMERA = """
    navigator.mediaDevices.getUserMedia = async () => {
        const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
        const picture = new Image();
        picture.src = "data:image/svg+xml;base64,%s";
        await picture.decode();
        // No hand is still: some codes cannot be read at one size and place, and a picture would never change.
        let frame = 0;
        const draw = () => {
            const size = 300 + ((frame += 1) %% 12) * 10;
            const context = canvas.getContext("2d");
            context.fillStyle = "#888";
            context.fillRect(0, 0, 640, 480);
            context.drawImage(picture, 100 + (frame %% 7), 30 + (frame %% 5), size, size);
        };
        draw();
        setInterval(draw, 50);
        return canvas.captureStream();
    };
"""
"""A camera in front of which somebody holds an invitation."""


async def test_an_invitation_is_scanned_at_the_door_with_and_without_a_network(
    page_at: OpenPage,
    origin: str,
    sign_in: SignIn,
    eva: Person,
    event_id: UUID,
    db: Database,
    taskforce_id: UUID,
    events_settings: EventsSettings,
) -> None:
    async with db.read(taskforce_id) as conn:
        [bakery] = [
            row for row in await door_companies(conn, taskforce_id, event_id, others=0) if row.cvr == "24256790"
        ]
    link = invitation_link(events_settings, Invitation(taskforce_id, event_id, bakery.id))
    drawing = qr_svg(link)
    door = await page_at(*PHONE)
    await door.add_init_script(CAMERA % base64.b64encode(drawing).decode())
    await sign_in(door, eva, "link")
    # With the phone's own camera.
    await door.goto(origin + urlsplit(link).path)
    await door.get_by_role("link", name="Find virksomheden ved døren").click()
    await expect(door.locator("[data-list] [data-name]")).to_have_text(["Ærø Bageri"])
    # The worker keeps what reads the codes, although the page has not needed it yet, and answers for this page.
    kept = "caches.match(document.querySelector('[data-scan]').dataset.script).then(Boolean)"
    await eventually(lambda: door.evaluate(kept))
    await eventually(lambda: door.evaluate("navigator.serviceWorker.controller !== null"))
    await door.context.set_offline(True)

    await door.get_by_role("button", name="Scan en invitation").click()

    await expect(door.locator("[data-scan-said]")).to_have_text("Ærø Bageri er tjekket ind")
    await expect(door.locator("[data-present]")).to_have_text("1")
    await assert_fits(door, NARROW, PHONE)
    await door.get_by_role("button", name="Stop med at scanne").click()
    await expect(door.locator("video")).to_be_hidden()


async def _walk_in(door: Page, name: str) -> None:
    await door.get_by_role("searchbox", name="Virksomhed").fill(name)
    await door.get_by_text("En virksomhed, der ikke er på listen").click()
    await door.get_by_role("button", name="Registrér og tjek ind").click()
    await expect(door.locator("[data-last]")).to_contain_text(f"{name} er tjekket ind")
