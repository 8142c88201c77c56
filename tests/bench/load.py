"""Sends HTTP requests and times their answers, with as little overhead as Python allows: `python -m tests.bench.load`.

Requests are built before the measurement, connections stay open, and only the status and length of an answer are
parsed. Every run measures the overhead, against a bare uvicorn.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from tests.bench.children import Answer, Clock, obey
from tests.bench.measures import percentile
from tests.bench.pledging import bodies

if TYPE_CHECKING:
    from collections.abc import Sequence

_ANSWER_SECONDS = 20.0


class _Connection(asyncio.Protocol):
    """An open connection, for one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._read = bytearray()
        self._wanted = 0  # the size of the whole answer, once its head has arrived
        self.last_length = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class

    def connection_lost(self, _: Exception | None) -> None:
        """Called by the loop."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("closed before the answer was whole"))

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        self._read += data
        if not self._wanted:
            end = self._read.find(b"\r\n\r\n")
            if end < 0:
                return
            self._wanted = end + 4 + _length(bytes(self._read[:end]))
        if len(self._read) >= self._wanted and self._answer is not None:
            status = int(self._read[9:12])
            self.last_length = self._wanted
            self._read.clear()
            self._wanted = 0
            self._answer.set_result(status)

    async def ask(self, request: bytes) -> int:
        """Send a request and return the status when the whole answer has arrived."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.abort()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("an answer that does not say how long it is")


def _post(path: str, token: str, body: dict[str, Any]) -> bytes:
    content = json.dumps(body).encode()
    return (
        f"POST {path} HTTP/1.1\r\nhost: localhost:8080\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\nidempotency-key: {body['id']}\r\ncontent-length: {len(content)}\r\n\r\n"
    ).encode() + content


def _get(path: str, token: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: localhost:8080\r\nauthorization: Bearer {token}\r\n\r\n".encode()


async def _connect(ports: Sequence[int], each: int) -> list[_Connection]:
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(_Connection, "127.0.0.1", port))[1] for _ in range(each) for port in ports]


async def _one_after_the_other(
    connections: Sequence[_Connection], requests: list[bytes], statuses: Counter[int]
) -> list[float]:
    """Keep every connection busy until all requests are sent; return the seconds until each answer."""
    waiting = iter(requests)
    took: list[float] = []

    async def work(connection: _Connection) -> None:
        for request in waiting:
            sent = time.perf_counter()
            status = await connection.ask(request)
            took.append(time.perf_counter() - sent)
            statuses[status] += 1

    await asyncio.gather(*(work(connection) for connection in connections))
    return took


async def _at_a_rate(
    connections: Sequence[_Connection], requests: list[bytes], statuses: Counter[int], *, rate: float
) -> list[float]:
    """Send at a fixed rate; the time until an answer counts from when its request was due."""
    free: asyncio.Queue[_Connection] = asyncio.Queue()
    for connection in connections:
        free.put_nowait(connection)
    took: list[float] = []
    began = time.perf_counter()

    async def send(request: bytes, due: float) -> None:
        connection = await free.get()
        status = await connection.ask(request)
        took.append(time.perf_counter() - due)
        statuses[status] += 1
        free.put_nowait(connection)

    async with asyncio.TaskGroup() as sending:
        for number, request in enumerate(requests):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            sending.create_task(send(request, due))
    return took


async def _begin(_settings: dict[str, Any]) -> Answer:
    return _answer


async def _answer(order: dict[str, Any]) -> dict[str, Any]:
    """The order has `ports`, `connections` (to each), `token`, and either `paths` to get or `pledges` to post."""
    token: str = order["token"]
    if "paths" in order:
        requests = [_get(path, token) for path in order["paths"]]
    else:
        pledges = order["pledges"]
        event = UUID(pledges["event"]) if pledges["event"] else None
        made = bodies(UUID(pledges["taskforce"]), event, count=pledges["count"], seed=pledges["seed"])
        requests = [_post("/api/pledges/v1/pledges", token, body) for body in made]
    statuses: Counter[int] = Counter()
    connections = await _connect(order["ports"], order["connections"])
    try:
        with Clock() as clock:
            async with asyncio.timeout(order.get("seconds", 0) + _ANSWER_SECONDS + len(requests) / 50):
                if "rate" in order:
                    took = await _at_a_rate(connections, requests, statuses, rate=order["rate"])
                else:
                    took = await _one_after_the_other(connections, requests, statuses)
    finally:
        for connection in connections:
            connection.close()
    milliseconds = [1000 * one for one in took]
    return {
        "rate": len(took) / clock.seconds,
        "seconds": clock.seconds,
        "own_share": clock.own_seconds / clock.seconds,
        "p50": percentile(milliseconds, 0.5),
        "p95": percentile(milliseconds, 0.95),
        "p99": percentile(milliseconds, 0.99),
        "bytes": connections[0].last_length,
        "statuses": {str(status): count for status, count in statuses.items()},
    }


if __name__ == "__main__":
    obey(_begin)
