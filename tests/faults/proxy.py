"""A TCP proxy on a link, and everything that can be wrong with a link. No protocol is known here.

The registries have none that is kept and counts what it did to each connection, so this is ours. All proxies share
one thread with an event loop of its own: they go on whatever the caller is at, and every method may be called from
anywhere.
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
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST and forgets what was not sent
_MOST_HELD = 1_000_000  # bytes in one direction of a connection before its sender is made to wait


class Proxies:
    """The thread that all proxies of a topology live in. Use it as a context manager."""

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
        """Listen on a free loopback port for connections to `upstream` (a loopback port, which may come later)."""
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
        """Every link is well again."""
        for proxy in self.by_name.values():
            proxy.heal()

    def run(self, what: Callable[[], T]) -> T:
        """Do something in the proxies' thread and return its result."""
        done: Future[T] = Future()

        def do() -> None:
            try:
                done.set_result(what())
            except BaseException as error:  # handed to the caller, who is waiting for it
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
    """One link. It passes everything on until told otherwise, and back to that after `heal`.

    Attributes:
        name: the link, e.g. `pledges-worker→postgres`.
        port: where to connect instead.
        upstream: the loopback port it passes connections on to; may be set at any time, for new connections.
        counts: what it has really done, by kind: connections `reset`, pieces of data `withheld` by a partition,
            pieces `delayed`, answers `lost`, pieces `swallowed` by a link that has forgotten the connection.
        connections: those open now.
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
        """Let nothing through, not even a goodbye: connections stay open at both ends, new ones reach nobody.

        What was sent meanwhile arrives after `heal`, as TCP would send it again.
        """
        self._proxies.run(lambda: setattr(self, "parted", True))

    def forget(self) -> int:
        """Swallow, for ever and without a word, what comes over the connections open now; new ones are well.

        As a firewall does that was started anew: both ends believe in the connection. Returns how many.
        """
        return self._proxies.run(self._forget)

    def slow(self, seconds: float, *, jitter: float = 0.0) -> None:
        """Hold back every piece of data for `seconds` and up to `jitter` more; the order stays."""
        self._proxies.run(lambda: setattr(self, "delay", lambda: seconds + random.random() * jitter))

    def lose_answers(self, times: int, *, after: Callable[[bytes], bool] = bool) -> None:
        """Let the next `times` requests through and lose their answers: the caller's connection is reset instead.

        Args:
            after: which pieces of data from the caller count as a request.
        """

        def arm() -> None:
            self.to_lose, self.losing_after = times, after

        self._proxies.run(arm)

    def heal(self) -> None:
        """Pass everything on again, and first what was held back."""
        self._proxies.run(self._heal)

    def upstream_ports(self) -> set[int]:
        """The local ports of the open connections towards the server, by which it knows them."""
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
        """The client is here: find it its server."""
        self.proxy.connections.add(self)
        if self.proxy.refusing:
            self.proxy.counts["reset"] += 1
            self.reset()
        elif self.proxy.parted:
            self.proxy.counts["withheld"] += 1
        else:
            self._connecting = self.loop.create_task(self._connect())

    def go_on(self) -> None:
        """The link is well again."""
        if self.server.transport is None and self._connecting is None:
            self._connecting = self.loop.create_task(self._connect())
        self.client.pass_on()
        self.server.pass_on()

    def upstream_port(self) -> int | None:
        """The port by which the server knows this connection."""
        transport = self.server.transport
        return transport.get_extra_info("sockname")[1] if transport is not None else None

    def reset(self) -> None:
        """End it as a dead machine's kernel would: RST to both ends."""
        if self._connecting is not None:
            self._connecting.cancel()
        for end in (self.client, self.server):
            end.reset()
        self.proxy.connections.discard(self)

    def ended(self) -> None:
        """Forget it, once both ends are gone."""
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
    """One end; `held` is what came from it and has not been passed on, None being its goodbye."""

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
        """Give the other end everything whose time has come."""
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
