"""`python -m deploy.kafka`: runs Apache Kafka for experiments, without Docker.

run [--nodes 3]    start it with our topics, print the address, and run until Ctrl-C; then delete everything (default)
setup              only fetch it, so that later starts need no network
lock               write jars.sha256 again after a version in pom.xml has changed
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import threading
import time

from deploy.kafka.artifacts import KafkaMissing, write_hashes
from deploy.kafka.cluster import KafkaCluster
from deploy.kafka.node import KafkaFailed
from deploy.kafka.setup import software
from deploy.local.ports import PortTaken
from deploy.topics import declared
from shared.messaging.topics import create_missing


def _say(text: str) -> None:
    print(text, flush=True)


def _run(nodes: int) -> None:
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    started = time.monotonic()
    with KafkaCluster(nodes, say=lambda text: _say(f"  {text} …")) as kafka:
        topics = [topic.on(kafka.replication) for topic in declared()]
        asyncio.run(create_missing(kafka.bootstrap_servers, topics))
        version = software().kafka_version
        many = f"{nodes} nodes" if nodes > 1 else "one node"
        _say(f"Apache Kafka {version}, {many}, {len(topics)} topics, ready after {time.monotonic() - started:.1f} s:")
        _say(f"  {kafka.bootstrap_servers}")
        _say("Ctrl-C stops it and deletes what it stored.")
        while not stopping.wait(1):
            dead = [node for node in kafka.nodes if not node.alive()]
            if len(dead) == len(kafka.nodes):
                raise KafkaFailed(f"Kafka died; its log ends:\n{dead[0].log_tail()}")
    _say("\nStopped.")


def main() -> int:
    """Run the command. Returns 0, or 1 on failure with the reason on stderr."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.kafka", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", nargs="?", choices=("run", "setup", "lock"), default="run", help=argparse.SUPPRESS)
    parser.add_argument("--nodes", type=int, choices=(1, 3), default=1, help="how many, each broker and controller")
    arguments = parser.parse_args()
    try:
        if arguments.action == "lock":
            _say(f"{write_hashes()} jars are locked")
        elif arguments.action == "setup":
            software(lambda text: _say(f"  {text} …"))
        else:
            _run(arguments.nodes)
    except (KafkaMissing, KafkaFailed, PortTaken) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
