"""A test double of the events service: answers the agenda of one meeting over HTTP and checks the token."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.local import ports

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request


class EventsService:
    """Attributes: `agenda` is the document it answers with; None: it has no such meeting. `status` replaces 200."""

    TOKEN = "of-the-dashboard"

    def __init__(self) -> None:
        self.agenda: dict[str, Any] | None = None
        self.status = 200
        self.requests = 0
        self.url = ""

    async def answer(self, request: Request) -> Response:
        self.requests += 1
        if request.headers.get("authorization") != f"Bearer {self.TOKEN}":
            return Response(status_code=401)
        if self.agenda is None:
            return Response(status_code=404)
        return JSONResponse(self.agenda, self.status)


@asynccontextmanager
async def running() -> AsyncIterator[EventsService]:
    """Yield the service, listening."""
    service, listening = EventsService(), ports.listening()
    service.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = Starlette(routes=[Route("/internal/events/v1/meetings/{id:uuid}", service.answer)])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve([listening]))
    try:
        yield service
    finally:
        server.should_exit = True
        await serving
