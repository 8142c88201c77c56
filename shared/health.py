"""Health checks: `/livez` tells that the process runs, `/readyz` that it makes progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of being ready. `detail` is for the operator and holds no personal data."""

    name: str
    ok: bool
    detail: str


def readiness(checks: list[Check]) -> JSONResponse:
    """Return 200 if every check is ok, else 503; the body names each check."""
    ready = all(check.ok for check in checks)
    return JSONResponse(
        {
            "ready": ready,
            "checks": [{"name": c.name, "ok": c.ok, "detail": c.detail} for c in checks],
        },
        status_code=200 if ready else 503,
        headers={"cache-control": "no-store"},
    )


async def serve_health(host: str, port: int, checks: Callable[[], Awaitable[list[Check]]]) -> None:
    """Serve `/livez`, `/readyz` and `/metrics` until cancelled."""

    async def livez(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def readyz(_: Request) -> Response:
        return readiness(await checks())

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    app = Starlette(routes=[Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)])
    config = uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    await server.serve()
