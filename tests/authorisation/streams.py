"""Requests to event streams, which never end by themselves."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import httpx

from tests.authorisation.matrix import World
from tests.support.taskforces import TASKFORCE
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from uuid import UUID

    from shared.http.policy import Caller
    from shared.http.streams import Changes
    from tests.authorisation.matrix import Ask

TOLD: Final = '"changed_at"'
_SILENCE_SECONDS: Final = 0.3


class StreamingWorld(World):
    """A service with event streams."""

    async def ask(self, caller: Caller, ask: Ask) -> httpx.Response:
        """Send a request. For an event stream, read it for a moment while the rows of one taskforce change."""
        if not ask.path.endswith("/stream"):
            return await super().ask(caller, ask)
        return await self._hear(caller, ask.path, ask.send.get("changes"))

    async def _hear(self, caller: Caller, path: str, changes_of: UUID | None) -> httpx.Response:
        status, body = 0, b""
        begun, marker_sent, over = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def receive() -> dict[str, Any]:
            await over.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            nonlocal status, body
            status = message.get("status", status)
            body += message.get("body", b"")
            if message["type"] == "http.response.body":
                begun.set()
                if not message.get("more_body") or TOLD.encode() in body:
                    marker_sent.set()

        headers = [(name.encode(), value.encode()) for name, value in self.headers(caller, path).items()]
        scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
        scope |= {"headers": [*headers, (b"host", b"localhost:8080")], "scheme": "https", "http_version": "1.1"}
        scope |= {"server": ("localhost", 8080), "client": ("127.0.0.1", 1), "root_path": ""}
        task = asyncio.create_task(self.app(scope, receive, send))
        await asyncio.wait_for(begun.wait(), PATIENCE_SECONDS)
        if changes_of is not None and not marker_sent.is_set():
            changes: Changes = self.app.state.changes
            changes.changed(changes_of)
            with suppress(TimeoutError):
                await asyncio.wait_for(
                    marker_sent.wait(), PATIENCE_SECONDS if changes_of == TASKFORCE else _SILENCE_SECONDS
                )
        over.set()
        await task
        return httpx.Response(status, content=body)
