"""Builds a new generation of the read model from the publishers' outboxes and serves it in place of the old one.

The source is the outboxes, not the broker: they are never pruned, while a broker may have lost its log. Nothing is
missed while a rebuild runs. Changes committed before an outbox is read come from the outbox; later ones arrive through
the broker, and the workers write them into the old and the new generation. So the new generation is complete as soon as
the outboxes have been read. It replaces the old one in one transaction, which every app and worker sees at once.

The sums of the new generation (`deltas`, `company_deltas`) are not kept up to date while it is built, but made in two
steps from its `contributions`. Workers, of this release or the one before, write contributions all the while; the
triggers add them to the sums of a generation only if it is `summed`, and a worker holds its generations for share until
it commits.

1. All contributions that a snapshot shows are added up. Nobody waits for this.
2. The transaction of the swap first gets the generations for itself: it waits for the workers that are writing, and
   others wait for it. So what the snapshot does not show is all there, or comes after the swap. The contributions
   written by a transaction that the snapshot may not show are found by its number; what they counted for in the
   snapshot is taken back, and what they count for now is added. A contribution that the snapshot does show may be among
   them; it takes back what it adds. From the commit on the triggers keep the sums.

What a worker commits before the snapshot is in step 1, what it commits between the two in step 2, and what it commits
later is added by the triggers. If the rebuild ends before the swap, the new generation is never served, and the next
rebuild deletes it; an attempt of the swap that fails leaves nothing behind, and the next one begins with its first
statement.
"""

from __future__ import annotations

import asyncio
import gc
from collections import Counter, defaultdict
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import asyncpg
import structlog
from pydantic import ValidationError

from services.dashboard.read_model import projections
from shared.contracts.catalogue import by_type
from shared.db.database import ACQUIRE_TIMEOUT_SECONDS, COMMAND_TIMEOUT_SECONDS, Database, set_taskforce

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
    from uuid import UUID

    from shared.contracts.message import Message
    from shared.db.database import Connection

BATCH = 2000
_PARSED_BETWEEN_YIELDS = 100
"""After so many messages the event loop runs, so that their rows are made while the database writes earlier ones."""
_OBJECTS_BETWEEN_COLLECTIONS = 200_000
_LOCK_KEY = 0x7E_11_5A_61
_SWAP_ATTEMPTS = 5
_SUM_SECONDS = 600

_log = structlog.get_logger(__name__)


class RebuildUnderWay(Exception):
    """Another rebuild of this dashboard is running; only one can."""


class RebuildInterrupted(Exception):
    """Another process dropped the generation being built. The old one is still served; start again."""


@dataclass
class Rebuilt:
    """What a rebuild did.

    Attributes:
        generation: the one that is served now.
        messages: how many changes were read, by the service that published them.
        ignored: changes of types the dashboard does not know, by type.
        refused: invalid changes, by type; the consumer has them among its dead letters.
        discarded: rows of earlier generations that were deleted.
    """

    generation: int
    messages: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    discarded: int = 0


async def rebuild(
    database: Database,
    outboxes: Mapping[str, str],
    *,
    progress: Callable[[int, int], None] = lambda _read, _all: None,
) -> Rebuilt:
    """Build a new generation of the read model and serve it. Apps and workers may be running.

    Args:
        database: the dashboard's, with at least three connections in its pool.
        outboxes: URL of each publishing service's database, by service; the app role may read its outbox.
        progress: called with how many changes have been read and how many there are.

    Raises:
        RebuildUnderWay, RebuildInterrupted: see there.
        asyncpg.PostgresError, OSError, TimeoutError: a database went away. The old generation is still served; the
            next rebuild discards what was built.
    """
    async with _exclusive(database):
        discarded = await _discard_dropped(database)
        generation = await _begin(database)
        done = Rebuilt(generation=generation, discarded=discarded)
        _log.info("rebuild.begun", generation=generation)
        with _few_collections():
            await _read_outboxes(database, outboxes, done, progress)
        async with _summed(database, generation) as snapshot:
            await _swap(database, generation, snapshot)
        _log.info("rebuild.serving", generation=generation, messages=done.messages.total())
        done.discarded += await _discard_dropped(database)
        return done


