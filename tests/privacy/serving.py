"""The four services, each with its own database, for tests of the administrator's pages."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import uvicorn

from services.dashboard.app import create_app as create_dashboard
from services.dashboard.settings import DashboardSettings
from services.events.app import create_app as create_events
from services.events.settings import EventsSettings
from services.notifications.app import create_app as create_notifications
from services.notifications.settings import NotificationsSettings
from services.pledges.app import create_app as create_pledges
from services.pledges.settings import PledgesSettings
from shared.http.auth import Principal, sign_token
from shared.i18n.translations import LANGUAGE_COOKIE
from tests.pledges.conftest import REQUEST_KEY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import FastAPI

    from shared.db.database import Database
    from shared.product.roles import Role
    from tests.support.infrastructure import Databases

ORIGIN = "https://localhost:8080"
ADMIN = UUID("00000000-0000-4000-8000-0000000000ad")


class Services:
    """The running services; `client` sends requests to events."""

    def __init__(self, client: httpx.AsyncClient, events: FastAPI, signing_key: str, taskforce_id: UUID) -> None:
        self.client, self.events = client, events
        self._signing_key, self._taskforce_id = signing_key, taskforce_id
        self.servers: dict[str, uvicorn.Server] = {}

    @property
    def db(self) -> Database:
        """The database of events, as the app's role."""
        database: Database = self.events.state.database
        return database

    def headers(self, role: Role = "admin", taskforce_id: UUID | None = None) -> dict[str, str]:
        """Return the request headers of a role."""
        who = Principal(f"person:{ADMIN}", frozenset({role}), taskforce_id or self._taskforce_id)
        token = sign_token(self._signing_key, who, lifetime_seconds=600)
        return {"authorization": f"Bearer {token}", "accept": "text/html", "cookie": f"{LANGUAGE_COOKIE}=en"}

    async def get(self, path: str, role: Role = "admin") -> httpx.Response:
        return await self.client.get(f"/personal-data{path}", headers=self.headers(role))

    async def post(self, path: str, **form: str) -> httpx.Response:
        """Send a form as an administrator; the default purpose is a request of the data subject."""
        data = {"purpose": "subject_access"} | form
        return await self.client.post(f"/personal-data{path}", data=data, headers=self.headers())

    async def stop(self, service: str) -> None:
        """Stop another service."""
        self.servers[service].should_exit = True
        while self.servers[service].started and self.servers[service].servers:
            await asyncio.sleep(0.02)
            if not any(one.is_serving() for one in self.servers[service].servers):
                return


@asynccontextmanager
async def serving(
    databases: Databases, base_settings: dict[str, Any], signing_key: str, taskforce_id: UUID
) -> AsyncIterator[Services]:
    """Start all four services; events requests the others over HTTP on their own ports."""
    nowhere: dict[str, Any] = {
        "service_token": "none",
        "events_url": "http://127.0.0.1:9",
        "pledges_url": "http://127.0.0.1:9",
        "smtp_host": "localhost",
        "sender": "Tilsagn <tilsagn@struer.example>",
    }
    dsn = databases.app_dsn
    others = {
        "pledges": create_pledges(
            PledgesSettings(
                **base_settings,
                database_url=dsn("pledges"),
                intake_database_url=databases.intake_dsn(),
                participants_database_url=databases.participants_dsn(),
                request_key=REQUEST_KEY,
            )
        ),
        "notifications": create_notifications(
            NotificationsSettings(**base_settings, **nowhere, database_url=dsn("notifications"))
        ),
        "dashboard": create_dashboard(DashboardSettings(**base_settings, database_url=dsn("dashboard"))),
    }
    async with AsyncExitStack() as stack:
        servers: dict[str, uvicorn.Server] = {}
        urls: dict[str, Any] = {}
        for service, app in others.items():
            servers[service], urls[f"{service}_url"] = await stack.enter_async_context(_listening(app))
        events = create_events(
            EventsSettings(**base_settings, **urls, database_url=dsn("events"), token_private_key=signing_key)
        )
        await stack.enter_async_context(events.router.lifespan_context(events))
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=events), base_url=ORIGIN)
        services = Services(await stack.enter_async_context(client), events, signing_key, taskforce_id)
        services.servers = servers
        yield services


@asynccontextmanager
async def _listening(app: FastAPI) -> AsyncIterator[tuple[uvicorn.Server, str]]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield server, f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()
