"""Serves an application whose settings hold its own address."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fastapi import FastAPI


@asynccontextmanager
async def served(made: Callable[[str], FastAPI]) -> AsyncIterator[str]:
    """Yield the address of the application that is made for it, `http://localhost:<port>`, with its lifespan."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    origin = f"http://localhost:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(made(origin), log_config=None, timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield origin
    finally:
        server.should_exit = True
        await serving
        listener.close()
