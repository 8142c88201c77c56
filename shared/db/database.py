"""A service's own database: pool, tenant transactions, and the nudge that wakes the relay after a commit."""

from __future__ import annotations

import asyncio
import contextlib
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import asyncpg
import structlog

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from shared.settings import ServiceSettings

# With asyncpg-stubs these are generic; at run time they are not.
if TYPE_CHECKING:
    Connection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.pool.PoolConnectionProxy
    Pool = asyncpg.Pool

OUTBOX_CHANNEL = "outbox"
COMMAND_TIMEOUT_SECONDS = 10.0
ACQUIRE_TIMEOUT_SECONDS = 5.0

# What says that the server cannot be reached now: away, restarting, or full of connections. The driver's own complaint
# about a value is an InterfaceError too: see INVALID_DATA_ERRORS.
UNAVAILABLE_ERRORS: tuple[type[BaseException], ...] = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    # What a connection says whose server went away between two statements.
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)

# What a caller may retry: that, or the server chose us to end a deadlock, gave up waiting, or may not write just now.
TRANSIENT_ERRORS: tuple[type[BaseException], ...] = (
    *UNAVAILABLE_ERRORS,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.InsufficientResourcesError,
    # A migration has changed a column that a statement of before it returns: it is prepared anew the next time.
    asyncpg.InvalidCachedStatementError,
    asyncpg.ReadOnlySQLTransactionError,
)

# Data that can never be stored, whoever asks again: refused by the server (classes 22, 23), or by the driver before
# it is sent (a number too large for its column). The driver's own is an InterfaceError too: catch these first.
INVALID_DATA_ERRORS: tuple[type[Exception], ...] = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.exceptions._base.DataError,
)

_log = structlog.get_logger(__name__)


async def _set_codecs(conn: asyncpg.Connection[asyncpg.Record]) -> None:
    for name in ("json", "jsonb"):
        await conn.set_type_codec(
            name,
            encoder=lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")),
            decoder=json.loads,
            schema="pg_catalog",
        )


async def _leave_as_it_is(_conn: asyncpg.Connection[asyncpg.Record]) -> None:
    """What is done to a connection that goes back to the pool, besides ending a transaction that is open: nothing.

    asyncpg would send a statement that undoes what was set for a session, and wait for it: one round trip in seven
    of a pledge's. Nothing is set for a session here. A lock of a session is let go by whoever took it.
    """


class Database:
    """A service's database as one of its roles, all of which row-level security binds.

    Three kinds of transaction, one for each need:

    - `change(taskforce_id)`: reads and writes one taskforce's rows; wakes the relay after the commit.
    - `read(taskforce_id)`: reads one taskforce's rows; the database refuses writes.
    - `system()`: no taskforce: outbox, dead letters and the registry of taskforces only. The tables
      of business rows show it nothing.

    Every statement has a timeout of 10 s, every wait for a connection one of 5 s (`TimeoutError`).
    """

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self._wake_wanted = False
        self._wake_task: asyncio.Task[None] | None = None

    @classmethod
    async def connect(cls, settings: ServiceSettings, *, name: str, url: str | None = None) -> Database:
        """Open the pool. It does not wait for the server: connections are made when they are first needed.

        Args:
            settings: the service's settings.
            name: what PostgreSQL shows as the application's name, e.g. `pledges-app`.
            url: where, and as which role; None: as the settings' app role.
        """
        pool = await asyncpg.create_pool(
            url or settings.database_url,
            min_size=0,
            max_size=settings.database_pool_size,
            max_inactive_connection_lifetime=300,
            command_timeout=COMMAND_TIMEOUT_SECONDS,
            timeout=ACQUIRE_TIMEOUT_SECONDS,
            server_settings={"application_name": name},
            init=_set_codecs,
            reset=_leave_as_it_is,
        )
        return cls(pool)

    async def close(self) -> None:
        """Close the pool within 3 s, by force if a statement hangs."""
        if self._wake_task is not None:
            self._wake_task.cancel()
        try:
            async with asyncio.timeout(3):
                await self.pool.close()
        except TRANSIENT_ERRORS:
            self.pool.terminate()

    @asynccontextmanager
    async def change(self, taskforce_id: UUID) -> AsyncIterator[Connection]:
        """One writing transaction on one taskforce's rows: commits on leaving, rolls back on an error."""
        async with self._transaction(taskforce_id, readonly=False) as conn:
            yield conn
        self.wake_relay()

    @asynccontextmanager
    async def read(self, taskforce_id: UUID) -> AsyncIterator[Connection]:
        """One reading transaction on one taskforce's rows, all its statements from one snapshot."""
        async with self._transaction(taskforce_id, readonly=True) as conn:
            yield conn

    @asynccontextmanager
    async def system(self) -> AsyncIterator[Connection]:
        """One transaction that belongs to no taskforce (see the class)."""
        async with self.pool.acquire(timeout=ACQUIRE_TIMEOUT_SECONDS) as conn, conn.transaction():
            yield conn

    @asynccontextmanager
    async def _transaction(self, taskforce_id: UUID, *, readonly: bool) -> AsyncIterator[Connection]:
        async with (
            self.pool.acquire(timeout=ACQUIRE_TIMEOUT_SECONDS) as conn,
            conn.transaction(isolation="repeatable_read" if readonly else None, readonly=readonly),
        ):
            await set_taskforce(conn, taskforce_id)
            yield conn

    def wake_relay(self) -> None:
        """Tell the relay that there is something to publish. Never blocks, never fails: polling is the net.

        Many calls while one NOTIFY is under way become one more: a NOTIFY inside each transaction would
        halve the throughput.
        """
        self._wake_wanted = True
        if self._wake_task is None or self._wake_task.done():
            self._wake_task = asyncio.get_running_loop().create_task(self._notify())

    async def _notify(self) -> None:
        while self._wake_wanted:
            self._wake_wanted = False
            with contextlib.suppress(*TRANSIENT_ERRORS):
                await self.pool.execute(f"notify {OUTBOX_CHANNEL}")


async def set_taskforce(conn: Connection, taskforce_id: UUID) -> None:
    """Bind the rest of `conn`'s transaction to one taskforce's rows. Must be called inside a transaction."""
    await conn.execute("select set_config('app.taskforce', $1, true)", str(taskforce_id))


async def listen(settings: ServiceSettings, channel: str, *, name: str) -> AsyncIterator[str]:
    """Yield the payload of every NOTIFY on `channel`, for ever; yields "" after each (re)connection.

    The empty payload says "you may have missed some: look again". Reconnects with a pause of 1 s.
    """
    while True:
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        conn: asyncpg.Connection[asyncpg.Record] | None = None
        try:
            conn = await asyncpg.connect(
                settings.database_url,
                timeout=ACQUIRE_TIMEOUT_SECONDS,
                command_timeout=COMMAND_TIMEOUT_SECONDS,
                server_settings={"application_name": name},
            )

            def on_notify(*args: Any, queue: asyncio.Queue[str | None] = queue) -> None:
                queue.put_nowait(str(args[3]))

            def on_end(*_: Any, queue: asyncio.Queue[str | None] = queue) -> None:
                queue.put_nowait(None)

            conn.add_termination_listener(on_end)
            await conn.add_listener(channel, on_notify)
            yield ""
            while (payload := await queue.get()) is not None:
                yield payload
        except TRANSIENT_ERRORS as error:
            _log.warning("listen.lost", channel=channel, error=type(error).__name__)
        finally:
            if conn is not None:
                conn.terminate()
        await asyncio.sleep(1)
