"""Each fault, while pledges come in; after it has healed, I1-I6 hold against the clients' own ledger."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.local import ports
from services.notifications.deliveries import AT_A_TIME
from shared.contracts.catalogue import PARTITIONS, TOPICS
from shared.messaging.replay import replay_unsettled
from tests.faults.checker import check
from tests.faults.ledger import Clients
from tests.topology import PROCESSES, Process, Topology

if TYPE_CHECKING:
    from uuid import UUID

    from tests.faults.checker import Verdict

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]

BEFORE_SECONDS = (0.3, 1.2)
"""Between which moments after the first pledge a fault strikes."""


async def _working(running: Topology, taskforce: UUID, seed: int) -> tuple[Clients, random.Random]:
    clients = Clients(running, taskforce, seed=seed)
    await clients.start()
    chance = random.Random(seed)
    await asyncio.sleep(chance.uniform(*BEFORE_SECONDS))
    return clients, chance


async def _after(running: Topology, taskforce: UUID, clients: Clients, **allowed: int) -> Verdict:
    await asyncio.sleep(0.5)
    ledger = await clients.stop()
    await asyncio.to_thread(running.wait_until_ready)
    verdict = await check(running, taskforce, ledger, **allowed)
    print(verdict)
    assert verdict.broken == []
    assert verdict.acknowledged > 10, "too little happened to prove anything"
    assert verdict.hires > 0
    return verdict


async def test_nothing_is_wrong_when_nothing_fails(running: Topology, taskforce: UUID, seed: int) -> None:
    clients, _ = await _working(running, taskforce, seed)
    verdict = await _after(running, taskforce, clients)
    assert verdict.duplicate_mails == 0
    assert verdict.recovered == 0


@pytest.mark.parametrize("name", PROCESSES)
async def test_any_process_may_be_killed_during_intake(
    name: str, running: Topology, taskforce: UUID, seed: int
) -> None:
    clients, chance = await _working(running, taskforce, seed + PROCESSES.index(name))
    process = running.processes[name]
    before = process.killed
    await asyncio.to_thread(process.kill)
    await asyncio.sleep(chance.uniform(0.1, 0.5))
    process.start()
    await asyncio.to_thread(running.wait_until_ready)
    await _after(
        running, taskforce, clients, duplicate_mails_allowed=AT_A_TIME if name == "notifications-worker" else 0
    )
    assert process.killed == before + 1


async def test_the_broker_may_be_killed_and_its_log_be_gone(running: Topology, taskforce: UUID, seed: int) -> None:
    clients, _ = await _working(running, taskforce, seed)
    before = running.broker.pid
    await asyncio.to_thread(running.replace_broker)
    assert running.broker.pid not in {before, None}
    for service in ("events", "pledges"):
        conn = await asyncpg.connect(running.superuser_dsn(service))
        async with conn.transaction():
            replayed = await replay_unsettled(conn)  # type: ignore[arg-type]
        await conn.close()
        assert replayed > 0
    await _after(running, taskforce, clients)


async def test_processes_may_start_before_their_broker(running: Topology, taskforce: UUID, seed: int) -> None:
    for process in running.processes.values():
        await asyncio.to_thread(process.stop)
    await asyncio.to_thread(running.broker.kill)
    for process in running.processes.values():
        process.start()

    async def apps_ready() -> bool:
        apps = [process for name, process in running.processes.items() if name.endswith("-app")]
        return all([await asyncio.to_thread(process.ready) for process in apps])

    async with asyncio.timeout(60):
        while not await apps_ready():
            await asyncio.sleep(0.1)
    assert not running.processes["dashboard-worker"].ready()
    clients, _ = await _working(running, taskforce, seed)
    await asyncio.sleep(1)
    await asyncio.to_thread(running.start_broker)
    for service in ("events", "pledges"):
        conn = await asyncpg.connect(running.superuser_dsn(service))
        await replay_unsettled(conn)  # type: ignore[arg-type]
        await conn.close()
    await asyncio.to_thread(running.wait_until_ready)
    await _after(running, taskforce, clients)


async def test_postgresql_may_crash_and_recover(running: Topology, taskforce: UUID, seed: int) -> None:
    clients, _ = await _working(running, taskforce, seed)
    before = running.postgres.pid
    await asyncio.to_thread(running.postgres.restart, immediate=True)
    assert running.postgres.pid not in {before, None}
    await _after(running, taskforce, clients)


async def test_every_message_may_come_three_times_and_shuffled(running: Topology, taskforce: UUID, seed: int) -> None:
    clients, chance = await _working(running, taskforce, seed)
    await asyncio.sleep(1.5)
    delivered = await _redeliver(running, chance, times=2)
    assert delivered > 50
    await _after(running, taskforce, clients)


async def test_poison_is_put_aside_while_the_rest_goes_on(running: Topology, taskforce: UUID, seed: int) -> None:
    clients, chance = await _working(running, taskforce, seed)
    before = await _dead_letters(running)
    sent = await _poison(running, chance, count=20)
    verdict = await _after(running, taskforce, clients)
    assert verdict.seconds_to_lag_zero < 10
    found = {service: count - before[service] for service, count in (await _dead_letters(running)).items()}
    assert found["dashboard"] == sent
    assert found["pledges"] > 0


async def test_two_relays_do_no_harm(running: Topology, taskforce: UUID, seed: int) -> None:
    first = running.processes["pledges-worker"]
    port = ports.any_free()
    second = Process(
        "second pledges-worker",
        first.command,
        first.environment | {"PLEDGES_HEALTH_PORT": str(port)},
        port,
        running.folder / "second.log",
    )
    second.start()
    try:
        async with asyncio.timeout(30):
            while not await asyncio.to_thread(second.ready):
                await asyncio.sleep(0.1)
        clients, _ = await _working(running, taskforce, seed)
        # Whichever leads: the other has to take over while pledges come in.
        await asyncio.to_thread(first.kill)
        await asyncio.sleep(1)
        first.start()
        await asyncio.to_thread(running.wait_until_ready)
        await asyncio.to_thread(second.kill)
        await _after(running, taskforce, clients)
    finally:
        second.stop()


async def _redeliver(running: Topology, chance: random.Random, *, times: int) -> int:
    """Send every record that is on the broker again, `times` times, in one shuffled heap."""
    consumer = AIOKafkaConsumer(bootstrap_servers=running.broker.bootstrap_servers, enable_auto_commit=False)
    await consumer.start()
    consumer.assign([TopicPartition(topic, number) for topic in TOPICS for number in range(PARTITIONS)])
    await consumer.seek_to_beginning()
    records: list[Any] = []
    quiet = 0
    while quiet < 5:
        batch = await consumer.getmany(timeout_ms=200)
        quiet = 0 if batch else quiet + 1
        for found in batch.values():
            records += [record for record in found if record.key]
        if len(records) > 5000:
            break
    await consumer.stop()
    heap = records * times
    chance.shuffle(heap)
    producer = AIOKafkaProducer(bootstrap_servers=running.broker.bootstrap_servers, acks="all")
    await producer.start()
    futures = [
        await producer.send(record.topic, value=record.value, key=record.key, headers=list(record.headers))
        for record in heap
    ]
    await asyncio.gather(*futures)
    await producer.stop()
    return len(heap)


async def _poison(running: Topology, chance: random.Random, *, count: int) -> int:
    """Scatter invalid records of a known type over every topic. Returns how many were sent."""
    kinds: list[tuple[bytes | None, bytes | None]] = [
        (b"{not json", b"k"),
        (b"\xff\xfe\x00", b"k"),
        (None, b"k"),
        (b"{}", None),
        (b'{"taskforce_id": "\\u0000"}', b"k"),
        (b'"' + b"x" * 900_000 + b'"', b"k"),
    ]
    types = {
        topic: f"tilsagn.{topic.split('.')[1]}.{name}.v1".encode()
        for topic, name in {
            "tilsagn.events.company": "CompanyRegistered",
            "tilsagn.events.employer_event": "EventOpened",
            "tilsagn.events.attendance": "CompanyCheckedIn",
            "tilsagn.events.taskforce": "TaskforceRegistered",
            "tilsagn.pledges.pledge": "PledgeLogged",
            "tilsagn.pledges.hire": "HireConfirmed",
        }.items()
    }
    assert set(types) == set(TOPICS)
    producer = AIOKafkaProducer(bootstrap_servers=running.broker.bootstrap_servers, acks="all")
    await producer.start()
    for number in range(count):
        topic = TOPICS[number % len(TOPICS)]
        value, key = chance.choice(kinds)
        headers = [("ce_type", types[topic]), ("ce_id", chance.choice([None, b"\xff", b"x"]))]
        await producer.send_and_wait(topic, value=value, key=key, headers=headers)
        await asyncio.sleep(0.02)
    await producer.stop()
    return count


async def _dead_letters(running: Topology) -> dict[str, int]:
    counts: dict[str, int] = {}
    for service in ("pledges", "notifications", "dashboard"):
        conn = await asyncpg.connect(running.superuser_dsn(service))
        counts[service] = await conn.fetchval("select count(*) from dead_letters")
        await conn.close()
    return counts
