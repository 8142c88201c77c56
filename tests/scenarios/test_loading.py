"""The Struer scenario, loaded into running workers through the services' use cases."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest_asyncio

from deploy.local.broker import EmbeddedBroker
from deploy.scenarios import facts
from deploy.scenarios.loading import Target, is_loaded, load_struer
from deploy.scenarios.struer import TASKFORCE_ID, UNTIL, struer
from deploy.verification.quiet import wait_until_quiet
from services.dashboard.settings import DashboardSettings
from services.dashboard.worker import create_worker as dashboard_worker
from services.events.settings import EventsSettings
from services.events.worker import create_worker as events_worker
from services.pledges.settings import PledgesSettings
from services.pledges.worker import create_worker as pledges_worker
from shared.auth import public_jwks
from shared.contracts.catalogue import PARTITIONS, TOPICS
from shared.messaging.topics import ensure_topics
from shared.postgres import Database
from tests.infrastructure import fresh_databases

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.infrastructure import Databases, Installation

SECONDS_ALLOWED = 15


@dataclass(frozen=True)
class Loaded:
    """The loaded scenario, and two ways to look at it."""

    target: Target
    dashboard: Database
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
async def workers_at_work(
    databases: Databases, broker: EmbeddedBroker, base: dict[str, Any], key: str
) -> AsyncIterator[tuple[Target, Database]]:
    """The three workers that matter, a target to load into, and the dashboard's database."""
    base = base | {"kafka_bootstrap_servers": broker.bootstrap_servers}
    events = EventsSettings(**base, database_url=databases.app_dsn("events"), token_private_key=key)
    pledges = PledgesSettings(**base, database_url=databases.app_dsn("pledges"))
    dashboard = DashboardSettings(**base, database_url=databases.app_dsn("dashboard"))
    workers = [events_worker(events), pledges_worker(pledges), dashboard_worker(dashboard)]
    readers = {consumer.group: consumer.topics for worker in workers for consumer in worker.consumers}

    async def settled() -> None:
        outboxes = {"events": events.database_url, "pledges": pledges.database_url}
        await wait_until_quiet(broker.bootstrap_servers, outboxes, readers, seconds=30)

    opened = [await Database.connect(settings, name="scenario") for settings in (events, pledges, dashboard)]
    for worker in workers:
        await worker.start()
    try:
        yield Target(events=opened[0], pledges=opened[1], settled=settled), opened[2]
    finally:
        for worker in workers:
            await worker.stop()
        for database in opened:
            await database.close()


@pytest_asyncio.fixture(scope="module")
async def loaded(installation: Installation, signing_key: str) -> AsyncIterator[Loaded]:
    base = {"token_jwks": public_jwks(signing_key), "kafka_flavour": "embedded", "log_format": "console"}
    with fresh_databases(installation) as databases, EmbeddedBroker() as broker:
        await ensure_topics(broker.bootstrap_servers, TOPICS, partitions=PARTITIONS)
        async with workers_at_work(databases, broker, base, signing_key) as (target, dashboard):
            began = time.monotonic()
            await load_struer(target)
            yield Loaded(target, dashboard, time.monotonic() - began)


async def test_it_takes_seconds(loaded: Loaded) -> None:
    assert loaded.seconds < SECONDS_ALLOWED


async def test_the_dashboard_then_knows_exactly_196_citizens_in_smaajobs(loaded: Loaded) -> None:
    counted = await loaded.shown(
        "select count(*) from hires where job_type = 'smaajob' and start_date between $1 and $2", facts.SINCE, UNTIL
    )
    assert counted == facts.CITIZENS_IN_SMAAJOB_SINCE_START


async def test_the_dashboard_then_knows_every_hire_position_event_and_check_in(loaded: Loaded) -> None:
    scenario = struer()
    assert await loaded.shown("select count(*) from hires") == len(scenario.hires)
    assert await loaded.shown("select sum(positions) from pledges") == sum(p.positions for p in scenario.pledges)
    closed = "select count(distinct event_id) from employer_events where status = 'closed'"
    assert await loaded.shown(closed) == len(scenario.gatherings)
    assert await loaded.shown("select count(*) from attendances") == sum(len(g.attending) for g in scenario.gatherings)


async def test_every_pledge_is_of_a_known_company_and_needs_no_looking_at(loaded: Loaded) -> None:
    assert await loaded.kept("select count(*) from pledges where company_id is null") == 0
    assert await loaded.kept("select count(*) from pledges where flags <> '{}'") == 0
    assert await loaded.kept("select count(*) from hires where flags <> '{}'") == 0


async def test_nobody_could_be_sent_a_mail_about_things_of_years_ago(loaded: Loaded) -> None:
    assert await loaded.kept("select count(*) from pledge_contacts where email is not null") == 0
    assert await loaded.kept("select count(*) from hires where logged_by is not null") == 0
    assert await loaded.kept("select count(*) from pledges where captured_by <> 'import'") == 0


async def test_loading_it_again_changes_nothing(loaded: Loaded) -> None:
    assert await is_loaded(loaded.target)
    before = await _changes(loaded.target)
    await load_struer(loaded.target)
    assert await _changes(loaded.target) == before


async def _changes(target: Target) -> list[int]:
    counts = []
    for database in (target.events, target.pledges):
        async with database.system() as conn:
            counts.append(await conn.fetchval("select count(*) from outbox"))
    return counts
