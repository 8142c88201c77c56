"""From the outbox through the broker to an effect, and what may go wrong on the way."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import UnknownTopicOrPartitionError

from deploy.local.broker import EmbeddedBroker
from shared.contracts.events import MESSAGES, CompanyRegistered
from shared.messaging import consumer as consumer_module
from shared.messaging import dead_letters, outbox, replay
from shared.messaging.broker import producer_for
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Delivery, InvalidMessage
from shared.messaging.lag import group_lags
from shared.messaging.worker import Worker
from tests.shared.messaging.conftest import company, eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from shared.postgres import Connection, Database
    from shared.settings import ServiceSettings
    from tests.infrastructure import Databases

pytestmark = pytest.mark.timeout(60)
GROUP = "tilsagn.test"


class Effects:
    """What the consumer has done, in a table of the same database, and how to make it fail."""

    def __init__(self) -> None:
        self.fail_with: list[BaseException] = []
        self.refuse: set[str] = set()

    async def apply(self, conn: Connection, deliveries: Sequence[Delivery]) -> None:
        if self.fail_with:
            raise self.fail_with.pop(0)
        for delivery in deliveries:
            message = delivery.message
            assert isinstance(message, CompanyRegistered)
            if message.name in self.refuse:
                raise InvalidMessage("refused", "by the test")
            await conn.execute(
                "insert into effects values ($1, $2, $3) on conflict do nothing",
                message.company_id,
                message.version,
                message.name,
            )


@pytest_asyncio.fixture
async def effects(events_dsns: Databases) -> Effects:
    conn = await asyncpg.connect(events_dsns.owner_dsn("events"))
    await conn.execute(
        """
        create table effects (
          company_id uuid, version int, name text check (name <> 'forbidden'), number serial,
          primary key (company_id, version)
        )
        """
    )
    await conn.close()
    return Effects()


@pytest_asyncio.fixture
async def worker(publisher_settings: ServiceSettings, effects: Effects) -> AsyncIterator[Worker]:
    worker = Worker(
        publisher_settings,
        service="events",
        consumers=[Consumer(group=GROUP, messages=(CompanyRegistered,), apply=effects.apply)],
    )
    await worker.start()
    yield worker
    await worker.stop()


async def rows(database: Database) -> list[tuple[UUID, int]]:
    found = await database.pool.fetch("select company_id, version from effects order by number")
    return [(row["company_id"], row["version"]) for row in found]


async def send_raw(
    settings: ServiceSettings, value: bytes | None, *, key: bytes | None = b"k", headers: Any = ()
) -> None:
    producer = producer_for(settings, client_id="test")
    await producer.start()
    await producer.send_and_wait(CompanyRegistered.topic(), value=value, key=key, headers=list(headers))
    await producer.stop()


async def publish(database: Database, *messages: CompanyRegistered) -> None:
    for message in messages:
        async with database.change(message.taskforce_id) as conn:
            await outbox.add(conn, message)


async def test_a_committed_change_takes_effect_once_and_in_order(
    worker: Worker, events_database: Database, taskforce_id: UUID
) -> None:
    ids = [uuid4() for _ in range(5)]
    sent = [company(taskforce_id, id_, version) for version in range(1, 21) for id_ in ids]
    await publish(events_database, *sent)

    async def done() -> bool:
        return len(await rows(events_database)) >= 100

    await eventually(done)
    effects = await rows(events_database)
    assert len(effects) == 100
    for id_ in ids:
        assert [version for found, version in effects if found == id_] == list(range(1, 21))


async def test_a_change_that_rolls_back_is_never_published(
    worker: Worker, events_database: Database, taskforce_id: UUID
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with events_database.change(taskforce_id) as conn:
            await outbox.add(conn, company(taskforce_id))
            raise ZeroDivisionError
    kept = company(taskforce_id)
    await publish(events_database, kept)

    async def done() -> bool:
        return bool(await rows(events_database))

    await eventually(done)
    assert await rows(events_database) == [(kept.company_id, 1)]


async def test_a_replay_delivers_again_and_changes_nothing(
    worker: Worker, events_database: Database, taskforce_id: UUID
) -> None:
    await publish(events_database, *(company(taskforce_id) for _ in range(10)))

    async def done() -> bool:
        unpublished = await events_database.pool.fetchval("select count(*) from outbox where published_at is null")
        return unpublished == 0 and len(await rows(events_database)) == 10

    await eventually(done)
    before = await rows(events_database)
    async with events_database.system() as conn:
        assert await replay.replay_all(conn) == 10
    await eventually(done)
    assert await rows(events_database) == before


async def test_a_row_replayed_while_it_is_being_published_stays_pending(
    events_database: Database, taskforce_id: UUID
) -> None:
    """The relay's mark names the replay it read; one in between makes the mark miss."""
    await publish(events_database, company(taskforce_id))
    position, replays = await events_database.pool.fetchrow("select position, replays from outbox")  # type: ignore[misc]
    async with events_database.system() as conn:
        await replay.replay_all(conn)
    status = await events_database.pool.execute(
        "update outbox set published_at = now() where position = $1 and replays = $2", position, replays
    )
    assert status == "UPDATE 0"


