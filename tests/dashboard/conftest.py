"""The dashboard on a fresh database: its settings, its running app, and a client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio

from services.dashboard.app import create_app
from services.dashboard.settings import DashboardSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fastapi import FastAPI

    from shared.product.roles import Role
    from tests.support.infrastructure import Databases


@pytest.fixture
def dashboard_settings(base_settings: dict[str, Any], dashboard_dsns: Databases) -> DashboardSettings:
    """Settings of the service on a fresh database."""
    return DashboardSettings(**base_settings, database_url=dashboard_dsns.app_dsn("dashboard"))


@pytest_asyncio.fixture
async def app(dashboard_settings: DashboardSettings) -> AsyncIterator[FastAPI]:
    """The started application."""
    app = create_app(dashboard_settings)
    async with app.router.lifespan_context(app):
        yield app


class Caller:
    """Sends requests to the application."""

    def __init__(self, client: httpx.AsyncClient, token: Callable[..., str]) -> None:
        self._client = client
        self._token = token

    async def get(
        self, path: str, *roles: Role, headers: dict[str, str] | None = None, **principal: Any
    ) -> httpx.Response:
        """Get `path` as a bearer with these roles; without roles, signed out."""
        bearer = {"authorization": f"Bearer {self._token(*roles, **principal)}"} if roles else {}
        return await self._client.get(path, headers=bearer | (headers or {}))

    async def post(self, path: str, *roles: Role, **principal: Any) -> httpx.Response:
        """Send an empty form to `path` as a bearer with these roles."""
        return await self._client.post(path, headers={"authorization": f"Bearer {self._token(*roles, **principal)}"})


@pytest_asyncio.fixture
async def caller(app: FastAPI, token: Callable[..., str]) -> AsyncIterator[Caller]:
    """Sends requests to the application with the roles a test names."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
        yield Caller(client, token)
