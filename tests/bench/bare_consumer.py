"""The floor of a rebuild: consumes the same messages into plain tables, some thousand at a time.

The least that a consumer must do: read, parse the JSON, insert each version once, commit. It validates no contract,
keeps no current state, sums nothing up and sets no taskforce.

`python -m tests.bench.bare_consumer`: before the measurement it reads the messages from the outbox and sends them.
"""

from __future__ import annotations

import asyncio
import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.contracts.catalogue import PARTITIONS
from shared.messaging.broker import BROKERS
from tests.bench.bare_loop import make_topic
from tests.bench.children import Answer, Clock, obey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared.settings import KafkaFlavour

TOPIC = "bench.history"
BATCH = 2_000
"""The batch size of a rebuild."""


def _as_it_is(value: Any) -> Any:
    return value


Columns = dict[str, tuple[str, "Callable[[Any], Any]"]]
_SHARED: Columns = {
    "taskforce_id": ("uuid", _as_it_is),
    "version": ("integer", _as_it_is),
    "recorded_at": ("timestamptz", datetime.fromisoformat),
    "pledge_id": ("uuid", _as_it_is),
    "event_id": ("uuid", _as_it_is),
    "company_id": ("uuid", _as_it_is),
    "municipality": ("text", _as_it_is),
    "job_type": ("text", _as_it_is),
}
_PLEDGES: Columns = _SHARED | {
    "status": ("text", _as_it_is),
    "positions": ("integer", len),
    "weekly_hours_from": ("numeric", _as_it_is),
    "weekly_hours_to": ("numeric", _as_it_is),
    "captured_by": ("text", _as_it_is),
    "captured_at": ("timestamptz", datetime.fromisoformat),
    "received_at": ("timestamptz", datetime.fromisoformat),
    "pledged_on": ("date", date.fromisoformat),
}
_HIRES: Columns = _SHARED | {
    "hire_id": ("uuid", _as_it_is),
    "position_id": ("uuid", _as_it_is),
    "start_date": ("date", date.fromisoformat),
    "weekly_hours": ("numeric", _as_it_is),
    "confirmed_at": ("timestamptz", datetime.fromisoformat),
    "ended_on": ("date", lambda value: date.fromisoformat(value) if value else None),
}
_ATTENDANCES: Columns = {
    "taskforce_id": ("uuid", _as_it_is),
    "version": ("integer", _as_it_is),
    "recorded_at": ("timestamptz", datetime.fromisoformat),
    "event_id": ("uuid", _as_it_is),
    "company_id": ("uuid", _as_it_is),
    "checked_in_at": ("timestamptz", datetime.fromisoformat),
}
_TABLES = {
    "bench_pledges": (_PLEDGES, "pledge_id"),
    "bench_hires": (_HIRES, "hire_id"),
    "bench_attendances": (_ATTENDANCES, "event_id, company_id"),
}
# The field that decides the table of a message; the first present one counts. Other messages are read and ignored.
_KINDS = {"hire_id": "bench_hires", "pledge_id": "bench_pledges", "checked_in_at": "bench_attendances"}


class _Consumer:
    def __init__(self, settings: dict[str, Any], conn: Any, producer: Any) -> None:
        self._outboxes: list[str] = settings["outboxes"]
        self._servers: str = settings["servers"]
        flavour: KafkaFlavour = settings["flavour"]
        self._wait_ms = BROKERS[flavour].fetch_max_wait_ms
        self._conn = conn
        self._producer = producer
        self._topic = ""
        self._sent = 0

    async def answer(self, order: dict[str, Any]) -> dict[str, Any]:
        """With `prepare`, send the messages of the outboxes to a new topic; without it, consume them."""
        if "prepare" in order:
            self._topic, self._sent = f"{TOPIC}.{order['prepare']}", 0
            await make_topic(self._servers, self._topic)
            for outbox in self._outboxes:
                await self._send(outbox)
            return {"messages": self._sent}
        await self._conn.execute(f"truncate {', '.join(_TABLES)}")
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._servers,
            enable_auto_commit=False,
            fetch_max_wait_ms=self._wait_ms,
        )
        await consumer.start()
        try:
            places = [TopicPartition(self._topic, number) for number in range(PARTITIONS)]
            consumer.assign(places)
            await consumer.seek_to_beginning(*places)
            with Clock() as clock:
                await self._consume(consumer)
        finally:
            await consumer.stop()
        return {"messages": self._sent, "seconds": clock.seconds, "rate": self._sent / clock.seconds}

    async def _consume(self, consumer: Any) -> None:
        left = self._sent
        while left:
            batches = await consumer.getmany(timeout_ms=1_000, max_records=BATCH)
            messages = [json.loads(one.value) for batch in batches.values() for one in batch]
            by_table: dict[str | None, list[dict[str, Any]]] = {}
            for one in messages:
                kind = next((table for field, table in _KINDS.items() if field in one), None)
                by_table.setdefault(kind, []).append(one)
            async with self._conn.transaction():
                for table, mine in by_table.items():
                    if table is not None:
                        await self._insert(table, mine)
            left -= len(messages)

    async def _insert(self, table: str, messages: Sequence[dict[str, Any]]) -> None:
        columns, _ = _TABLES[table]
        arrays = ", ".join(f"${number}::{kind}[]" for number, (kind, _) in enumerate(columns.values(), start=1))
        await self._conn.execute(
            f"insert into {table} ({', '.join(columns)}) select * from unnest({arrays}) on conflict do nothing",
            *([read(one[name]) for one in messages] for name, (_, read) in columns.items()),
        )

    async def _send(self, dsn: str) -> None:
        outbox = await asyncpg.connect(dsn, command_timeout=300)
        async with outbox.transaction():
            cursor = await outbox.cursor(
                """
                select aggregateid, payload::text as payload
                  from outbox
                 order by position
                """
            )
            while rows := await cursor.fetch(BATCH):
                sent = [
                    await self._producer.send(
                        self._topic, row["payload"].encode(), key=str(row["aggregateid"]).encode()
                    )
                    for row in rows
                ]
                await asyncio.gather(*sent)
                self._sent += len(rows)
        await outbox.close()


async def _begin(settings: dict[str, Any]) -> Answer:
    conn = await asyncpg.connect(settings["dsn"], command_timeout=60)
    for table, (columns, key) in _TABLES.items():
        types = ", ".join(f"{name} {kind}" for name, (kind, _) in columns.items())
        await conn.execute(f"create table {table} ({types}, primary key (taskforce_id, {key}, version))")
    producer = AIOKafkaProducer(bootstrap_servers=settings["servers"], acks="all")
    await producer.start()
    return _Consumer(settings, conn, producer).answer


if __name__ == "__main__":
    obey(_begin)
