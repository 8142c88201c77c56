"""Faults of a deployment: publishers or consumers one release ahead, a late rollback, a migration under load."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import asyncpg
import httpx

from tests.faults import broker_log
from tests.faults.fault import Fault, NotHealed, Scene
from tests.faults.release import (
    Release,
    afterwards_as_before,
    migrate,
    next_release,
    of_next_release,
    of_this_release,
    roll,
)
from tests.support.topology import PROCESSES

if TYPE_CHECKING:
    from uuid import UUID

    from tests.faults.ledger import Ledger

PUBLISHERS: Final = ("events-app", "events-worker", "pledges-app", "pledges-worker")
CONSUMERS: Final = ("dashboard-app", "dashboard-worker", "notifications-app", "notifications-worker")
LEAST: Final = 5
"""The smallest number of messages of the other release for a meaningful run."""
READ_SECONDS: Final = 30.0
"""How long it may take until that many were consumed."""
HELD_SECONDS: Final = (5.0, 9.0)
"""How long a transaction reads the table that the migration wants to change."""
STANDSTILL_SECONDS: Final = 5.0
"""The longest wait of a request behind a migration: the timeout of a phone's attempt."""

Keys = set[tuple["UUID", int]]


async def publishers_ahead(scene: Scene) -> int:
    """Run events and pledges of the next release, and consumers of this one.

    Counts messages with the unknown field that the dashboard has applied; none unless its consumer has also counted
    messages of an unknown type.
    """
    with next_release(scene) as release:
        await migrate(scene, release.root)
        ignored = await _ignored(scene, "dashboard")
        async with afterwards_as_before(scene):
            await roll(scene, PUBLISHERS, release.root)

            async def read() -> bool:
                return len(of_next_release(await _log(scene)) & await _shown(scene)) >= LEAST

            await scene.until(read, seconds=READ_SECONDS, every=0.5)
            await scene.a_while(1.0, 3.0)
            understood = of_next_release(await _log(scene)) & await _shown(scene)
            ignored = await _ignored(scene, "dashboard") - ignored
    scene.note(f"{len(understood)} with an unknown field were understood, {ignored} of unknown type ignored")
    return len(understood) if ignored else 0


async def consumers_ahead(scene: Scene) -> int:
    """Run dashboard and notifications of the next release, and publishers of this one.

    Counts messages without the new field that the new dashboard has applied.
    """
    with next_release(scene) as release:
        async with afterwards_as_before(scene):
            await roll(scene, CONSUMERS, release.root)
            before = await _shown(scene)

            async def read() -> bool:
                return len(await _shown(scene) - before) >= LEAST

            await scene.until(read, seconds=READ_SECONDS, every=0.5)
            await scene.a_while(1.0, 3.0)
            new = await _shown(scene) - before
            understood = new & of_this_release(await _log(scene))
    scene.note(f"{len(understood)} without a field of the next release were understood")
    return len(understood)


async def rolled_back(scene: Scene) -> int:
    """Roll everything to the next release and back while messages of it are still unread.

    Counts messages with the new field that were unread when the publishers were rolled back, and that consumers of
    this release have read since.
    """
    running = scene.running
    with next_release(scene) as release:
        await migrate(scene, release.root)
        async with afterwards_as_before(scene):
            await roll(scene, scene.chance.sample(PROCESSES, len(PROCESSES)), release.root)
            for name in CONSUMERS:
                await asyncio.to_thread(running.processes[name].stop)

            async def unread() -> Keys:
                return of_next_release(await _log(scene)) - await _shown(scene)

            async def enough() -> bool:
                return len(await unread()) >= LEAST

            await scene.until(enough, seconds=READ_SECONDS, every=0.5)
            await roll(scene, PUBLISHERS, running.code)
            left = await unread()
            await roll(scene, CONSUMERS, running.code)

            async def read() -> bool:
                return left <= await _shown(scene)

            await scene.until(read, seconds=READ_SECONDS, every=0.5)
            understood = left & await _shown(scene)
    scene.note(f"{len(left)} messages of the next release were unread when it was rolled back")
    return len(understood)


async def migration_under_load(scene: Scene) -> int:
    """Apply the next release's migration while a long transaction reads the table; roll pledges forward and back.

    Counts pledges acknowledged during the migration, if it was applied.

    Raises:
        NotHealed: the migration was applied in part or not at all, or this release does not work with the new schema.
    """
    ledger = scene.clients.ledger
    with next_release(scene) as release:
        async with afterwards_as_before(scene):
            began = time.monotonic()
            held, queued = await _wait_for_a_reader(scene, release)
            over = time.monotonic()
            await scene.a_while(1.0, 2.0)  # the waiting requests are being answered now
            within = [seconds for sent, seconds in ledger.waits if began <= sent <= over]
            ledger.surprises += trouble_of_clients(ledger, began, over)
            acknowledged = sum(began <= sent and sent + seconds <= over for sent, seconds in ledger.waits)
            scene.note(
                f"{acknowledged} answers while it was applied behind a reader of {held:.0f} s, for whom it queued "
                f"{queued} times; p99 {_p99(within):.2f} s, longest {max(within, default=0):.2f} s"
            )
            await roll(scene, ("pledges-app", "pledges-worker"), release.root)

            async def used() -> bool:
                return await _pledges(scene, f"{release.column} is not null") > 0

            if not await scene.until(used, seconds=READ_SECONDS):
                raise NotHealed("the next release does not use what its migration has added")
        # This release again: its migrate job finds a newer schema and does not change it.
        output = await migrate(scene, scene.running.code)
        if not output.endswith("pledges: up to date"):
            raise NotHealed(f"this release's migrate job finds something to do in the next one's schema: {output}")
        known = await _pledges(scene, f"{release.column} is null")

        async def logged() -> bool:
            return await _pledges(scene, f"{release.column} is null") > known

        if not await scene.until(logged, seconds=READ_SECONDS):
            raise NotHealed("this release logs nothing into the wider schema")
    return acknowledged


