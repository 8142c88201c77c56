"""`tilsagn up` with a new state folder: start-up time, memory, and processor time while idle."""

from __future__ import annotations

import asyncio
import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg

from deploy.local.state import State
from deploy.services import owner_role
from shared.http.auth import Principal, sign_token
from tests.bench import machine
from tests.bench.children import Child
from tests.bench.measures import Measure, Target, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.plan import Plan

SECTION = "local_run"
READY_SECONDS = 120.0
_STOP_SECONDS = 10.0
_SETTLE_SECONDS = 2.0
_IDLE_SECONDS = 5.0
PLEDGES = 500
PAGES = 50
_ROOT = Path(__file__).parents[2]


class _Run:
    """One `tilsagn up`."""

    def __init__(self, folder: Path, port: int) -> None:
        self._port = port
        self._began = time.perf_counter()
        with (folder / "up.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "deploy.cli", "up", "--no-browser", "--port", str(port)],
                env={"PATH": os.defpath, "TILSAGN_STATE": str(folder / "state"), "HOME": str(folder)},
                cwd=_ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def ready_after(self) -> float:
        """Wait until it is ready; return the seconds since its start."""
        while not self._answers():
            if self._process.poll() is not None or time.perf_counter() - self._began > READY_SECONDS:
                raise TimeoutError("`tilsagn up` did not become ready")
            time.sleep(0.02)
        return time.perf_counter() - self._began

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> float:
        """Stop it like Ctrl-C. Returns the seconds until it has ended."""
        began = time.perf_counter()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
        return time.perf_counter() - began


@contextmanager
def _up(folder: Path, port: int) -> Iterator[_Run]:
    run = _Run(folder, port)
    try:
        yield run
    finally:
        run.stop()


def measure(plan: Plan, progress: Callable[[str], None]) -> Iterator[Measure]:
    """Measure and yield the lines of the table. Raises TimeoutError if it does not become ready."""
    folder = Path(tempfile.mkdtemp(prefix="tilsagn-bench-"))
    try:
        if os.geteuid() == 0:
            folder.chmod(0o711)  # PostgreSQL runs as an unprivileged account, which must be able to enter the folder
        yield from _measure(plan, progress, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(plan: Plan, progress: Callable[[str], None], folder: Path) -> Iterator[Measure]:
    port, log = plan.free_port(), folder / "children.log"
    found: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        found.setdefault(name, []).append(value)

    held: dict[str, machine.Memory] = {}
    progress("local run: the first start")
    with Child("load", log) as load:
        with _up(folder, port) as run:
            note("first start", run.ready_after())
            _work(load, folder, port, "first")
        for number in range(plan.rounds):
            progress(f"local run, round {number + 1}: warm start, memory, idling")
            with _up(folder, port) as run:
                note("start", run.ready_after())
                _wait_until_idle(folder)
                note("idle memory", sum(one.pss for one in machine.memory(run.pid).values()))
                before = machine.processor_seconds(run.pid)
                time.sleep(_IDLE_SECONDS)
                note("idle processor", 100 * (machine.processor_seconds(run.pid) - before) / _IDLE_SECONDS)
                _work(load, folder, port, str(number))
                time.sleep(_SETTLE_SECONDS)
                held = machine.memory(run.pid)
                note("memory", sum(one.pss for one in held.values()))
                note("own memory", sum(one.uss for one in held.values()))
                note("stop", run.stop())
            progress(f"local run, round {number + 1}: the floor")
            began = time.perf_counter()
            with Child("bare_start", log, postgres=str(folder / "state" / "postgres")) as bare:
                note("bare start", time.perf_counter() - began)
                time.sleep(_SETTLE_SECONDS)
                note("bare memory", sum(one.pss for one in machine.memory(bare.pid).values()))
                bare.ask(stop=True)

    floor = "PostgreSQL, broker and libraries alone"
    yield Measure(
        SECTION,
        "warm start to /readyz",
        "s",
        spread(found["start"]),
        floor,
        spread(found["bare start"]),
        Target(5.0),
        note=f"the first start, with everything to be made, {found['first start'][0]:.1f} s",
    )
    yield Measure(SECTION, "Ctrl-C to its end", "s", spread(found["stop"]), target=Target(5.0))
    parts = ", ".join(f"{name} {one.pss:.0f}" for name, one in sorted(held.items()))
    yield Measure(
        SECTION,
        "memory (PSS) after some work",
        "MB",
        spread(found["memory"]),
        floor,
        spread(found["bare memory"]),
        Target(500.0),
        note=f"{parts}; USS {spread(found['own memory']).median:.0f}; idle {spread(found['idle memory']).median:.0f}",
    )
    yield Measure(SECTION, "processor while idle, of one", "%", spread(found["idle processor"]), target=Target(8.0))


def _work(load: Child, folder: Path, port: int, seed: str) -> None:
    """Send some pledges and open some pages, so that memory is measured in use."""
    taskforce = uuid4()
    token = _token(folder, taskforce)
    order = {"taskforce": str(taskforce), "event": None, "count": PLEDGES, "seed": seed}
    answer = load.ask(ports=[port], connections=8, token=token, pledges=order)
    assert answer["statuses"] == {"201": PLEDGES}, answer["statuses"]
    paths: list[Any] = ["/", "/queue", "/events", "/companies", "/pledges"] * (PAGES // 5)
    load.ask(ports=[port], connections=4, token=token, paths=paths)


def _wait_until_idle(folder: Path) -> None:
    """Wait until the mails about the pledges of the last round were sent, which takes some seconds."""
    state = State(folder / "state")
    running = state.running()
    assert running is not None, "`tilsagn up` has ended"
    dsn = f"postgresql://127.0.0.1:{running.postgres_port}/tilsagn_notifications"
    password = state.secrets().passwords[owner_role("notifications")]

    async def due_deliveries() -> int:
        conn = await asyncpg.connect(dsn, user=owner_role("notifications"), password=password)
        try:
            return int(await conn.fetchval("select count(*) from due_deliveries"))
        finally:
            await conn.close()

    ends = time.monotonic() + READY_SECONDS
    time.sleep(_SETTLE_SECONDS)
    while asyncio.run(due_deliveries()):
        if time.monotonic() > ends:
            raise TimeoutError("the mails of the last round are not sent")
        time.sleep(_SETTLE_SECONDS)


def _token(folder: Path, taskforce: UUID) -> str:
    secrets = State(folder / "state").secrets()
    who = Principal(f"person:{taskforce}", frozenset({"coordinator", "caseworker"}), taskforce, "0671")
    return sign_token(secrets.token_private_key, who, lifetime_seconds=3600)
