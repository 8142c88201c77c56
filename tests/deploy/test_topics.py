"""Topics match topics.yaml or are reported; an existing topic is never changed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.admin.new_partitions import NewPartitions

from deploy.local.broker import EmbeddedBroker
from deploy.topics import DECLARATION, declared
from shared.contracts.catalogue import PARTITIONS, TOPICS
from shared.messaging.broker import producer_for
from shared.messaging.topics import Difference, Topic, create_missing, differences
from shared.settings import ServiceSettings
from tests.deploy.processes import CHECKOUT
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.kafka import KafkaCluster
    from tests.support.brokers import Broker


def command(broker: Broker, *arguments: str, flavour: str) -> subprocess.CompletedProcess[str]:
    """Run the topics job against a single broker."""
    return subprocess.run(
        [sys.executable, "-m", "deploy.topics", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=CHECKOUT,
        env={
            "PATH": os.defpath,
            "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap_servers,
            "KAFKA_REPLICATION_FACTOR": "1",
            "KAFKA_FLAVOUR": flavour,
        },
    )


def test_every_topic_is_declared_with_unlimited_retention() -> None:
    topics = declared()
    assert tuple(topic.name for topic in topics) == TOPICS
    for topic in topics:
        assert (topic.partitions, topic.replication) == (PARTITIONS, 3)
        assert topic.settings["min.insync.replicas"] == "2"
        # Compaction would delete the versions needed for "as of"; retention would delete unread messages.
        assert topic.settings["cleanup.policy"] == "delete"
        assert topic.settings["retention.ms"] == topic.settings["retention.bytes"] == "-1"
        assert topic.settings["unclean.leader.election.enable"] == "false"


async def test_every_topic_accepts_the_largest_message_of_a_relay() -> None:
    settings = ServiceSettings(database_url="postgresql://", token_jwks="{}")
    producer = producer_for(settings, client_id="test")
    assert all(int(topic.settings["max.message.bytes"]) > producer._max_request_size for topic in declared())
    await producer.stop()


@pytest.mark.parametrize(
    ("written", "instead"), [("partitions: 12", "partitions: 6"), ("pledges.hire", "pledges.fire")]
)
def test_a_declaration_that_contradicts_the_contracts_is_refused(written: str, instead: str, tmp_path: Path) -> None:
    other = tmp_path / "topics.yaml"
    other.write_text(DECLARATION.read_text("utf-8").replace(written, instead), "utf-8")
    with pytest.raises(ValueError, match="different topics or partitions"):
        declared(other)


@pytest.mark.parametrize(("replicas", "in_sync"), [(5, "2"), (3, "2"), (2, "1"), (1, "1")])
def test_a_smaller_cluster_gets_fewer_replicas(replicas: int, in_sync: str) -> None:
    topic = declared()[0].on(replicas)
    assert topic.replication == min(3, replicas)
    assert topic.settings["min.insync.replicas"] == in_sync


def test_the_job_names_missing_settings() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.topics"],
        capture_output=True, text=True, check=False, cwd=CHECKOUT, env={"PATH": os.defpath},
    )  # fmt: skip
    assert done.returncode == 2
    assert "KAFKA_BOOTSTRAP_SERVERS is not set" in done.stderr


async def test_of_the_embedded_broker_only_the_partitions_are_checked() -> None:
    with EmbeddedBroker() as broker:
        assert command(broker, flavour="embedded").returncode == 0
        checked = command(broker, "--check", flavour="embedded")
        assert (checked.returncode, checked.stdout) == (0, "all topics are there\n")
        admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
        await admin.start()
        await admin.delete_topics([TOPICS[0]])
        await admin.create_topics([NewTopic(TOPICS[0], 3, 1)])
        await admin.close()
        done = command(broker, "--check", flavour="embedded")
        assert (done.returncode, done.stderr) == (1, f"{TOPICS[0]}: partitions is 3, 12 is declared\n")


@pytest.mark.kafka
class TestOnApacheKafka:
    """The same command on Apache Kafka."""

    async def test_what_is_missing_is_created_as_declared(self, broker: KafkaCluster) -> None:
        await self.remove(broker, *TOPICS)
        missing = command(broker, "--check", flavour="apache")
        assert missing.returncode == 1
        assert missing.stderr.splitlines() == [f"{topic} is missing" for topic in TOPICS]
        assert command(broker, "--check", flavour="apache").returncode == 1, "a check creates nothing"
        created = command(broker, flavour="apache")
        assert (created.returncode, created.stdout) == (0, f"created {', '.join(TOPICS)}\n")
        checked = command(broker, "--check", flavour="apache")
        assert (checked.returncode, checked.stdout) == (0, "all topics are there and as declared\n")

    async def test_every_difference_is_reported_and_none_is_changed(self, broker: KafkaCluster) -> None:
        one, two, three = TOPICS[:3]
        declaration = {topic.name: topic.on(1) for topic in declared()}
        admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
        await admin.start()
        spoilt = dict(declaration[one].settings) | {"retention.ms": "60000", "cleanup.policy": "compact"}
        undeclared = dict(declaration[two].settings) | {"segment.ms": "60000"}
        for topic, settings in ((one, spoilt), (two, undeclared)):
            answer: Any
            [answer] = await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, settings)])
            assert answer.resources[0][0] == 0
        await admin.create_partitions({three: NewPartitions(PARTITIONS + 1)})
        await admin.close()
        expected = [
            Difference(one, "cleanup.policy", "delete", "compact"),
            Difference(one, "retention.ms", "-1", "60000"),
            Difference(two, "segment.ms", None, "60000"),
            Difference(three, "partitions", str(PARTITIONS), str(PARTITIONS + 1)),
        ]
        async with asyncio.timeout(PATIENCE_SECONDS):  # the broker follows its controller a moment later
            while await differences(broker.bootstrap_servers, list(declaration.values())) != expected:
                await asyncio.sleep(0.02)
        for arguments, code in ((["--check"], 1), ([], 0), (["--check"], 1)):
            done = command(broker, *arguments, flavour="apache")
            assert (done.returncode, done.stderr.splitlines()) == (code, [str(one) for one in expected])

    async def test_too_few_replicas_are_reported(self, broker: KafkaCluster) -> None:
        topic = declared()[0]
        assert await differences(broker.bootstrap_servers, [topic]) == [
            Difference(topic.name, "min.insync.replicas", "2", "1"),
            Difference(topic.name, "replicas", "3", "1"),
        ]

    async def test_a_setting_unknown_to_this_kafka_is_reported(self, broker: KafkaCluster) -> None:
        topic = Topic(TOPICS[0], PARTITIONS, 1, dict(declared()[0].on(1).settings) | {"no.such.setting": "1"})
        [difference] = await differences(broker.bootstrap_servers, [topic])
        assert str(difference) == f"{topic.name}: no.such.setting not known to the broker, 1 is declared"

    async def test_two_jobs_at_once_do_no_harm(self, broker: KafkaCluster) -> None:
        await self.remove(broker, *TOPICS)
        topics = [topic.on(1) for topic in declared()]
        await asyncio.gather(*(create_missing(broker.bootstrap_servers, topics) for _ in range(3)))
        assert await differences(broker.bootstrap_servers, topics) == []

    @staticmethod
    async def remove(broker: KafkaCluster, *topics: str) -> None:
        """Delete topics and wait until they are gone."""
        admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
        await admin.start()
        await admin.delete_topics(list(topics))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while set(topics) & set(await admin.list_topics()):
                await asyncio.sleep(0.02)
        await admin.close()
