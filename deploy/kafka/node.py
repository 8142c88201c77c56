"""One node of Apache Kafka, broker and controller in one process, and everything that can happen to it."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import signal
import subprocess
import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from deploy.local import ports
from deploy.local.files import write_atomically
from deploy.local.processes import end, recall, remember, spawn, wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from deploy.kafka.artifacts import Software
    from deploy.kafka.security import Security

START_SECONDS = 90.0
"""How long a start may take before it counts as failed: some 2 s on an idle machine, much longer on a busy one."""

_STOP_SECONDS = 10.0
_FORMAT_SECONDS = 60.0
_STARTED = b"Kafka Server started"  # said once the node has caught up and the controller lets it serve
_WORDS_SHOWN = 3000  # bytes of its log, when it fails

# Small and quick to start, for a broker that lives minutes: the C1 compiler alone and the simplest collector cost
# half of the processor time of a start. What the JVM writes outside of the folder (hsperfdata) would outlive a kill.
_JVM = ("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
_LOG = (
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config=warn",  # 300 lines of settings at each start
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.utils.AppInfoParser=error",
)

_IN_THE_CLEAR = {
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
}


class KafkaFailed(RuntimeError):
    """A node could not be formatted or started; the message says why."""


@dataclass(frozen=True)
class Member:
    """Where a node of the cluster listens, on loopback."""

    node_id: int
    port: int
    """for clients and the other brokers"""
    controller_port: int

    @classmethod
    def anywhere(cls, node_id: int) -> Member:
        """On two free ports that it keeps from start to start."""
        return cls(node_id, ports.any_steady(), ports.any_steady())


def new_cluster_id() -> str:
    """A new cluster's id: 22 characters of base64, as Kafka makes them."""
    while (made := secrets.token_urlsafe(16)).startswith("-"):  # or it would look like an option
        pass
    return made


