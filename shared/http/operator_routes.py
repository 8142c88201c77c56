"""Routes for operators: `/livez`, `/readyz`, `/metrics`. No gateway leads to them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import asyncpg
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared import metrics
from shared.db.database import TRANSIENT_ERRORS, Database
from shared.health import Check, readiness
from shared.http.dependencies import Anybody
from shared.http.policy import concerns
from shared.http.rate_limits import UNLIMITED, limited

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NOT_ANSWERING: tuple[type[BaseException], ...] = (*TRANSIENT_ERRORS, asyncpg.InvalidAuthorizationSpecificationError)

router = APIRouter(include_in_schema=False)


@router.get("/livez")
@concerns()
@limited(UNLIMITED)
async def livez(_: Anybody) -> Response:
    """Answer 200 while the process runs."""
    return PlainTextResponse("alive\n")


@router.get("/readyz")
@concerns()
@limited(UNLIMITED)
async def readyz(request: Request, _: Anybody) -> Response:
    """Answer 200 while the database answers as each of the app's roles, else 503."""
    return readiness(await app_checks(request.app.state))


@router.get("/metrics")
@concerns()
@limited(UNLIMITED)
async def prometheus(_: Anybody) -> Response:
    """Return the process's metrics in Prometheus' format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def app_checks(state: object) -> list[Check]:
    """Return the checks of a started application.

    Args:
        state: its `app.state`, with `database` and optionally `other_databases`: the same database as other roles, by
            name.
    """
    database: Database | None = getattr(state, "database", None)
    if database is None:
        return [Check("app", ok=False, detail="not started")]
    others: dict[str, Database] = getattr(state, "other_databases", {})
    return [await _answers(name, one) for name, one in {"database": database, **others}.items()]


async def _answers(name: str, database: Database) -> Check:
    try:
        await database.pool.fetchval("select 1", timeout=2)
    except _NOT_ANSWERING as error:
        return Check(name, ok=False, detail=type(error).__name__)
    return Check(name, ok=True, detail="answers")


def end_streams(app: object) -> None:
    """End all event streams, because a server that stops would wait for them for ever.

    An application with streams adds a function that ends them to the list `app.state.before_shutdown`.
    """
    for end in getattr(getattr(app, "state", None), "before_shutdown", ()):
        end()


class RequestMetrics:
    """Measures the time until each response begins, by route pattern: paths may hold ids."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()

        async def send_with_metrics(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                status = f"{message['status'] // 100}xx"
                metrics.REQUESTS.labels(self.service, route, status).observe(time.perf_counter() - started)
            await send(message)

        await self.app(scope, receive, send_with_metrics)
