"""The lag of consumers, as the broker and as the consumer report it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import UnknownTopicOrPartitionError

from deploy.local.broker import EmbeddedBroker
from shared.contracts.events import CompanyRegistered
from shared.messaging.lag import group_lags
from tests.shared.messaging.conftest import GROUP, Effects, company, publish, rows
from tests.support.waiting import PATIENCE_SECONDS, eventually

if TYPE_CHECKING:
    from shared.db.database import Database
    from shared.messaging.worker import Worker
    from shared.settings import ServiceSettings
    from tests.support.brokers import Broker


async def test_lag_rises_and_returns_to_zero(
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


async def test_the_lag_of_a_missing_topic_is_an_error() -> None:
    with EmbeddedBroker() as empty:
        for _ in range(2):
            with pytest.raises(UnknownTopicOrPartitionError):
                await group_lags(empty.bootstrap_servers, {GROUP: [CompanyRegistered.topic()]})


async def test_a_consumer_reports_its_lag_and_since_when(
    worker: Worker, effects: Effects, events_database: Database, taskforce_id: UUID
) -> None:
    [consumer] = worker.consumers
    await publish(events_database, company(taskforce_id))

    async def caught_up() -> bool:
        progress = await consumer.measure()
        return progress.lag == 0 and progress.behind_seconds < 0.5 and len(await rows(events_database)) > 0

    await eventually(caught_up)
    effects.fail_with = [ConnectionError() for _ in range(1000)]
    # One aggregate, one partition: the fetched batch fails, and the rest waits on the broker.
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


async def test_a_consumer_without_a_position_does_not_report_lag_zero(
    broker: Broker, publisher_settings: ServiceSettings, effects: Effects
) -> None:
    consumer = effects.consumer()
    client = AIOKafkaConsumer(bootstrap_servers=publisher_settings.kafka_bootstrap_servers)
    await client.start()
    broker.stop()
    try:
        client.assign([TopicPartition(CompanyRegistered.topic(), 0)])
        consumer._client = lambda: client
        await asyncio.sleep(0.5)
        async with asyncio.timeout(PATIENCE_SECONDS):  # it does not wait until it knows: the broker stays away
            progress = await consumer.measure()
    finally:
        await client.stop()
    assert (progress.partitions, progress.lag) == (1, 0)
    assert progress.behind_seconds >= 0.5
