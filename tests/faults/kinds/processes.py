"""Faults of processes: kills at random and at named points, a pause, a rolling restart, two relays, a zombie relay."""

from __future__ import annotations

import asyncio
import signal
from functools import partial
from typing import TYPE_CHECKING, Any

import asyncpg

from deploy.local import ports
from services.notifications.deliveries.courier import AT_A_TIME
from shared.messaging.relay import LOCK_KEY
from tests.faults.checker import HEAL_SECONDS
from tests.faults.fault import Fault, NotHealed, Scene
from tests.support.stopwatch import load_adjusted_timeout
from tests.support.topology import PROCESSES, Process

if TYPE_CHECKING:
    from pathlib import Path

PAUSE_SECONDS = (1.0, 20.0)
LONG_PAUSE_SECONDS = (20.0, 90.0)
"""Longer than the session timeout of consumers, the timeout of idle transactions, and the lease of a mail."""
POINT_SECONDS = 25.0
"""How long it may take until a process reaches its named point for the n-th time."""

COURIER = "notifications-worker"

_ENDED_IN_ORDER = {0, -signal.SIGTERM}
"""uvicorn ends with the signal that stopped it, after a graceful shutdown."""


async def kill(name: str, scene: Scene) -> int:
    """Send SIGKILL and start the process a moment later, as a supervisor would."""
    process = scene.running.processes[name]
    before = process.killed
    await asyncio.to_thread(process.kill)
    await scene.a_while(0.1, 0.5)
    process.start()
    await scene.ready()
    return process.killed - before


async def pause(name: str, between: tuple[float, float], scene: Scene) -> int:
    """Send SIGSTOP, and SIGCONT after some seconds, while everything else continues.

    Raises:
        NotHealed: something is not ready after 30 s.
    """
    process = scene.running.processes[name]
    assert process.child is not None
    try:
        process.send(signal.SIGSTOP)
        fired = int(await scene.until(partial(_is_stopped, process.child.pid), seconds=2, every=0.01))
        seconds = await scene.a_while(*between)
    finally:
        process.send(signal.SIGCONT)
    healed = await scene.ready(seconds=load_adjusted_timeout(HEAL_SECONDS))
    scene.note(f"{seconds:.0f} s, all ready {healed:.1f} s later")
    return fired


async def at_point(name: str, point: str, scene: Scene) -> int:
    """Start the process so that it kills itself at a named point, wait until it has, and start it normally."""
    process = scene.running.processes[name]
    passage = scene.chance.randint(1, 3)
    marks = marks_of(scene, point)
    await asyncio.to_thread(process.stop)
    process.start(under=("tests.faults.points", point, str(passage), "kill", str(marks)))
    try:
        died = await scene.until(lambda: _has_ended(process), seconds=POINT_SECONDS)
    finally:
        code = process.child.poll() if process.child is not None else None
        await asyncio.to_thread(process.stop)
        process.start()
    await scene.ready()
    passages = passages_in(marks)
    scene.note(f"at passage {passage} of {point}")
    if died and code != -signal.SIGKILL:
        raise NotHealed(f"{name} ended with {code} and not at its point:\n{scene.running.log_tail(name)}")
    return int(died and passages == passage)


async def rolling_restart(scene: Scene) -> int:
    """Send SIGTERM and start, one process after the other, as a deployment does. Counts graceful shutdowns."""
    in_order = 0
    for name in scene.chance.sample(PROCESSES, len(PROCESSES)):
        process = scene.running.processes[name]
        assert process.child is not None
        await asyncio.to_thread(process.stop)
        in_order += process.child.returncode in _ENDED_IN_ORDER
        process.start()
        if not await scene.until(lambda process=process: asyncio.to_thread(process.ready), seconds=60):  # type: ignore[misc]
            raise NotHealed(scene.running.log_tail(name))
    await scene.ready()
    if in_order != len(PROCESSES):
        raise NotHealed(f"only {in_order} of {len(PROCESSES)} processes stopped in order when told to")
    return in_order


async def two_relays(scene: Scene) -> int:
    """Start a second worker of pledges and kill the first one under load, so that the other takes over."""
    first = scene.running.processes["pledges-worker"]
    second = await second_worker(scene)
    before = first.killed + second.killed
    try:
        await asyncio.to_thread(first.kill)
        await scene.a_while(0.7, 1.3)
        first.start()
        await scene.ready()
        await asyncio.to_thread(second.kill)
    finally:
        await asyncio.to_thread(second.stop)
    return first.killed + second.killed - before


async def zombie_relay(scene: Scene) -> int:
    """Stop the active relay after it has read rows, until it loses its lock and another relay leads; then resume it.

    Counts how often another one had the lock while the first was stopped and still alive.
    """
    first = scene.running.processes["pledges-worker"]
    marks = marks_of(scene, "zombie")
    await asyncio.to_thread(first.stop)
    first.start(under=("tests.faults.points", "commit-publish", str(scene.chance.randint(2, 4)), "stop", str(marks)))
    assert first.child is not None
    second: Process | None = None
    fired = 0
    try:
        if not await scene.until(partial(_is_stopped, first.child.pid), seconds=POINT_SECONDS):
            return 0
        leader = await _leader(scene)
        second = await second_worker(scene, wait=False)
        conn = await asyncpg.connect(scene.running.superuser_dsn("pledges"), command_timeout=10)
        try:
            await conn.execute("select pg_terminate_backend($1)", leader)
        finally:
            conn.terminate()

        async def another_leads() -> bool:
            return await _leader(scene) not in {leader, None}

        fired = int(await scene.until(another_leads, seconds=30))
        await scene.a_while(0.5, 2.0)  # let it publish the rows that the other has read
    finally:
        first.send(signal.SIGCONT)
        await asyncio.sleep(1)
        if second is not None:
            await asyncio.to_thread(second.stop)
        await asyncio.to_thread(first.stop)
        first.start()
    await scene.ready()
    return fired


