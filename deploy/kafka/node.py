"""One node of Apache Kafka, broker and controller in one process: start, stop, kill, pause, wipe."""

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
"""Timeout of a start: about 2 s on an idle machine, much longer on a busy one."""

_STOP_SECONDS = 10.0
_FORMAT_SECONDS = 60.0
_STARTED = b"Kafka Server started"  # logged when the node has caught up and is unfenced
_LOG_TAIL_BYTES = 3000

# For a broker that runs for minutes: the C1 compiler and the serial collector halve the processor time of a start.
# UsePerfData is off because its files outside of the node's folder would remain after a SIGKILL.
_JVM = ("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
_LOG = (
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config=warn",  # 300 lines of settings at each start
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.utils.AppInfoParser=error",
)

_PLAINTEXT = {
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
}


class KafkaFailed(RuntimeError):
    """A node could not be formatted or started; the message says why."""


@dataclass(frozen=True)
class Member:
    """The id of a node and its ports on loopback."""

    node_id: int
    port: int
    """for clients and the other brokers"""
    controller_port: int

    @classmethod
    def on_free_ports(cls, node_id: int) -> Member:
        """Return a member on two free ports, which it keeps when it restarts."""
        return cls(node_id, ports.any_steady(), ports.any_steady())


def new_cluster_id() -> str:
    """Return a new cluster id: 22 characters of URL-safe base64, Kafka's own format."""
    while (cluster_id := secrets.token_urlsafe(16)).startswith("-"):  # it would look like an option
        pass
    return cluster_id


class KafkaNode:
    """A KRaft node that ends with this process. Its log stays in its folder.

    It listens on 127.0.0.1 only. When this process dies, the kernel kills the node (Linux). On other systems, the next
    start in the same folder ends it; it is identified by its process id and start time.

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
        """Configure the node; `start` starts it.

        Args:
            software: from `setup.software()`.
            folder: folder for data, settings and log; created when missing.
            member: node id and ports; id 1 on free ports when None.
            members: all nodes of the cluster; only this one when empty.
            cluster_id: from `new_cluster_id`, the same for all members; generated when None.
            settings: Kafka settings by name; they override ours.
            java_options: options for the JVM, after ours; the last one wins.
            security: TLS, SASL and ACLs; None allows every client on loopback, without TLS.
        """
        self.member = member or Member.on_free_ports(1)
        self.folder = folder
        self._software = software
        self._members = tuple(members) or (self.member,)
        self._cluster_id = cluster_id or new_cluster_id()
        self._settings = dict(settings or {})
        self._java_options = tuple(java_options)
        self._security = security
        self._child: subprocess.Popen[bytes] | None = None
        self._log_offset = 0
        self._lock = threading.RLock()  # serialises starts and stops

    @property
    def bootstrap_servers(self) -> str:
        """The node's address for clients, as `host:port`."""
        return f"{ports.LOOPBACK}:{self.member.port}"

    @property
    def log(self) -> Path:
        """The log file of all starts."""
        return self.folder / "kafka.log"

    @property
    def data(self) -> Path:
        """The folder of the topics and the cluster's metadata."""
        return self.folder / "data"

    @property
    def pid(self) -> int | None:
        """The process id while the node runs or is paused, else None."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def alive(self) -> bool:
        """Return whether the process exists, paused or not."""
        return self.pid is not None

    # ---- start and stop

    def start(self, *, patience: float = START_SECONDS) -> None:
        """Launch the node and return when it is ready. In a cluster of three, two must run before any becomes ready.

        Raises:
            deploy.local.ports.PortTaken, KafkaFailed: as `launch` and `wait_until_ready`.
        """
        self.launch()
        self.wait_until_ready(patience=patience)

    def launch(self) -> None:
        """Format the storage if necessary, start the process on the node's ports, and return without waiting.

        Raises:
            deploy.local.ports.PortTaken: another program uses one of the ports.
            KafkaFailed: the storage cannot be formatted, or Java does not run.
        """
        with self._lock:
            if self.alive():
                return
            self._end_orphan()
            self._format()
            for port in (self.member.port, self.member.controller_port):
                # The kernel releases the ports of a killed process with a short delay.
                if not wait_until(partial(ports.is_free, port), seconds=3, every=0.05):
                    raise ports.PortTaken(port)
            self._log_offset = self.log.stat().st_size if self.log.exists() else 0
            options = (*_JVM, *_LOG, f"-Djava.io.tmpdir={self._temporary}", *self._java_options)
            command = self._software.command("kafka.Kafka", str(self._settings_file), options=options)
            try:
                self._child = spawn(command, log=self.log, death_signal=signal.SIGKILL, folder=self.folder)
            except OSError as error:
                raise KafkaFailed(f"Kafka could not be run: {error}") from error
            remember(self._record, self._child.pid)

    def ready(self) -> bool:
        """Return whether the node has become ready since its last launch; it may be paused now."""
        if not self.alive():
            return False
        with self.log.open("rb") as log:
            log.seek(self._log_offset)
            return _STARTED in log.read()

    def wait_until_ready(self, *, patience: float = START_SECONDS) -> None:
        """Return when the node is ready.

        Raises:
            KafkaFailed: it died, or was not ready after `patience` seconds and was killed.
        """
        wait_until(lambda: self.ready() or not self.alive(), seconds=patience, every=0.05)
        if not self.ready():
            died = "died" if not self.alive() else f"was not ready within {patience:.0f} s"
            self.kill()
            raise KafkaFailed(f"Kafka node {self.member.node_id} {died}; its log ends:\n{self.log_tail()}")

    def stop(self, *, patience: float = _STOP_SECONDS) -> None:
        """Stop the node with SIGTERM, so that it hands over its partitions; SIGKILL after `patience` seconds."""
        self.resume()
        self._end(signal.SIGTERM, signal.SIGKILL, patience=patience)

    def kill(self) -> None:
        """Kill the node with SIGKILL. Data that was not flushed is lost."""
        self._end(signal.SIGKILL, patience=_STOP_SECONDS)

    def pause(self) -> None:
        """Pause the node with SIGSTOP: its ports accept connections, but nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Resume a paused node with SIGCONT."""
        self._signal(signal.SIGCONT)

    def wipe(self) -> None:
        """Kill the node and delete its data. The next start is that of an empty node on the same ports."""
        self.kill()
        shutil.rmtree(self.data, ignore_errors=True)

    def log_tail(self) -> str:
        """Return the end of the log."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - _LOG_TAIL_BYTES))
            return log.read().decode(errors="replace")

    # ---- internals

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
        # The settings may contain a password.
        write_atomically(
            self._settings_file, "".join(f"{name}={value}\n" for name, value in values.items()), mode=0o600
        )
        if (self.data / "meta.properties").exists():
            return
        command = self._software.command(
            "kafka.tools.StorageTool",
            *("format", "--cluster-id", self._cluster_id, "--config", str(self._settings_file)),
            *(("--add-scram", self._security.scram_credentials()) if self._security is not None else ()),
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
            # The default of 50 partitions is for hundreds of groups; here it only costs time.
            for name, value in (("replication.factor", replicas), ("num.partitions", 3))
        }
        voters = ",".join(f"{one.node_id}@{ports.LOOPBACK}:{one.controller_port}" for one in self._members)
        client, controller = (f"{ports.LOOPBACK}:{port}" for port in (self.member.port, self.member.controller_port))
        protocol, how = "PLAINTEXT", dict(_PLAINTEXT)
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
            # Memory and threads: the defaults assume a dedicated machine.
            "log.cleaner.dedupe.buffer.size": "2097152",
            "num.network.threads": "2",
            "num.io.threads": "4",
            "background.threads": "4",
        }

    def _signal(self, number: signal.Signals) -> None:
        child = self._child
        if child is not None:
            child.send_signal(number)  # no effect on a process that has ended

    def _end(self, *signals: signal.Signals, patience: float) -> None:
        with self._lock:
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
