"""Faults of messages: redelivered and shuffled, invalid in every known way, read too slowly."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from services.dashboard.read_model import projections
from tests.faults import broker_log
from tests.faults.fault import Fault, NotHealed, Scene
from tests.faults.kinds.processes import POINT_SECONDS
from tests.faults.points import SLOW_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.topology import Topology

MOST_REDELIVERED = 5000
POISON = 20
ASIDE_SECONDS = 10.0
"""The time within which an invalid message becomes a dead letter and the next message is processed."""
LARGE_BYTES = 5_000_000

_LEFT = b"LeaveGroup request succeeded"
"""The log lines of a member that leaves its group because it was too slow or stops."""

_TYPES = {
    "tilsagn.events.company": "CompanyRegistered",
    "tilsagn.events.employer_event": "EventOpened",
    "tilsagn.events.attendance": "CompanyCheckedIn",
    "tilsagn.events.meeting": "MeetingPlanned",
    "tilsagn.events.target": "TargetSet",
    "tilsagn.events.taskforce": "TaskforceRegistered",
    "tilsagn.pledges.pledge": "PledgeLogged",
    "tilsagn.pledges.hire": "HireConfirmed",
    "tilsagn.pledges.outreach": "OutreachLogged",
}
TOPICS = tuple(sorted(_TYPES))
"""The topics that the dashboard reads, whose dead letters are counted."""


async def redeliver(scene: Scene) -> int:
    """Send every record on the broker twice more, shuffled. Counts acknowledged copies."""
    await scene.a_while(1.0, 2.0)
    servers = scene.running.broker.bootstrap_servers
    found = await broker_log.records(servers, max_records=MOST_REDELIVERED)
    heap = [record for record in found if record.key] * 2
    scene.chance.shuffle(heap)
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all", max_request_size=2 * LARGE_BYTES)
    await producer.start()
    try:
        futures = [
            await producer.send(record.topic, value=record.value, key=record.key, headers=list(record.headers))
            for record in heap
        ]
        sent = await asyncio.gather(*futures)
    finally:
        await producer.stop()
    return len(sent)


async def poison(scene: Scene) -> int:
    """Send invalid records of known types to every topic. Counts the dashboard's dead letters.

    Raises:
        NotHealed: not all of them became dead letters in time.
    """
    kinds: list[tuple[bytes | None, bytes | None]] = [
        (b"{not json", b"k"),
        (b"\xff\xfe\x00", b"k"),
        (None, b"k"),
        (b"{}", None),
        (b'{"taskforce_id": "\\u0000"}', b"k"),
        (b'"' + b"x" * 900_000 + b'"', b"k"),
    ]
    assert set(_TYPES) == {message.topic() for message in projections.MESSAGES}
    before = await _dead_letters(scene.running)
    producer = AIOKafkaProducer(bootstrap_servers=scene.running.broker.bootstrap_servers, acks="all")
    await producer.start()
    try:
        for number in range(POISON):
            topic = TOPICS[number % len(TOPICS)]
            value, key = scene.chance.choice(kinds)
            headers = [("ce_type", _type(topic)), ("ce_id", scene.chance.choice([None, b"\xff", b"x"]))]
            await producer.send_and_wait(topic, value=value, key=key, headers=headers)
            await asyncio.sleep(0.02)
        for topic in TOPICS:  # ignored by every consumer: neither an effect nor a dead letter
            await producer.send_and_wait(topic, value=b"{}", key=b"k", headers=[("ce_type", b"tilsagn.unknown.v1")])
    finally:
        await producer.stop()

    found: Counter[str] = Counter()

    async def all_aside() -> bool:
        found.update(await _dead_letters(scene.running) - before - found)
        return found["dashboard"] >= POISON

    await scene.until(all_aside, seconds=ASIDE_SECONDS)
    if found["dashboard"] != POISON or not found["pledges"]:
        raise NotHealed(f"of {POISON} invalid messages {dict(found)} were put aside within {ASIDE_SECONDS:.0f} s")
    return found["dashboard"]


async def large(scene: Scene) -> int:
    """Send a record of 5 MB. If the broker refuses it, that counts, too. Counts 1.

    Raises:
        NotHealed: it was accepted and did not become a dead letter in time.
    """
    topic = scene.chance.choice(TOPICS)
    before = await _dead_letters(scene.running)
    producer = AIOKafkaProducer(
        bootstrap_servers=scene.running.broker.bootstrap_servers, acks="all", max_request_size=2 * LARGE_BYTES
    )
    await producer.start()
    try:
        value = b'"' + b"x" * LARGE_BYTES + b'"'
        await producer.send_and_wait(topic, value=value, key=b"k", headers=[("ce_type", _type(topic))])
    except MessageSizeTooLargeError:
        scene.note("refused by the broker")
        return 1
    finally:
        await producer.stop()

    async def aside() -> bool:
        return (await _dead_letters(scene.running))["dashboard"] > before["dashboard"]

    if not await scene.until(aside, seconds=3 * ASIDE_SECONDS):
        raise NotHealed(f"a record of {LARGE_BYTES} bytes was not put aside")
    scene.note("taken by the broker, and put aside")
    return 1


async def read_slowly(service: str, scene: Scene) -> int:
    """Make a consumer process one batch for longer than its group allows. Counts how often it left the group."""
    name = f"{service}-worker"
    process = scene.running.processes[name]
    marks = scene.running.folder / f"slow-{scene.chance.getrandbits(32):08x}.marks"
    passage = scene.chance.randint(2, 4)
    await asyncio.to_thread(process.stop)
    before = process.log.read_bytes().count(_LEFT)
    process.start(under=("tests.faults.points", "before-effect", str(passage), "slow", str(marks)))

    async def left_and_came_back() -> bool:
        left = process.log.read_bytes().count(_LEFT) > before
        return left and marks.exists() and len(marks.read_text().splitlines()) > passage

    try:
        await scene.until(left_and_came_back, seconds=POINT_SECONDS + SLOW_SECONDS)
        fired = process.log.read_bytes().count(_LEFT) - before
    finally:
        await asyncio.to_thread(process.stop)
        process.start()
    await scene.ready()
    scene.note(f"{_given_twice(marks)} records were given to it again")
    return fired


def _given_twice(marks: Path) -> int:
    """Return how many records the consumer got more than once."""
    if not marks.exists():
        return 0
    given = Counter(place for line in marks.read_text().splitlines() for place in line.split(" ")[2:])
    return sum(1 for times in given.values() if times > 1)


def _type(topic: str) -> bytes:
    return f"tilsagn.{topic.split('.')[1]}.{_TYPES[topic]}.v1".encode()


async def _dead_letters(running: Topology) -> Counter[str]:
    counts: Counter[str] = Counter()
    for service in ("pledges", "notifications", "dashboard"):
        conn = await asyncpg.connect(running.superuser_dsn(service), command_timeout=10)
        try:
            counts[service] = await conn.fetchval("select count(*) from dead_letters")
        finally:
            conn.terminate()
    return counts


FAULTS = (
    Fault("delivered again", "every message", "twice more, in one shuffled heap", "no more copies", redeliver),
    Fault("poison", "every topic", "20 records that can never work, 6 of unknown type", "no more of them", poison),
    Fault("5 MB", "a topic", "a record of 5 MB", "no more of them", large),
    *(
        Fault(
            "slow consumer",
            f"{service}-worker",
            "holds a batch past max_poll_interval",
            "restarted at its own pace",
            partial(read_slowly, service),
        )
        for service in ("dashboard", "notifications", "pledges")
    ),
)