async def _wait_for_a_reader(scene: Scene, release: Release) -> tuple[float, int]:
    """Migrate while a transaction reads the table; return for how long it read, and how often the migration waited."""
    pledges = await asyncpg.connect(scene.running.superuser_dsn("pledges"), command_timeout=20)
    reader = await asyncpg.connect(scene.running.superuser_dsn("pledges"), command_timeout=20)
    job: asyncio.Task[str] | None = None
    try:
        reading = reader.transaction()
        await reading.start()
        await reader.fetchval("select count(*) from pledges")
        started = time.monotonic()
        job = asyncio.create_task(migrate(scene, release.root))
        queued, waiting = 0, False
        hold = scene.chance.uniform(*HELD_SECONDS)
        # From the moment something waits for the reader; a job that never waits has ended with an error.
        until = started + 60
        while time.monotonic() < until and not job.done():
            waits = bool(await pledges.fetchval(_QUEUED))
            if waits and not queued:
                until = time.monotonic() + hold
            queued += waits and not waiting
            waiting = waits
            await asyncio.sleep(0.02)
        held = time.monotonic() - started
        applied = await _applied(pledges, release)
        if any(applied):
            raise NotHealed(f"the migration has been applied while it was locked out: {applied}")
        await reading.rollback()
        await job
        if not all(applied := await _applied(pledges, release)):
            raise NotHealed(f"the migration was applied in part: {applied}")
        return held, queued
    finally:
        reader.terminate()
        pledges.terminate()
        if job is not None:
            job.cancel()
            with suppress(asyncio.CancelledError, NotHealed):
                await job


_QUEUED: Final = """
    select count(*)
      from pg_locks
     where relation = 'pledges'::regclass
       and mode = 'AccessExclusiveLock'
       and not granted
"""


async def _applied(pledges: asyncpg.Connection[asyncpg.Record], release: Release) -> list[bool]:
    """Whether the column, its constraint and the entry of the migration exist."""
    row = await pledges.fetchrow(
        """
        select exists (select from pg_attribute where attrelid = 'pledges'::regclass and attname = $1),
               exists (select from pg_constraint where conrelid = 'pledges'::regclass and conname = $1 || '_is_known'),
               exists (select from schema_migrations where version = $2)
        """,
        release.column,
        release.version,
    )
    assert row is not None
    return list(row.values())


def trouble_of_clients(ledger: Ledger, began: float, over: float) -> list[str]:
    """Return the problems of clients during a migration: long waits and errors.

    Args:
        began, over: start and end of the migration, by the monotonic clock. Errors count until now.
    """
    longest = max((seconds for sent, seconds in ledger.waits if began <= sent <= over), default=0.0)
    waited = (
        [f"somebody waited {longest:.1f} s for an answer behind a migration"] if longest > STANDSTILL_SECONDS else []
    )
    return waited + [f"answered {status} because of a migration" for at, status in ledger.failures if at >= began]


async def _pledges(scene: Scene, condition: str) -> int:
    conn = await asyncpg.connect(scene.running.superuser_dsn("pledges"), command_timeout=10)
    try:
        query = f"select count(*) from pledges where taskforce_id = $1 and {condition}"
        return int(await conn.fetchval(query, scene.taskforce))
    finally:
        conn.terminate()


async def _shown(scene: Scene) -> Keys:
    """Return aggregate and version of what the dashboard has applied for the taskforce."""
    conn = await asyncpg.connect(scene.running.superuser_dsn("dashboard"), command_timeout=10)
    try:
        rows = await conn.fetch(
            """
            select pledge_id, version from pledge_versions where taskforce_id = $1
             union all
            select hire_id, version from hire_versions where taskforce_id = $1
             union all
            select company_id, version from companies where taskforce_id = $1
            """,
            scene.taskforce,
        )
    finally:
        conn.terminate()
    return {(row[0], row[1]) for row in rows}


async def _log(scene: Scene) -> list[object]:
    """Return the taskforce's records on the broker."""
    records = await broker_log.records(scene.running.broker.bootstrap_servers)
    return broker_log.of_taskforce(records, scene.taskforce)


async def _ignored(scene: Scene, service: str) -> int:
    """Return how many messages of unknown type a consumer has counted since its start."""
    port = scene.running.processes[f"{service}-worker"].health_port
    async with httpx.AsyncClient(timeout=5) as client:
        metrics = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    found = re.search(rf'^tilsagn_messages_ignored_total{{group="tilsagn\.{service}"}} (\S+)$', metrics, re.MULTILINE)
    return int(float(found[1])) if found else 0


def _p99(waits: list[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.99)] if waits else 0.0


FAULTS = (
    Fault(
        "version skew",
        "publishers ahead",
        "events and pledges of the next release: a field more, a type more",
        "rolled back to this one",
        publishers_ahead,
    ),
    Fault(
        "version skew",
        "consumers ahead",
        "dashboard and notifications of the next release, which know a field more",
        "rolled back to this one",
        consumers_ahead,
    ),
    Fault(
        "version skew",
        "rolled back",
        "all eight rolled into the next release; then back, with messages of it unread",
        "this release reads them",
        rolled_back,
    ),
    Fault(
        "migration under load",
        "pledges",
        "the next release's migration behind a long reader; then app and worker rolled into it",
        "rolled back: this release on the wider schema",
        migration_under_load,
    ),
)
