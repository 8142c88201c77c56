"""The floor of the path to the dashboard: a producer, a consumer, and one insert for each batch.

It uses the same broker, settings and number of partitions, in one process, without outbox and projections: from
sending a record to the commit of its row.

`python -m tests.bench.bare_loop`
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.contracts.catalogue import PARTITIONS
from shared.messaging.broker import BATCH_RECORDS, BROKERS
from tests.bench.children import Answer, obey

if TYPE_CHECKING:
    from shared.settings import KafkaFlavour

TOPIC = "bench.loop"
_PATIENCE_SECONDS = 60.0
_PADDING = "." * 700
"""The size of a pledge's state."""


async def make_topic(servers: str, name: str) -> None:
    """Create a topic with the usual number of partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, PARTITIONS, 1)])
        async with asyncio.timeout(10):
            while name not in await admin.list_topics():
                await asyncio.sleep(0.05)
    finally:
        await admin.close()


class _Loop:
    def __init__(self, producer: Any, consumer: Any, conn: Any) -> None:
        self._producer = producer
        self._consumer = consumer
        self._conn = conn

    async def answer(self, order: dict[str, Any]) -> dict[str, Any]:
        """Send `count` records, `rate` a second or, with 0, at once."""
        sent: dict[UUID, float] = {}
        took: list[float] = []
        taking = asyncio.create_task(self._take(order["count"], sent, took))
        began = time.perf_counter()
        acknowledged = []
        for number in range(order["count"]):
            if order["rate"]:
                await asyncio.sleep(max(0.0, began + number / order["rate"] - time.perf_counter()))
            record = uuid4()
            sent[record] = time.perf_counter()
            value = json.dumps({"id": str(record), "padding": _PADDING}).encode()
            acknowledged.append(await self._producer.send(TOPIC, value=value, key=str(record).encode()))
        await asyncio.gather(*acknowledged)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await taking
        return {"milliseconds": took}

    async def _take(self, count: int, sent: dict[UUID, float], took: list[float]) -> None:
        while len(took) < count:
            batches = await self._consumer.getmany(timeout_ms=200, max_records=BATCH_RECORDS)
            records = [UUID(json.loads(one.value)["id"]) for batch in batches.values() for one in batch]
            if not records:
                continue
            await self._conn.execute("insert into bench_loop select unnest($1::uuid[])", records)
            now = time.perf_counter()
            took.extend(1000 * (now - sent[record]) for record in records)


async def _begin(settings: dict[str, Any]) -> Answer:
    flavour: KafkaFlavour = settings["flavour"]
    servers: str = settings["servers"]
    await make_topic(servers, TOPIC)
    conn = await asyncpg.connect(settings["dsn"])
    await conn.execute("create table bench_loop (id uuid primary key)")
    producer = AIOKafkaProducer(
        bootstrap_servers=servers,
        acks="all",
        enable_idempotence=BROKERS[flavour].enable_idempotence,
        linger_ms=0,
    )
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        enable_auto_commit=False,
        fetch_max_wait_ms=BROKERS[flavour].fetch_max_wait_ms,
    )
    await producer.start()
    await consumer.start()
    places = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
    consumer.assign(places)
    await consumer.seek_to_beginning(*places)
    return _Loop(producer, consumer, conn).answer


if __name__ == "__main__":
    obey(_begin)
