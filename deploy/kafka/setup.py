"""Everything that has to be there before a node can start, made once: the jars, and what Java learns of them."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.kafka import artifacts
from deploy.kafka.artifacts import Software
from deploy.kafka.node import KafkaFailed, KafkaNode
from deploy.local.files import lock

if TYPE_CHECKING:
    from collections.abc import Callable

_ANOTHERS_SETUP_SECONDS = 900


def software(say: Callable[[str], None] = lambda _: None) -> Software:
    """What runs Apache Kafka here, resolved now if it never was.

    The first time needs the network and Maven, unless Maven has everything in its own cache; later times neither.

    Args:
        say: told in a few words what is being done, when it takes more than a moment.

    Raises:
        KafkaMissing: no Java from 17 on, no Maven, no network at the first time, or a jar that is not the locked one.
    """
    java, version = artifacts.find_java()
    fingerprint = hashlib.sha256(artifacts.POM.read_bytes() + artifacts.HASHES.read_bytes()).hexdigest()[:12]
    folder = artifacts.CACHE / f"{artifacts.kafka_version()}-{fingerprint}"
    wanted = artifacts.locked()
    jars = tuple(folder / name for name in sorted(wanted))
    archive = folder / f"classes-{_identifier(java, version)}.jsa"
    if not folder.exists() or not archive.exists():
        artifacts.CACHE.mkdir(exist_ok=True)
        with lock(artifacts.CACHE / "lock", patience=_ANOTHERS_SETUP_SECONDS):
            if not folder.exists():
                say(f"Fetching Apache Kafka {artifacts.kafka_version()} with Maven")
                artifacts.fetch(folder, wanted)
            if not archive.exists():
                say("Teaching Java to start it faster")
                _learn(Software(java, version, jars, archive))
    return Software(java, version, jars, archive)


def _learn(new: Software) -> None:
    """Run a node for a moment and keep what its JVM loaded. Where that fails, starts are only slower."""
    with tempfile.TemporaryDirectory(prefix="tilsagn-kafka-classes-") as folder:
        dump = Path(folder) / "classes.jsa"
        node = KafkaNode(new, Path(folder) / "node", java_options=(f"-XX:ArchiveClassesAtExit={dump}", "-Xlog:cds=off"))
        try:
            node.start(patience=180)
            node.stop(patience=180)
        except KafkaFailed:
            node.kill()
        if dump.exists():
            kept = new.archive.with_suffix(".new")
            shutil.copyfile(dump, kept)
            kept.rename(new.archive)
        else:
            new.archive.touch()  # not again at every start


def _identifier(java: str, version: str) -> str:
    return hashlib.sha256(f"{Path(java).resolve()} {version}".encode()).hexdigest()[:12]
