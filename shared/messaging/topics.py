"""Makes the topics that are missing, changes none that exist, and tells where they differ from what was declared."""

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
    """A topic as it has to be."""

    name: str
    partitions: int
    replication: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)
    """Kafka's topic settings by name, as Kafka writes their values"""

    def on(self, replicas: int) -> Topic:
        """The same on a cluster that holds `replicas` of each partition at most.

        Fewer have to be in sync then too, or nothing could be sent: all but one of them, and one at least.
        """
        if replicas >= self.replication:
            return self
        settings = dict(self.settings)
        if _IN_SYNC in settings:
            settings[_IN_SYNC] = str(min(int(settings[_IN_SYNC]), max(1, replicas - 1)))
        return replace(self, replication=replicas, settings=settings)


@dataclass(frozen=True)
class Difference:
    """One thing in which a topic is not as declared."""

    topic: str
    what: str
    """`topic`, `partitions`, `replicas`, or a setting's name"""
    declared: str | None
    """None: somebody gave the topic a setting that nobody declared"""
    found: str | None
    """None: it is not there, or not known to the broker"""

    def __str__(self) -> str:
        if self.what == "topic":
            return f"{self.topic} is missing"
        found = "not known to the broker" if self.found is None else f"is {self.found}"
        declared = "nobody declared it" if self.declared is None else f"{self.declared} is declared"
        return f"{self.topic}: {self.what} {found}, {declared}"


async def create_missing(kafka: Kafka, topics: Sequence[Topic]) -> list[str]:
    """Create the topics that are not there yet, touch no other, and return when all of them can be seen.

    Args:
        kafka: the broker; a name, `host:port` and comma separated, if it is reached in the clear.

    Returns:
        The names that were created now.

    Raises:
        aiokafka.errors.KafkaError: the broker is away or refused.
        TimeoutError: the broker has taken the order, and does not know the topics seconds later.
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
        # The controller has them; the brokers hear of it a moment later.
        async with asyncio.timeout(REQUEST_TIMEOUT_MS / 1000):
            while True:
                if {topic.name for topic in missing} <= set(await admin.list_topics()):
                    return [topic.name for topic in missing]
                await asyncio.sleep(0.02)


async def ensure_topics(kafka: Kafka, topics: Sequence[str], *, partitions: int) -> list[str]:
    """Create the topics that are not there yet, with one replica and the broker's own settings.

    Args:
        kafka: the broker; a name, `host:port` and comma separated, if it is reached in the clear.
        topics: the names wanted.

    Returns:
        The names that were created now.

    Raises:
        aiokafka.errors.KafkaError: the broker is away or refused.
    """
    return await create_missing(kafka, [Topic(name, partitions) for name in topics])


async def differences(kafka: Kafka, topics: Sequence[Topic], *, settings_matter: bool = True) -> list[Difference]:
    """Return where the topics are not as declared; nothing is changed.

    A topic that is missing, its number of partitions, its replicas, every declared setting, and every setting that
    somebody gave the topic and nobody declared.

    Args:
        kafka: the broker; a name, `host:port` and comma separated, if it is reached in the clear.
        settings_matter: False compares the number of partitions only: the embedded broker repeats whatever
            settings it is given and follows none of them.

    Raises:
        aiokafka.errors.KafkaError: the broker is away or refused.
    """
    async with admin_of(kafka) as admin:
        there = set(await admin.list_topics())
        # Asking after a topic that is not there would make it on some brokers.
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
    """By topic and name: the value in force, and whether it was set on the topic itself."""
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
    """A started client for whoever looks after a broker; closed at the end."""
    admin = AIOKafkaAdminClient(**client_options(kafka), request_timeout_ms=REQUEST_TIMEOUT_MS)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()
