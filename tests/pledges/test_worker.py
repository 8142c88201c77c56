"""The worker on a real broker."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from services.pledges.settings import PledgesSettings
from services.pledges.worker import create_worker
from shared.contracts.events import CompanyRegistered
from shared.messaging.envelope import encode_headers, read_headers
from tests.pledges.conftest import NOW, Caller, pledge_body
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from uuid import UUID

    from deploy.local.broker import EmbeddedBroker
    from shared.db.database import Database


async def test_the_worker_saves_companies_and_publishes_pledges(
    broker: EmbeddedBroker,
    pledges_settings: PledgesSettings,
    pledges_database: Database,
    caller: Caller,
    taskforce_id: UUID,
) -> None:
    worker = create_worker(pledges_settings.model_copy(update={"kafka_bootstrap_servers": broker.bootstrap_servers}))
    await worker.start()
    try:
        company = CompanyRegistered(
            taskforce_id=taskforce_id, company_id=uuid4(), version=1, recorded_at=NOW, name="Struer Trælast A/S"
        )
        await _publish(broker, company)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await _knows(pledges_database, taskforce_id, company.company_id):
                await asyncio.sleep(0.05)

        logged = await caller.log(pledge_body())
        record = await _first_record(broker, "tilsagn.pledges.pledge")
    finally:
        await worker.stop()

    assert logged.json()["company"]["id"] == str(company.company_id)
    assert record.key.decode() == logged.json()["id"]
    headers = read_headers(record.headers)
    assert headers["ce_type"] == "tilsagn.pledges.PledgeLogged.v1"
    assert headers["ce_taskforceid"] == str(taskforce_id)
    # The trace continues from the request to the record.
    assert headers["ce_correlationid"] == logged.headers["x-correlation-id"]


async def _publish(broker: EmbeddedBroker, message: CompanyRegistered) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap_servers, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(
            message.topic(),
            key=str(message.aggregate_id).encode(),
            value=message.model_dump_json().encode(),
            headers=encode_headers(
                message_id=uuid4(),
                type_name=message.type_name(),
                source="events",
                subject=message.aggregate_id,
                time=message.recorded_at.isoformat(),
                taskforce_id=message.taskforce_id,
                version=message.version,
                correlation_id=uuid4(),
                causation_id=None,
            ),
        )
    finally:
        await producer.stop()


async def _knows(database: Database, taskforce_id: UUID, company_id: UUID) -> bool:
    async with database.read(taskforce_id) as conn:
        return bool(await conn.fetchval("select true from companies where id = $1", company_id))


async def _first_record(broker: EmbeddedBroker, topic: str) -> Any:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=broker.bootstrap_servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        return await asyncio.wait_for(consumer.getone(), PATIENCE_SECONDS)
    finally:
        await consumer.stop()
