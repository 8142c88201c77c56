"""A Kafka cluster of one or more nodes in its own folder. It ends with the process that started it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from deploy.kafka.node import START_SECONDS, KafkaNode, Member, new_cluster_id
from deploy.kafka.setup import software
from deploy.local.files import lock
from deploy.local.processes import end, recall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from deploy.kafka.artifacts import Software
    from deploy.kafka.security import Security
    from shared.messaging.access import Kafka

_PREFIX = "tilsagn-kafka-"
_OWNED = "owned"  # locked by the process that made the folder, for as long as it lives


class KafkaCluster:
    """Apache Kafka on this machine: `with KafkaCluster(nodes=3) as kafka: kafka.bootstrap_servers`.

    The nodes' processes end with this one (see KafkaNode). `erase` and the end of the `with` block delete the temporary
    folder; after a SIGKILL of this process, the next cluster on this machine deletes it.

    All methods block; use them from async code through `asyncio.to_thread`.
    """

    def __init__(
        self,
        nodes: int = 1,
        *,
        folder: Path | None = None,
        settings: Mapping[str, str] | None = None,
        java_options: Sequence[str] = (),
        security: Security | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Configure the cluster; `start` starts it.

        Args:
            nodes: number of nodes, each broker and controller: 1, or 3 for a cluster that survives the loss of one.
            folder: folder for the data, kept afterwards; a temporary one when None.
            settings: Kafka settings for every node; they override ours.
            java_options: options for every node's JVM, after ours.
            security: TLS, SASL and ACLs of every node; None allows every client without authentication.
            say: called with a message before a slow first-time step.
        """
        self._count = nodes
        self._folder = folder
        self._kept = folder is not None
        self._settings = dict(settings or {})
        self._java_options = tuple(java_options)
        self._security = security
        self._say = say
        self._owned: IO[bytes] | None = None
        self.nodes: tuple[KafkaNode, ...] = ()
        """node 1 first; empty before the first start"""

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.erase()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.erase()

    @property
    def bootstrap_servers(self) -> str:
        """The addresses of all nodes, as `host:port,host:port`. They stay the same after a restart."""
        if not self.nodes:
            raise RuntimeError("the cluster has not been started")
        return ",".join(node.bootstrap_servers for node in self.nodes)

    @property
    def access(self) -> Kafka:
        """How a client connects as the administrator."""
        return self.bootstrap_servers if self._security is None else self._security.access(self.bootstrap_servers)

    @property
    def pid(self) -> int | None:
        """The first node's process id while it runs."""
        return self.nodes[0].pid if self.nodes else None

    @property
    def replication(self) -> int:
        """The highest possible replication factor, at most 3."""
        return min(3, self._count)

    def alive(self) -> bool:
        """Return whether every node's process runs."""
        return bool(self.nodes) and all(node.alive() for node in self.nodes)

    def start(self, *, patience: float = START_SECONDS) -> None:
        """Start every node that does not run, on the same ports as before, and return when all are ready.

        Raises:
            deploy.kafka.artifacts.KafkaMissing: Java, Maven or the jars are not available.
            deploy.kafka.node.KafkaFailed, deploy.local.ports.PortTaken: a node does not start.
        """
        if not self.nodes:
            self._make(software(self._say))
        stopped = [node for node in self.nodes if not node.alive()]
        self._each(stopped, KafkaNode.launch)
        self._each(stopped, lambda node: node.wait_until_ready(patience=patience))

    def stop(self) -> None:
        """Stop every node and keep the data. A node is killed after 10 s: the last ones cannot hand over partitions."""
        self._each(self.nodes, KafkaNode.stop)

    def kill(self) -> None:
        """Kill every node at once."""
        self._each(self.nodes, KafkaNode.kill)

    def wipe(self) -> None:
        """Kill every node and delete the data. The next start is that of an empty cluster."""
        self._each(self.nodes, KafkaNode.wipe)

    def erase(self) -> None:
        """Kill every node and delete the temporary folder. A folder given by the caller stays unchanged."""
        self.kill()
        if self._folder is not None and not self._kept:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
        if self._owned is not None:
            self._owned.close()
            self._owned = None
        self.nodes = ()

    def _make(self, found: Software) -> None:
        folder = self._folder
        if folder is None:
            remove_stale_clusters()
            folder = self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
            # Take the lock before the file gets the name that other processes look for in stale folders.
            new = folder / f"{_OWNED}.new"
            self._owned = lock(new)
            new.rename(folder / _OWNED)
        folder.mkdir(parents=True, exist_ok=True)
        members = [Member.on_free_ports(number) for number in range(1, self._count + 1)]
        cluster_id = new_cluster_id()
        self.nodes = tuple(
            KafkaNode(
                found,
                folder / f"node-{member.node_id}",
                member=member,
                members=members,
                cluster_id=cluster_id,
                settings=self._settings,
                java_options=self._java_options,
                security=self._security,
            )
            for member in members
        )

    @staticmethod
    def _each(nodes: Sequence[KafkaNode], act: Callable[[KafkaNode], None]) -> None:
        if not nodes:
            return
        with ThreadPoolExecutor(max_workers=len(nodes)) as pool:
            for done in [pool.submit(act, node) for node in nodes]:
                done.result()


def remove_stale_clusters() -> None:
    """Delete the temporary folders of clusters whose process was killed, and end their remaining nodes."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        owned = folder / _OWNED
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid() or not owned.exists():
                continue
            held = lock(owned)
        except OSError:  # in use, or just deleted
            continue
        with held:
            for record in folder.glob("node-*/process.json"):
                identity = recall(record)
                orphan = identity.process() if identity is not None else None
                if orphan is not None:
                    end(orphan, signal.SIGKILL, patience=5)
            with contextlib.suppress(OSError):
                shutil.rmtree(folder)
