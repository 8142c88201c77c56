"""A consumer whose broker is replaced by an empty one, as the embedded broker is at each start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError
from aiokafka.structs import OffsetAndMetadata

from deploy.local import topics
from shared.contracts.events import CompanyRegistered
from shared.messaging.membership import membership
from tests.shared.messaging.conftest import Effects, company, publish, rows
from tests.support import brokers
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from deploy.local.broker import EmbeddedBroker
    from shared.db.database import Database
    from shared.messaging.worker import Worker

pytestmark = [
    pytest.mark.skipif(brokers.FLAVOUR == "apache", reason="Apache Kafka keeps its log when it is started again"),
]

FIRST = TopicPartition(CompanyRegistered.topic(), 0)


async def test_offsets_of_a_lost_log_are_not_committed_in_the_new_one(
    worker: Worker, broker: EmbeddedBroker, events_database: Database, taskforce_id: UUID
) -> None:
    """The client repeats its commit until it is answered; by then it is another member, of a group that has read
    nothing."""
    await publish(events_database, company(taskforce_id))
    await eventually(lambda: _has_effects(events_database, 1))
    client = worker.consumers[0]._client()
    assert client is not None
    coordinator: Any = client._coordinator
    before = client._subscription.subscription.assignment
    broker.kill()
    await topics.start_with_topics(broker)

    async def member_of_the_next_group() -> bool:
        return membership(client) is not None and client._subscription.subscription.assignment is not before

    await eventually(member_of_the_next_group)
    with pytest.raises(CommitFailedError):
        await coordinator.commit_offsets(before, {FIRST: OffsetAndMetadata(1000, "")})
    assert await client.committed(FIRST) in {None, 0}


async def test_a_position_beyond_the_end_is_reset_to_the_beginning(
    worker: Worker, events_database: Database, taskforce_id: UUID
) -> None:
    """The embedded broker always answers that there are no records, and the client would report lag zero."""
    await publish(events_database, company(taskforce_id))
    await eventually(lambda: _has_effects(events_database, 1))
    client = worker.consumers[0]._client()
    assert client is not None
    for place in client.assignment():
        client.seek(place, 1000)
    await publish(events_database, *(company(taskforce_id) for _ in range(9)))
    await eventually(lambda: _has_effects(events_database, 10))


async def test_a_failed_batch_is_not_sought_in_a_new_log(
    worker: Worker,
    effects: Effects,
    broker: EmbeddedBroker,
    events_database: Database,
    taskforce_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sought: list[int] = []
    seek: Callable[[AIOKafkaConsumer, TopicPartition, int], None] = AIOKafkaConsumer.seek

    def noted(client: AIOKafkaConsumer, partition: TopicPartition, offset: int) -> None:
        sought.append(offset)
        seek(client, partition, offset)

    monkeypatch.setattr(AIOKafkaConsumer, "seek", noted)
    one = company(taskforce_id)
    await publish(events_database, one, *(company(taskforce_id, one.company_id, version) for version in range(2, 30)))
    await eventually(lambda: _has_effects(events_database, 29))
    effects.fail_with = [RuntimeError("our own mistake")]
    await publish(events_database, company(taskforce_id, one.company_id, 30))

    async def failed() -> bool:
        return not effects.fail_with

    await eventually(failed)
    # The worker makes a pause before it hands the batch back; by then it is a member at the next broker.
    broker.kill()
    await topics.start_with_topics(broker)
    other = company(taskforce_id, one.company_id, 31)
    await publish(events_database, other)

    async def has_the_next() -> bool:
        return (one.company_id, other.version) in await rows(events_database)

    await eventually(has_the_next)
    assert not any(sought), "it went back to a place in the log that is gone"


async def _has_effects(database: Database, count: int) -> bool:
    return len(await rows(database)) == count
