"""Runs each service with one database for all tests of a file."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx
from structlog.testing import capture_logs

from shared.db.database import Database
from shared.http.auth import public_jwks
from tests.authorisation.matrix import ORIGIN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fastapi import FastAPI

    from tests.authorisation.matrix import World
    from tests.support.infrastructure import Databases


@asynccontextmanager
async def running(
    kind: type[World], dsns: Databases, service: str, signing_key: str, create: Callable[[dict[str, Any]], FastAPI]
) -> AsyncIterator[World]:
    """The service's application, started, with the world's resources in its database.

    Args:
        create: creates the application from the settings that all services have in common.
    """
    settings = {
        "token_jwks": public_jwks(signing_key),
        "database_url": dsns.app_dsn(service),
        "public_url": ORIGIN,
        "log_format": "console",
        "kafka_flavour": "embedded",
        # One account of each role sends thousands of requests.
        "rate_limits_times": 10_000,
    }
    app = create(settings)
    superuser = await asyncpg.connect(dsns.superuser_dsn(service))
    transport = httpx.ASGITransport(app=app)
    try:
        # Logging the errors that a missing check causes would take longer than everything else.
        with capture_logs():
            async with (
                app.router.lifespan_context(app),
                httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client,
            ):
                database: Database = app.state.database
                world = kind(app, client, database, superuser, signing_key)
                await world.fill()
                yield world
    finally:
        await superuser.close()