class KafkaNode:
    """A KRaft node whose life belongs to this process; its log stays in its folder until it is wiped.

    It listens on 127.0.0.1 only. When this process dies, the kernel kills it (Linux); elsewhere the next start on
    its folder ends it, known by its pid and start time.

    All methods block; use them from async code through `asyncio.to_thread`.
    """

    def __init__(
        self,
        software: Software,
        folder: Path,
        *,
        member: Member | None = None,
        members: Sequence[Member] = (),
        cluster_id: str | None = None,
        settings: Mapping[str, str] | None = None,
        java_options: Sequence[str] = (),
        security: Security | None = None,
    ) -> None:
        """Nothing happens before `start`.

        Args:
            software: from `artifacts.software()`.
            folder: for its data, settings and log; made when missing.
            member: its number and ports; number 1 on free ports when None.
            members: every node of the cluster; itself alone when empty.
            cluster_id: from `new_cluster_id`, the same for all members; made when None.
            settings: Kafka's settings on top of ours, by name.
            java_options: for the JVM, behind ours: the last word counts.
            security: TLS, names and passwords, and rights; None lets everybody in on loopback, in the clear.
        """
        self.member = member or Member.anywhere(1)
        self.folder = folder
        self._software = software
        self._members = tuple(members) or (self.member,)
        self._cluster_id = cluster_id or new_cluster_id()
        self._settings = dict(settings or {})
        self._java_options = tuple(java_options)
        self._security = security
        self._child: subprocess.Popen[bytes] | None = None
        self._said_before = 0
        self._turn = threading.RLock()  # one start or stop at a time

    @property
    def bootstrap_servers(self) -> str:
        """Where Kafka clients connect to this node, as `host:port`."""
        return f"{ports.LOOPBACK}:{self.member.port}"

    @property
    def log(self) -> Path:
        """What it says, from all its starts."""
        return self.folder / "kafka.log"

    @property
    def data(self) -> Path:
        """Its topics and the cluster's metadata."""
        return self.folder / "data"

    @property
    def pid(self) -> int | None:
        """Its process id while it runs, paused or not."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def alive(self) -> bool:
        """Whether its process runs, paused or not."""
        return self.pid is not None

    # ---- life and death

    def start(self, *, patience: float = START_SECONDS) -> None:
        """Launch it and return when it serves. Two of three must run for any to serve: see `launch`.

        Raises:
            deploy.local.ports.PortTaken, KafkaFailed: as `launch` and `wait_until_ready`.
        """
        self.launch()
        self.wait_until_ready(patience=patience)

    def launch(self) -> None:
        """Format it if that was not done, start its process on the same ports as ever, and return at once.

        Raises:
            deploy.local.ports.PortTaken: one of its ports is in use by another program.
            KafkaFailed: it cannot be formatted, or Java does not run.
        """
        with self._turn:
            if self.alive():
                return
            self._end_orphan()
            self._format()
            for port in (self.member.port, self.member.controller_port):
                # The kernel lets go of a killed process's port a moment after the process.
                if not wait_until(partial(ports.is_free, port), seconds=3, every=0.05):
                    raise ports.PortTaken(port)
            self._said_before = self.log.stat().st_size if self.log.exists() else 0
            options = (*_JVM, *_LOG, f"-Djava.io.tmpdir={self._temporary}", *self._java_options)
            command = self._software.command("kafka.Kafka", str(self._settings_file), options=options)
            try:
                self._child = spawn(command, log=self.log, death_signal=signal.SIGKILL, folder=self.folder)
            except OSError as error:
                raise KafkaFailed(f"Kafka could not be run: {error}") from error
            remember(self._record, self._child.pid)

    def ready(self) -> bool:
        """Whether it has been serving since its last launch (it may be paused now)."""
        if not self.alive():
            return False
        with self.log.open("rb") as log:
            log.seek(self._said_before)
            return _STARTED in log.read()

    def wait_until_ready(self, *, patience: float = START_SECONDS) -> None:
        """Return when it serves.

        Raises:
            KafkaFailed: it died, or took longer than `patience` seconds; it is killed then.
        """
        wait_until(lambda: self.ready() or not self.alive(), seconds=patience, every=0.05)
        if not self.ready():
            died = "died" if not self.alive() else f"was not ready within {patience:.0f} s"
            self.kill()
            raise KafkaFailed(f"Kafka node {self.member.node_id} {died}; its log ends:\n{self.last_words()}")

    def stop(self, *, patience: float = _STOP_SECONDS) -> None:
        """Have it hand over its partitions and stop (SIGTERM); SIGKILL after `patience` seconds."""
        self.resume()
        self._end(signal.SIGTERM, signal.SIGKILL, patience=patience)

    def kill(self) -> None:
        """Kill it without warning (SIGKILL), as a fault would. What it had not written out is gone."""
        self._end(signal.SIGKILL, patience=_STOP_SECONDS)

    def pause(self) -> None:
        """Freeze it (SIGSTOP): its ports still take connections, and nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen one go on (SIGCONT)."""
        self._signal(signal.SIGCONT)

    def wipe(self) -> None:
        """Kill it and delete its disk: the next start is that of a node with nothing on it, on the same ports."""
        self.kill()
        shutil.rmtree(self.data, ignore_errors=True)

    def last_words(self) -> str:
        """The end of its log."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - _WORDS_SHOWN))
            return log.read().decode(errors="replace")

    # ---- within

    @property
    def _settings_file(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _record(self) -> Path:
        return self.folder / "process.json"

    @property
    def _temporary(self) -> Path:
        return self.folder / "tmp"

    def _format(self) -> None:
        self._temporary.mkdir(parents=True, exist_ok=True)
        values = self._own_settings() | self._settings
        # There may be a password in it.
        write_atomically(
            self._settings_file, "".join(f"{name}={value}\n" for name, value in values.items()), mode=0o600
        )
        if (self.data / "meta.properties").exists():
            return
        command = self._software.command(
            "kafka.tools.StorageTool",
            *("format", "--cluster-id", self._cluster_id, "--config", str(self._settings_file)),
            *(("--add-scram", self._security.first_user()) if self._security is not None else ()),
            options=(*_JVM, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
        )
        try:
            done = subprocess.run(  # noqa: S603 - our own words
                command, cwd=self.folder, capture_output=True, text=True, check=False, timeout=_FORMAT_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise KafkaFailed(f"Kafka's storage could not be formatted: {error}") from error
        if done.returncode:
            raise KafkaFailed(f"Kafka's storage could not be formatted:\n{done.stdout}{done.stderr}")

    def _own_settings(self) -> dict[str, str]:
        replicas = min(3, len(self._members))
        in_sync = max(1, replicas - 1)
        inner = {
            f"{topic}.{name}": str(value)
            for topic in ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")
            # 50 partitions are for hundreds of groups: here they only cost time, in each of three processes.
            for name, value in (("replication.factor", replicas), ("num.partitions", 3))
        }
        voters = ",".join(f"{one.node_id}@{ports.LOOPBACK}:{one.controller_port}" for one in self._members)
        client, controller = (f"{ports.LOOPBACK}:{port}" for port in (self.member.port, self.member.controller_port))
        protocol, how = "PLAINTEXT", dict(_IN_THE_CLEAR)
        if self._security is not None:
            protocol, how = "SASL_SSL", self._security.settings()
        return {
            "process.roles": "broker,controller",
            "node.id": str(self.member.node_id),
            "controller.quorum.voters": voters,
            "listeners": f"{protocol}://{client},CONTROLLER://{controller}",
            "advertised.listeners": f"{protocol}://{client}",
            "controller.listener.names": "CONTROLLER",
            **how,
            "log.dirs": str(self.data),
            "auto.create.topics.enable": "false",
            "unclean.leader.election.enable": "false",
            "min.insync.replicas": str(in_sync),
            "transaction.state.log.min.isr": str(in_sync),
            "share.coordinator.state.topic.min.isr": str(in_sync),
            **inner,
            "group.initial.rebalance.delay.ms": "0",
            # Memory and threads: the defaults are for a machine of its own.
            "log.cleaner.dedupe.buffer.size": "2097152",
            "num.network.threads": "2",
            "num.io.threads": "4",
            "background.threads": "4",
        }

    def _signal(self, number: signal.Signals) -> None:
        child = self._child
        if child is not None:
            child.send_signal(number)  # does nothing when it is dead already

    def _end(self, *signals: signal.Signals, patience: float) -> None:
        with self._turn:
            child, self._child = self._child, None
            if child is None:
                return
            for number in signals:
                child.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(timeout=patience)
                    break
            self._record.unlink(missing_ok=True)

    def _end_orphan(self) -> None:
        identity = recall(self._record)
        orphan = identity.process() if identity is not None else None
        if orphan is not None:
            end(orphan, signal.SIGKILL, patience=_STOP_SECONDS)
