"""One process of one service: `python -m services.<name> app` or `… worker`, configured by its environment."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import uvicorn
from pydantic import ValidationError

from shared.http.operator_routes import end_streams
from shared.logging import configure_logging
from shared.messaging.worker import run_worker
from shared.settings import ServiceSettings

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from fastapi import FastAPI

    from shared.messaging.worker import Worker

S = TypeVar("S", bound=ServiceSettings)

GRACEFUL_SHUTDOWN_SECONDS = 3
"""Open streams are cut after this, so that a process ends within 5 s of being told."""


def run(settings_class: type[S], create_app: Callable[[S], FastAPI], create_worker: Callable[[S], Worker]) -> None:
    """Run the process the command line asks for, until SIGTERM or SIGINT.

    Exits with 2 and a line for each setting that is missing or wrong.
    """
    parser = argparse.ArgumentParser(description=run.__doc__, prog=f"python -m {settings_class.__module__[:-9]}")
    parser.add_argument("process", choices=["app", "worker"], help="the web application, or the background process")
    process = parser.parse_args().process
    settings = _from_environment(settings_class, parser)
    configure_logging(log_format=settings.log_format, level=settings.log_level)
    if process == "worker":
        run_worker(create_worker(settings))
    else:
        _serve(create_app(settings), settings)


def _serve(app: FastAPI, settings: ServiceSettings) -> None:
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
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


class _Server(uvicorn.Server):
    """Ends the app's event streams before it waits for open requests."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        end_streams(self._app)
        await super().shutdown(sockets)


def _from_environment(settings_class: type[S], parser: argparse.ArgumentParser) -> S:
    from_environment: dict[str, Any] = {}
    try:
        return settings_class(**from_environment)
    except ValidationError as error:
        prefix = settings_class.model_config.get("env_prefix", "")
        for wrong in error.errors(include_input=False, include_url=False):
            name = f"{prefix}{'_'.join(map(str, wrong['loc']))}".upper()
            print(f"{name}: {wrong['msg']}", file=sys.stderr)
        parser.exit(2)
