"""A client of the sample app, the service that exists only in tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest_asyncio

from tests.shared.sample_service.app import create_sample_app, token

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest_asyncio.fixture
async def sample_app() -> AsyncIterator[httpx.AsyncClient]:
    """Asks the sample app as a program does: no cookies, no browser's headers."""
    transport = httpx.ASGITransport(create_sample_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
        yield client


@pytest_asyncio.fixture
async def signed_in() -> AsyncIterator[httpx.AsyncClient]:
    """The sample_app, with a browser in which a coordinator has signed in."""
    transport = httpx.ASGITransport(create_sample_app())
    headers = {"accept": "text/html", "cookie": f"__Host-tilsagn={token('coordinator')}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080", headers=headers) as client:
        yield client
