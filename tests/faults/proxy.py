"""A TCP proxy on a link, which can inject every fault of a link. It knows no protocol.

We found no maintained package that counts its effects on each connection. All proxies share one thread with its own
event loop, so they run independently of the caller, and every method may be called from any thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections import Counter, deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, Self, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

LOOPBACK = "127.0.0.1"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST and discards unsent data
_MOST_HELD = 1_000_000  # bytes in one direction of a connection before its sender must wait


class Proxies:
    """The thread of all proxies of a topology. Use it as a context manager."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxies", daemon=True)
        self.by_name: dict[str, Proxy] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def add(self, name: str, upstream: int | None = None) -> Proxy:
        """Listen on a free loopback port for connections to `upstream` (a loopback port, which need not be open
        yet)."""
        proxy = Proxy(self, name, upstream)
        listening = socket.create_server((LOOPBACK, 0), backlog=1024)
        server = asyncio.run_coroutine_threadsafe(
            self._loop.create_server(lambda: _Connection(proxy, self._loop).client, sock=listening), self._loop
        )
        server.result(5)
        proxy.port = listening.getsockname()[1]
        self.by_name[name] = proxy
        return proxy

    def heal(self) -> None:
        """Restore every link."""
        for proxy in self.by_name.values():
            proxy.heal()

    def run(self, what: Callable[[], T]) -> T:
        """Run a function in the proxies' thread and return its result."""
        done: Future[T] = Future()

        def do() -> None:
            try:
                done.set_result(what())
            except BaseException as error:  # raised in the waiting caller
                done.set_exception(error)

        self._loop.call_soon_threadsafe(do)
        return done.result(5)

    def _close(self) -> None:
        for proxy in self.by_name.values():
            for connection in list(proxy.connections):
                connection.reset()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()


class Proxy:
    """One link. It forwards everything until a fault is injected, and again after `heal`.

    Attributes:
        name: the link, e.g. `pledges-worker→postgres`.
        port: the port to connect to instead.
        upstream: the loopback port of the server; may be set at any time, for new connections.
        counts: its effects by kind: connections `reset`, pieces of data `withheld` by a partition, pieces `delayed`,
        answers `lost`, pieces `swallowed` by a link that discards the data of a connection.
        connections: the open connections.
    """

    def __init__(self, proxies: Proxies, name: str, upstream: int | None) -> None:
        self.name = name
        self.port = 0
        self.upstream = upstream
        self.counts: Counter[str] = Counter()
        self.connections: set[_Connection] = set()
        self.parted = False
        self.refusing = False
        self.delay: Callable[[], float] | None = None
        self.to_lose = 0
        self.losing_after: Callable[[bytes], bool] = bool
        self._proxies = proxies

    def cut(self, *, refuse: bool = True) -> int:
        """Reset every connection (RST both ways); with `refuse`, new ones too until healed. Returns how many."""
        return self._proxies.run(lambda: self._cut(refuse=refuse))

    def part(self) -> None:
        """Forward nothing, not even the end of a connection: both ends stay open, and new connections reach nothing.

        Data sent meanwhile arrives after `heal`, as TCP would retransmit it.
        """
        self._proxies.run(lambda: setattr(self, "parted", True))

    def forget(self) -> int:
        """Silently discard all further data of the open connections; new connections work.

        A restarted firewall does the same: both ends consider the connection open. Returns how many there are.
        """
        return self._proxies.run(self._forget)

    def slow(self, seconds: float, *, jitter: float = 0.0) -> None:
        """Delay every piece of data by `seconds` and up to `jitter` more, in order."""
        self._proxies.run(lambda: setattr(self, "delay", lambda: seconds + random.random() * jitter))

    def lose_answers(self, times: int, *, after: Callable[[bytes], bool] = bool) -> None:
        """Forward the next `times` requests and lose their answers: the client's connection is reset instead.

        Args:
            after: which pieces of data from the client count as a request.
        """

        def arm() -> None:
            self.to_lose, self.losing_after = times, after

        self._proxies.run(arm)

    def heal(self) -> None:
        """Forward everything again, beginning with the held-back data."""
        self._proxies.run(self._heal)

    def upstream_ports(self) -> set[int]:
        """The local ports of the open connections to the server, by which the server identifies them."""
        return self._proxies.run(lambda: {port for one in self.connections if (port := one.upstream_port())})

    def _cut(self, *, refuse: bool) -> int:
        self.refusing = refuse
        connections = list(self.connections)
        for connection in connections:
            connection.reset()
        self.counts["reset"] += len(connections)
        return len(connections)

    def _forget(self) -> int:
        for connection in self.connections:
            connection.forgotten = True
        return len(self.connections)

    def _heal(self) -> None:
        self.parted = self.refusing = False
        self.delay = None
        self.to_lose = 0
        for connection in list(self.connections):
            connection.go_on()


