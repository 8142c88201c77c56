"""Waiting for delivery: it returns when everything is delivered, and reports what is pending at the deadline."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from deploy.verification.delivery import MessagesPending, wait_until_delivered
from services.events.register import commands
from services.events.settings import EventsSettings
from services.events.worker import create_worker
from shared.contracts.events import TaskforceRegistered

if TYPE_CHECKING:
    from deploy.local.broker import EmbeddedBroker
    from shared.db.database import Database
    from tests.support.infrastructure import Databases

NOBODY_READS: dict[str, list[str]] = {}


@pytest.fixture
async def _one_change(events_database: Database, taskforce_id: UUID) -> None:
    await commands.register_taskforce(
        events_database,
        id=taskforce_id,
        slug="struer",
        name="Struer",
        municipality="0671",
        since=date(2018, 5, 1),
    )


@pytest.mark.usefixtures("_one_change")
async def test_an_unpublished_change_is_reported(broker: EmbeddedBroker, events_dsns: Databases) -> None:
    outboxes = {"events": events_dsns.app_dsn("events")}
    with pytest.raises(MessagesPending, match="1 changes of events are not yet published"):
        await wait_until_delivered(broker.bootstrap_servers, outboxes, NOBODY_READS, seconds=0)


@pytest.mark.usefixtures("_one_change")
async def test_a_message_not_read_by_a_group_is_reported(
    broker: EmbeddedBroker, events_dsns: Databases, base_settings: dict[str, Any], signing_key: str
) -> None:
    settings = EventsSettings(
        **base_settings | {"kafka_bootstrap_servers": broker.bootstrap_servers},
        database_url=events_dsns.app_dsn("events"),
        token_private_key=signing_key,
    )
    worker = create_worker(settings)
    await worker.start()
    try:
        outboxes = {"events": events_dsns.app_dsn("events")}
        await wait_until_delivered(broker.bootstrap_servers, outboxes, NOBODY_READS, seconds=15)
        readers = {"tilsagn.dashboard": [TaskforceRegistered.topic()]}
        with pytest.raises(MessagesPending, match=r"1 messages are not yet read by tilsagn\.dashboard"):
            await wait_until_delivered(broker.bootstrap_servers, outboxes, readers, seconds=0)
    finally:
        await worker.stop()
