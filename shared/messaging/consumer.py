"""From the broker to an effect: a batch of records, one transaction, then the offsets.

What a service writes is one function, `apply(conn, deliveries)`, idempotent by a key in its own tables (the
aggregate's id and version, the delivery's id). Everything else is here: tolerant parsing, dead letters in the same
transaction, retries in order for what passes, tenancy, and the alarm when too much is invalid in a row.
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
from shared.messaging.membership import commit_only_own_offsets, leave_without_a_word, membership
from shared.messaging.polling import wait_for_records
from shared.messaging.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from aiokafka import AIOKafkaConsumer, ConsumerRecord

    from shared.contracts.message import Message
    from shared.settings import ServiceSettings

INVALID_IN_A_ROW = 200
"""So many invalid records one after the other are our fault, not theirs: stop and alarm, lose nothing."""

_REFUSED: tuple[type[Exception], ...] = (InvalidMessage, *INVALID_DATA_ERRORS)

_log = structlog.get_logger(__name__)


class Apply(Protocol):
    """The effect of messages, in the transaction that moves past them.

    All deliveries are of one taskforce, to which `conn` is bound, in the order they were delivered; the same
    one may come again, in the same batch or years later. Must not commit. Raises `InvalidMessage` for a
    message that can never work; any error of PostgreSQL's class 22 or 23 counts as such.
    """

    async def __call__(self, conn: Connection, deliveries: Sequence[Delivery]) -> None: ...


class TooManyInvalid(Exception):
    """The consumer has stopped rather than put a whole topic aside; a person must look."""


class Consumer:
    """One consumer group of one service.

    Args:
        group: the consumer group's name, e.g. `tilsagn.dashboard`.
        messages: the message classes it understands; its topics follow from them.
        apply: the effect.
        after_commit: called with the taskforces whose rows may have changed, after each commit; must not
            block for long and must not raise.
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
        self._sure_at = self._taken_at = time.monotonic()
        self._batches_in_hand = 0
        self._says_goodbye = self._admits_its_end = True

    def attach(self, broker: KafkaBroker, database: Database, settings: ServiceSettings) -> None:
        """Subscribe on `broker`; effects go to `database`."""
        self._database = database
        subscriber = broker.subscriber(
            *(Topic(topic, declare=False) for topic in self.topics),
            parser=_survive_any_record,
            decoder=_leave_bytes,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            title=self.group,
            **subscriber_options(settings, self.group),
        )
        self._client = lambda: subscriber.consumer
        self._says_goodbye = BROKERS[settings.kafka_flavour].says_goodbye
        self._admits_its_end = BROKERS[settings.kafka_flavour].admits_its_end
        self._caught_up_at = self._sure_at = self._taken_at = time.monotonic()

        async def handle(message: KafkaMessage) -> None:
            raw = message.raw_message
            taken_as = membership(self._client())
            self._batches_in_hand += 1
            try:
                await self.handle(raw if isinstance(raw, tuple) else (raw,))
            except Exception:
                # Handing it back means going back to its place in the log, which may not be the same log any more.
                # Whoever has been given its partition since is given it again.
                if membership(self._client()) == taken_as:
                    raise
            finally:
                self._batches_in_hand -= 1
                self._taken_at = time.monotonic()

        subscriber(handle)

    def client(self) -> AIOKafkaConsumer | None:
        """Return the Kafka client that reads for this consumer; None while it is not attached."""
        return self._client()

    def started(self) -> None:
        """Say that the client has started, by whoever started it."""
        client = self._client()
        assert client is not None
        commit_only_own_offsets(client)
        wait_for_records(client)

    def about_to_stop(self) -> None:
        """Say that the client is about to be stopped, by whoever stops it: it may have to go without a word."""
        client = self._client()
        if client is not None and not self._says_goodbye:
            leave_without_a_word(client)

    async def handle(self, records: Sequence[ConsumerRecord[Any, Any]]) -> None:
        """Give `records` their effect, once and durably. Returning lets the offsets be committed.

        Passing failures are retried with backoff up to a deadline and then raised, which hands the whole
        batch back to be delivered again in order.
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
                # Our own mistake. The batch stays where it is and is tried again, not too hotly.
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
                    await dead_letters.put_aside(conn, self.group, record, reason)
        except _REFUSED:
            # Rare: find out which ones, each behind its own savepoint.
            async with database.system() as conn:
                invalid += await self._apply_each(conn, understood)
                for record, reason in invalid:
                    await dead_letters.put_aside(conn, self.group, record, reason)
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

    async def replay(self, database: Database, letter: dead_letters.DeadLetter) -> None:
        """Give a dead letter its effect after all and mark it, in one transaction.

        Raises:
            InvalidMessage, UnknownType, any of INVALID_DATA_ERRORS: it still cannot work; nothing has changed.
        """
        record = letter.record
        delivery = decode(record.headers, record.key, record.value, self.known)
        async with database.system() as conn:
            await set_taskforce(conn, delivery.taskforce_id)
            await self._apply(conn, [delivery])
            await dead_letters.mark_replayed(conn, letter.letter_id)
        if self._after_commit is not None:
            await self._after_commit({delivery.taskforce_id})

    async def measure(self) -> Progress:
        """Return how far this consumer is, from what its client knows; call it every second or so. Never waits."""
        client = self._client()
        places = [(client, place) for place in client.assignment()] if client is not None else []
        lags = [await progress.lag(*place, admits_its_end=self._admits_its_end) for place in places]
        lag = sum(of_place or 0 for of_place in lags)
        now = time.monotonic()
        belongs = bool(places) or membership(client) is not None
        if belongs and not lag and None not in lags:
            self._caught_up_at = self._taken_at = now
        if self._batches_in_hand:
            self._taken_at = now
        if not any(progress.is_gone(*place) for place in places):
            self._sure_at = now
        metrics.CONSUMER_LAG.labels(self.group).set(lag)
        return Progress(self.group, len(lags), lag, now - self._caught_up_at, now - self._sure_at, now - self._taken_at)


async def _survive_any_record(message: Any, original: Callable[[Any], Awaitable[KafkaMessage]]) -> KafkaMessage:
    """Parse a batch without looking into it: the library's parser loses records with a null header."""
    parsed = await original(tuple(_Blank(record) for record in message))
    parsed.raw_message = message
    return parsed


class _Blank:
    """A record's place without its content, for the library's parser."""

    __slots__ = ("headers", "offset", "partition", "timestamp", "topic", "value")

    def __init__(self, record: ConsumerRecord[Any, Any]) -> None:
        self.topic, self.partition, self.offset = record.topic, record.partition, record.offset
        self.timestamp, self.headers, self.value = record.timestamp, (), b""


async def _leave_bytes(_message: KafkaMessage) -> None:
    return None