class _Connection:
    """Both ends of one proxied connection."""

    def __init__(self, proxy: Proxy, loop: asyncio.AbstractEventLoop) -> None:
        self.proxy = proxy
        self.loop = loop
        self.client = _End(self)
        self.server = _End(self)
        self.client.other, self.server.other = self.server, self.client
        self.answer_is_lost = False
        self.forgotten = False
        self._connecting: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Connect the new client to the server."""
        self.proxy.connections.add(self)
        if self.proxy.refusing:
            self.proxy.counts["reset"] += 1
            self.reset()
        elif self.proxy.parted:
            self.proxy.counts["withheld"] += 1
        else:
            self._connecting = self.loop.create_task(self._connect())

    def go_on(self) -> None:
        """Forward again."""
        if self.server.transport is None and self._connecting is None:
            self._connecting = self.loop.create_task(self._connect())
        self.client.pass_on()
        self.server.pass_on()

    def upstream_port(self) -> int | None:
        """The port by which the server identifies this connection."""
        transport = self.server.transport
        return transport.get_extra_info("sockname")[1] if transport is not None else None

    def reset(self) -> None:
        """Reset both ends (RST)."""
        if self._connecting is not None:
            self._connecting.cancel()
        for end in (self.client, self.server):
            end.reset()
        self.proxy.connections.discard(self)

    def ended(self) -> None:
        """Remove the connection when both ends are closed."""
        if self.client.gone and (self.server.gone or self.server.transport is None):
            self.proxy.connections.discard(self)

    async def _connect(self) -> None:
        try:
            if self.proxy.upstream is None:
                raise ConnectionRefusedError
            await self.loop.create_connection(lambda: self.server, LOOPBACK, self.proxy.upstream)
        except OSError:
            self.reset()
            return
        self.client.pass_on()


class _End(asyncio.Protocol):
    """One end; `held` is the data received and not forwarded yet, with None for the end of the connection."""

    def __init__(self, connection: _Connection) -> None:
        self.connection = connection
        self.other: _End = self
        self.transport: asyncio.Transport | None = None
        self.gone = False
        self.held: deque[tuple[float, bytes | None]] = deque()
        self._bytes_held = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        with contextlib.suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self is self.connection.client:
            self.connection.begin()

    def data_received(self, data: bytes) -> None:
        connection, proxy = self.connection, self.connection.proxy
        if connection.forgotten:
            proxy.counts["swallowed"] += 1
            return
        if self is connection.client:
            if proxy.to_lose > 0 and not connection.answer_is_lost and proxy.losing_after(data):
                proxy.to_lose -= 1
                connection.answer_is_lost = True
        elif connection.answer_is_lost:
            proxy.counts["lost"] += 1
            connection.reset()
            return
        if proxy.parted:
            proxy.counts["withheld"] += 1
        elif proxy.delay is not None:
            proxy.counts["delayed"] += 1
        self._hold(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone = True
        if not self.connection.forgotten:
            self._hold(None)
        self.connection.ended()

    def pause_writing(self) -> None:
        self.other._pause()

    def resume_writing(self) -> None:
        if self.other._bytes_held < _MOST_HELD:
            self.other._resume()

    def reset(self) -> None:
        """Close with RST."""
        self.held.clear()
        if self.transport is not None and not self.gone:
            with contextlib.suppress(OSError):
                linger = self.transport.get_extra_info("socket")
                linger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.transport.abort()

    def pass_on(self) -> None:
        """Forward the data whose delay has passed to the other end."""
        proxy, loop = self.connection.proxy, self.connection.loop
        to = self.other.transport
        if to is None or proxy.parted:
            return
        while self.held:
            due, data = self.held[0]
            if proxy.delay is not None and due > loop.time():
                loop.call_at(due, self.pass_on)
                return
            self.held.popleft()
            if data is None:
                if not self.other.gone:
                    to.close()
            else:
                self._bytes_held -= len(data)
                if not self.other.gone:
                    to.write(data)
        if self._bytes_held < _MOST_HELD:
            self._resume()

    def _hold(self, data: bytes | None) -> None:
        proxy, now = self.connection.proxy, self.connection.loop.time()
        due = now + proxy.delay() if proxy.delay is not None else now
        if self.held:
            due = max(due, self.held[-1][0])
        self.held.append((due, data))
        self._bytes_held += len(data or b"")
        if self._bytes_held >= _MOST_HELD:
            self._pause()
        self.pass_on()

    def _pause(self) -> None:
        if self.transport is not None and not self.gone:
            self.transport.pause_reading()

    def _resume(self) -> None:
        if self.transport is not None and not self.gone and not self.transport.is_closing():
            self.transport.resume_reading()
