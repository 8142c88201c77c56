"""Live pages: one connection per process listens for changes and wakes every open stream.

A NOTIFY reaches every app process through PostgreSQL, so a client may be connected to any of them. A stream has no
queue, only a flag that something changed: ten changes while a slow client reads one message become one
message. A message says "fetch again"; it never contains figures, because not everybody may see them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import Response

from shared.db.database import TRANSIENT_ERRORS
from shared.fields.copenhagen import COPENHAGEN
from shared.http.problems import Problem
from shared.http.rate_limiter import clients_of
from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterator
    from datetime import date

    from starlette.types import Receive, Scope, Send

    from shared.http.rate_limits import ClientKind

HEARTBEAT_SECONDS = 15.0
PAUSE_SECONDS = 0.2
"""At most five messages a second: a page cannot usefully show more."""
RETRY_SECONDS = 1.0
STUCK_SECONDS = 20.0
"""A client that has read nothing for this time counts as disconnected."""
MIDNIGHT_CHECK_SECONDS = 20.0

Audience = Literal["members", "boards"]
"""The audiences with separate limits: signed-in people and programs; and all others, who see only boards."""


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """How many streams may be open in one process.

    Attributes:
        members, boards: the limit of each audience, so that strangers cannot use up the streams of signed-in people.
        account: the limit of one account or API key.
        address: the limit of one network address, for each audience.
    """

    members: int
    boards: int
    account: int
    address: int

    def limit_of(self, of: Audience | ClientKind) -> int:
        """Return the limit of an audience, an account or an address."""
        limit: int = getattr(self, of)
        return limit


@dataclass(frozen=True, slots=True)
class Follower:
    """The client of an open stream, for the limits: its audience, account and address."""

    audience: Audience
    clients: tuple[tuple[ClientKind, str], ...] = ()

    @classmethod
    def of(cls, request: Request) -> Follower:
        """Return the client of a request. Guests with an event pass have no account, and belong to the public
        audience."""
        address = request.client.host if request.client else ""
        clients = [one for one in clients_of(request.state.principal, address) if one[0] != "pass"]
        return cls("members" if len(clients) > 1 else "boards", tuple(clients))


class Changes:
    """Which streams follow which taskforce, and what has changed."""

    def __init__(self, limits: StreamLimits) -> None:
        self._limits = limits
        self._watchers: dict[UUID, set[asyncio.Event]] = {}
        self._open: Counter[Audience] = Counter()
        self._open_of_client: Counter[tuple[Audience, ClientKind, str]] = Counter()
        self._versions: Counter[UUID] = Counter()
        self._version_of_all = 0
        self.closed = False

    def changed(self, taskforce_id: UUID) -> None:
        """Wake the streams of a taskforce: its rows have changed."""
        self._versions[taskforce_id] += 1
        for watcher in self._watchers.get(taskforce_id, ()):
            watcher.set()

    def all_changed(self) -> None:
        """Wake every stream: any rows may have changed, or a new day has begun."""
        self._version_of_all += 1
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.set()

    def version(self, taskforce_id: UUID) -> tuple[int, int]:
        """Return a version of the taskforce's rows. It changes with every notification of a change."""
        return self._version_of_all, self._versions[taskforce_id]

    def close(self) -> None:
        """End every stream and accept no new one: the process is shutting down."""
        self.closed = True
        self.all_changed()

    def check_limit(self, follower: Follower) -> None:
        """Raise `Problem` if a limit is reached: 503 for that of the audience, 429 for that of the account or
        address."""
        if self.closed or self._open[follower.audience] >= self._limits.limit_of(follower.audience):
            raise _too_many(503)
        for kind, client in follower.clients:
            if self._open_of_client[follower.audience, kind, client] >= self._limits.limit_of(kind):
                raise _too_many(429)

    def open_streams(self, audience: Audience) -> int:
        """Return the number of open streams of the audience in this process."""
        return self._open[audience]

    @contextlib.contextmanager
    def watching(self, taskforce_id: UUID, follower: Follower) -> Iterator[asyncio.Event]:
        """Yield an event that is set whenever the taskforce's rows have changed; the caller clears it."""
        watcher = asyncio.Event()
        self._watchers.setdefault(taskforce_id, set()).add(watcher)
        self._count(follower, 1)
        try:
            yield watcher
        finally:
            self._count(follower, -1)
            self._watchers[taskforce_id].discard(watcher)
            if not self._watchers[taskforce_id]:
                del self._watchers[taskforce_id]

    def _count(self, follower: Follower, more: int) -> None:
        self._open[follower.audience] += more
        for kind, client in follower.clients:
            key = (follower.audience, kind, client)
            self._open_of_client[key] += more
            if not self._open_of_client[key]:
                del self._open_of_client[key]

    async def follow(self, notifications: AsyncIterable[str]) -> None:
        """Wake the streams that notifications concern, until cancelled.

        Args:
            notifications: of `shared.db.database.listen`: a taskforce's id; anything else concerns all, such as the
                empty one that comes with a new connection.
        """
        async for payload in notifications:
            try:
                self.changed(UUID(payload))
            except ValueError:
                self.all_changed()

    async def watch_the_day(self) -> None:
        """Wake every stream at midnight. A hire counts from its start date, and no message arrives on that day."""
        day = _today()
        while True:
            await asyncio.sleep(MIDNIGHT_CHECK_SECONDS)
            if _today() != day:
                day = _today()
                self.all_changed()


