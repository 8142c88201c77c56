"""Fixtures for the events service: the real application on a real PostgreSQL, with two taskforces."""

from __future__ import annotations

import asyncio
import socket
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
import uvicorn

from services.events.app import create_app
from services.events.identity.administration.commands import add_person
from services.events.identity.magic_links.timing import FixedDelay
from services.events.identity.people.domain import Person
from services.events.identity.sessions import commands as sessions
from services.events.register import commands
from services.events.settings import EventsSettings
from shared.http.auth import COOKIE, SESSION_COOKIE, sign_token
from tests.events.identity.browsing import Browser
from tests.events.visitor import Visitor, become
from tests.support.browsing import AS_OUR_PAGES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine

    from fastapi import FastAPI
    from playwright.async_api import Page

    from services.events.identity.sessions.domain import Proof
    from shared.db.database import Database
    from shared.product.roles import Role
    from tests.support.infrastructure import Databases

    SignIn = Callable[[Page, Person, Proof], Awaitable[None]]

API = "/api/events/v1"


@pytest.fixture
def events_settings(base_settings: dict[str, Any], events_dsns: Databases, signing_key: str) -> EventsSettings:
    """Settings of the service on a fresh database, in demo mode."""
    # Nothing listens on this port, so requests fail at once.
    others: dict[str, Any] = {
        f"{service}_url": "http://127.0.0.1:9" for service in ("pledges", "notifications", "dashboard")
    }
    return EventsSettings(
        **base_settings,
        **others,
        database_url=events_dsns.app_dsn("events"),
        token_private_key=signing_key,
        demo_mode=True,
    )


@pytest_asyncio.fixture
async def db(events_database: Database, taskforce_id: UUID, other_taskforce_id: UUID) -> Database:
    """The service's database as its app role, with two taskforces in the registry."""
    for id, slug in ((taskforce_id, "struer"), (other_taskforce_id, "elsewhere")):
        await commands.register_taskforce(
            events_database, id=id, slug=slug, name=slug.title(), municipality="0671", since=date(2018, 5, 1)
        )
    return events_database


class NoDelay(FixedDelay):
    """Runs background work before the response, so that tests need not wait for it."""

    def __init__(self) -> None:
        super().__init__(seconds=0)

    async def run(self, work: Coroutine[None, None, None]) -> None:
        """Run the work now."""
        await work


@pytest_asyncio.fixture
async def app(events_settings: EventsSettings, db: Database) -> AsyncIterator[FastAPI]:
    """The started application. Requests for magic links are answered when they are stored."""
    app = create_app(events_settings)
    async with app.router.lifespan_context(app):
        app.state.link_delay = NoDelay()
        yield app


class Caller:
    """A client that calls the API with a role's token, and makes common companies and events."""

    def __init__(self, client: httpx.AsyncClient, token: Callable[..., str]) -> None:
        self.client = client
        self._token = token

    def headers(self, *roles: Role, **principal: Any) -> dict[str, str]:
        """Return the headers of a bearer with these roles; without roles, none."""
        return {"authorization": f"Bearer {self._token(*roles, **principal)}"} if roles else {}

    async def get(self, path: str, *roles: Role, **principal: Any) -> httpx.Response:
        return await self.client.get(API + path, headers=self.headers(*(roles or ("coordinator",)), **principal))

    async def post(
        self, path: str, body: Any = None, *roles: Role, if_match: str | None = None, **principal: Any
    ) -> httpx.Response:
        headers = self.headers(*(roles or ("coordinator",)), **principal)
        if if_match is not None:
            headers["if-match"] = if_match
        return await self.client.post(API + path, json=body, headers=headers)

    async def put(self, path: str, body: Any, *roles: Role, **principal: Any) -> httpx.Response:
        return await self.client.put(API + path, json=body, headers=self.headers(*roles, **principal))

    async def company(self, **facts: Any) -> dict[str, Any]:
        """Register a company."""
        answer = await self.post("/companies", company_body(**facts))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def event(self, *steps: str, **facts: Any) -> dict[str, Any]:
        """Draft an event and take the steps: `publish`, `open`, `close`, `cancel`."""
        answer = await self.post("/events", event_body(**facts))
        assert answer.status_code == 201, answer.text
        for step in steps:
            answer = await self.post(f"/events/{answer.json()['id']}/{step}")
            assert answer.status_code == 200, answer.text
        return dict(answer.json())