async def second_worker(scene: Scene, name: str = "pledges-worker", *, wait: bool = True) -> Process:
    """Start a second worker of a service, on another port. Raises `NotHealed` if it does not become ready."""
    first = scene.running.processes[name]
    port = ports.any_free()
    second = Process(
        f"second {name}",
        first.command,
        first.environment | {f"{name.partition('-')[0].upper()}_HEALTH_PORT": str(port)},
        port,
        scene.running.folder / "second.log",
        first.folder,
    )
    second.start()
    if wait and not await scene.until(lambda: asyncio.to_thread(second.ready), seconds=60):
        await asyncio.to_thread(second.stop)
        raise NotHealed(f"a second {name} was not ready within 60 s")
    return second


async def _leader(scene: Scene) -> int | None:
    """Return the process id of the backend that holds the relay lock of pledges."""
    conn = await asyncpg.connect(scene.running.superuser_dsn("pledges"), command_timeout=10)
    try:
        holder: int | None = await conn.fetchval(
            """
            select pid
              from pg_locks
             where locktype = 'advisory'
               and granted
               and database = (select oid from pg_database where datname = current_database())
               and ((classid::bigint << 32) | objid::bigint) = $1
            """,
            LOCK_KEY,
        )
        return holder
    finally:
        conn.terminate()


async def _has_ended(process: Process) -> bool:
    return process.child is not None and process.child.poll() is not None


async def _is_stopped(pid: int) -> bool:
    """Whether a process is stopped (state T)."""
    return is_stopped(pid)


def is_stopped(pid: int) -> bool:
    """Whether a process is stopped (state T)."""
    import psutil

    try:
        return psutil.Process(pid).status() == psutil.STATUS_STOPPED
    except psutil.Error:
        return False


def marks_of(scene: Scene, name: str) -> Path:
    """Return a new file that records the passages of a named point."""
    return scene.running.folder / f"{name}-{scene.chance.getrandbits(32):08x}.marks"


def passages_in(marks: Path) -> int:
    """Return the number of recorded passages."""
    return len(marks.read_text().splitlines()) if marks.exists() else 0


def _fault(kind: str, hits: str, act: Any, strikes: str, heals: str, **rest: Any) -> Fault:
    return Fault(kind, hits, strikes, heals, act, **rest)


_POINTS = {
    "commit-answer": ("pledges-app", "after the commit, before the answer"),
    "commit-publish": ("pledges-worker", "after the commit, before publishing"),
    "publish-mark": ("pledges-worker", "after publishing, before the mark"),
    "claim-send": (COURIER, "after the claim, before the mail is sent"),
    "accepted-mark": (COURIER, "after the mail server's 250, before the mark"),
}

FAULTS = (
    *(
        _fault(
            "kill",
            name,
            partial(kill, name),
            "SIGKILL at a random moment",
            "started again",
            duplicate_mails=AT_A_TIME if name == COURIER else 0,
        )
        for name in PROCESSES
    ),
    *(
        _fault("pause", name, partial(pause, name, PAUSE_SECONDS), "SIGSTOP for 1–20 s", "SIGCONT")
        for name in PROCESSES
    ),
    *(
        _fault(
            "long pause",
            name,
            partial(pause, name, LONG_PAUSE_SECONDS),
            "SIGSTOP for 20–90 s",
            "SIGCONT",
            # The server's answer may have arrived while the courier was stopped.
            duplicate_mails=AT_A_TIME if name == COURIER else 0,
        )
        for name in PROCESSES
    ),
    *(
        _fault(
            f"kill {words}",
            name,
            partial(at_point, name, point),
            "SIGKILL by its own hand at that point",
            "started again",
            duplicate_mails=AT_A_TIME if name == COURIER else 0,
        )
        for point, (name, words) in _POINTS.items()
    ),
    *(
        _fault(
            "kill after the effect, before the offset",
            f"{service}-worker",
            partial(at_point, f"{service}-worker", "effect-offset"),
            "SIGKILL by its own hand at that point",
            "started again",
            duplicate_mails=AT_A_TIME if service == "notifications" else 0,
        )
        for service in ("dashboard", "notifications", "pledges")
    ),
    _fault("rolling restart", "all eight", rolling_restart, "SIGTERM, one after the other", "started again"),
    _fault("two relays", "pledges-worker", two_relays, "a second one, then SIGKILL of each", "the first started again"),
    _fault(
        "zombie relay",
        "pledges-worker",
        zombie_relay,
        "SIGSTOP with rows in hand, its lock taken over by another",
        "SIGCONT, then a restart",
    ),
)
