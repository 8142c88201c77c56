"""The relay: publishes the outbox to the broker, at least once and in the order of each aggregate.

One relay is active for each service, by a session-level advisory lock on a connection of its own; the others wait for
the lock. A row is marked only after all in-sync replicas have acknowledged it. Pending rows are found by a flag and not
by a cursor, because transactions do not commit in the order of their sequence numbers.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import TYPE_CHECKING, Any

import asyncpg
import structlog
from aiokafka.errors import (
    KafkaError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from shared import metrics
from shared.contracts.message import topic_of
from shared.db.database import COMMAND_TIMEOUT_SECONDS, OUTBOX_CHANNEL, TRANSIENT_ERRORS
from shared.messaging.broker import producer_for
from shared.messaging.envelope import encode_headers
from shared.messaging.shutdown import discard_producer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiokafka import AIOKafkaProducer

    from shared.settings import ServiceSettings

ROUND_ROWS = 1000
POLL_SECONDS = 1.0
PUBLISH_TIMEOUT_SECONDS = 20.0
SILENT_LEADER_SECONDS = PUBLISH_TIMEOUT_SECONDS + 2
"""After so long without a statement PostgreSQL closes the leader's connection and releases the lock. Without this, a
stopped process or a silent network failure would hold the lock until the operating system gives up the connection."""
LOCK_KEY = 0x7E_11_5A_60  # an arbitrary constant; each service has its own database

_PASSING_ERRORS: tuple[type[BaseException], ...] = (KafkaError, *TRANSIENT_ERRORS)

_log = structlog.get_logger(__name__)


class Relay:
    """Publishes one service's outbox. `run` returns only when it is cancelled; transient errors are retried.

    Args:
        service: the publishing service's name.

    Attributes:
        on_published: called each time rows have been published; must neither block nor raise.
    """

    def __init__(self, settings: ServiceSettings, *, service: str) -> None:
        self._settings = settings
        self._service = service
        self._woken = asyncio.Event()
        self.on_published: Callable[[], None] = lambda: None
        self.leader = False
        self.oldest_unpublished_seconds = 0.0
        self.checked_at = time.monotonic()
        self._pending: tuple[int, float] | None = None  # the oldest pending row, and when it was first seen pending

    def wake(self) -> None:
        """Look for pending rows now."""
        self._woken.set()

    async def run(self) -> None:
        """Wait for the lock, then publish until cancelled. Starts again after a pause on any error."""
        pause = 0.1
        while True:
            started = time.monotonic()
            try:
                await self._lead()
            except _PASSING_ERRORS as error:
                _log.warning("relay.interrupted", service=self._service, error=type(error).__name__)
            except Exception as error:
                # Any error: a relay that ended would publish nothing until it was noticed.
                _log.exception("relay.failed", service=self._service, error=type(error).__name__)
            metrics.RELAY_FAILURES.labels(self._service).inc()
            pause = 0.1 if time.monotonic() - started > 5 else min(pause * 2, 2.0)
            await asyncio.sleep(pause)

    async def _lead(self) -> None:
        conn = await asyncpg.connect(
            self._settings.database_url,
            timeout=5,
            command_timeout=COMMAND_TIMEOUT_SECONDS,
            server_settings={
                "application_name": f"{self._service}-relay",
                "idle_session_timeout": f"{SILENT_LEADER_SECONDS * 1000:.0f}",
            },
        )
        try:
            while not await conn.fetchval("select pg_try_advisory_lock($1)", LOCK_KEY):
                await self._measure(conn)
                await asyncio.sleep(POLL_SECONDS)
            self.leader = True
            metrics.RELAY_LEADER.labels(self._service).set(1)
            _log.info("relay.leading", service=self._service)
            conn.add_termination_listener(lambda _: self._woken.set())
            await conn.add_listener(OUTBOX_CHANNEL, lambda *_: self._woken.set())
            await self._publish(conn)
        finally:
            self.leader = False
            metrics.RELAY_LEADER.labels(self._service).set(0)
            conn.terminate()

    async def _publish(self, conn: asyncpg.Connection[asyncpg.Record]) -> None:
        producer = producer_for(self._settings, client_id=f"{self._service}-relay")
        try:
            async with asyncio.timeout(10):
                await producer.start()
            while True:
                self._woken.clear()
                while await self._round(conn, producer):
                    pass
                await self._measure(conn)
                with contextlib.suppress(TimeoutError):
                    # Not asyncio.wait_for: that of Python 3.11 loses a cancellation that coincides with the event.
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._woken.wait()
        finally:
            await discard_producer(producer)

    async def _round(self, conn: asyncpg.Connection[asyncpg.Record], producer: AIOKafkaProducer) -> int:
        """Publish and mark the oldest pending rows. Returns how many there were."""
        rows = await conn.fetch(
            """
            select position, replays, id, taskforce_id, aggregatetype, aggregateid, version, type,
                   payload::text as payload, recorded_at, correlation_id, causation_id
              from outbox
             where published_at is null
             order by position
             limit $1
            """,
            ROUND_ROWS,
        )
        if not rows:
            return 0
        acknowledged, failure = await self._send(producer, rows)
        if acknowledged:
            self.on_published()
            await conn.execute(
                """
                update outbox
                   set published_at = clock_timestamp()
                  from unnest($1::bigint[], $2::integer[]) as sent (position, replays)
                 where outbox.position = sent.position
                   and outbox.replays = sent.replays
                """,
                [row["position"] for row in acknowledged],
                [row["replays"] for row in acknowledged],
            )
            metrics.RELAY_PUBLISHED.labels(self._service).inc(len(acknowledged))
        if failure is not None:
            raise failure
        return len(rows)

    async def _send(
        self, producer: AIOKafkaProducer, rows: Sequence[asyncpg.Record]
    ) -> tuple[list[asyncpg.Record], Exception | None]:
        """Send `rows`; return those that count as published, and the first error.

        After a row of an aggregate has failed, its later rows do not count either: they are sent again after it, so
        that the last record on the broker is the latest version.
        """
        async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
            queued = await self._queue(producer, rows)
            under_way = [one for one in queued if not isinstance(one, KafkaError)]
            answers = iter(await asyncio.gather(*under_way, return_exceptions=True))
        results = [one if isinstance(one, KafkaError) else next(answers) for one in queued]
        acknowledged: list[asyncpg.Record] = []
        failed_aggregates: set[object] = set()
        failure: Exception | None = None
        refused: set[str] = set()
        for row, result in zip(rows, results, strict=True):
            if isinstance(result, BaseException):
                failed_aggregates.add(row["aggregateid"])
                if isinstance(result, TopicAuthorizationFailedError):
                    refused.add(topic_of(row["aggregatetype"]))
                failure = failure or (result if isinstance(result, Exception) else KafkaError(repr(result)))
            elif row["aggregateid"] not in failed_aggregates:
                acknowledged.append(row)
        if refused:
            user = self._settings.kafka_username
            _log.error("relay.may_not_write", service=self._service, user=user, topics=sorted(refused))
        return acknowledged, failure

    async def _queue(
        self, producer: AIOKafkaProducer, rows: Sequence[asyncpg.Record]
    ) -> list[asyncio.Future[Any] | KafkaError]:
        """Pass the rows to the producer. An error of one row (the topic does not exist or must not be written to, the
        message is too large) is returned in its place and does not stop the others.
        """
        queued: list[asyncio.Future[Any] | KafkaError] = []
        missing: dict[str, KafkaError] = {}
        for row in rows:
            topic = topic_of(row["aggregatetype"])
            if topic in missing:
                queued.append(missing[topic])
                continue
            try:
                future = await producer.send(
                    topic,
                    value=json.dumps(json.loads(row["payload"]), ensure_ascii=False, separators=(",", ":")).encode(),
                    key=str(row["aggregateid"]).encode(),
                    headers=encode_headers(
                        message_id=row["id"],
                        type_name=row["type"],
                        source=self._service,
                        subject=row["aggregateid"],
                        time=row["recorded_at"].isoformat(),
                        taskforce_id=row["taskforce_id"],
                        version=row["version"],
                        correlation_id=row["correlation_id"],
                        causation_id=row["causation_id"],
                    ),
                )
                queued.append(future)
            except (UnknownTopicOrPartitionError, TopicAuthorizationFailedError) as error:
                # The producer waits some seconds for a missing topic; do that once a round.
                missing[topic] = error
                queued.append(error)
            except MessageSizeTooLargeError as error:
                queued.append(error)
        return queued

    async def _measure(self, conn: asyncpg.Connection[asyncpg.Record]) -> None:
        """Measure for how long the oldest pending row has been pending.

        That is not its age: an old change may be published again.
        """
        oldest = await conn.fetchrow(
            """
            select position,
                   extract(epoch from clock_timestamp() - recorded_at)::float8 as age
              from outbox
             where published_at is null
             order by position
             limit 1
            """
        )
        now = time.monotonic()
        if oldest is None:
            self._pending = None
            self.oldest_unpublished_seconds = 0.0
        else:
            if self._pending is None or self._pending[0] != oldest["position"]:
                self._pending = (oldest["position"], now)
            self.oldest_unpublished_seconds = max(0.0, min(oldest["age"], now - self._pending[1]))
        self.checked_at = now
        metrics.OUTBOX_OLDEST_SECONDS.labels(self._service).set(self.oldest_unpublished_seconds)
