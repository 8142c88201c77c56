"""`python -m deploy.topics`: creates the topics that topics.yaml declares, and reports differences.

Creates missing topics and changes no existing one. It prints what it created and what differs from the declaration: the
number of partitions can never be corrected, and an operator decides whether to change a setting while consumers run.
With `--check` it creates nothing. It reads from the environment:

    KAFKA_BOOTSTRAP_SERVERS    host:port, comma separated
    KAFKA_SECURITY_PROTOCOL    `SASL_SSL` with KAFKA_USERNAME, KAFKA_PASSWORD and KAFKA_CA_FILE, as for the services;
                               the user must be allowed to create topics and to read their settings
    KAFKA_REPLICATION_FACTOR   the highest replication factor of the cluster, if lower than declared
    KAFKA_FLAVOUR              `embedded` for the local run's broker, which has no replicas and no settings, so only
                               partitions are checked; `apache` by default

Exit code: 0 everything exists (and, with --check, is as declared); 1 --check found a difference; 2 the broker could not
be queried; the reason is on stderr. The command waits up to a minute for the broker.
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
    """Return every declared topic with the settings for a full cluster, sorted by name.

    Raises:
        ValueError: topic names or the number of partitions differ from the contracts (shared/contracts/catalogue.py).
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
    """Compare the topics on the broker with the declared ones. Waits up to a minute for the broker.

    Args:
        kafka: how to connect.
        topics: the declared topics.
        create: create topics that are missing.
        settings_matter: compare settings too; the embedded broker has none.

    Returns:
        The names of the created topics, and the differences of the others.

    Raises:
        aiokafka.errors.KafkaError, OSError, TimeoutError: the broker is not available or refuses the request.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            created = await create_missing(kafka, topics) if create else []
            # A topic that was just created is as declared, but not every broker knows it yet.
            others = [topic for topic in topics if topic.name not in created]
            return created, await differences(kafka, others, settings_matter=settings_matter)
        except (KafkaError, OSError, TimeoutError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.5)


def _as_kafka_writes(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def main() -> int:
    """Run the command and return its exit code."""
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