@asynccontextmanager
async def _exclusive(database: Database) -> AsyncIterator[None]:
    async with database.pool.acquire(timeout=5) as conn:
        if not await conn.fetchval("select pg_try_advisory_lock($1)", _LOCK_KEY):
            raise RebuildUnderWay
        try:
            yield
        finally:
            await conn.execute("select pg_advisory_unlock($1)", _LOCK_KEY)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Collect garbage rarely: no object is in a cycle, and looking for cycles took a tenth of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


async def _begin(database: Database) -> int:
    async with database.system() as conn:
        generation: int = await conn.fetchval(
            "insert into generations (state, summed) values ('building', false) returning generation"
        )
    return generation


async def _read_outboxes(
    database: Database, outboxes: Mapping[str, str], done: Rebuilt, progress: Callable[[int, int], None]
) -> None:
    connections: dict[str, asyncpg.Connection[asyncpg.Record]] = {}
    try:
        for service, url in outboxes.items():
            connections[service] = await asyncpg.connect(url, timeout=5, command_timeout=COMMAND_TIMEOUT_SECONDS)
        # Only for the progress bar: more arrive while this runs.
        total = sum([await c.fetchval("select count(*) from outbox", timeout=60) for c in connections.values()])
        for service, conn in connections.items():
            async with aclosing(_batches(conn, done)) as batches, aclosing(_prefetch(batches)) as ahead:
                async for batch in ahead:
                    await _write(database, done, batch)
                    done.messages[service] += batch.read
                    progress(done.messages.total(), total)
    finally:
        for conn in connections.values():
            conn.terminate()


@dataclass
class _Batch:
    """Some messages of an outbox and their rows, by taskforce.

    Attributes:
        read: how many rows of the outbox that is.
    """

    read: int
    messages: dict[UUID, list[Message]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[UUID, projections.Rows] = field(default_factory=lambda: defaultdict(dict))

    def add(self, messages: Sequence[Message]) -> None:
        """Add messages of any taskforces."""
        by_taskforce: dict[UUID, list[Message]] = defaultdict(list)
        for message in messages:
            by_taskforce[message.taskforce_id].append(message)
        for taskforce_id, added in by_taskforce.items():
            self.messages[taskforce_id] += added
            projections.add_rows(self.rows[taskforce_id], projections.rows_of(added))


async def _batches(conn: asyncpg.Connection[asyncpg.Record], done: Rebuilt) -> AsyncGenerator[_Batch, None]:
    """Read an outbox in order, from one snapshot."""
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        cursor = await conn.cursor(
            """
            select type, payload::text as payload
              from outbox
             order by position
            """
        )
        while rows := await cursor.fetch(BATCH):
            batch = _Batch(len(rows))
            for first in range(0, len(rows), _PARSED_BETWEEN_YIELDS):
                await asyncio.sleep(0)
                some = rows[first : first + _PARSED_BETWEEN_YIELDS]
                parsed = [_parse(done, row["type"], row["payload"]) for row in some]
                batch.add([message for message in parsed if message is not None])
            yield batch


async def _prefetch(source: AsyncIterator[_Batch]) -> AsyncGenerator[_Batch, None]:
    """Yield what `source` yields, and fetch the next one meanwhile."""

    async def following() -> _Batch | None:
        return await anext(source, None)

    coming = asyncio.create_task(following())
    try:
        while (batch := await coming) is not None:
            coming = asyncio.create_task(following())
            yield batch
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


async def _write(database: Database, done: Rebuilt, batch: _Batch) -> None:
    for taskforce_id, messages in batch.messages.items():
        try:
            await _write_rows(database, done.generation, taskforce_id, batch.rows[taskforce_id])
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError):
            # Rare: find out which messages are invalid.
            for message in messages:
                try:
                    await _write_rows(database, done.generation, taskforce_id, projections.rows_of([message]))
                except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError):
                    done.refused[message.type_name()] += 1


