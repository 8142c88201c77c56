"""Reads server-sent events over a real socket, as a browser does."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass
class Stream:
    """One open event stream.

    Attributes:
        status: of the answer.
        headers: of the answer, as text.
    """

    status: int
    headers: str
    reader: asyncio.StreamReader

    async def next(self, *, seconds: float = 10.0, heartbeats: bool = False) -> str:
        """Return the data of the next event, by default passing over heartbeats. "" when the stream has ended."""
        async with asyncio.timeout(seconds):
            name, data = "", ""
            while line := await self.reader.readline():
                text = line.decode().rstrip("\r\n")
                if text.startswith("event: "):
                    name = text[7:]
                elif text.startswith("data: "):
                    data = text[6:]
                elif not text and data:
                    if heartbeats or name != "heartbeat":
                        return data
                    name, data = "", ""
        return ""

    async def silent_for(self, seconds: float) -> bool:
        """Whether nothing but heartbeats comes for so long."""
        try:
            return not await self.next(seconds=seconds)
        except TimeoutError:
            return True


@asynccontextmanager
async def following(url: str, token: str | None = None) -> AsyncIterator[Stream]:
    """Open the stream at `url`, by HTTP/1.0 so that it comes without chunks."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    writer.write(f"GET {parts.path} HTTP/1.0\r\nHost: {parts.netloc}\r\n{bearer}\r\n".encode())
    try:
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_SECONDS)).decode()
        yield Stream(int(head.split()[1]), head.lower(), reader)
    finally:
        writer.close()
