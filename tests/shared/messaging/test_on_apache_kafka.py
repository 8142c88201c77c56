"""Our client settings on one node of Apache Kafka: each promise, and each during a fault."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import statistics
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from deploy.kafka import KafkaCluster
from deploy.local.processes import spawn
from deploy.topics import declared
from shared.messaging import broker as broker_settings
from shared.messaging.relay import Relay
from shared.messaging.topics import create_missing
from shared.messaging.worker import Worker
from shared.settings import ServiceSettings
from tests.deploy.processes import CHECKOUT
from tests.faults.disk import NO_SPACE, fill, small_disk
from tests.faults.proxy import LOOPBACK, Proxies, Proxy
from tests.shared.messaging.conftest import Effects, company, publish
from tests.shared.messaging.traffic import Effect, Traffic, on_the_broker
from tests.support.waiting import eventually

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from uuid import UUID

    from deploy.kafka import KafkaNode
    from shared.db.database import Database

pytestmark = pytest.mark.kafka

PRODUCE = b"\x00\x00"
"""The key of the request in Kafka's protocol, behind the four bytes of its length."""
DAMAGED = b"Failed to load metadata from __consumer_offsets"
"""The permanent error of Kafka 4.3.1 after its disk filled up between an offset and its index: it wrote the next
record to the same place and can read neither. Replicas on other disks have a readable copy."""


