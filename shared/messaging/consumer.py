"""The consumer: fetches a batch of records, applies it in one transaction, then commits the offsets.

A service writes one function, `apply(conn, deliveries)`, idempotent by a key in its own tables (the aggregate's id and
version, the delivery's id). Everything else is here: tolerant parsing, dead letters in the same transaction, retries of
transient errors in order, tenancy, and the stop after too many invalid records in a row.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

import structlog
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage, Topic

from shared import metrics
from shared.db.database import INVALID_DATA_ERRORS, TRANSIENT_ERRORS, Connection, Database, set_taskforce
from shared.messaging import dead_letters, progress
from shared.messaging.broker import BROKERS, HANDLER_DEADLINE_SECONDS, subscriber_options
from shared.messaging.dead_letters import Record
from shared.messaging.envelope import Delivery, InvalidMessage, UnknownType, decode, read_headers
from shared.messaging.membership import commit_only_own_offsets, membership, skip_leave_group
from shared.messaging.polling import wait_for_records
from shared.messaging.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from aiokafka import AIOKafkaConsumer, ConsumerRecord

    from shared.contracts.message import Message
    from shared.settings import ServiceSettings

INVALID_IN_A_ROW = 200
"""More invalid records in a row are probably our own fault: the consumer stops and alarms, and loses nothing."""

_REFUSED: tuple[type[Exception], ...] = (InvalidMessage, *INVALID_DATA_ERRORS)

_log = structlog.get_logger(__name__)


class Apply(Protocol):
    """Applies messages in the transaction that moves past them. Must not commit.

    All deliveries belong to one taskforce, to which `conn` is bound, in the order of delivery. The same one may come
    again, in the same batch or years later. Raises `InvalidMessage` for a message that can never be applied; an
    error of PostgreSQL's class 22 or 23 counts as that.
    """

    async def __call__(self, conn: Connection, deliveries: Sequence[Delivery]) -> None: ...


class TooManyInvalid(Exception):
    """The consumer has stopped instead of turning a whole topic into dead letters; an operator has to look."""


class Consumer:
    """One consumer group of one service.

    Args:
        group: the consumer group's name, e.g. `tilsagn.dashboard`.
        messages: the message classes that it understands; its topics follow from them.
        apply: see `Apply`.
        after_commit: called after each commit with the taskforces whose rows may have changed; must neither block for
            long nor raise.
    """

    def __init__(
        self,
        *,
        group: str,
        messages: Sequence[type[Message]],
        apply: Apply,
        after_commit: Callable[[set[UUID]], Awaitable[None]] | None = None,
    ) -> None:
        self.group = group
        self.known = {message.type_name(): message for message in messages}
        self.topics = sorted({message.topic() for message in messages})
        self._apply = apply
        self._after_commit = after_commit
        self._database: Database | None = None
        self._client: Callable[[], AIOKafkaConsumer | None] = lambda: None
        self._invalid_in_a_row = 0
        self.alarmed = False
        self._caught_up_at = time.monotonic()
        self._partitions_known_at = self._fetched_at = time.monotonic()
        self._batches_in_progress = 0
        self._leaves_group = self._rejects_offset_out_of_range = True

    def attach(self, broker: KafkaBroker, database: Database, settings: ServiceSettings) -> None:
        """Subscribe on `broker` and apply messages to `database`. Call before the broker starts."""
        self._database = database
        subscriber = broker.subscriber(
            *(Topic(topic, declare=False) for topic in self.topics),
            parser=_parse_any_record,
            decoder=_skip_decoding,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            title=self.group,
            **subscriber_options(settings, self.group),
        )
        self._client = lambda: subscriber.consumer
        self._leaves_group = BROKERS[settings.kafka_flavour].leaves_group
        self._rejects_offset_out_of_range = BROKERS[settings.kafka_flavour].rejects_offset_out_of_range
        self._caught_up_at = self._partitions_known_at = self._fetched_at = time.monotonic()

        async def handle(message: KafkaMessage) -> None:
            raw = message.raw_message
            member_at_fetch = membership(self._client())
            self._batches_in_progress += 1
            try:
                await self.handle(raw if isinstance(raw, tuple) else (raw,))
            except Exception:
                # Raising hands the batch back: the client seeks to its offset. After a rebalance that offset may be of
                # another log, and the partition's new owner fetches the batch anyway.
                if membership(self._client()) == member_at_fetch:
                    raise
            finally:
                self._batches_in_progress -= 1
                self._fetched_at = time.monotonic()

        subscriber(handle)

    def client(self) -> AIOKafkaConsumer | None:
        """Return the Kafka client that reads for this consumer; None while it is not attached."""
        return self._client()

    def started(self) -> None:
        """Prepare the client after the broker has started it."""
        client = self._client()
        assert client is not None
        commit_only_own_offsets(client)
        wait_for_records(client)

    def prepare_stop(self) -> None:
        """Prepare the client before the broker stops it: with some brokers it must not leave its group."""
        client = self._client()
        if client is not None and not self._leaves_group:
            skip_leave_group(client)

    async def handle(self, records: Sequence[ConsumerRecord[Any, Any]]) -> None:
        """Apply a batch durably. The offsets are committed after it returns.

        Transient errors are retried with backoff until `HANDLER_DEADLINE_SECONDS` and then raised, which hands the
        whole batch back to be delivered again in order.
        """
        assert self._database is not None
        batch = [Record(r.topic, r.partition, r.offset, r.key, r.value, read_headers(r.headers)) for r in records]
        deadline = time.monotonic() + HANDLER_DEADLINE_SECONDS
        for pause in itertools.chain((0.05, 0.1, 0.2, 0.5, 1.0), itertools.repeat(2.0)):
            try:
                taskforces = await self._handle_once(self._database, batch)
                break
            except TRANSIENT_ERRORS as error:
                metrics.BATCH_RETRIES.labels(self.group).inc()
                _log.warning("consumer.retry", group=self.group, error=type(error).__name__)
                if time.monotonic() + pause > deadline:
                    raise
                await asyncio.sleep(pause)
            except Exception as error:
                # A bug in our code. The batch is delivered again after a pause.
                _log.exception("consumer.failed", group=self.group, error=type(error).__name__)
                await asyncio.sleep(2)
                raise
        if self._after_commit is not None and taskforces:
            await self._after_commit(taskforces)

    async def _handle_once(self, database: Database, batch: Sequence[Record]) -> set[UUID]:
        understood: list[tuple[Record, Delivery]] = []
        invalid: list[tuple[Record, InvalidMessage]] = []
        in_a_row = self._invalid_in_a_row
        for record in batch:
            try:
                understood.append((record, decode(record.headers, record.key, record.value, self.known)))
                in_a_row = 0
            except UnknownType:
                metrics.MESSAGES_IGNORED.labels(self.group).inc()
            except InvalidMessage as why:
                invalid.append((record, why))
                in_a_row += 1
                if in_a_row > INVALID_IN_A_ROW:
                    self.alarmed = True
                    _log.critical("consumer.too_many_invalid", group=self.group, in_a_row=in_a_row)
                    raise TooManyInvalid(self.group) from why
        try:
            async with database.system() as conn:
                await self._apply_all(conn, understood)
                for record, reason in invalid:
                    await dead_letters.add_dead_letter(conn, self.group, record, reason)
        except _REFUSED:
            # Rare: apply each message behind its own savepoint to find the invalid ones.
            async with database.system() as conn:
                invalid += await self._apply_each(conn, understood)
                for record, reason in invalid:
                    await dead_letters.add_dead_letter(conn, self.group, record, reason)
        self._invalid_in_a_row = in_a_row
        self.alarmed = False
        for _, invalidity in invalid:
            metrics.DEAD_LETTERS.labels(self.group, invalidity.reason).inc()
        metrics.MESSAGES_APPLIED.labels(self.group).inc(len(understood))
        now = time.time()
        for _, delivery in understood:
            metrics.COMMIT_TO_EFFECT_SECONDS.labels(self.group).observe(
                max(0.0, now - delivery.message.recorded_at.timestamp())
            )
        return {delivery.taskforce_id for _, delivery in understood}

    async def _apply_all(self, conn: Connection, understood: Sequence[tuple[Record, Delivery]]) -> None:
        by_taskforce: dict[UUID, list[Delivery]] = {}
        for _, delivery in understood:
            by_taskforce.setdefault(delivery.taskforce_id, []).append(delivery)
        for taskforce_id, deliveries in by_taskforce.items():
            await set_taskforce(conn, taskforce_id)
            await self._apply(conn, deliveries)

    async def _apply_each(
        self, conn: Connection, understood: Sequence[tuple[Record, Delivery]]
    ) -> list[tuple[Record, InvalidMessage]]:
        refused: list[tuple[Record, InvalidMessage]] = []
        for record, delivery in understood:
            try:
                async with conn.transaction():
                    await set_taskforce(conn, delivery.taskforce_id)
                    await self._apply(conn, [delivery])
            except InvalidMessage as why:
                refused.append((record, why))
            except INVALID_DATA_ERRORS as error:
                refused.append((record, InvalidMessage("refused_by_database", type(error).__name__)))
        return refused

    async def replay(self, database: Database, dead_letter: dead_letters.DeadLetter) -> None:
        """Apply a dead letter and mark it as replayed, in one transaction.

        Raises:
            InvalidMessage, UnknownType, any of INVALID_DATA_ERRORS: it still cannot be applied; nothing has changed.
        """
        record = dead_letter.record
        delivery = decode(record.headers, record.key, record.value, self.known)
        async with database.system() as conn:
            await set_taskforce(conn, delivery.taskforce_id)
            await self._apply(conn, [delivery])
            await dead_letters.mark_replayed(conn, dead_letter.dead_letter_id)
        if self._after_commit is not None:
            await self._after_commit({delivery.taskforce_id})

    async def measure(self) -> Progress:
        """Return the consumer's progress, from what its client knows. Never waits; call it about every second."""
        client = self._client()
        places = [(client, place) for place in client.assignment()] if client is not None else []
        lags = [
            await progress.lag(*place, rejects_offset_out_of_range=self._rejects_offset_out_of_range)
            for place in places
        ]
        lag = sum(of_place or 0 for of_place in lags)
        now = time.monotonic()
        is_member = bool(places) or membership(client) is not None
        if is_member and not lag and None not in lags:
            self._caught_up_at = self._fetched_at = now
        if self._batches_in_progress:
            self._fetched_at = now
        if not any(progress.is_missing(*place) for place in places):
            self._partitions_known_at = now
        metrics.CONSUMER_LAG.labels(self.group).set(lag)
        return Progress(
            self.group,
            len(lags),
            lag,
            now - self._caught_up_at,
            now - self._partitions_known_at,
            now - self._fetched_at,
        )


async def _parse_any_record(message: Any, original: Callable[[Any], Awaitable[KafkaMessage]]) -> KafkaMessage:
    """Have FastStream parse blank records: its parser fails on a record with a null header."""
    parsed = await original(tuple(_Blank(record) for record in message))
    parsed.raw_message = message
    return parsed


class _Blank:
    """A record's position without its content, for FastStream's parser."""

    __slots__ = ("headers", "offset", "partition", "timestamp", "topic", "value")

    def __init__(self, record: ConsumerRecord[Any, Any]) -> None:
        self.topic, self.partition, self.offset = record.topic, record.partition, record.offset
        self.timestamp, self.headers, self.value = record.timestamp, (), b""


async def _skip_decoding(_message: KafkaMessage) -> None:
    return None
