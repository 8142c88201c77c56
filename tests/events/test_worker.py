"""The worker on a real broker: messages in the outbox reach their topics."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from services.events.register import commands
from services.events.register.domain import Company
from services.events.worker import create_worker
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from deploy.local.broker import EmbeddedBroker
    from services.events.settings import EventsSettings
    from shared.db.database import Database


async def test_what_commands_save_is_published(
    db: Database, events_settings: EventsSettings, broker: EmbeddedBroker, taskforce_id: UUID
) -> None:
    worker = create_worker(events_settings.model_copy(update={"kafka_bootstrap_servers": broker.bootstrap_servers}))
    await worker.start()
    try:
        await commands.register_company(db, taskforce_id, Company.as_typed(id=uuid4(), name="Ærø Bageri"))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await _waiting(db):
                await asyncio.sleep(0.05)
    finally:
        await worker.stop()


async def _waiting(db: Database) -> int:
    async with db.system() as conn:
        return int(await conn.fetchval("select count(*) from outbox where published_at is null"))
