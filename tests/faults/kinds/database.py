"""Faults of PostgreSQL: a crash under load, frozen backends, a full disk."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from tests.faults.disk import NO_SPACE, fill
from tests.faults.fault import Fault, Scene
from tests.faults.kinds.processes import is_stopped

if TYPE_CHECKING:
    from tests.support.topology import Topology

FREEZE_SECONDS = (1.0, 15.0)
FULL_SECONDS = (2.0, 8.0)
_CRASHED = b"database system was not properly shut down"
_CLIENTS = ("pledges-app", "pledges-worker", "pledges-relay", "events-app", "dashboard-worker", "notifications-worker")


async def crash(scene: Scene) -> int:
    """Shut down immediately and start. Counts the recoveries in PostgreSQL's log."""
    postgres = scene.running.postgres
    logged = _said(scene.running, _CRASHED)
    before = postgres.pid
    await asyncio.to_thread(postgres.restart, immediate=True)
    await scene.ready()
    return _said(scene.running, _CRASHED) - logged if postgres.pid not in {before, None} else 0


async def freeze(scene: Scene) -> int:
    """Send SIGSTOP to all backends of one process, with their locks; then SIGCONT. Counts the stopped backends."""
    client = scene.chance.choice(_CLIENTS)
    conn = await asyncpg.connect(scene.running.postgres.superuser_dsn(), command_timeout=10)
    try:

        async def backends() -> list[int]:
            rows = await conn.fetch("select pid from pg_stat_activity where application_name = $1", client)
            return [row["pid"] for row in rows]

        async def some() -> bool:
            return bool(await backends())

        await scene.until(some, seconds=10)
        pids = await backends()
    finally:
        conn.terminate()
    stopped: set[int] = set()
    try:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)

        async def all_stopped() -> bool:
            stopped.update(pid for pid in pids if is_stopped(pid))
            return len(stopped) == len(pids)

        await scene.until(all_stopped, seconds=2, every=0.01)
        seconds = await scene.a_while(*FREEZE_SECONDS)
        scene.note(f"{len(stopped)} of {client} for {seconds:.0f} s")
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
    await scene.ready()
    return len(stopped)


async def full(scene: Scene) -> int:
    """Fill PostgreSQL's disk; then free space. Counts the errors in PostgreSQL's log."""
    running = scene.running
    assert running.disk is not None
    logged = _said(running, NO_SPACE)
    ballast = Path(running.disk) / "ballast"
    try:
        await asyncio.to_thread(fill, ballast)

        async def refused() -> bool:
            await asyncio.to_thread(fill, ballast)  # the space that a checkpoint has freed
            return _said(running, NO_SPACE) > logged

        await scene.until(refused, seconds=30)
        await scene.a_while(*FULL_SECONDS)
    finally:
        ballast.unlink(missing_ok=True)
    if not running.postgres.alive():
        scene.note("PostgreSQL had stopped, and was started again")
        await asyncio.to_thread(running.postgres.restart)
    await scene.ready()
    return _said(running, NO_SPACE) - logged


def _said(running: Topology, words: bytes) -> int:
    """Return how often a text occurs in PostgreSQL's log."""
    return running.postgres.log.read_bytes().count(words)


def _without_disk(running: Topology) -> str | None:
    return None if running.disk is not None else "PostgreSQL has no disk of its own here that could be full"


FAULTS = (
    Fault("crash", "postgres", "immediate shutdown under load", "started again, recovery included", crash),
    Fault("freeze", "postgres backends", "SIGSTOP of one process's backends for 1–15 s", "SIGCONT", freeze),
    Fault("disk full", "postgres", "its disk filled to the last byte", "room is made", full, impossible=_without_disk),
)