async def test_the_broker_may_lose_everything_and_nothing_is_lost(
    worker: Worker, broker: EmbeddedBroker, events_database: Database, taskforce_id: UUID
) -> None:
    from shared.contracts.catalogue import PARTITIONS, TOPICS
    from shared.messaging.topics import ensure_topics

    await publish(events_database, *(company(taskforce_id) for _ in range(50)))
    broker.kill()
    await publish(events_database, *(company(taskforce_id) for _ in range(50)))
    broker.start()
    await ensure_topics(broker.bootstrap_servers, TOPICS, partitions=PARTITIONS)
    async with events_database.system() as conn:
        await replay.replay_unsettled(conn)
    events_database.wake_relay()

    async def done() -> bool:
        return len(await rows(events_database)) == 100

    await eventually(done, seconds=30)


POISON: dict[str, tuple[bytes | None, dict[str, bytes | None]]] = {
    "bad_json": (b"{nope", {}),
    "bad_json utf-8": (b'"\xff\xfe"', {}),
    "no_value": (None, {}),
    "contract": (b"{}", {}),
    "contract list": (b"[]", {}),
    "bad_header": (b"{}", {"ce_id": None}),
    "bad_header bytes": (b"{}", {"ce_id": b"\xff\xfe\x00"}),
    "bad_json deep": (b"[" * 100_000, {}),
}


@pytest.mark.parametrize("kind", POISON)
async def test_poison_is_put_aside_and_the_next_message_takes_effect(
    kind: str,
    worker: Worker,
    publisher_settings: ServiceSettings,
    events_database: Database,
    taskforce_id: UUID,
) -> None:
    value, overrides = POISON[kind]
    headers = {
        "ce_type": CompanyRegistered.type_name().encode(),
        "ce_id": str(uuid4()).encode(),
        "ce_correlationid": str(uuid4()).encode(),
        "ce_taskforceid": str(taskforce_id).encode(),
    } | overrides
    await send_raw(publisher_settings, value, headers=headers.items())
    await publish(events_database, company(taskforce_id))

    async def done() -> bool:
        async with events_database.system() as conn:
            return len(await rows(events_database)) == 1 and len(await dead_letters.waiting(conn)) == 1

    await eventually(done)
    async with events_database.system() as conn:
        [letter] = await dead_letters.waiting(conn)
    assert letter.reason == kind.split(" ", maxsplit=1)[0]
    assert letter.record.value == value


async def test_records_without_headers_or_key_and_unknown_types_pass_by(
    worker: Worker,
    publisher_settings: ServiceSettings,
    events_database: Database,
    taskforce_id: UUID,
) -> None:
    await send_raw(publisher_settings, b"x", key=None)
    await send_raw(publisher_settings, b"x", headers=[("ce_type", b"tilsagn.events.Unheard.v9")])
    await publish(events_database, company(taskforce_id))

    async def done() -> bool:
        return len(await rows(events_database)) == 1

    await eventually(done)
    async with events_database.system() as conn:
        assert [letter.reason for letter in await dead_letters.waiting(conn)] == ["no_type"]


async def test_a_passing_failure_is_retried_in_order_and_nothing_is_put_aside(
    worker: Worker, effects: Effects, events_database: Database, taskforce_id: UUID
) -> None:
    effects.fail_with = [ConnectionError(), asyncpg.DeadlockDetectedError(), TimeoutError()]
    one = company(taskforce_id)
    await publish(events_database, one, company(taskforce_id, one.company_id, 2))

    async def done() -> bool:
        return len(await rows(events_database)) == 2

    await eventually(done)
    assert await rows(events_database) == [(one.company_id, 1), (one.company_id, 2)]
    async with events_database.system() as conn:
        assert await dead_letters.waiting(conn) == []


