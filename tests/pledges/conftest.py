"""The application on a real PostgreSQL, a client that calls it, and builders of bodies and of register rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.pledges.app import create_app
from services.pledges.register import store
from services.pledges.register.domain import name_key
from services.pledges.settings import PledgesSettings
from shared.http.auth import public_jwks
from shared.ui.formats import local_date
from tests.support.infrastructure import fresh_databases

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from fastapi import FastAPI

    from shared.db.database import Database
    from shared.product.roles import Role
    from tests.support.infrastructure import Databases, Installation

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = local_date(NOW)
"""The day in Europe/Copenhagen, which for an hour or two after midnight there is not the day in UTC."""
REQUEST_KEY = SecretStr("the key of no installation, for tests")


@pytest.fixture
def pledges_settings(base_settings: dict[str, Any], pledges_dsns: Databases) -> PledgesSettings:
    """Settings of the service on a fresh database. Unknown events are refused at once."""
    return PledgesSettings(
        **base_settings,
        database_url=pledges_dsns.app_dsn("pledges"),
        intake_database_url=pledges_dsns.intake_dsn(),
        participants_database_url=pledges_dsns.participants_dsn(),
        request_key=REQUEST_KEY,
        event_patience_seconds=0,
        demo_mode=True,
    )


@pytest_asyncio.fixture
async def app(pledges_settings: PledgesSettings) -> AsyncIterator[FastAPI]:
    """The started application."""
    app = create_app(pledges_settings)
    async with app.router.lifespan_context(app):
        yield app


class Caller:
    """Calls the application with roles of one's choice."""

    def __init__(self, client: httpx.AsyncClient, token: Callable[..., str]) -> None:
        self.client = client
        self._token = token

    def headers(self, *roles: Role, **principal: Any) -> dict[str, str]:
        """Return the headers of a bearer with these roles; none for nobody."""
        return {"authorization": f"Bearer {self._token(*roles, **principal)}"} if roles else {}

    async def log(self, body: dict[str, Any], *roles: Role, key: str | None = None, **principal: Any) -> httpx.Response:
        """Log a pledge; the idempotency key is its id, unless given."""
        return await self.client.post(
            "/api/pledges/v1/pledges",
            json=body,
            headers=self.headers(*(roles or ("member",)), **principal)
            | {"idempotency-key": key if key is not None else str(body.get("id", "key"))},
        )

    async def confirm(
        self,
        body: dict[str, Any],
        *roles: Role,
        key: str | None = None,
        if_match: str | None = None,
        **principal: Any,
    ) -> httpx.Response:
        """Confirm a hire; the idempotency key is its id, unless given."""
        headers = self.headers(*(roles or ("caseworker",)), **principal) | {
            "idempotency-key": key if key is not None else str(body.get("id", "key"))
        }
        if if_match is not None:
            headers["if-match"] = if_match
        return await self.client.post("/api/pledges/v1/hires", json=body, headers=headers)

    async def get(self, path: str, *roles: Role, **principal: Any) -> httpx.Response:
        """Get a path."""
        return await self.client.get(path, headers=self.headers(*roles, **principal))


@pytest_asyncio.fixture
async def caller(app: FastAPI, token: Callable[..., str]) -> AsyncIterator[Caller]:
    """A client on a database of its own."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
        yield Caller(client, token)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def one_caller(installation: Installation, signing_key: str, token: Callable[..., str]) -> AsyncIterator[Caller]:
    """A client on one database for all tests of a module: for tests that look only at their own answers."""
    with fresh_databases(installation, ["pledges"]) as dsns:
        settings = PledgesSettings(
            token_jwks=public_jwks(signing_key),
            database_url=dsns.app_dsn("pledges"),
            intake_database_url=dsns.intake_dsn(),
            participants_database_url=dsns.participants_dsn(),
            request_key=REQUEST_KEY,
            kafka_flavour="embedded",
            event_patience_seconds=0,
            demo_mode=True,
        )
        app = create_app(settings)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost:8080") as client,
        ):
            yield Caller(client, token)


def pledge_body(**changes: Any) -> dict[str, Any]:
    """Return a valid body of a pledge captured now."""
    return {
        "id": str(uuid4()),
        "company": {"name": "Struer Trælast A/S", "cvr": "24256790", "municipality": "0671"},
        "contact": {"name": "Eva Holm", "phone": "97 85 00 00", "email": "eva@traelast.example"},
        "job_type": "smaajob",
        "positions": 3,
        "weekly_hours": {"from": 5, "to": 10},
        "tasks": ["shelf_stocking", "tidying"],
        "captured_at": NOW.isoformat(),
    } | changes


def hire_body(**changes: Any) -> dict[str, Any]:
    """Return a valid body of a hire. Without a pledge it needs a company."""
    return {
        "id": str(uuid4()),
        "start_date": local_date(NOW).isoformat(),
        "weekly_hours": 12.5,
        "contact_person": {"name": "Jonas Tangaa", "phone": "96 84 84 84"},
    } | changes


@pytest.fixture
def add_event(pledges_database: Database, taskforce_id: UUID) -> Callable[..., Awaitable[UUID]]:
    """`await add_event(status="open")`: saves an event as `events` publishes it; returns its id."""

    async def add(event_id: UUID | None = None, **facts: Any) -> UUID:
        event_id = event_id or uuid4()
        state: dict[str, Any] = {
            "taskforce": taskforce_id,
            "version": 1,
            "kind": "employer_event",
            "status": "open",
            "title": "Aften hos B&O",
            "place": "Struer",
            "starts_at": NOW - timedelta(hours=2),
            "ends_at": NOW + timedelta(hours=2),
            "opened_at": NOW - timedelta(hours=2),
            "closed_at": None,
            "goal_positions": 50,
            "pass_generation": 1,
        } | facts
        taskforce = state.pop("taskforce")
        async with pledges_database.change(taskforce) as conn:
            await store.save_events(conn, [(taskforce, event_id, *state.values())])
        return event_id

    return add


@pytest.fixture
def add_company(pledges_database: Database, taskforce_id: UUID) -> Callable[..., Awaitable[UUID]]:
    """`await add_company("B&O")`: saves a company as `events` publishes it; returns its id."""

    async def add(name: str | None, *, cvr: str | None = None, municipality: str | None = None, **facts: Any) -> UUID:
        company_id: UUID = facts.get("company_id") or uuid4()
        taskforce = facts.get("taskforce", taskforce_id)
        key = name_key(name) if name else None
        row = (taskforce, company_id, facts.get("version", 1), name, key, cvr, municipality, facts.get("member", False))
        async with pledges_database.change(taskforce) as conn:
            await store.save_companies(conn, [row])
            if "checked_in_at" in facts:
                event_id = facts["checked_in_at"]
                arrival = (taskforce, uuid4(), 1, event_id, company_id, NOW, facts.get("undone_at"))
                await store.save_attendances(conn, [arrival])
        return company_id

    return add
