"""Prepares what a node needs, once: the jars, and a class data archive of the JVM for faster starts."""

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

_LOCK_SECONDS = 900


def software(say: Callable[[str], None] = lambda _: None) -> Software:
    """Return the programs and files that run Apache Kafka, and prepare them on the first call.

    The first call needs Maven and the network, unless Maven's cache contains the jars. Later calls need neither.

    Args:
        say: called with a message before a slow step.

    Raises:
        KafkaMissing: Java 17 or newer or Maven is missing, the network is not available, or a jar's hash is wrong.
    """
    java, version = artifacts.find_java()
    fingerprint = hashlib.sha256(artifacts.POM.read_bytes() + artifacts.HASHES.read_bytes()).hexdigest()[:12]
    folder = artifacts.CACHE / f"{artifacts.kafka_version()}-{fingerprint}"
    hashes = artifacts.locked()
    jars = tuple(folder / name for name in sorted(hashes))
    archive = folder / f"classes-{_identifier(java, version)}.jsa"
    if not folder.exists() or not archive.exists():
        artifacts.CACHE.mkdir(exist_ok=True)
        with lock(artifacts.CACHE / "lock", patience=_LOCK_SECONDS):
            if not folder.exists():
                say(f"Fetching Apache Kafka {artifacts.kafka_version()} with Maven")
                artifacts.fetch(folder, hashes)
            if not archive.exists():
                say("Teaching Java to start it faster")
                _create_class_archive(Software(java, version, jars, archive))
    return Software(java, version, jars, archive)


def _create_class_archive(new: Software) -> None:
    """Run a node briefly and keep the class data archive of its JVM. If this fails, starts are only slower."""
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
            new.archive.touch()  # do not try again at every start


def _identifier(java: str, version: str) -> str:
    return hashlib.sha256(f"{Path(java).resolve()} {version}".encode()).hexdigest()[:12]
