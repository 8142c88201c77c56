"""The local run in its own process: started, stopped, killed, and with obstacles."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import psutil
import pytest

from deploy.local.configuration import Configuration
from deploy.local.ports import any_free, listening
from deploy.local.state import Running, State
from deploy.services import SERVICES
from shared.http.auth import Principal, sign_token
from tests.deploy.processes import eventually, python, runs
from tests.support.taskforces import TASKFORCE
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.processes

RUN = """
    import sys, uvloop
    from pathlib import Path
    from deploy.local.launcher import Launcher, LocalSettings
    from shared.logging import configure_logging
    configure_logging(log_format="console", level="INFO")
    settings = LocalSettings(state=Path(sys.argv[1]), port=int(sys.argv[2]), demo_mode=True)
    try:
        uvloop.run(Launcher(settings).run(lambda launcher: print("ready", launcher.url, flush=True)))
    except Exception as error:
        print(f"{type(error).__name__}: {error}", flush=True)
        sys.exit(1)
"""


@dataclass
class Run:
    """A launcher in its own process."""

    process: subprocess.Popen[str]
    state: State
    port: int

    @property
    def log(self) -> Path:
        """The other output."""
        return self.state.folder.parent / "log"

    def wait_ready(self) -> None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if line != f"ready http://localhost:{self.port}\n":
            self.kill()
            pytest.fail(line + self.log.read_text()[-4000:])

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=PATIENCE_SECONDS)

    def ready(self) -> bool:
        try:
            return self.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    @property
    def running(self) -> Running:
        running = self.state.running()
        assert running is not None
        return running

    @property
    def configuration(self) -> Configuration:
        configuration = Configuration.attach(self.state)
        assert configuration is not None
        return configuration

    def children(self) -> dict[str, int]:
        """The broker's and the postmaster's pid by name."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):  # a killed process may end at any moment
                found[child.name()] = child.pid
        return found

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Stop it and wait for its end."""
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        assert self.process.returncode == 0, output

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def launch(folder: Path, port: int | None = None) -> Run:
    port = port or any_free()
    return Run(python(RUN, folder, port, log=folder.parent / "log"), State(folder), port)


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Run]]:
    """`start(port)`: start a launcher on the test's folder; all end with the test."""
    runs: list[Run] = []

    def one(port: int | None = None) -> Run:
        runs.append(launch(folder, port))
        return runs[-1]

    yield one
    for run in runs:
        run.kill()


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tilsagn-test-"))
    folder.chmod(0o711)
    yield folder / "my state"
    remove(folder)


def remove(folder: Path) -> None:
    """Remove the folder after the PostgreSQL of a killed launcher has ended."""
    assert eventually(lambda: not list(folder.glob("*/postgres/cluster/postmaster.pid")))
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """A run for all tests that do not stop it."""
    folder = Path(tempfile.mkdtemp(prefix="tilsagn-test-"))
    folder.chmod(0o711)
    run = launch(folder / "state")
    try:
        run.wait_ready()
        yield run
    finally:
        run.kill()
        remove(folder)


def test_every_check_is_ok(run: Run) -> None:
    assert run.get("/readyz").json() == {"ready": True}
    answer = httpx.get(f"{run.running.internal_url}/readyz", timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200
    names = {check["name"] for check in answer.json()["checks"]}
    assert {"postgresql", "broker"} < names
    for service in SERVICES:
        assert any(name.startswith(service) for name in names), service
    assert run.get("/livez").status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/queue", "/pledges/new", "/notifications", "/board/struer", "/mail"]
)
def test_every_service_answers_behind_the_one_port(run: Run, path: str) -> None:
    answer = run.get(path, accept="text/html")
    assert answer.status_code < 500
    assert "content-security-policy" in answer.headers


def test_services_call_each_other_on_the_internal_port(run: Run) -> None:
    path = f"/internal/pledges/v1/pledges/{uuid4()}/contact"
    assert run.get(path).json()["type"] == "/problems/not-found"
    private = httpx.get(f"{run.running.internal_url}{path}")
    assert private.status_code in (401, 404)
    assert "x-correlation-id" in private.headers


def test_it_listens_on_this_machine_only(run: Run) -> None:
    own = [psutil.Process(run.process.pid), *psutil.Process(run.process.pid).children(recursive=True)]
    listening_on = {
        connection.laddr.ip
        for process in own
        for connection in process.net_connections()
        if connection.status == "LISTEN"
    }
    assert listening_on == {"127.0.0.1"}


def test_a_second_start_prints_the_address_of_the_first(run: Run) -> None:
    second = launch(run.state.folder)
    output, _ = second.process.communicate(timeout=PATIENCE_SECONDS)
    assert second.process.returncode == 1
    assert f"AlreadyRunning: Tilsagn is running already at http://localhost:{run.port}" in output
    assert run.ready()


def test_everything_together_stays_under_500_mb(run: Run) -> None:
    own = [psutil.Process(run.process.pid), *psutil.Process(run.process.pid).children(recursive=True)]
    total = sum(process.memory_full_info().pss for process in own)
    assert total < 500_000_000


