"""Connections: large heads, and requests that never end, over a real socket."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from shared.http import connections
from tests.shared.sample_service.app import create_sample_app
from tests.support.serving import serving
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


HEAD = b"POST /sample/echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"


@pytest_asyncio.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    async with serving(create_sample_app()) as url:
        yield int(url.rpartition(":")[2])


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def answer_to(port: int, *pieces: bytes) -> bytes:
    """Send the pieces one after another, and read until the server closes the connection."""
    async with connected(port) as (reader, writer):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        return await asyncio.wait_for(reader.read(), PATIENCE_SECONDS)


def with_headers(size: int) -> bytes:
    """A request with headers of so many bytes, in lines of less than a thousand."""
    lines = b"".join(b"x-%05d: %s\r\n" % (number, b"y" * 900) for number in range(size // 911))
    return b"GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n" + lines + b"\r\n"


async def test_headers_up_to_the_limit_are_read(port: int) -> None:
    assert (await answer_to(port, with_headers(31_000))).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "request_",
    [
        with_headers(36_000),
        with_headers(300_000),
        b"GET /livez HTTP/1.1\r\nhost: localhost\r\ncookie: " + b"x" * 40_000,
        b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"GET /livez?" + b"x" * 400_000,
    ],
    ids=["many", "very many", "one without an end", "the address", "an address without an end"],
)
async def test_a_larger_head_is_answered_431(port: int, request_: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LINGER_SECONDS", 0.05)
    for pieces in ((request_,), (request_[:20_000], request_[20_000:])):
        assert (await answer_to(port, *pieces)).startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")


@pytest.mark.parametrize(
    ("half", "status"),
    [
        (b"", b""),
        (b"GET /livez HT", b"408"),
        (b"GET /livez HTTP/1.1\r\nhost: loc", b"408"),
        (HEAD + b"content-length: 10\r\n\r\n{", b""),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\n{", b""),
    ],
    ids=["nothing", "a line", "a header", "a body", "a chunk"],
)
async def test_a_request_that_is_half_sent_ends(
    port: int, half: bytes, status: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "LINGER_SECONDS"):
        monkeypatch.setattr(connections, name, 0.05)
    assert (await answer_to(port, half))[9:12] == status
    assert "request_failed" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "rest",
    [
        b"0\r\n" + b"x: %s\r\n" % (b"y" * 900) * 400,
        b"0\r\nx: " + b"y" * 400_000,
        b"2;x=" + b"y" * 400_000,
    ],
    ids=["many trailers", "a trailer without an end", "an extension without an end"],
)
async def test_a_body_with_large_headers_in_it_is_cut_off(port: int, rest: bytes) -> None:
    with suppress(ConnectionResetError):
        assert await answer_to(port, HEAD + b"transfer-encoding: chunked\r\n\r\n2\r\n[]\r\n", rest) == b""


async def test_a_body_of_small_chunks_is_read(port: int) -> None:
    chunks = b"1\r\n[\r\n" * 20_000 + b"0\r\nx: y\r\n\r\n"
    answer = await answer_to(port, HEAD + b"connection: close\r\ntransfer-encoding: chunked\r\n\r\n", chunks)
    assert answer.endswith(b'{"bytes":20000}')


async def test_the_next_request_of_a_connection_may_be_no_half_either(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "LINGER_SECONDS", 0.05)
    async with connected(port) as (reader, writer):
        writer.write(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        monkeypatch.setattr(connections, "HEAD_SECONDS", 0.05)
        # An empty line before a request begins nothing that the parser would report.
        writer.write(b"\r\n")
        rest = await asyncio.wait_for(reader.read(), PATIENCE_SECONDS)
    assert b"HTTP/1.1 408" in rest


async def test_a_slow_body_that_goes_on_is_read(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.05)
    monkeypatch.setattr(connections, "SLOWEST_BODY", 10)
    async with connected(port) as (reader, writer):
        writer.write(HEAD + b"connection: close\r\ncontent-length: 2000\r\n\r\n" + b"[" * 1000)
        await asyncio.sleep(0.2)
        writer.write(b"[" * 1000)
        assert (await asyncio.wait_for(reader.read(), PATIENCE_SECONDS)).endswith(b'{"bytes":2000}')
