"""A browser with an authenticator, and queries for tests of passkeys."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx

from services.events.identity.passkeys import commands, store
from services.events.identity.passkeys.domain import Passkey
from services.events.identity.people.domain import Person
from services.events.identity.sessions import commands as sessions
from services.events.identity.sessions.domain import SessionKey
from shared.http.auth import COOKIE, SESSION_COOKIE, sign_token
from tests.events.identity.authenticator import Device
from tests.support.browsing import AS_OUR_PAGES

if TYPE_CHECKING:
    from fastapi import FastAPI

    from services.events.identity.sessions.domain import Proof
    from services.events.settings import EventsSettings
    from shared.db.database import Database

BY_SCRIPT = {"sec-fetch-mode": "cors", "sec-fetch-site": "same-origin", "accept": "application/json"}
PAGE = {"accept": "text/html", "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin"}
ORIGIN = "http://localhost:8080"
HOST = "localhost.local"
"""The cookie jar's name of a host without a dot."""


class Browser:
    """A browser on the application, with an authenticator."""

    def __init__(self, app: FastAPI, db: Database, settings: EventsSettings) -> None:
        self.db, self.settings = db, settings
        transport = httpx.ASGITransport(app=app)
        self.client = httpx.AsyncClient(
            transport=transport,
            base_url="https://localhost:8080",
            event_hooks=AS_OUR_PAGES,
            headers={"user-agent": "Firefox/132.0 Android"},
        )
        self.device = Device(ORIGIN)

    async def signed_in(self, taskforce_id: UUID, person: Person, proof: Proof) -> SessionKey:
        """Open a session without a page."""
        key, who = await sessions.start(self.db, taskforce_id, person.id, proof=proof, device="x")
        token = sign_token(self.settings.token_private_key.get_secret_value(), who, lifetime_seconds=60)
        self.client.cookies.clear()
        self.client.cookies.set(SESSION_COOKIE, key.text(), domain=HOST)
        self.client.cookies.set(COOKIE, token, domain=HOST)
        return key

    async def send(self, path: str, body: Any) -> httpx.Response:
        """Send JSON as the page's script does."""
        return await self.client.post(path, json=body, headers=BY_SCRIPT)

    async def registration_options(self, code: str | None = None) -> httpx.Response:
        return await self.send("/account/passkeys/options", {"code": code})

    async def enrol(self, code: str | None = None) -> httpx.Response:
        """Add the device's passkey. Returns the last response."""
        response = await self.registration_options(code)
        if response.status_code != 200:
            return response
        return await self.send("/account/passkeys", {"credential": self.device.make(response.json())})

    async def sign_in_options(self) -> dict[str, Any]:
        return dict((await self.send("/sign-in/passkey/options", {})).json())

    async def sign_in(self) -> httpx.Response:
        """Sign in with the device's passkey."""
        return await self.answered(self.device.sign(await self.sign_in_options()))

    async def answered(self, credential: dict[str, Any], next: str | None = None) -> httpx.Response:
        return await self.send("/sign-in/passkey", {"credential": credential, "next": next})

    async def sign_out(self) -> None:
        await self.client.post("/sign-out", headers=PAGE)

    def key(self) -> SessionKey:
        return SessionKey.read(self.client.cookies[SESSION_COOKIE])


async def proof(db: Database, key: SessionKey) -> str:
    session, _ = await sessions.renew(db, key, by_person=False)
    return session.proof


async def count(db: Database, taskforce_id: UUID, table: str) -> int:
    async with db.read(taskforce_id) as conn:
        return int(await conn.fetchval(f"select count(*) from {table}"))


async def a_code(db: Database, settings: EventsSettings, taskforce_id: UUID, person: Person) -> str:
    return await commands.make_code(db, settings, taskforce_id, person.id, by="test", now=datetime.now(UTC))


async def with_passkey(db: Database, taskforce_id: UUID, person_id: UUID) -> None:
    """Insert some passkey for a person."""
    id, now = uuid4(), datetime.now(UTC)
    passkey = Passkey(id, person_id, id.bytes, b"", 0, "", backed_up=False, created_at=now)
    async with db.change(taskforce_id) as conn:
        await store.insert(conn, taskforce_id, passkey)


def kind(answer: httpx.Response) -> str:
    """Return the code of a problem."""
    return str(answer.json()["type"]).removeprefix("/problems/")


async def passkey_ids(db: Database, taskforce_id: UUID) -> list[UUID]:
    async with db.read(taskforce_id) as conn:
        return [row["id"] for row in await conn.fetch("select id from passkeys order by created_at")]
