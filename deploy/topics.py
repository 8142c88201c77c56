"""`python -m deploy.topics`: a deployment's topics, as declared in topics.yaml.

Creates those that are missing, changes none that exist, and says what it did and what is not as declared: a number of
partitions can never be put right, and whether a setting may be changed under running consumers is for an operator to
judge. With `--check` nothing is created. From the environment:

    KAFKA_BOOTSTRAP_SERVERS    host:port, comma separated
    KAFKA_SECURITY_PROTOCOL    `SASL_SSL` with KAFKA_USERNAME, KAFKA_PASSWORD and KAFKA_CA_FILE, as for the services; as
                               somebody who may create topics and see their settings
    KAFKA_REPLICATION_FACTOR   the most replicas the cluster can hold, where that is less than declared
    KAFKA_FLAVOUR              `embedded`: the local run's broker, which has partitions but neither replicas nor
                               settings: only the partitions are checked. `apache` unless set

Exit code: 0 all is there (and, with --check, as declared); 1 --check found a difference; 2 it could not look, with
the reason. It waits up to a minute for the broker.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

import yaml
from aiokafka.errors import KafkaError

from shared.contracts.catalogue import PARTITIONS, TOPICS
from shared.messaging.access import Kafka, access_from
from shared.messaging.topics import Difference, Topic, create_missing, differences

DECLARATION = Path(__file__).with_name("topics.yaml")

_PATIENCE_SECONDS = 60.0


def declared(declaration: Path = DECLARATION) -> list[Topic]:
    """Return every topic as declared for a full cluster, by name.

    Raises:
        ValueError: the declaration names other topics, or another number of partitions, than the contracts do.
    """
    document: dict[str, Any] = yaml.safe_load(declaration.read_text(encoding="utf-8"))
    if set(document["topics"]) != set(TOPICS) or document["partitions"] != PARTITIONS:
        raise ValueError(f"{declaration.name} and shared/contracts/catalogue.py name different topics or partitions")
    return [
        Topic(
            name,
            partitions=document["partitions"],
            replication=document["replication"],
            settings={
                setting: _as_kafka_writes(value)
                for setting, value in (document["settings"] | own.get("settings", {})).items()
            },
        )
        for name, own in sorted(document["topics"].items())
    ]


async def run(
    kafka: Kafka, topics: list[Topic], *, create: bool, settings_matter: bool
) -> tuple[list[str], list[Difference]]:
    """Create what is missing, if asked to, as soon as the broker answers. Returns the created and the different."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            created = await create_missing(kafka, topics) if create else []
            # One that was made a moment ago is as declared, and not known to every broker yet.
            others = [topic for topic in topics if topic.name not in created]
            return created, await differences(kafka, others, settings_matter=settings_matter)
        except (KafkaError, OSError, TimeoutError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.5)


def _as_kafka_writes(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def main() -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.topics", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="create nothing; exit 1 where anything is not as declared")
    check = parser.parse_args().check
    apache = os.environ.get("KAFKA_FLAVOUR", "apache") != "embedded"
    try:
        kafka = access_from(os.environ)
        topics = declared()
        replicas = int(os.environ.get("KAFKA_REPLICATION_FACTOR") or topics[0].replication)
        topics = [topic.on(replicas if apache else 1) for topic in topics]
        created, different = asyncio.run(run(kafka, topics, create=not check, settings_matter=apache))
    except (KafkaError, OSError, TimeoutError, ValueError) as error:
        done = "looked at" if check else "created"
        print(f"the topics could not be {done}: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    if created:
        print("created " + ", ".join(created))
    for difference in different:
        print(difference, file=sys.stderr)
    if not created and not different:
        print("all topics are there" if not apache else "all topics are there and as declared")
    return 1 if check and different else 0


if __name__ == "__main__":
    raise SystemExit(main())
