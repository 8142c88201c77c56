"""Loads the Struer scenario through the services' commands, with running workers, for the tests of a folder."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from deploy.local.broker import EmbeddedBroker
from deploy.scenarios.loading import Target
from deploy.scenarios.struer import TASKFORCE_ID
from deploy.scenarios.struer_loading import load_struer
from deploy.verification.delivery import wait_until_delivered
from services.dashboard.board.commands import release_now
from services.dashboard.board.domain import NothingNew
from services.dashboard.board.schedule import schedule_of
from services.dashboard.read_model.taskforces import find_taskforce
from services.dashboard.settings import DashboardSettings
from services.dashboard.worker import create_worker as dashboard_worker
from services.events.settings import EventsSettings
from services.events.worker import create_worker as events_worker
from services.pledges.participants.access import ParticipantsDatabase
from services.pledges.settings import PledgesSettings
from services.pledges.worker import create_worker as pledges_worker
from shared.contracts.catalogue import PARTITIONS, TOPICS
from shared.db.database import Database
from shared.http.auth import public_jwks
from shared.messaging.topics import ensure_topics
from tests.support.infrastructure import fresh_databases
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from tests.support.infrastructure import Databases, Installation


@dataclass(frozen=True)
class Loaded:
    """The loaded scenario.

    Attributes:
        seconds: processor time of loading, including the workers.
    """

    target: Target
    dashboard: Database
    dashboard_settings: DashboardSettings
    databases: Databases
    seconds: float

    async def read_model_value(self, sql: str, *arguments: Any) -> Any:
        """Return one value from the dashboard's read model."""
        async with self.dashboard.read(TASKFORCE_ID) as conn:
            return await conn.fetchval(sql, *arguments)

    async def pledges_value(self, sql: str) -> Any:
        """Return one value from the tables of pledges."""
        async with self.target.pledges.read(TASKFORCE_ID) as conn:
            return await conn.fetchval(sql)


@asynccontextmanager
async def loaded_struer(installation: Installation, key: str) -> AsyncIterator[Loaded]:
    """Load the scenario into new databases and a new broker; the three workers keep running."""
    with fresh_databases(installation) as databases, EmbeddedBroker() as broker:
        await ensure_topics(broker.bootstrap_servers, TOPICS, partitions=PARTITIONS)
        async with _with_workers(databases, broker, key) as loaded:
            yield loaded


@asynccontextmanager
async def _with_workers(databases: Databases, broker: EmbeddedBroker, key: str) -> AsyncIterator[Loaded]:
    base: dict[str, Any] = {
        "token_jwks": public_jwks(key),
        "kafka_bootstrap_servers": broker.bootstrap_servers,
        "kafka_flavour": "embedded",
        "log_format": "console",
    }
    events = EventsSettings(**base, database_url=databases.app_dsn("events"), token_private_key=key)
    pledges = PledgesSettings(
        **base,
        database_url=databases.app_dsn("pledges"),
        intake_database_url=databases.intake_dsn(),
        participants_database_url=databases.participants_dsn(),
        request_key=SecretStr("x" * 32),
    )
    dashboard = DashboardSettings(**base, database_url=databases.app_dsn("dashboard"))
    workers = [events_worker(events), pledges_worker(pledges), dashboard_worker(dashboard)]
    readers = {consumer.group: consumer.topics for worker in workers for consumer in worker.consumers}

    async def delivered() -> None:
        outboxes = {"events": events.database_url, "pledges": pledges.database_url}
        await wait_until_delivered(broker.bootstrap_servers, outboxes, readers, seconds=PATIENCE_SECONDS)

    opened = [await Database.connect(settings, name="scenario") for settings in (events, pledges, dashboard)]
    participants = await Database.connect(pledges, name="scenario", url=pledges.participants_database_url)
    for worker in workers:
        await worker.start()
    try:
        target = Target(
            events=opened[0],
            pledges=opened[1],
            participants=ParticipantsDatabase(participants),
            request_key=pledges.request_key,
            wait_until_delivered=delivered,
        )
        began = time.process_time()
        await load_struer(target)
        await release_board(opened[2], dashboard, TASKFORCE_ID)
        yield Loaded(target, opened[2], dashboard, databases, time.process_time() - began)
    finally:
        for worker in workers:
            await worker.stop()
        for database in (*opened, participants):
            await database.close()


async def release_board(database: Database, settings: DashboardSettings, taskforce_id: UUID) -> None:
    """Release a taskforce's board now: the worker may have done so before everything was loaded."""
    taskforce = await find_taskforce(database, taskforce_id=taskforce_id)
    assert taskforce is not None
    # Or it has done so just now.
    with suppress(NothingNew):
        await release_now(database, taskforce, schedule_of(settings), now=datetime.now(UTC))
