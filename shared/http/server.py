"""The web server of an app that runs in a process of its own."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import uvicorn

from shared.http.connections import LimitedHttpProtocol
from shared.http.operator_routes import end_streams

if TYPE_CHECKING:
    import socket

    from fastapi import FastAPI

    from shared.settings import ServiceSettings

GRACEFUL_SHUTDOWN_SECONDS = 3
"""Open requests are cut off after this, so that a process ends within 5 s of SIGTERM."""


def serve(app: FastAPI, settings: ServiceSettings) -> None:
    """Serve the app on the settings' host and port until SIGTERM or SIGINT. Exits with 3 when it cannot start."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=LimitedHttpProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_SECONDS,
    )
    server = _Server(config, app)
    server.run()
    if not server.started:
        sys.exit(3)


def exclude_from_garbage_collection() -> None:
    """Exclude every object that exists now from garbage collection. Call it once, when a process has started.

    What a start leaves (modules, routes, models) is never garbage, and a full collection takes some 50 ms to look at
    it, in which no request is answered.
    """
    gc.collect()
    gc.freeze()


class _Server(uvicorn.Server):
    """Keeps garbage collections short, and ends the app's event streams before it waits for open requests."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        exclude_from_garbage_collection()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        end_streams(self._app)
        await super().shutdown(sockets)
