"""A cluster of one node or several, in a folder of its own, gone with whoever started it."""

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

    The processes die with this one (see KafkaNode). The temporary folder is deleted by `erase` and on leaving the
    block; after a kill -9 by whoever makes the next cluster on this machine.

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
        """Nothing happens before `start`.

        Args:
            nodes: how many, each broker and controller: 1, or 3 for a cluster that survives the loss of one.
            folder: where its data lies, kept afterwards; None makes a temporary one.
            settings: Kafka's settings on top of ours, for every node.
            java_options: for every node's JVM, on top of ours.
            security: TLS, names and passwords, and rights, the same for every node; None lets everybody in.
            say: told what takes long the very first time.
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
        """Where Kafka clients connect: every node, as `host:port,host:port`. The same from start to start."""
        if not self.nodes:
            raise RuntimeError("the cluster has not been started")
        return ",".join(node.bootstrap_servers for node in self.nodes)

    @property
    def access(self) -> Kafka:
        """How a client that may do everything connects to it."""
        return self.bootstrap_servers if self._security is None else self._security.access(self.bootstrap_servers)

    @property
    def pid(self) -> int | None:
        """The first node's process id while it runs."""
        return self.nodes[0].pid if self.nodes else None

    @property
    def replication(self) -> int:
        """How many replicas of a partition there can be, three at most."""
        return min(3, self._count)

    def alive(self) -> bool:
        """Whether every node's process runs."""
        return bool(self.nodes) and all(node.alive() for node in self.nodes)

    def start(self, *, patience: float = START_SECONDS) -> None:
        """Start every node that does not run, on the ports it always had, and return when all serve.

        Raises:
            deploy.kafka.artifacts.KafkaMissing: Java, Maven or the jars are not to be had.
            deploy.kafka.node.KafkaFailed, deploy.local.ports.PortTaken: a node does not start.
        """
        if not self.nodes:
            self._make(software(self._say))
        stopped = [node for node in self.nodes if not node.alive()]
        self._each(stopped, KafkaNode.launch)
        self._each(stopped, lambda node: node.wait_until_ready(patience=patience))

    def stop(self) -> None:
        """Stop every node; what it stored stays. Killed after 10 s: the last ones have nobody to hand over to."""
        self._each(self.nodes, KafkaNode.stop)

    def kill(self) -> None:
        """Kill every node at once."""
        self._each(self.nodes, KafkaNode.kill)

    def wipe(self) -> None:
        """Kill every node and delete what they stored: the next start is that of an empty cluster."""
        self._each(self.nodes, KafkaNode.wipe)

    def erase(self) -> None:
        """Kill every node and leave nothing behind, unless the folder was given: that stays as it is."""
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
            sweep()
            folder = self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
            # Locked before it has the name by which a sweep of another process knows what may be deleted.
            new = folder / f"{_OWNED}.new"
            self._owned = lock(new)
            new.rename(folder / _OWNED)
        folder.mkdir(parents=True, exist_ok=True)
        members = [Member.anywhere(number) for number in range(1, self._count + 1)]
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


def sweep() -> None:
    """Delete the temporary folders of clusters whose process was killed, and end what it left running."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        owned = folder / _OWNED
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid() or not owned.exists():
                continue
            held = lock(owned)
        except OSError:  # it is in use, or was deleted just now
            continue
        with held:
            for record in folder.glob("node-*/process.json"):
                identity = recall(record)
                orphan = identity.process() if identity is not None else None
                if orphan is not None:
                    end(orphan, signal.SIGKILL, patience=5)
            with contextlib.suppress(OSError):
                shutil.rmtree(folder)
