"""The Struer scenario, loaded into running workers through the services' use cases, for the tests of a module."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from deploy.local.broker import EmbeddedBroker
from deploy.scenarios.loading import Target, load_struer
from deploy.scenarios.struer import TASKFORCE_ID
from deploy.verification.quiet import wait_until_quiet
from services.dashboard.settings import DashboardSettings
from services.dashboard.worker import create_worker as dashboard_worker
from services.events.settings import EventsSettings
from services.events.worker import create_worker as events_worker
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

    from tests.support.infrastructure import Databases, Installation


@dataclass(frozen=True)
class Loaded:
    """The loaded scenario, and two ways to look at it.

    Attributes:
        seconds: of a processor, which it took to load, workers included; other programs do not count.
    """

    target: Target
    dashboard: Database
    dashboard_settings: DashboardSettings
    databases: Databases
    seconds: float

    async def shown(self, sql: str, *arguments: Any) -> Any:
        """One value of the dashboard's read model."""
        async with self.dashboard.read(TASKFORCE_ID) as conn:
            return await conn.fetchval(sql, *arguments)

    async def kept(self, sql: str) -> Any:
        """One value of the pledges service's own tables."""
        async with self.target.pledges.read(TASKFORCE_ID) as conn:
            return await conn.fetchval(sql)


@asynccontextmanager
async def loaded_struer(installation: Installation, key: str) -> AsyncIterator[Loaded]:
    """Load it into databases and a broker of their own; the three workers that matter go on working."""
    with fresh_databases(installation) as databases, EmbeddedBroker() as broker:
        await ensure_topics(broker.bootstrap_servers, TOPICS, partitions=PARTITIONS)
        async with _at_work(databases, broker, key) as loaded:
            yield loaded


@asynccontextmanager
async def _at_work(databases: Databases, broker: EmbeddedBroker, key: str) -> AsyncIterator[Loaded]:
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
        request_key=SecretStr("x" * 32),
    )
    dashboard = DashboardSettings(**base, database_url=databases.app_dsn("dashboard"))
    workers = [events_worker(events), pledges_worker(pledges), dashboard_worker(dashboard)]
    readers = {consumer.group: consumer.topics for worker in workers for consumer in worker.consumers}

    async def settled() -> None:
        outboxes = {"events": events.database_url, "pledges": pledges.database_url}
        await wait_until_quiet(broker.bootstrap_servers, outboxes, readers, seconds=PATIENCE_SECONDS)

    opened = [await Database.connect(settings, name="scenario") for settings in (events, pledges, dashboard)]
    for worker in workers:
        await worker.start()
    try:
        target = Target(events=opened[0], pledges=opened[1], request_key=pledges.request_key, settled=settled)
        began = time.process_time()
        await load_struer(target)
        yield Loaded(target, opened[2], dashboard, databases, time.process_time() - began)
    finally:
        for worker in workers:
            await worker.stop()
        for database in opened:
            await database.close()
