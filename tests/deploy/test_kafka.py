"""Apache Kafka on this machine: what it keeps and loses, and that nothing is left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, NotEnoughReplicasError

from deploy.kafka import KafkaCluster, KafkaFailed, KafkaNode, software
from deploy.kafka.cluster import remove_stale_clusters
from deploy.kafka.node import Member
from deploy.local.ports import PortTaken, any_steady, listening
from deploy.topics import declared
from shared.messaging.shutdown import stop_within
from shared.messaging.topics import create_missing, differences
from tests.deploy.processes import CHECKOUT, eventually, finished, python, runs

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.kafka

PLACE = TopicPartition("tilsagn.events.company", 0)
SOON = {"broker.session.timeout.ms": "2000", "broker.heartbeat.interval.ms": "500"}
"""A session timeout of 2 s instead of 9: a killed node is replaced and accepted again sooner."""


@pytest.fixture(scope="module")
def one() -> Iterator[KafkaCluster]:
    """A cluster of one node."""
    with KafkaCluster(settings=SOON) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def three() -> Iterator[KafkaCluster]:
    """A cluster of three nodes with the declared topics."""
    with KafkaCluster(3, settings=SOON) as cluster:
        asyncio.run(create_missing(cluster.bootstrap_servers, declared()))
        yield cluster


async def put(cluster: KafkaCluster, value: bytes, *, seconds: float = 30) -> None:
    """Send one record and wait for every in-sync replica."""
    producer = AIOKafkaProducer(
        bootstrap_servers=cluster.bootstrap_servers, acks="all", enable_idempotence=True, request_timeout_ms=2000
    )
    try:
        async with asyncio.timeout(seconds):
            await producer.start()
            await producer.send_and_wait(PLACE.topic, value=value, partition=PLACE.partition)
    finally:
        await stop_within(producer.stop(), seconds=2)  # it would wait for a broker that is not coming back


async def everything(cluster: KafkaCluster) -> list[bytes]:
    """Return all records."""
    consumer = AIOKafkaConsumer(bootstrap_servers=cluster.bootstrap_servers, enable_auto_commit=False)
    try:
        await consumer.start()
        [end] = (await consumer.end_offsets([PLACE])).values()
        consumer.assign([PLACE])
        await consumer.seek_to_beginning()
        values: list[bytes] = []
        while len(values) < end:
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                values += [record.value or b"" for record in batch]
        return values
    finally:
        await consumer.stop()


async def with_topics(cluster: KafkaCluster) -> None:
    """Create the declared topics on a cluster in any state."""
    await asyncio.to_thread(cluster.start)
    await create_missing(cluster.bootstrap_servers, [topic.on(cluster.replication) for topic in declared()])


async def test_acknowledged_records_survive_a_kill_and_the_ports_stay(one: KafkaCluster) -> None:
    await with_topics(one)
    servers, before = one.bootstrap_servers, one.pid
    await put(one, b"kept")
    await asyncio.to_thread(one.kill)
    assert not one.alive()
    await asyncio.to_thread(one.start)
    assert one.bootstrap_servers == servers
    assert one.pid not in {before, None}
    assert (await everything(one))[-1] == b"kept"
    assert await differences(one.bootstrap_servers, [topic.on(1) for topic in declared()]) == []


async def test_a_stopped_node_ends_and_starts_again(one: KafkaCluster) -> None:
    await with_topics(one)
    await put(one, b"stopped")
    [node] = one.nodes
    child = node._child
    await asyncio.to_thread(node.stop, patience=60)
    assert child is not None
    assert child.returncode == 128 + signal.SIGTERM, "Java ends so when it was asked to"
    await asyncio.to_thread(node.start)
    assert (await everything(one))[-1] == b"stopped"


async def test_a_wiped_node_is_empty(one: KafkaCluster) -> None:
    await with_topics(one)
    await put(one, b"forgotten")
    await asyncio.to_thread(one.wipe)
    await with_topics(one)
    assert await everything(one) == []


async def test_a_paused_node_does_not_answer_until_it_is_resumed(one: KafkaCluster) -> None:
    await with_topics(one)
    await put(one, b"before")
    [node] = one.nodes
    node.pause()
    assert node.alive()
    with pytest.raises((KafkaError, TimeoutError)):
        await put(one, b"meanwhile", seconds=3)
    node.resume()
    await put(one, b"after")
    found = await everything(one)
    assert found[-1] == b"after"
    assert b"before" in found


async def test_a_paused_node_can_be_stopped(one: KafkaCluster) -> None:
    await with_topics(one)
    [node] = one.nodes
    node.pause()
    await asyncio.to_thread(node.stop, patience=60)
    assert not node.alive()


def test_says_which_port_is_taken(tmp_path: Path) -> None:
    with listening() as other:
        port = other.getsockname()[1]
        node = KafkaNode(software(), tmp_path, member=Member(1, port, any_steady()))
        with pytest.raises(PortTaken, match=f"port {port} is in use"):
            node.start()


def test_a_node_that_dies_at_start_raises_an_error_with_its_log(tmp_path: Path) -> None:
    node = KafkaNode(software(), tmp_path, java_options=["-Xmx1m"])
    with pytest.raises(KafkaFailed, match=r"(?s)node 1 died; its log ends:.*heap"):
        node.start()
    assert not node.alive()


def test_an_invalid_setting_raises_an_error(tmp_path: Path) -> None:
    node = KafkaNode(software(), tmp_path, settings={"process.roles": "king"})
    with pytest.raises(KafkaFailed, match="king"):
        node.start()


async def test_two_of_three_nodes_accept_records_and_one_alone_does_not(three: KafkaCluster) -> None:
    await asyncio.to_thread(three.start)
    topics = declared()
    assert await differences(three.bootstrap_servers, topics) == []
    await put(three, b"three")
    await asyncio.to_thread(three.nodes[0].kill)
    await put(three, b"two")
    # Frozen rather than killed: a majority of the controllers is needed to take a replica out of those in sync.
    second = three.nodes[1]
    second.pause()
    with pytest.raises((NotEnoughReplicasError, KafkaError, TimeoutError)):
        await put(three, b"one", seconds=8)
    second.resume()
    await asyncio.to_thread(three.nodes[0].start)
    await put(three, b"three again")
    assert [value for value in await everything(three) if value != b"one"] == [b"three", b"two", b"three again"]


async def test_a_wiped_node_of_three_is_replicated_again(three: KafkaCluster) -> None:
    await asyncio.to_thread(three.start)
    await put(three, b"copied")
    wiped, other, _ = three.nodes
    await asyncio.to_thread(wiped.wipe)
    await asyncio.to_thread(wiped.start)
    async with asyncio.timeout(60):
        while await in_sync(three) < 3:
            await asyncio.sleep(0.2)
    assert segment(wiped) == segment(other)
    assert b"copied" in segment(wiped)


def segment(node: KafkaNode) -> bytes:
    """Return the node's log segment of the partition."""
    [log] = (node.data / f"{PLACE.topic}-{PLACE.partition}").glob("*.log")
    return log.read_bytes()


