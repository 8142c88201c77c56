"""The service's database: connection pool, transactions bound to a taskforce, and the NOTIFY that wakes the relay."""

from __future__ import annotations

import asyncio
import contextlib
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import asyncpg
import structlog

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from uuid import UUID

    from shared.settings import ServiceSettings

# Generic in asyncpg-stubs, and not at run time.
if TYPE_CHECKING:
    Connection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.pool.PoolConnectionProxy
    Pool = asyncpg.Pool

OUTBOX_CHANNEL = "outbox"
COMMAND_TIMEOUT_SECONDS = 10.0
ACQUIRE_TIMEOUT_SECONDS = 5.0

_PLANNING = {"max_parallel_workers_per_gather": "0", "jit": "off"}
"""A page waits longer for parallel workers to start, and for its statements to be compiled, than they take."""

# The server is unreachable: down, restarting, or out of connections. The driver's own errors about a value are
# InterfaceErrors, too: see INVALID_DATA_ERRORS.
UNAVAILABLE_ERRORS: tuple[type[BaseException], ...] = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    # The server went away between two statements.
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)

# Errors that a caller may retry: an unreachable server, a deadlock, a timeout, a server that is read-only for now.
TRANSIENT_ERRORS: tuple[type[BaseException], ...] = (
    *UNAVAILABLE_ERRORS,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.InsufficientResourcesError,
    # A migration has changed a column of a prepared statement; the next call prepares it again.
    asyncpg.InvalidCachedStatementError,
    asyncpg.ReadOnlySQLTransactionError,
)

# Data that can never be stored: refused by the server (classes 22 and 23), or by the driver before it is sent (a number
# too large for its column). The driver's error is an InterfaceError, too, so catch these first.
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
    """Skip the reset of a connection that returns to the pool; an open transaction is still ended.

    asyncpg would reset the session with a statement of its own: one of the seven round trips of a pledge. Nothing here
    changes a session, and a session-level lock is released by its holder.
    """


class Database:
    """A service's database as one of its roles. Row-level security applies to all of them.

    There are three kinds of transactions:

    - `change(taskforce_id)`: reads and writes one taskforce's rows; wakes the relay after the commit.
    - `read(taskforce_id)`: reads one taskforce's rows; the database refuses writes.
    - `system()`: bound to no taskforce; sees only the outbox, dead letters and the registry of taskforces.

    A statement times out after 10 s, waiting for a connection after 5 s (`TimeoutError`).
    """

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self._wake_wanted = False
        self._wake_task: asyncio.Task[None] | None = None

    @classmethod
    async def connect(
        cls,
        settings: ServiceSettings,
        *,
        name: str,
        url: str | None = None,
        server_settings: Mapping[str, str] | None = None,
    ) -> Database:
        """Open the pool without waiting for the server: connections are made when they are first needed.

        Args:
            settings: the service's settings.
            name: the application's name in PostgreSQL, e.g. `pledges-app`.
            url: where and as which role to connect; None: `settings.database_url`.
            server_settings: more settings of every session.
        """
        pool = await asyncpg.create_pool(
            url or settings.database_url,
            min_size=0,
            max_size=settings.database_pool_size,
            max_inactive_connection_lifetime=300,
            # The statement of the work list has a branch for each kind of work.
            max_cacheable_statement_size=64 * 1024,
            command_timeout=COMMAND_TIMEOUT_SECONDS,
            timeout=ACQUIRE_TIMEOUT_SECONDS,
            server_settings={"application_name": name, **_PLANNING, **(server_settings or {})},
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
        """Open a transaction on one taskforce's rows: it commits at the end of the block and rolls back on an error."""
        async with self._transaction(taskforce_id, readonly=False) as conn:
            yield conn
        self.wake_relay()

    @asynccontextmanager
    async def read(self, taskforce_id: UUID) -> AsyncIterator[Connection]:
        """Open a read-only transaction on one taskforce's rows; all statements see one snapshot."""
        async with self._transaction(taskforce_id, readonly=True) as conn:
            yield conn

    @asynccontextmanager
    async def system(self) -> AsyncIterator[Connection]:
        """Open a transaction that is bound to no taskforce (see the class)."""
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
        """Tell the relay that there is something to publish. Never blocks and never fails; the relay polls as well.

        Calls while a NOTIFY is being sent are combined into one more. A NOTIFY inside each transaction would halve the
        throughput.
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
    """Yield the payload of every NOTIFY on `channel`, for ever, and "" after each connection.

    The empty payload means that notifications may have been missed. Reconnects after a pause of 1 s.
    """
    while True:
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        conn: asyncpg.Connection[asyncpg.Record] | None = None
        try:
            conn = await asyncpg.connect(
                settings.database_url,
                timeout=ACQUIRE_TIMEOUT_SECONDS,
                command_timeout=COMMAND_TIMEOUT_SECONDS,
                server_settings={"application_name": name, **_PLANNING},
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