class EventStream(Response):
    """Server-sent events for one client, until it disconnects, its session ends, or the process stops.

    Args:
        changes: the changes to follow.
        taskforce_id: the taskforce whose changes are followed.
        follower: the client, for the limits.
        message: returns what to send after a change; None sends nothing.
        ends_at: Unix time in seconds when the client's session ends; None for the public.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        changes: Changes,
        taskforce_id: UUID,
        follower: Follower,
        message: Callable[[], Awaitable[dict[str, Any] | None]],
        *,
        ends_at: float | None = None,
    ) -> None:
        changes.check_limit(follower)
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        # The length is not known.
        del self.headers["content-length"]
        self._changes = changes
        self._taskforce_id = taskforce_id
        self._follower = follower
        self._message = message
        self._ends_at = ends_at

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._changes.watching(self._taskforce_id, self._follower) as changed:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            gone = asyncio.create_task(_disconnected(receive))
            try:
                async with contextlib.aclosing(self._chunks(changed, gone)) as chunks:
                    async for chunk in chunks:
                        async with asyncio.timeout(STUCK_SECONDS):
                            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            except TimeoutError:
                return
            finally:
                gone.cancel()
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _chunks(self, changed: asyncio.Event, gone: asyncio.Task[None]) -> AsyncGenerator[bytes, None]:
        yield b"retry: 2000\n\n" + _heartbeat()
        while not gone.done() and not self._changes.closed and not self._session_ended():
            waiting = asyncio.create_task(changed.wait())
            try:
                await asyncio.wait({waiting, gone}, timeout=self._timeout(), return_when=asyncio.FIRST_COMPLETED)
            finally:
                waiting.cancel()
            if gone.done() or self._changes.closed or self._session_ended():
                return
            if not changed.is_set():
                yield _heartbeat()
                continue
            changed.clear()
            try:
                content = await self._message()
            except TRANSIENT_ERRORS:
                changed.set()
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if content is not None:
                yield f"data: {json.dumps(content, separators=(',', ':'))}\n\n".encode()
            await asyncio.sleep(PAUSE_SECONDS)

    def _session_ended(self) -> bool:
        return self._ends_at is not None and time.time() >= self._ends_at

    def _timeout(self) -> float:
        if self._ends_at is None:
            return HEARTBEAT_SECONDS
        return max(0.0, min(HEARTBEAT_SECONDS, self._ends_at - time.time()))


def _too_many(status: int) -> Problem:
    return Problem(
        status,
        "too-many-streams",
        _("Too many screens are following along here"),
        _("The figures can be read all the same. Try again in a minute."),
        headers={"retry-after": "60"},
    )


def _today() -> date:
    return datetime.now(COPENHAGEN).date()


def _heartbeat() -> bytes:
    """A comment for proxies, and an event for the page, to which browsers do not pass comments."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return f": heartbeat\nevent: heartbeat\ndata: {at}\n\n".encode()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _running_changes(request: Request) -> Changes:
    changes: Changes = request.app.state.changes
    return changes


TheChanges = Annotated[Changes, Depends(_running_changes)]
"""The changes that the application's streams follow."""