async def in_sync(cluster: KafkaCluster) -> int:
    """Return the number of in-sync replicas of the partition."""
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.bootstrap_servers)
    await admin.start()
    [topic] = await admin.describe_topics([PLACE.topic])
    await admin.close()
    return min(len(partition["isr"]) for partition in topic["partitions"])


def test_erase_leaves_no_files_and_processes() -> None:
    with KafkaCluster() as cluster:
        [node] = cluster.nodes
        pid, folder = node.pid, node.folder.parent
        assert pid is not None
        assert folder.parent == Path(tempfile.gettempdir())
        assert folder.is_dir()
    assert not folder.exists()
    assert not runs(pid)


def test_nodes_end_with_their_parent_and_the_next_cluster_deletes_the_folder(one: KafkaCluster) -> None:
    one.start()
    code = """
        import time
        from deploy.kafka import KafkaCluster
        cluster = KafkaCluster()
        cluster.start()
        print(cluster.pid, cluster.nodes[0].folder.parent, flush=True)
        time.sleep(60)
    """
    launcher = python(code)
    assert launcher.stdout is not None
    pid, folder = launcher.stdout.readline().split()
    assert runs(int(pid))
    assert Path(folder).is_dir()
    launcher.send_signal(signal.SIGKILL)
    launcher.communicate()
    assert eventually(lambda: not runs(int(pid)))
    remove_stale_clusters()
    assert not Path(folder).exists()
    assert one.nodes[0].folder.is_dir(), "one that is in use is left alone"
    assert one.alive()


def test_the_next_start_ends_a_node_left_behind(tmp_path: Path) -> None:
    """Where no kernel ends it with its launcher: a second launcher on the same folder does."""
    first = KafkaNode(software(), tmp_path)
    first.start()
    pid = first.pid
    assert pid is not None
    second = KafkaNode(software(), tmp_path, member=first.member)
    try:
        second.launch()
        assert not runs(pid)
        assert second.pid not in {pid, None}
    finally:
        second.kill()
        first.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_the_address_and_stops_on_a_signal(number: signal.Signals) -> None:
    command = subprocess.Popen(
        [sys.executable, "-m", "deploy.kafka"],
        cwd=CHECKOUT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert command.stdout is not None
    lines = [command.stdout.readline() for _ in range(3)]
    assert lines[0].startswith("Apache Kafka 4.")
    assert lines[1].strip().startswith("127.0.0.1:")
    [node] = psutil.Process(command.pid).children()
    folder = Path(node.cwd()).parent
    assert folder.name.startswith("tilsagn-kafka-")
    command.send_signal(number)
    assert finished(command).endswith("Stopped.\n")
    assert not folder.exists()
    assert not runs(node.pid)


def test_a_second_start_needs_no_network() -> None:
    """Without Maven, without a home folder: everything lies in the checkout's own cache."""
    software()
    java = Path(software().java).parent
    code = "from deploy.kafka import software; print(len(software().jars))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, env={"PATH": str(java), "HOME": os.devnull}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert int(done.stdout) > 40
