"""The proxy injects each fault of a link and counts it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from tests.faults.proxy import LOOPBACK, Proxies, Proxy
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


class Echo:
    """A server that answers every line in capitals and records the received lines."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                self.received.append(line)
                writer.write(line.upper())
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    echo = Echo()
    server = await asyncio.start_server(echo.serve, LOOPBACK, 0, limit=2**23)
    echo.port = server.sockets[0].getsockname()[1]
    yield echo
    server.close()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[Proxy]:
    with Proxies() as proxies:
        yield proxies.add("client→echo", echo.port)


async def ask(streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], line: bytes, *, seconds: float = 5) -> bytes:
    reader, writer = streams
    writer.write(line)
    async with asyncio.timeout(seconds):
        return await reader.readline()


async def test_everything_is_forwarded_without_a_fault(proxy: Proxy) -> None:
    streams = await asyncio.open_connection(LOOPBACK, proxy.port)
    assert await ask(streams, b"hello\n") == b"HELLO\n"
    large = b"x" * 3_000_000 + b"\n"
    reader, writer = await asyncio.open_connection(LOOPBACK, proxy.port, limit=2**23)
    assert await ask((reader, writer), large) == large.upper()
    assert len(proxy.upstream_ports()) == 2
    writer.close()
    streams[1].close()


async def test_the_end_of_a_connection_is_forwarded(proxy: Proxy, echo: Echo) -> None:
    streams = await asyncio.open_connection(LOOPBACK, proxy.port)
    await ask(streams, b"hello\n")
    streams[1].close()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while proxy.connections:
            await asyncio.sleep(0.01)


async def test_a_cut_resets_open_and_new_connections(proxy: Proxy) -> None:
    streams = await asyncio.open_connection(LOOPBACK, proxy.port)
    await ask(streams, b"hello\n")
    assert proxy.cut() == 1
    with pytest.raises(ConnectionResetError):
        await ask(streams, b"hello\n")
    with pytest.raises(ConnectionError):
        await ask(await asyncio.open_connection(LOOPBACK, proxy.port), b"hello\n") or await _reset()
    assert proxy.counts["reset"] == 2
    proxy.heal()
    streams = await asyncio.open_connection(LOOPBACK, proxy.port)
    assert await ask(streams, b"hello\n") == b"HELLO\n"
    streams[1].close()


async def _reset() -> bytes:
    raise ConnectionResetError


async def test_a_partition_holds_everything_back_and_keeps_connections_open(proxy: Proxy, echo: Echo) -> None:
    old = await asyncio.open_connection(LOOPBACK, proxy.port)
    await ask(old, b"before\n")
    proxy.part()
    with pytest.raises(TimeoutError):
        await ask(old, b"during\n", seconds=0.2)
    new = await asyncio.open_connection(LOOPBACK, proxy.port)
    with pytest.raises(TimeoutError):
        await ask(new, b"new\n", seconds=0.2)
    assert echo.received == [b"before\n"]
    assert proxy.counts["withheld"] == 3  # what was sent on the old one, the new one itself, what was sent on it
    proxy.heal()
    assert await asyncio.wait_for(old[0].readline(), PATIENCE_SECONDS) == b"DURING\n"
    assert await asyncio.wait_for(new[0].readline(), PATIENCE_SECONDS) == b"NEW\n"
    old[1].close()
    new[1].close()


async def test_latency_delays_and_keeps_the_order(proxy: Proxy) -> None:
    streams = await asyncio.open_connection(LOOPBACK, proxy.port)
    proxy.slow(0.1, jitter=0.1)
    started = time.monotonic()
    for number in range(5):
        streams[1].write(b"%d\n" % number)
        await asyncio.sleep(0.01)
    answers = [await asyncio.wait_for(streams[0].readline(), PATIENCE_SECONDS) for _ in range(5)]
    assert time.monotonic() - started >= 0.2
    assert answers == [b"%d\n" % number for number in range(5)]
    assert proxy.counts["delayed"] >= 2
    streams[1].close()


async def test_the_request_of_a_lost_answer_takes_effect(proxy: Proxy, echo: Echo) -> None:
    streams = await asyncio.open_connection(LOOPBACK, proxy.port)
    proxy.lose_answers(1, after=lambda data: b"commit" in data)
    assert await ask(streams, b"begin\n") == b"BEGIN\n"
    with pytest.raises(ConnectionResetError):
        await ask(streams, b"commit\n")
    assert echo.received == [b"begin\n", b"commit\n"]
    assert proxy.counts["lost"] == 1
    streams = await asyncio.open_connection(LOOPBACK, proxy.port)
    assert await ask(streams, b"commit\n") == b"COMMIT\n"
    streams[1].close()
