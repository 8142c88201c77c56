"""The gateway of the local run: routes all services on one port, runs their lifespans, and combines their readiness."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.health import Check, readiness
from shared.product.routes import covers, internal_service_for, service_for

Health = Callable[[], Awaitable[list[Check]]]

_SHUTDOWN_SECONDS = 2.0


class StartFailed(RuntimeError):
    """A service's application did not start; the message names it and the reason."""


@dataclass
class HostedApp:
    """A service's application with the state of its lifespan."""

    name: str
    app: ASGIApp
    state: dict[str, Any] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        await self.app({**scope, "state": {**self.state}}, receive, send)

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Run the application's startup and shutdown around the block; mounted applications do not run them.

        Raises:
            StartFailed: the startup failed.
        """
        inbox: asyncio.Queue[Message] = asyncio.Queue()
        started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        stopped = asyncio.Event()

        async def send(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete" and not started.done():
                started.set_result(None)
            elif message["type"].endswith(".failed") and not started.done():
                started.set_exception(StartFailed(f"{self.name}: {_last_line(message)}"))
            elif message["type"].startswith("lifespan.shutdown"):
                stopped.set()

        async def run() -> None:
            try:
                await self.app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": self.state}, inbox.get, send)
            except Exception as error:
                if not started.done():
                    started.set_exception(StartFailed(f"{self.name}: {error}"))
            finally:
                stopped.set()
                if not started.done():
                    started.set_result(None)  # the application has no lifespan, which ASGI allows

        task = asyncio.create_task(run(), name=f"{self.name} lifespan")
        try:
            await inbox.put({"type": "lifespan.startup"})
            await started
            yield
        finally:
            await inbox.put({"type": "lifespan.shutdown"})
            try:
                async with asyncio.timeout(_SHUTDOWN_SECONDS):
                    await stopped.wait()
            except TimeoutError:
                task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def checks(self) -> list[Check]:
        """Return the checks of its `/readyz`, or one failed check if it does not answer."""
        status, body = await _get(self, "/readyz")
        try:
            checks = json.loads(body)["checks"]
            return [Check(_of(self.name, check["name"]), bool(check["ok"]), str(check["detail"])) for check in checks]
        except (ValueError, KeyError, TypeError):
            return [Check(f"{self.name} app", ok=status == 200, detail=f"/readyz answered {status}")]


class PublicGateway:
    """The application on the public port. It does not route `/internal` and `/metrics`; `/readyz` gives no details.

    Args:
        apps: the services' applications by name.
        extras: applications of the local run by prefix, such as `/mail`.
        health: returns the readiness of workers, broker and PostgreSQL.
    """

    def __init__(self, apps: Mapping[str, HostedApp], extras: Mapping[str, ASGIApp], health: Health) -> None:
        self._apps = apps
        self._extras = extras
        self._health = health

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path: str = scope["path"]
        if path == "/livez":
            await PlainTextResponse("alive\n")(scope, receive, send)
        elif path == "/readyz":
            ready = all(check.ok for check in await self._health())
            answer = JSONResponse({"ready": ready}, 200 if ready else 503, {"cache-control": "no-store"})
            await answer(scope, receive, send)
        elif path == "/metrics":
            await _dispatch(self._apps, None, scope, receive, send)
        elif (extra := next((app for prefix, app in self._extras.items() if covers(prefix, path)), None)) is not None:
            await extra(scope, receive, send)
        else:
            await _dispatch(self._apps, service_for(path), scope, receive, send)


class InternalGateway:
    """The application on the internal port: calls between services (`/internal/<service>/…`), and what operators see.

    Args:
        apps: the services' applications by name.
        health: returns the readiness of workers, broker and PostgreSQL, for `/readyz`.
    """

    def __init__(self, apps: Mapping[str, HostedApp], health: Health) -> None:
        self._apps = apps
        self._health = health

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"] == "/metrics":
            await Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)(scope, receive, send)
        elif scope["path"] == "/readyz":
            await readiness(await self._health())(scope, receive, send)
        else:
            await _dispatch(self._apps, internal_service_for(scope["path"]), scope, receive, send)


async def _dispatch(
    apps: Mapping[str, HostedApp], service: str | None, scope: Scope, receive: Receive, send: Send
) -> None:
    if service is not None:
        await apps[service](scope, receive, send)
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        nowhere = {"type": "/problems/not-found", "title": "This page does not exist", "status": 404}
        await JSONResponse(nowhere, 404, media_type="application/problem+json")(scope, receive, send)


async def _get(app: ASGIApp, path: str) -> tuple[int, bytes]:
    """Send one GET request without a network; return the status (500 if the application raises) and the body."""
    status, body = 500, bytearray()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["type"] == "http.response.body":
            body.extend(message.get("body", b""))

    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"accept", b"application/json")],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
    }
    try:
        async with asyncio.timeout(5):
            await app(scope, receive, send)
    except Exception:
        # The application has logged it; here it counts as not ready.
        return 500, b""
    return status, bytes(body)


def _last_line(message: Message) -> str:
    """Return the last line of the traceback that frameworks send as the reason."""
    lines = str(message.get("message", "")).strip().splitlines()
    return lines[-1] if lines else "it gave no reason"


def _of(service: str, name: str) -> str:
    return name if name.startswith(service) else f"{service} {name}"
