"""Child processes that end with this process, and identification of those that were left behind.

Two rules make a killed launcher harmless. The kernel signals a child when the launcher dies (Linux; on other systems
the next start ends it). And a process is only ended if both its process id *and* its start time are the recorded ones,
so a recycled process id never affects another program.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.local.files import open_privately, write_atomically

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Identity:
    """Identifies a process: process ids are recycled, but not together with the start time."""

    pid: int
    started: float
    """Start time in seconds since the epoch, as the operating system reports it."""

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """Return the identity of a running process, or None if it does not run (or is a zombie)."""
        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            return cls(pid, process.create_time())
        except psutil.Error:
            return None

    def process(self) -> psutil.Process | None:
        """Return the running process with this identity, or None if it has ended."""
        now = Identity.of(self.pid)
        # Start times have a resolution of 10 ms and are relative to a boot time that may be re-estimated.
        if now is None or abs(now.started - self.started) > 1:
            return None
        return psutil.Process(self.pid)


def remember(record: Path, pid: int) -> None:
    """Record a child's identity in a file, for the start after a SIGKILL."""
    identity = Identity.of(pid)
    if identity is not None:
        write_atomically(record, json.dumps({"pid": identity.pid, "started": identity.started}))


def recall(record: Path) -> Identity | None:
    """Return the identity in the file `record`, or None if it is missing or unreadable."""
    try:
        written = json.loads(record.read_text())
        return Identity(int(written["pid"]), float(written["started"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def end(process: psutil.Process, *signals: signal.Signals, patience: float) -> bool:
    """Send `signals` in turn, waiting `patience` seconds after each; return True as soon as the process has ended."""
    for number in signals:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)
        # Not psutil's wait: an orphan may stay a zombie for some time.
        if wait_until(lambda: not runs(process), seconds=patience):
            return True
    return False


def runs(process: psutil.Process) -> bool:
    """Return whether the process runs; a zombie does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def wait_until(met: Callable[[], bool], *, seconds: float, every: float = 0.01) -> bool:
    """Block until `met()` is true; return False after `seconds`."""
    deadline = time.monotonic() + seconds
    while not met():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def spawn(
    arguments: Sequence[str],
    *,
    log: Path,
    death_signal: signal.Signals,
    account: tuple[int, int] | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in its own session, so that Ctrl-C in the terminal reaches only this process.

    Args:
        arguments: absolute path of the program, then its arguments.
        log: file to which its output is appended; only its owner can read it.
        death_signal: signal that the kernel sends to the child when this process dies (Linux).
        account: user and group id to run as; requires root.
        environment: the child's whole environment; that of this process when None.
        folder: working directory; that of this process when None.

    Raises:
        OSError: the program could not be started, for example because `account` cannot reach it.
    """

    def start() -> subprocess.Popen[bytes]:
        with open(log, "ab", opener=open_privately) as output:
            return subprocess.Popen(  # noqa: S603 - our own programs
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=environment,
                start_new_session=True,
                user=account[0] if account else None,
                group=account[1] if account else None,
                extra_groups=[] if account else None,
                # Runs after the change of user, which would clear the death signal. It makes two system
                # calls only, so locks of other threads, which stay locked in the child, do not matter.
                preexec_fn=_tie_to_parent(death_signal) if sys.platform == "linux" else None,  # noqa: PLW1509
            )

    return _spawner.run(start)


def _tie_to_parent(death_signal: signal.Signals) -> Callable[[], None]:
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()
    number = int(death_signal)

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # the parent died before prctl
            os._exit(1)

    return tie


class _Spawner:
    """One thread that starts every child and lives as long as the process.

    The death signal depends on the *thread* that started the child: if a short-lived worker thread started PostgreSQL,
    it would be stopped when that thread ends.
    """

    def __init__(self) -> None:
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def run(self, start: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
        done: Future[subprocess.Popen[bytes]] = Future()

        def order() -> None:
            try:
                done.set_result(start())
            except BaseException as error:  # raised in the caller, which waits for it
                done.set_exception(error)

        with self._lock:
            if self._thread is None or not self._thread.is_alive():  # also after a fork
                self._thread = threading.Thread(target=self._work, name="children", daemon=True)
                self._thread.start()
        self._orders.put(order)
        return done.result()

    def _work(self) -> None:
        while True:
            self._orders.get()()


_spawner = _Spawner()
