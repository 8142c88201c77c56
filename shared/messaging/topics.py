"""Creates missing topics, never changes existing ones, and reports where they differ from the declared ones."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from shared.messaging.access import client_options
from shared.messaging.broker import REQUEST_TIMEOUT_MS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from shared.messaging.access import Kafka

_IN_SYNC = "min.insync.replicas"
_SET_ON_THE_TOPIC = 1  # Kafka's DYNAMIC_TOPIC_CONFIG


@dataclass(frozen=True)
class Topic:
    """A declared topic."""

    name: str
    partitions: int
    replication: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)
    """Kafka's topic settings by name, with values as Kafka writes them."""

    def on(self, replicas: int) -> Topic:
        """Return the same topic for a cluster that can hold at most `replicas` of each partition.

        `min.insync.replicas` is lowered, too: to all but one of the replicas, and at least one.
        """
        if replicas >= self.replication:
            return self
        settings = dict(self.settings)
        if _IN_SYNC in settings:
            settings[_IN_SYNC] = str(min(int(settings[_IN_SYNC]), max(1, replicas - 1)))
        return replace(self, replication=replicas, settings=settings)


@dataclass(frozen=True)
class Difference:
    """One difference between a topic and its declaration."""

    topic: str
    what: str
    """`topic`, `partitions`, `replicas`, or a setting's name"""
    declared: str | None
    """None: the setting was made on the topic and is not declared."""
    found: str | None
    """None: the topic does not exist, or the broker does not know the setting."""

    def __str__(self) -> str:
        if self.what == "topic":
            return f"{self.topic} is missing"
        found = "not known to the broker" if self.found is None else f"is {self.found}"
        declared = "nobody declared it" if self.declared is None else f"{self.declared} is declared"
        return f"{self.topic}: {self.what} {found}, {declared}"


async def create_missing(kafka: Kafka, topics: Sequence[Topic]) -> list[str]:
    """Create the missing topics, leave the others as they are, and return when all of them are visible.

    Args:
        kafka: the broker; a plain `host:port` (comma separated) is connected to without TLS.

    Returns:
        The names of the topics that were created.

    Raises:
        aiokafka.errors.KafkaError: the broker is unavailable or refused.
        TimeoutError: the broker accepted the request, and the topics are not visible seconds later.
    """
    async with admin_of(kafka) as admin:
        there = set(await admin.list_topics())
        missing = sorted((topic for topic in topics if topic.name not in there), key=lambda topic: topic.name)
        if not missing:
            return []
        response: Any = await admin.create_topics(
            [
                NewTopic(topic.name, topic.partitions, topic.replication, topic_configs=dict(topic.settings))
                for topic in missing
            ]
        )
        for name, code, *_ in response.topic_errors:
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                raise error(f"topic {name} could not be created")
        # The controller has them; the brokers learn of it a moment later.
        async with asyncio.timeout(REQUEST_TIMEOUT_MS / 1000):
            while True:
                if {topic.name for topic in missing} <= set(await admin.list_topics()):
                    return [topic.name for topic in missing]
                await asyncio.sleep(0.02)


async def ensure_topics(kafka: Kafka, topics: Sequence[str], *, partitions: int) -> list[str]:
    """Create the missing topics with one replica and the broker's default settings.

    Args:
        kafka: as for `create_missing`.
        topics: the names.

    Returns:
        The names of the topics that were created.

    Raises:
        aiokafka.errors.KafkaError: the broker is unavailable or refused.
    """
    return await create_missing(kafka, [Topic(name, partitions) for name in topics])


async def differences(kafka: Kafka, topics: Sequence[Topic], *, settings_matter: bool = True) -> list[Difference]:
    """Return where the topics differ from their declarations. Changes nothing.

    Compares existence, the number of partitions and replicas, every declared setting, and settings made on the topic
    that are not declared.

    Args:
        kafka: as for `create_missing`.
        settings_matter: False compares partitions only: the embedded broker repeats any settings and ignores them.

    Raises:
        aiokafka.errors.KafkaError: the broker is unavailable or refused.
    """
    async with admin_of(kafka) as admin:
        there = set(await admin.list_topics())
        # Some brokers create a topic that is described and missing.
        present = [topic for topic in topics if topic.name in there]
        found = [Difference(topic.name, "topic", "there", None) for topic in topics if topic not in present]
        if not present:
            return found
        described = {one["topic"]: one["partitions"] for one in await admin.describe_topics([t.name for t in present])}
        for topic in present:
            found += _of_partitions(topic, described[topic.name], settings_matter=settings_matter)
        if settings_matter:
            given = await _settings(admin, [topic.name for topic in present])
            for topic in present:
                found += _of_settings(topic, given[topic.name])
    return sorted(found, key=lambda difference: (difference.topic, difference.what))


def _of_partitions(topic: Topic, found: Sequence[Mapping[str, Any]], *, settings_matter: bool) -> list[Difference]:
    different = []
    if len(found) != topic.partitions:
        different.append(Difference(topic.name, "partitions", str(topic.partitions), str(len(found))))
    replicas = sorted({len(partition["replicas"]) for partition in found})
    if settings_matter and replicas != [topic.replication]:
        counted = " and ".join(map(str, replicas))
        different.append(Difference(topic.name, "replicas", str(topic.replication), counted))
    return different


def _of_settings(topic: Topic, found: Mapping[str, tuple[str, bool]]) -> list[Difference]:
    different = [
        Difference(topic.name, name, value, found[name][0] if name in found else None)
        for name, value in topic.settings.items()
        if name not in found or found[name][0] != value
    ]
    return different + [
        Difference(topic.name, name, None, value)
        for name, (value, on_topic) in found.items()
        if on_topic and name not in topic.settings
    ]


async def _settings(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, tuple[str, bool]]]:
    """Return, by topic and name, the value in force, and whether it was set on the topic itself."""
    answers: Any = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    found: dict[str, dict[str, tuple[str, bool]]] = {}
    for answer in answers:
        for code, _message, _kind, topic, entries in answer.resources:
            if code:
                raise for_code(code)(f"the settings of topic {topic} could not be read")
            found[topic] = {name: (value, source == _SET_ON_THE_TOPIC) for name, value, _, source, *_ in entries}
    return found


@asynccontextmanager
async def admin_of(kafka: Kafka) -> AsyncIterator[AIOKafkaAdminClient]:
    """Yield a started admin client; it is closed at the end of the block."""
    admin = AIOKafkaAdminClient(**client_options(kafka), request_timeout_ms=REQUEST_TIMEOUT_MS)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()
