"""Child processes that die with us, and telling apart those of ours that once did not.

Two rules keep a killed launcher from doing harm. A child gets a death signal from the kernel when the
launcher dies (Linux; elsewhere the next start cleans up), and a process is only ever ended when its pid *and*
its start time are the recorded ones, so that a recycled pid never costs a stranger its life.
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

from deploy.local.files import write_atomically

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Identity:
    """Which process, for ever: a pid alone is recycled, a pid with its start time is not."""

    pid: int
    started: float
    """Seconds since the epoch, as the operating system counts them."""

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """The identity of a running process, or None when there is none (or only its zombie)."""
        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            return cls(pid, process.create_time())
        except psutil.Error:
            return None

    def process(self) -> psutil.Process | None:
        """The live process with this identity, or None when it is gone or the pid belongs to another."""
        now = Identity.of(self.pid)
        # Start times are kept in clock ticks (10 ms) relative to a boot time that may be re-estimated.
        if now is None or abs(now.started - self.started) > 1:
            return None
        return psutil.Process(self.pid)


def remember(record: Path, pid: int) -> None:
    """Write down a child's identity, for the start after a kill -9."""
    identity = Identity.of(pid)
    if identity is not None:
        write_atomically(record, json.dumps({"pid": identity.pid, "started": identity.started}))


def recall(record: Path) -> Identity | None:
    """The identity written down in `record`, or None when there is none or it is unreadable."""
    try:
        written = json.loads(record.read_text())
        return Identity(int(written["pid"]), float(written["started"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def end(process: psutil.Process, *signals: signal.Signals, patience: float) -> bool:
    """Send `signals` in turn, each given `patience` seconds; True as soon as the process is gone."""
    for number in signals:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)
        # Not psutil's own wait: an orphan's corpse may lie there until somebody collects it.
        if wait_until(lambda: not runs(process), seconds=patience):
            return True
    return False


def runs(process: psutil.Process) -> bool:
    """Whether the process still does anything: an uncollected corpse does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def wait_until(met: Callable[[], bool], *, seconds: float, every: float = 0.01) -> bool:
    """Block until `met()` is true; False when `seconds` have passed first."""
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
    """Start a child in a session of its own, so that the terminal's Ctrl-C reaches only us.

    Args:
        arguments: the program's absolute path, then its arguments.
        log: file its output is added to.
        death_signal: what the kernel sends the child when this process dies, however it dies (Linux).
        account: user and group id to run as; only root may ask.
        environment: the child's whole environment; ours when None.
        folder: working folder; ours when None.

    Raises:
        OSError: the program could not be started, for instance because `account` cannot reach it.
    """

    def start() -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
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
                # Runs after the change of user, which would clear the death signal again. It makes two system
                # calls and nothing else, so the other threads' locks, held for ever in the child, do no harm.
                preexec_fn=_tie_to_parent(death_signal) if sys.platform == "linux" else None,  # noqa: PLW1509
            )

    return _spawner.run(start)


def _tie_to_parent(death_signal: signal.Signals) -> Callable[[], None]:
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()
    number = int(death_signal)

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return tie


class _Spawner:
    """One thread that starts every child and lives as long as the process.

    The kernel ties a child to the *thread* that started it: started from a short-lived worker thread,
    PostgreSQL would be stopped when that thread ends.
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
            except BaseException as error:  # handed to the caller, who is waiting for it
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