async def test_a_mistake_of_ours_loses_nothing(
    worker: Worker, effects: Effects, events_database: Database, taskforce_id: UUID
) -> None:
    effects.fail_with = [RuntimeError("a bug")]
    await publish(events_database, company(taskforce_id))

    async def done() -> bool:
        return len(await rows(events_database)) == 1

    await eventually(done)


async def test_a_message_the_effect_refuses_is_put_aside_alone_and_can_be_replayed(
    worker: Worker, effects: Effects, events_database: Database, taskforce_id: UUID
) -> None:
    effects.refuse = {"later"}
    await publish(
        events_database,
        company(taskforce_id, name="good"),
        company(taskforce_id, name="later"),
        company(taskforce_id, name="forbidden"),
        company(taskforce_id, name="good too"),
    )

    async def done() -> bool:
        async with events_database.system() as conn:
            return len(await rows(events_database)) == 2 and len(await dead_letters.waiting(conn)) == 2

    await eventually(done)
    effects.refuse = set()
    async with events_database.system() as conn:
        letters = {letter.reason: letter for letter in await dead_letters.waiting(conn)}
    await worker.consumers[0].replay(events_database, letters["refused"])
    with pytest.raises(asyncpg.CheckViolationError):
        await worker.consumers[0].replay(events_database, letters["refused_by_database"])
    assert len(await rows(events_database)) == 3
    async with events_database.system() as conn:
        assert [letter.reason for letter in await dead_letters.waiting(conn)] == ["refused_by_database"]


async def test_too_many_invalid_in_a_row_stop_the_consumer_instead_of_emptying_the_topic(
    worker: Worker,
    publisher_settings: ServiceSettings,
    events_database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumer_module, "INVALID_IN_A_ROW", 5)
    producer = producer_for(publisher_settings, client_id="test")
    await producer.start()
    for number in range(30):
        await producer.send_and_wait(
            CompanyRegistered.topic(),
            value=json.dumps(number).encode(),
            key=b"same",
            headers=[("ce_type", CompanyRegistered.type_name().encode())],
        )
    await producer.stop()

    async def alarmed() -> bool:
        return worker.consumers[0].alarmed

    await eventually(alarmed)
    assert not all(check.ok for check in await worker.health())
    async with events_database.system() as conn:
        assert len(await dead_letters.waiting(conn)) <= 5


async def test_two_relays_of_one_service_never_publish_at_once(publisher_settings: ServiceSettings) -> None:
    workers = [Worker(publisher_settings, service="events") for _ in range(2)]
    for worker in workers:
        await worker.start()

    def leaders() -> list[Worker]:
        return [worker for worker in workers if worker.relay is not None and worker.relay.leader]

    async def one_leads() -> bool:
        return len(leaders()) == 1

    await eventually(one_leads)
    [first] = leaders()
    [second] = [worker for worker in workers if worker is not first]
    await first.stop()

    async def the_other_leads() -> bool:
        return leaders() == [second]

    await eventually(the_other_leads)
    await second.stop()


async def test_lag_is_seen_and_returns_to_zero(
    worker: Worker, publisher_settings: ServiceSettings, events_database: Database, taskforce_id: UUID
) -> None:
    await publish(events_database, *(company(taskforce_id) for _ in range(20)))

    async def no_lag() -> bool:
        lags = await group_lags(publisher_settings.kafka_bootstrap_servers, {GROUP: [CompanyRegistered.topic()]})
        return lags == {GROUP: 0} and len(await rows(events_database)) == 20

    await eventually(no_lag)
    behind = await group_lags(
        publisher_settings.kafka_bootstrap_servers, {"tilsagn.nobody": [CompanyRegistered.topic()]}
    )
    assert behind == {"tilsagn.nobody": 20}


async def test_the_lag_of_a_topic_that_is_not_there_is_not_zero() -> None:
    with EmbeddedBroker() as empty:
        for _ in range(2):
            with pytest.raises(UnknownTopicOrPartitionError):
                await group_lags(empty.bootstrap_servers, {GROUP: [CompanyRegistered.topic()]})