def company_body(**facts: Any) -> dict[str, Any]:
    """Return the body that registers a company."""
    return {"id": str(uuid4()), "name": "Limfjordens Rengøring", "cvr": "24256790"} | facts


def event_body(**facts: Any) -> dict[str, Any]:
    """Return the body that drafts an event in the future."""
    return {
        "id": str(uuid4()),
        "title": "Erhvervsaften",
        "place": "Struer",
        "starts_at": "2090-11-24T16:30:00Z",
        "ends_at": "2090-11-24T19:30:00Z",
        "goal_positions": 50,
    } | facts


@pytest_asyncio.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client on the application's own origin, with cookies, that does not follow redirects."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="https://localhost:8080", event_hooks=AS_OUR_PAGES
    ) as client:
        yield client


@pytest.fixture
def caller(client: httpx.AsyncClient, token: Callable[..., str]) -> Caller:
    """A `Caller` on the application."""
    return Caller(client, token)


@pytest_asyncio.fixture
async def phone(app: FastAPI, db: Database, events_settings: EventsSettings) -> AsyncIterator[Browser]:
    """A browser with a device that holds passkeys."""
    phone = Browser(app, db, events_settings)
    yield phone
    await phone.client.aclose()


@pytest_asyncio.fixture
async def other_phone(app: FastAPI, db: Database, events_settings: EventsSettings) -> AsyncIterator[Browser]:
    """Another browser with a device."""
    phone = Browser(app, db, events_settings)
    yield phone
    await phone.client.aclose()


@pytest_asyncio.fixture
async def karen(db: Database, taskforce_id: UUID) -> Person:
    """An administrator who is also a member; there is another one."""
    karen = Person(uuid4(), "Karen Kjær", "karen@struer.example", frozenset({"admin", "member"}))
    await add_person(db, taskforce_id, karen)
    await add_person(db, taskforce_id, Person(uuid4(), "Bo", "bo@struer.example", frozenset({"admin"})))
    return karen


@pytest_asyncio.fixture
async def eva(db: Database, taskforce_id: UUID) -> Person:
    """A member."""
    eva = Person(uuid4(), "Eva Holm", "eva@struer.example", frozenset({"member"}))
    await add_person(db, taskforce_id, eva)
    return eva


@pytest_asyncio.fixture
async def enrolled(phone: Browser, eva: Person, taskforce_id: UUID) -> Browser:
    """Eva's phone with a passkey, signed out."""
    await phone.signed_in(taskforce_id, eva, "link")
    assert (await phone.enrol()).status_code == 200
    await phone.sign_out()
    return phone


async def published(db: Database) -> list[tuple[str, dict[str, Any]]]:
    """The messages in the outbox, in order: name and payload."""
    async with db.system() as conn:
        rows = await conn.fetch("select type, payload from outbox order by position")
    return [(row["type"].split(".")[2], row["payload"]) for row in rows]


@pytest_asyncio.fixture
async def origin(events_settings: EventsSettings, db: Database) -> AsyncIterator[str]:
    """The origin of the application on a port of its own, for Chromium: `http://localhost:<port>`."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    origin = f"http://localhost:{listener.getsockname()[1]}"
    app = create_app(events_settings.model_copy(update={"public_url": origin}))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    app.state.link_delay = NoDelay()
    yield origin
    server.should_exit = True
    await serving
    listener.close()


@pytest.fixture
def sign_in(db: Database, events_settings: EventsSettings, taskforce_id: UUID, origin: str) -> SignIn:
    """Signs a person in without a page."""

    async def sign_in(page: Page, person: Person, proof: Proof) -> None:
        key, who = await sessions.start(db, taskforce_id, person.id, proof=proof, device="Firefox, Windows")
        token = sign_token(events_settings.token_private_key.get_secret_value(), who, lifetime_seconds=60)
        for name, value in ((SESSION_COOKIE, key.text()), (COOKIE, token)):
            await page.context.add_cookies(
                [{"name": name, "value": value, "url": origin.replace("http:", "https:"), "secure": True}]
            )

    return sign_in


@pytest_asyncio.fixture
async def visitor(client: httpx.AsyncClient, db: Database, taskforce_id: UUID) -> Visitor:
    """The coordinator, signed in."""
    for role in ("coordinator", "member", "admin"):
        person = Person(
            uuid4(), f"En {role}", f"{role}@struer.example", frozenset({role}), "0671", programme="job_network"
        )
        await add_person(db, taskforce_id, person)
    visitor = Visitor(client)
    await become(visitor, "coordinator", taskforce_id)
    return visitor