def log_pledge(run: Run) -> str:
    token = sign_token(
        run.configuration.secrets.token_private_key,
        Principal(f"person:{uuid4()}", frozenset({"member"}), TASKFORCE),
        lifetime_seconds=60,
    )
    key = str(uuid4())
    answer = httpx.post(
        f"http://127.0.0.1:{run.port}/api/pledges/v1/pledges",
        headers={"authorization": f"Bearer {token}", "idempotency-key": key},
        json={
            "id": key,
            "company": {"name": "Bageren i Struer"},
            "contact": {"name": "Bodil", "email": "bodil@bager.example"},
            "job_type": "smaajob",
            "positions": 2,
            "weekly_hours": {"from": 5, "to": 10},
            "tasks": [],
            "captured_at": "2026-11-20T18:00:00+01:00",
        },
        timeout=PATIENCE_SECONDS,
    )
    assert answer.status_code == 201, answer.text
    return key


def outbox(run: Run, question: str) -> int:
    async def ask() -> int:
        connection = await asyncpg.connect(run.configuration.app_dsn("pledges"))
        try:
            return int(await connection.fetchval(f"select count(*) from outbox where {question}"))
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:  # this one's event loop belongs to pytest
        return thread.submit(asyncio.run, ask()).result()


def test_a_dead_broker_is_replaced_and_filled_again(run: Run) -> None:
    pledge = log_pledge(run)
    assert eventually(lambda: outbox(run, f"published_at is not null and aggregateid = '{pledge}'") == 1)
    before = run.children()["tansu"]
    replays = outbox(run, "replays > 0")
    os.kill(before, signal.SIGKILL)
    assert eventually(lambda: run.children().get("tansu", before) != before)
    assert eventually(lambda: outbox(run, "published_at is null") == 0 and outbox(run, "replays > 0") > replays)
    assert eventually(run.ready)
    log_pledge(run)
    assert eventually(lambda: outbox(run, "published_at is null") == 0)


def test_settled_messages_are_not_replayed(run: Run) -> None:
    log_pledge(run)
    assert eventually(lambda: outbox(run, "settled_at is null") == 0)
    replayed = outbox(run, "replays > 1")
    os.kill(run.children()["tansu"], signal.SIGKILL)
    time.sleep(0.5)
    assert eventually(run.ready)
    assert outbox(run, "replays > 1") == replayed


def test_a_dead_postgresql_is_restarted_without_loss(run: Run) -> None:
    pledge = log_pledge(run)
    before = run.children()["postgres"]
    os.kill(before, signal.SIGKILL)
    assert eventually(lambda: run.children().get("postgres", before) != before)
    assert eventually(run.ready)
    assert outbox(run, f"aggregateid = '{pledge}'") == 1
    log_pledge(run)


def test_ctrl_c_stops_everything_event_streams_included(start: Callable[..., Run], folder: Path) -> None:
    run = start()
    run.wait_ready()
    children = run.children()
    assert set(children) == {"postgres", "tansu"}
    with (
        contextlib.suppress(httpx.HTTPError),
        httpx.stream("GET", f"http://127.0.0.1:{run.port}/board/struer/stream", timeout=PATIENCE_SECONDS),
    ):
        run.stop(signal.SIGINT)
    assert not any(runs(pid) for pid in children.values())
    assert run.state.running() is None
    assert not (folder / "running.json").exists()


def test_sigterm_stops_it_even_while_it_starts(start: Callable[..., Run], folder: Path) -> None:
    run = start()
    assert eventually((folder / "postgres" / "postgres.log").exists)
    run.stop(signal.SIGTERM)
    assert not [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(folder) in " ".join(process.info["cmdline"] or [])
    ]


def test_a_second_start_keeps_data_and_secrets(start: Callable[..., Run], folder: Path) -> None:
    run = start()
    run.wait_ready()
    pledge = log_pledge(run)
    secrets = json.loads((folder / "secrets.json").read_text())
    run.stop()
    run = start(run.port)
    run.wait_ready()
    assert json.loads((folder / "secrets.json").read_text()) == secrets
    assert outbox(run, f"aggregateid = '{pledge}'") == 1
    run.stop()


@pytest.mark.long("deploy/local", "deploy/postgres")
def test_a_start_after_a_kill_at_any_moment_succeeds(start: Callable[..., Run], folder: Path) -> None:
    # From the first moments, through initdb, provisioning and migrations, to just before it is ready.
    for moment in (0.8, 1.2, 1.7, 2.3, 3.0):
        run = start()
        time.sleep(moment)
        run.kill()
    run = start()
    run.wait_ready()
    log_pledge(run)
    run.stop()


def test_a_taken_port_raises_an_error_and_leaves_no_process(start: Callable[..., Run], folder: Path) -> None:
    with listening() as other:
        port = other.getsockname()[1]
        run = start(port)
        output, _ = run.process.communicate(timeout=PATIENCE_SECONDS)
    assert run.process.returncode == 1
    assert f"PortTaken: port {port} is in use by another program" in output
    assert run.state.running() is None
