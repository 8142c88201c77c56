"""The floor of HTTP requests: uvicorn as the services run it, with an application that only answers.

`python -m tests.bench.bare_app`: gets a port and the size of its answers, and serves until it is ended.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import uvicorn

from tests.bench.children import Answer, obey

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_STATUSES = {"GET": 200, "POST": 201}


class BareApp:
    """Reads the whole request and answers with a given number of bytes."""

    def __init__(self, size: int) -> None:
        self.body = b"." * size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        while (await receive()).get("more_body", False):
            pass
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(self.body)).encode())]
        await send({"type": "http.response.start", "status": _STATUSES[scope["method"]], "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


async def _begin(settings: dict[str, Any]) -> Answer:
    app = BareApp(settings["size"])
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=settings["port"],
            loop="uvloop",
            http="httptools",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
        )
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:
        if serving.done():
            raise RuntimeError("the port is taken")
        await asyncio.sleep(0.01)

    async def answer(order: dict[str, Any]) -> dict[str, Any]:
        app.body = b"." * order["size"]
        return {}

    return answer


if __name__ == "__main__":
    obey(_begin)