async def test_a_consumer_says_how_far_behind_it_is_and_since_when(
    worker: Worker, effects: Effects, events_database: Database, taskforce_id: UUID
) -> None:
    [consumer] = worker.consumers
    await publish(events_database, company(taskforce_id))

    async def caught_up() -> bool:
        progress = await consumer.measure()
        return progress.lag == 0 and progress.behind_seconds < 0.5 and len(await rows(events_database)) > 0

    await eventually(caught_up)
    effects.fail_with = [ConnectionError() for _ in range(1000)]
    # One aggregate, one partition: what is taken of it is a batch that fails, and the rest waits on the broker.
    one = company(taskforce_id)
    await publish(events_database, one)

    async def failing() -> bool:
        return len(effects.fail_with) < 1000

    await eventually(failing)
    await publish(events_database, *(company(taskforce_id, one.company_id, version) for version in range(2, 12)))

    async def behind() -> bool:
        progress = await consumer.measure()
        # At least: the client does not ask for more of a partition while it has some of it in hand.
        return progress.lag > 0 and progress.behind_seconds > 1

    await eventually(behind)
    effects.fail_with = []

    async def all_of_it() -> bool:
        # Not caught_up alone: it is, for a moment, with what it has in hand, until the broker tells of the rest.
        return await caught_up() and len(await rows(events_database)) == 12

    await eventually(all_of_it)


async def test_a_consumer_that_does_not_know_yet_where_it_is_does_not_claim_to_be_caught_up(
    broker: EmbeddedBroker, publisher_settings: ServiceSettings, effects: Effects
) -> None:
    consumer = Consumer(group=GROUP, messages=(CompanyRegistered,), apply=effects.apply)
    client = AIOKafkaConsumer(bootstrap_servers=publisher_settings.kafka_bootstrap_servers)
    await client.start()
    broker.stop()
    try:
        client.assign([TopicPartition(CompanyRegistered.topic(), 0)])
        consumer._client = lambda: client
        await asyncio.sleep(0.5)
        began = asyncio.get_running_loop().time()
        progress = await consumer.measure()
        assert asyncio.get_running_loop().time() - began < 0.2, "it does not wait until it knows"
    finally:
        await client.stop()
    assert (progress.partitions, progress.lag) == (1, 0)
    assert progress.behind_seconds >= 0.5


async def test_a_worker_is_ready_once_it_has_partitions_and_nothing_is_stuck(worker: Worker) -> None:
    async def ready() -> bool:
        return all(check.ok for check in await worker.health())

    await eventually(ready)


async def test_a_worker_is_told_of_several_brokers_and_needs_one_of_them(
    publisher_settings: ServiceSettings, effects: Effects
) -> None:
    several = f"127.0.0.1:9,{publisher_settings.kafka_bootstrap_servers}"
    worker = Worker(
        publisher_settings.model_copy(update={"kafka_bootstrap_servers": several}),
        service="events",
        consumers=[Consumer(group=GROUP, messages=(CompanyRegistered,), apply=effects.apply)],
    )
    await worker.start()
    try:

        async def ready() -> bool:
            return all(check.ok for check in await worker.health())

        await eventually(ready)
    finally:
        await worker.stop()


async def test_a_worker_comes_up_without_its_broker_and_attaches_when_it_comes(
    base_settings: dict[str, Any],
    broker: EmbeddedBroker,
    events_dsns: Databases,
    events_database: Database,
    effects: Effects,
    taskforce_id: UUID,
) -> None:
    from shared.contracts.catalogue import PARTITIONS, TOPICS
    from shared.messaging.topics import ensure_topics
    from shared.settings import ServiceSettings

    broker.stop()
    worker = Worker(
        ServiceSettings(
            **base_settings | {"kafka_bootstrap_servers": broker.bootstrap_servers},
            database_url=events_dsns.app_dsn("events"),
        ),
        service="events",
        consumers=[Consumer(group=GROUP, messages=(CompanyRegistered,), apply=effects.apply)],
    )
    await worker.start()
    try:
        await publish(events_database, company(taskforce_id))
        assert not all(check.ok for check in await worker.health())
        broker.start()
        await ensure_topics(broker.bootstrap_servers, TOPICS, partitions=PARTITIONS)

        async def done() -> bool:
            return len(await rows(events_database)) == 1

        await eventually(done, seconds=30)
    finally:
        await worker.stop()


def test_every_message_has_a_type_and_a_topic_of_its_own() -> None:
    assert len({message.type_name() for message in MESSAGES}) == len(MESSAGES)