_CLASSES = by_type(projections.MESSAGES)


def _parse(done: Rebuilt, type_name: str, payload: str) -> Message | None:
    contract = _CLASSES.get(type_name)
    if contract is None:
        done.ignored[type_name] += 1
        return None
    try:
        return contract.model_validate_json(payload)
    except ValidationError:
        done.refused[type_name] += 1
        return None


async def _write_rows(database: Database, generation: int, taskforce_id: UUID, rows: projections.Rows) -> None:
    async with database.system() as conn:
        await set_taskforce(conn, taskforce_id)
        if generation not in await projections.generations(conn):
            raise RebuildInterrupted
        await projections.write(conn, rows, [generation])


@dataclass(frozen=True)
class _Snapshot:
    """A moment of the database.

    Attributes:
        conn: a transaction that sees it.
        transaction: the oldest one that it may not show.
    """

    conn: Connection
    transaction: str


@asynccontextmanager
async def _summed(database: Database, generation: int) -> AsyncIterator[_Snapshot]:
    """Add up the contributions of `generation` that a snapshot shows, and yield that snapshot."""
    async with (
        database.pool.acquire(timeout=ACQUIRE_TIMEOUT_SECONDS) as conn,
        conn.transaction(isolation="repeatable_read", readonly=True),
    ):
        # It is idle while they are added up.
        await conn.execute("set local idle_in_transaction_session_timeout = 0")
        name = await conn.fetchval("select pg_export_snapshot()")
        transaction = await conn.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text")
        async with (
            database.pool.acquire(timeout=ACQUIRE_TIMEOUT_SECONDS) as writing,
            writing.transaction(isolation="repeatable_read"),
        ):
            await writing.execute(f"set transaction snapshot '{name}'")
            await writing.execute(f"set local statement_timeout = '{_SUM_SECONDS}s'")
            await writing.execute("select sum_contributions($1)", generation, timeout=_SUM_SECONDS)
        yield _Snapshot(conn, transaction)


async def _complete(conn: Connection, generation: int, snapshot: _Snapshot) -> None:
    """Add to the sums what the snapshot does not show. `conn` must hold the generations for itself."""
    now = await conn.fetchval("select contributions_since($1, $2::text::xid8)::text", generation, snapshot.transaction)
    then = await snapshot.conn.fetchval("select contributions_seen($1::text::contributions[])::text", now)
    await conn.execute(
        "select complete_sums($1, $2::text::contributions[], $3::text::contributions[])", generation, then, now
    )


async def _swap(database: Database, generation: int, snapshot: _Snapshot) -> None:
    """Serve `generation`, whose sums are those of `snapshot`, from now on. Waits for workers that write a batch."""
    for attempt in range(_SWAP_ATTEMPTS):
        try:
            async with database.system() as conn:
                await conn.execute("update generations set state = 'dropped' where state = 'serving'")
                status = await conn.execute(
                    "update generations set state = 'serving' where generation = $1 and state = 'building'",
                    generation,
                )
                if status != "UPDATE 1":
                    raise RebuildInterrupted
                await _complete(conn, generation, snapshot)
                await conn.execute("select pg_notify($1, '')", projections.CHANNEL)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            if attempt == _SWAP_ATTEMPTS - 1:
                raise
            await asyncio.sleep(0.2)
        else:
            return


async def _discard_dropped(database: Database) -> int:
    """Delete the rows of generations that are no longer served, and of builds that failed."""
    discarded = 0
    async with database.system() as conn:
        await conn.execute("update generations set state = 'dropped' where state = 'building'")
        rows = await conn.fetch("select generation from generations where state = 'dropped' order by generation")
    for row in rows:
        while True:
            async with database.system() as conn:
                now: int = await conn.fetchval("select discard_rows($1, $2)", row["generation"], BATCH)
            discarded += now
            if not now:
                break
        async with database.system() as conn:
            await conn.execute("delete from generations where generation = $1", row["generation"])
    return discarded


__all__ = ["RebuildInterrupted", "RebuildUnderWay", "Rebuilt", "rebuild"]
