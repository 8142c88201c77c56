"""From a publisher's outbox over a real broker to the figures: the dashboard's own worker, started as it runs."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

import pytest_asyncio
from aiokafka import AIOKafkaProducer

from services.dashboard.measures.figures import compute
from services.dashboard.settings import DashboardSettings
from services.dashboard.worker import GROUP, create_worker
from shared.contracts import events, pledges
from shared.contracts.pledges import PledgeLogged
from shared.messaging import dead_letters, outbox
from shared.messaging.envelope import encode_headers
from shared.messaging.lag import group_lags
from shared.messaging.relay import Relay
from shared.settings import ServiceSettings
from tests.dashboard.messages import EVENING, check_in, employer_event, filled, hire, pledge, taskforce

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from uuid import UUID

    from deploy.local.broker import EmbeddedBroker
    from shared.contracts.message import Message
    from shared.db.database import Database
    from shared.messaging.worker import Worker
    from tests.support.infrastructure import Databases


@pytest_asyncio.fixture
async def worker(
    base_settings: dict[str, Any], dashboard_dsns: Databases, broker: EmbeddedBroker
) -> AsyncIterator[Worker]:
    """The dashboard's worker, running."""
    settings = base_settings | {"kafka_bootstrap_servers": broker.bootstrap_servers}
    worker = create_worker(DashboardSettings(**settings, database_url=dashboard_dsns.app_dsn("dashboard")))
    await worker.start()
    yield worker
    await worker.stop()


async def _until(true: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not await true():
            await asyncio.sleep(0.05)


async def _send(broker: EmbeddedBroker, *messages: Message, poison: int = 0) -> None:
    """Send messages to the broker in the given order, among unreadable records."""
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap_servers, acks="all")
    await producer.start()
    try:
        for number in range(poison):
            await producer.send_and_wait("tilsagn.pledges.pledge", b"no json", headers=[("ce_type", _a_type())])
            await producer.send_and_wait("tilsagn.pledges.pledge", b"{}", headers=[("ce_type", b"tilsagn.new.v9")])
            await producer.send_and_wait("tilsagn.pledges.hire", f"{number}".encode())
        for message in messages:
            headers = encode_headers(
                message_id=message.aggregate_id,
                type_name=message.type_name(),
                source="test",
                subject=message.aggregate_id,
                time=message.recorded_at.isoformat(),
                taskforce_id=message.taskforce_id,
                version=message.version,
                correlation_id=message.aggregate_id,
                causation_id=None,
            )
            key, value = str(message.aggregate_id).encode(), message.model_dump_json().encode()
            await producer.send_and_wait(message.topic(), value, key=key, headers=headers)
    finally:
        await producer.stop()


def _a_type() -> bytes:
    return PledgeLogged.type_name().encode()


def test_the_worker_reads_everything_that_figures_are_made_of(base_settings: dict[str, Any]) -> None:
    worker = create_worker(DashboardSettings(**base_settings, database_url="postgresql://nowhere"))
    (consumer,) = worker.consumers
    assert consumer.group == GROUP == "tilsagn.dashboard"
    read = events.REGISTER + events.MEETINGS + events.TARGETS + pledges.PLEDGES_AND_HIRES + pledges.OUTREACH
    assert set(consumer.known.values()) == set(read)


async def test_a_change_in_a_publishers_outbox_becomes_a_figure(
    worker: Worker,
    broker: EmbeddedBroker,
    base_settings: dict[str, Any],
    pledges_database: Database,
    pledges_dsns: Databases,
    dashboard_database: Database,
    taskforce_id: UUID,
) -> None:
    settings = base_settings | {"kafka_bootstrap_servers": broker.bootstrap_servers}
    relay = Relay(ServiceSettings(**settings, database_url=pledges_dsns.app_dsn("pledges")), service="pledges")
    relaying = asyncio.create_task(relay.run())
    logged = pledge(positions=3)
    async with pledges_database.change(taskforce_id) as conn:
        await outbox.add(conn, logged)
        await outbox.add(conn, filled(logged))
        await outbox.add(conn, hire(pledge_id=logged.pledge_id))

    async def is_counted() -> bool:
        figures = await compute(dashboard_database, taskforce_id, as_of=EVENING.date())
        counts = figures.counts
        return bool(counts["pledged_positions"]["smaajob"] == 3 and counts["hires"]["smaajob"] == 1)

    await _until(is_counted)
    relaying.cancel()
    assert all(check.ok for check in await worker.health())


async def test_messages_delivered_three_times_shuffled_and_among_poison_give_the_same_figures(
    worker: Worker,
    broker: EmbeddedBroker,
    dashboard_database: Database,
    taskforce_id: UUID,
    other_taskforce_id: UUID,
) -> None:
    evening = employer_event()
    promised = [pledge(positions=2, event_id=evening.event_id) for _ in range(20)]
    messages: list[Message] = [
        taskforce(),
        evening,
        *(check_in(evening.event_id) for _ in range(9)),
        *promised,
        *(filled(one) for one in promised),
        *(hire(pledge_id=one.pledge_id, event_id=evening.event_id) for one in promised[:7]),
        pledge(taskforce_id=other_taskforce_id, positions=5),
    ]
    thrice = messages * 3
    random.Random(7).shuffle(thrice)
    await _send(broker, *thrice, poison=3)

    async def complete() -> bool:
        async with dashboard_database.system() as conn:
            letters = await dead_letters.pending(conn)
        figures = await compute(dashboard_database, taskforce_id, as_of=EVENING.date())
        theirs = await compute(dashboard_database, other_taskforce_id, as_of=EVENING.date())
        return (
            figures.counts["pledged_positions"]["smaajob"] == 40
            and figures.counts["hires"]["smaajob"] == 7
            and bool(figures.events)
            and figures.events[0].counts["companies_present"] == 9
            and theirs.counts["pledged_positions"]["smaajob"] == 5
            and len(letters) == 6
        )

    await _until(complete)

    async def nothing_unread() -> bool:
        # The figures are right before the last repetition has come.
        lags = await group_lags(broker.bootstrap_servers, {GROUP: worker.consumers[0].topics})
        return lags == {GROUP: 0}

    await _until(nothing_unread)
    async with dashboard_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from pledge_versions") == 40
        counted = "select version, count(*) from contributions where aggregate = 'pledge_versions' group by version"
        assert [tuple(row) for row in await conn.fetch(counted)] == [(2, 20)]