class TestLostAnswers:
    """A produce request that has arrived, with its answer pending."""

    @pytest.fixture(scope="class")
    def behind_proxy(self) -> Iterator[tuple[KafkaCluster, Proxy]]:
        """A node that can be reached through a proxy only."""
        with Proxies() as proxies:
            link = proxies.add("relay→kafka")
            with KafkaCluster(settings={"advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{link.port}"}) as kafka:
                link.upstream = kafka.nodes[0].member.port
                asyncio.run(create_missing(kafka.bootstrap_servers, [topic.on(1) for topic in declared()]))
                yield kafka, link

    @pytest.fixture
    def broker(self, behind_proxy: tuple[KafkaCluster, Proxy]) -> KafkaCluster:
        """The broker in the settings."""
        return behind_proxy[0]

    @pytest.mark.parametrize(("idempotent", "times"), [(True, 1), (False, 2)])
    async def test_leave_a_record_once_with_an_idempotent_producer_and_twice_without(
        self,
        idempotent: bool,
        times: int,
        behind_proxy: tuple[KafkaCluster, Proxy],
        publisher_settings: ServiceSettings,
        events_database: Database,
        taskforce_id: UUID,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        kafka, link = behind_proxy
        ours = broker_settings.BROKERS["apache"]
        assert ours.enable_idempotence
        monkeypatch.setitem(broker_settings.BROKERS, "apache", replace(ours, enable_idempotence=idempotent))
        lost_before = link.counts["lost"]
        link.lose_answers(1, after=lambda data: data[4:6] == PRODUCE)
        relay = asyncio.create_task(Relay(publisher_settings, service="events").run())
        change = company(taskforce_id, uuid4())
        await publish(events_database, change)

        async def published() -> bool:
            return bool(await events_database.pool.fetchval("select count(published_at) from outbox"))

        await eventually(published)
        relay.cancel()
        await asyncio.gather(relay, return_exceptions=True)
        assert link.counts["lost"] == lost_before + 1
        assert (await on_the_broker(kafka.bootstrap_servers)).count((change.company_id, 1)) == times


@contextmanager
def another_reader(settings: ServiceSettings, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A second worker of the group, in a process of its own; PostgreSQL knows it as other-worker."""
    environment = {
        name.upper(): str(getattr(settings, name))
        for name in ("database_url", "kafka_bootstrap_servers", "kafka_flavour", "token_jwks")
    }
    process = spawn(
        [sys.executable, "-m", "tests.shared.messaging.reader", "other"],
        log=folder / "reader.log",
        death_signal=signal.SIGKILL,
        environment=dict(os.environ) | environment,
        folder=CHECKOUT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("number", "least", "max_seconds"),
    [
        pytest.param(signal.SIGKILL, 7, 25, id="killed"),
        pytest.param(signal.SIGTERM, 0, 6, id="stopped"),
    ],
)
async def test_another_worker_takes_over_the_partitions(
    number: signal.Signals,
    least: float,
    max_seconds: float,
    worker: Worker,
    broker: KafkaCluster,
    publisher_settings: ServiceSettings,
    events_database: Database,
    taskforce_id: UUID,
    tmp_path: Path,
) -> None:
    """A dead one holds them for the session time of 10 s since its last heartbeat; one that leaves says so."""
    async with Traffic(events_database, taskforce_id) as traffic:
        await traffic.flows("events-worker")
        with another_reader(publisher_settings, tmp_path) as reader:
            began = datetime.now(UTC)
            await traffic.flows("events-worker", "other-worker")
            joined = first_by("other-worker", await traffic.effects(), began)
            await traffic.flows("events-worker", "other-worker")
            ended = datetime.now(UTC)
            reader.send_signal(number)
            await asyncio.to_thread(reader.wait, 30)
        last_reader = {effect.company_id: effect.worker for effect in await traffic.effects() if effect.at < ended}
        orphans = {id_ for id_, worker_name in last_reader.items() if worker_name == "other-worker"}
        assert 0 < len(orphans) < len(last_reader)

        async def adopted() -> dict[UUID, float]:
            found: dict[UUID, float] = {}
            for effect in await traffic.effects():
                if effect.at > ended and effect.worker == "events-worker" and effect.company_id in orphans:
                    found.setdefault(effect.company_id, (effect.at - ended).total_seconds())
            return found

        async def all_adopted() -> bool:
            return len(await adopted()) == len(orphans)

        await eventually(all_adopted)
        took = max((await adopted()).values())
    outcome = await traffic.outcome(broker.bootstrap_servers)
    print(f"\n{number.name}: a newcomer reads after {joined:.1f} s; the others' partitions are read after {took:.1f} s")
    assert outcome.flawless
    assert least < took < max_seconds


def first_by(worker: str, effects: Sequence[Effect], since: datetime) -> float:
    """Seconds from `since` to the first effect of a worker."""
    return min((effect.at - since).total_seconds() for effect in effects if effect.worker == worker)


async def test_a_broker_restart_loses_nothing(
    worker: Worker,
    broker: KafkaCluster,
    events_database: Database,
    taskforce_id: UUID,
    log_output: Callable[[], str],
) -> None:
    async with Traffic(events_database, taskforce_id) as traffic:
        await traffic.flows()
        await asyncio.to_thread(broker.kill)
        killed = datetime.now(UTC)
        await asyncio.to_thread(broker.start)
        served = datetime.now(UTC)
        await traffic.flows()
    outcome = await traffic.outcome(broker.bootstrap_servers)
    print(
        f"\nrestart: away for {(served - killed).total_seconds():.1f} s, first effect {outcome.first_after(served):.1f}"
        f" s after; {outcome.changes} changes, {outcome.copies} copies{log_output()}"
    )
    assert outcome.flawless
    assert outcome.first_after(served) < 30


async def test_a_broker_pause_of_15_s_is_survived(
    worker: Worker,
    broker: KafkaCluster,
    events_database: Database,
    taskforce_id: UUID,
    log_output: Callable[[], str],
) -> None:
    [node] = broker.nodes
    async with Traffic(events_database, taskforce_id) as traffic:
        await traffic.flows()
        node.pause()
        try:
            await asyncio.sleep(15)
            waiting = await traffic.pending()
        finally:
            node.resume()
        resumed = datetime.now(UTC)
        await traffic.flows()
    outcome = await traffic.outcome(broker.bootstrap_servers)
    print(
        f"\npaused: {waiting} changes waiting after 15 s, first effect {outcome.first_after(resumed):.1f} s after it;"
        f" {outcome.changes} changes, {outcome.copies} copies{log_output()}"
    )
    assert waiting > 15 * 40 / 2
    assert outcome.flawless
    assert outcome.first_after(resumed) < 30


class TestFullDisk:
    """The node's data is on a disk of its own, as it should be."""

    @pytest.fixture
    def disk(self) -> Iterator[Path]:
        """A small one."""
        with small_disk(mebibytes=64) as disk:
            if disk is None:
                pytest.skip("a small disk is a tmpfs, which only root can mount")
            yield disk

    @pytest.fixture
    def broker(self, disk: Path, tmp_path: Path) -> Iterator[KafkaCluster]:
        """One node with its data on the disk."""
        node = tmp_path / "kafka" / "node-1"
        node.mkdir(parents=True)
        (disk / "data").mkdir()
        (node / "data").symlink_to(disk / "data")
        with KafkaCluster(folder=tmp_path / "kafka") as kafka:
            asyncio.run(create_missing(kafka.bootstrap_servers, [topic.on(1) for topic in declared()]))
            yield kafka

    async def test_ends_the_node_and_what_was_not_taken_is_sent_when_there_is_room_again(
        self,
        disk: Path,
        worker: Worker,
        broker: KafkaCluster,
        events_database: Database,
        taskforce_id: UUID,
        log_output: Callable[[], str],
    ) -> None:
        [node] = broker.nodes
        async with Traffic(events_database, taskforce_id) as traffic:
            await traffic.flows()
            ballast = disk / "ballast"
            await asyncio.to_thread(fill, ballast)
            full = datetime.now(UTC)

            async def ended() -> bool:
                return not node.alive()

            await eventually(ended)
            took = (datetime.now(UTC) - full).total_seconds()
            await asyncio.sleep(1)
            waiting = await traffic.pending()
            ballast.unlink()
            await asyncio.to_thread(node.start)
            served = datetime.now(UTC)
            repaired = ""
            try:
                await traffic.flows(seconds=20)
            except AssertionError:
                if DAMAGED not in node.log.read_bytes():
                    raise
                repaired = ", after its groups' offsets were deleted, which it could not read"
                await asyncio.to_thread(_forget_offsets, node, disk / "data")
                await traffic.flows()
        outcome = await traffic.outcome(broker.bootstrap_servers)
        print(
            f"\nfull disk{repaired}: the node ended after {took:.1f} s, {waiting} changes waited; first effect"
            f" {outcome.first_after(served):.1f} s after it served again; {outcome.changes} changes,"
            f" {outcome.copies} copies{log_output()}"
        )
        assert NO_SPACE in node.log.read_bytes()
        assert waiting > 0
        assert outcome.flawless


def _forget_offsets(node: KafkaNode, data: Path) -> None:
    """Delete what a node knows of its groups: each begins with the earliest record, and knows what it has applied."""
    node.stop()
    folders = list(data.glob("__consumer_offsets-*"))
    assert folders
    for folder in folders:
        shutil.rmtree(folder)
    node.start()


async def test_a_long_fetch_does_not_delay_a_change(
    publisher_settings: ServiceSettings,
    broker: KafkaCluster,
    effects: Effects,
    events_database: Database,
    taskforce_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Apache Kafka answers a fetch as soon as there is a record, however long the fetch may wait."""
    settings = replace(broker_settings.BROKERS["apache"], fetch_max_wait_ms=10_000)
    monkeypatch.setitem(broker_settings.BROKERS, "apache", settings)
    worker = Worker(publisher_settings, service="events", consumers=[effects.consumer()])
    await worker.start()
    async with Traffic(events_database, taskforce_id) as traffic:
        await traffic.flows()
    began = datetime.now(UTC)
    async with Traffic(events_database, taskforce_id, per_second=4) as traffic:
        await asyncio.sleep(8)
    await traffic.outcome(broker.bootstrap_servers)
    await worker.stop()
    took = await latencies(events_database, began)
    print(f"\ncommit to effect, median of {len(took)} changes: {statistics.median(took):.0f} ms")
    # A broker that slept for the whole wait would need 5,000 ms on average; `make bench` measures its speed.
    assert statistics.median(took) < 2_500


async def latencies(database: Database, since: datetime) -> list[float]:
    """Milliseconds from the recording of each change since then to its effect."""
    return [
        row["took"]
        for row in await database.pool.fetch(
            """
            select extract(epoch from at - recorded_at)::float8 * 1000 as took
              from outbox join effects on aggregateid = company_id and outbox.version = effects.version
             where recorded_at > $1
            """,
            since,
        )
    ]
