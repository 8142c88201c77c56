"""The sessions that a passkey has opened end with it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from services.events.identity.administration import commands as people
from services.events.identity.passkeys import store
from services.events.identity.people.domain import Person
from services.events.identity.sessions.domain import SessionEnded
from shared.http.auth import COOKIE, RENEWED_COOKIE, SESSION_COOKIE
from tests.events.identity.authenticator import Device
from tests.events.identity.browsing import ORIGIN, PAGE, Browser, passkey_ids, proof

if TYPE_CHECKING:
    from fastapi import FastAPI

    from services.events.settings import EventsSettings
    from shared.db.database import Database

EVA = Person(uuid4(), "Eva Damsgaard", "eva@struer.example", frozenset({"member"}))


@pytest_asyncio.fixture
async def phone(app: FastAPI, db: Database, events_settings: EventsSettings, taskforce_id: UUID) -> Browser:
    """Eva's phone, signed in with its passkey."""
    await people.add_person(db, taskforce_id, EVA)
    phone = Browser(app, db, events_settings)
    await phone.signed_in(taskforce_id, EVA, "link")
    assert (await phone.enrol()).status_code == 200
    return phone


@pytest.fixture
def another(app: FastAPI, db: Database, events_settings: EventsSettings) -> Browser:
    """Another browser of Eva's."""
    return Browser(app, db, events_settings)


async def test_removing_a_passkey_signs_out_where_it_was_used_and_nowhere_else(
    phone: Browser, another: Browser, app: FastAPI, db: Database, events_settings: EventsSettings, taskforce_id: UUID
) -> None:
    [stolen] = await passkey_ids(db, taskforce_id)
    await another.signed_in(taskforce_id, EVA, "link")
    third = Browser(app, db, events_settings)
    third.device = phone.device
    assert (await third.sign_in()).status_code == 200
    page = (await another.client.get("/account", headers=PAGE)).text
    assert "Fjerner du den, bliver du logget ud 2 steder, hvor du har brugt den." in page

    answer = await another.client.post(f"/account/passkeys/{stolen}/remove", headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?signed_out=2#passkeys")
    page = (await another.client.get(answer.headers["location"], headers=PAGE)).text
    assert "Du bliver inden for et minut logget ud 2 steder, hvor du var logget ind med den." in page
    for browser in (phone, third):
        with pytest.raises(SessionEnded):
            await proof(db, browser.key())
    assert await proof(db, another.key()) == "link"


async def test_sessions_of_other_passkeys_continue(
    phone: Browser, another: Browser, db: Database, taskforce_id: UUID
) -> None:
    [first] = await passkey_ids(db, taskforce_id)
    another.device = Device(ORIGIN)
    await another.signed_in(taskforce_id, EVA, "link")
    await another.enrol()
    answer = await another.client.post(f"/account/passkeys/{first}/remove", headers=PAGE)
    assert answer.headers["location"] == "/account?signed_out=1#passkeys"
    assert await proof(db, another.key()) == "passkey"
    with pytest.raises(SessionEnded):
        await proof(db, phone.key())


async def test_removing_the_current_passkey_is_announced_and_signs_out(
    phone: Browser, another: Browser, db: Database, taskforce_id: UUID
) -> None:
    [id] = await passkey_ids(db, taskforce_id)
    another.device = phone.device
    await another.sign_in()
    page = (await phone.client.get("/account", headers=PAGE)).text
    assert "Du er logget ind her med den: fjerner du den, bliver du logget ud. Og 1 andet sted." in page
    key = phone.key()
    answer = await phone.client.post(f"/account/passkeys/{id}/remove?lang=en", headers=PAGE)
    assert answer.status_code == 200
    assert "You were signed in here with it, so you are signed out now." in answer.text
    assert "The same goes for 1 other place, within a minute." in answer.text
    assert "Sign out" not in answer.text
    for name in (SESSION_COOKIE, COOKIE, RENEWED_COOKIE):
        assert name not in phone.client.cookies
    for browser_key in (key, another.key()):
        with pytest.raises(SessionEnded):
            await proof(db, browser_key)


async def test_removing_an_unused_passkey_ends_no_session(phone: Browser, db: Database, taskforce_id: UUID) -> None:
    [id] = await passkey_ids(db, taskforce_id)
    await phone.sign_out()
    await phone.signed_in(taskforce_id, EVA, "link")
    assert "jerner du den" not in (await phone.client.get("/account", headers=PAGE)).text
    answer = await phone.client.post(f"/account/passkeys/{id}/remove", headers=PAGE)
    page = (await phone.client.get(answer.headers["location"], headers=PAGE)).text
    assert "Du var ikke logget ind nogen steder med den." in page


async def test_no_session_outlives_its_passkey(phone: Browser, db: Database, taskforce_id: UUID) -> None:
    async with db.change(taskforce_id) as conn:
        await store.delete_of_person(conn, taskforce_id, EVA.id)
    with pytest.raises(SessionEnded):
        await proof(db, phone.key())
