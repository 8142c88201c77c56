"""The whole background process, on a real broker: what it acknowledges it has written down."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg
import pytest

from services.notifications.consumer import create_consumer
from services.notifications.worker import create_worker
from shared.messaging.broker import producer_for
from shared.messaging.lag import group_lags
from tests.notifications.messages import as_records, hire, pledge, taskforce
from tests.support.waiting import PATIENCE_SECONDS, eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from deploy.local.broker import EmbeddedBroker
    from services.notifications.settings import NotificationsSettings
    from shared.contracts.message import Message
    from shared.db.database import Database
    from shared.messaging.dead_letters import Record
    from shared.messaging.worker import Worker
    from tests.notifications.conftest import Harness
    from tests.notifications.mail_server import MailServer
    from tests.support.infrastructure import Databases


@pytest.fixture
def notifications_settings(
    notifications_settings: NotificationsSettings, broker: EmbeddedBroker
) -> NotificationsSettings:
    return notifications_settings.model_copy(update={"kafka_bootstrap_servers": broker.bootstrap_servers})


@asynccontextmanager
async def working(settings: NotificationsSettings) -> AsyncIterator[Worker]:
    worker = create_worker(settings)
    await worker.start()
    try:
        yield worker
    finally:
        await worker.stop()


async def publish(settings: NotificationsSettings, messages: Sequence[Message], *, copies: int = 1) -> None:
    records = as_records(messages, copies=copies)
    random.Random(11).shuffle(records)
    producer = producer_for(settings, client_id="test")
    await producer.start()
    for record in records:
        await producer.send_and_wait(record.topic, value=record.value, key=record.key, headers=record.headers)
    await producer.stop()


async def unacknowledged(settings: NotificationsSettings) -> int:
    consumer = create_consumer()
    lags = await group_lags(settings.kafka_bootstrap_servers, {consumer.group: consumer.topics})
    return lags[consumer.group]


async def test_messages_delivered_three_times_and_shuffled_lead_to_one_mail_each(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    pledges = [pledge(taskforce_id) for _ in range(10)]
    hires = [hire(taskforce_id) for _ in range(4)]
    for message in pledges:
        harness.set_contact(message, email=f"{message.pledge_id}@firma.example")
    for one in hires:
        harness.set_logger(one, email=f"{one.hire_id}@medlem.example")
    await publish(harness.settings, [taskforce(taskforce_id), *pledges, *hires], copies=3)
    async with working(harness.settings):

        async def all_sent() -> bool:
            return await harness.statuses(taskforce_id) == {("sent", None): 14}

        await eventually(all_sent)

        async def all_published() -> bool:
            outbox = "select count(*) > 0 and count(*) = count(published_at) from outbox"
            return bool(await harness.database.pool.fetchval(outbox))

        await eventually(all_published)
    recipients = [mail.recipient for mail in mail_server.accepted]
    assert len(recipients) == len(set(recipients)) == 14


async def test_a_message_that_could_not_be_stored_is_not_acknowledged(
    harness: Harness,
    mail_server: MailServer,
    notifications_dsns: Databases,
    taskforce_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    admin = await asyncpg.connect(notifications_dsns.postgres.superuser_dsn())
    name = notifications_dsns.names["notifications"]
    pledges = [pledge(taskforce_id) for _ in range(5)]
    for message in pledges:
        harness.set_contact(message)
    has_failed = asyncio.Event()

    async def acknowledged() -> bool:
        return await unacknowledged(harness.settings) == 0

    await publish(harness.settings, [taskforce(taskforce_id)])
    async with working(harness.settings) as worker:
        await eventually(acknowledged)
        [consumer] = worker.consumers
        really = consumer._handle_once

        async def noted(database: Database, batch: Sequence[Record]) -> set[UUID]:
            try:
                return await really(database, batch)
            except Exception:
                has_failed.set()
                raise

        monkeypatch.setattr(consumer, "_handle_once", noted)
        await admin.execute(f"alter database {name} allow_connections false")
        await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
        await publish(harness.settings, pledges)
        await asyncio.wait_for(has_failed.wait(), PATIENCE_SECONDS)
    assert await unacknowledged(harness.settings) == 5
    await admin.execute(f"alter database {name} allow_connections true")
    await admin.close()
    async with working(harness.settings):

        async def all_sent() -> bool:
            return await harness.statuses(taskforce_id) == {("sent", None): 5}

        await eventually(all_sent)

        await eventually(acknowledged)
    assert len(mail_server.accepted) == 5


async def test_a_second_start_sends_nothing_again(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    recipients = [f"{number}@firma.example" for number in range(2)]
    for start, recipient in enumerate(recipients, 1):
        message = pledge(taskforce_id)
        harness.set_contact(message, email=recipient)
        await publish(harness.settings, [message])
        async with working(harness.settings):

            async def sent() -> bool:
                return await harness.statuses(taskforce_id) == {("sent", None): start}  # noqa: B023

            await eventually(sent)
    assert [mail.recipient for mail in mail_server.accepted] == recipients
