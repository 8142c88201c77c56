"""A small publisher and a small consumer on a real database and broker."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from shared.contracts.events import CompanyRegistered
from shared.messaging import outbox
from shared.messaging.broker import producer_for
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Delivery, InvalidMessage
from shared.messaging.worker import Worker
from shared.settings import ServiceSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from shared.contracts.message import Message
    from shared.db.database import Connection, Database
    from tests.support.brokers import Broker
    from tests.support.infrastructure import Databases

GROUP = "tilsagn.test"


@pytest.fixture
def log_output(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """The warnings and errors of the Kafka client and the relay, each once with its count."""
    with capture_logs() as ours:

        def tell() -> str:
            theirs = [
                f"{record.name}: {re.sub(r'[0-9]+', 'N', record.getMessage())[:160]}"
                for record in caplog.records
                if record.name.startswith("aiokafka")
            ]
            own = [f"{one['event']} {one.get('error', '')}" for one in ours if one["log_level"] != "info"]
            counted = [*Counter(own).most_common(), *Counter(theirs).most_common(12)]
            return "".join(f"\n    {times} x {what}" for what, times in counted)

        yield tell


@pytest.fixture
def publisher_settings(base_settings: dict[str, Any], events_dsns: Databases, broker: Broker) -> ServiceSettings:
    """Settings of a service with an outbox."""
    return ServiceSettings(
        **base_settings | {"kafka_bootstrap_servers": broker.bootstrap_servers},
        database_url=events_dsns.app_dsn("events"),
    )


class Effects:
    """The effects of a consumer, in a table of the same database, and a way to make it fail."""

    def __init__(self) -> None:
        self.fail_with: list[BaseException] = []
        self.refuse: set[str] = set()

    async def apply(self, conn: Connection, deliveries: Sequence[Delivery]) -> None:
        """The effect: a row for each version of a company."""
        if self.fail_with:
            raise self.fail_with.pop(0)
        for delivery in deliveries:
            message = delivery.message
            assert isinstance(message, CompanyRegistered)
            if message.name in self.refuse:
                raise InvalidMessage("refused", "by the test")
            await conn.execute(
                "insert into effects values ($1, $2, $3) on conflict do nothing",
                message.company_id,
                message.version,
                message.name,
            )

    def consumer(self) -> Consumer:
        """A consumer of this effect, one more in its group."""
        return Consumer(group=GROUP, messages=(CompanyRegistered,), apply=self.apply)


@pytest_asyncio.fixture
async def effects(events_dsns: Databases) -> Effects:
    """No effect yet."""
    conn = await asyncpg.connect(events_dsns.owner_dsn("events"))
    await conn.execute(
        """
        create table effects (
          company_id uuid, version int, name text check (name <> 'forbidden'), number serial,
          at timestamptz default clock_timestamp(), worker text default current_setting('application_name'),
          primary key (company_id, version)
        )
        """
    )
    await conn.close()
    return Effects()


@pytest_asyncio.fixture
async def worker(publisher_settings: ServiceSettings, effects: Effects) -> AsyncIterator[Worker]:
    """A worker with a relay and a consumer."""
    worker = Worker(publisher_settings, service="events", consumers=[effects.consumer()])
    await worker.start()
    yield worker
    await worker.stop()


async def rows(database: Database) -> list[tuple[UUID, int]]:
    """The effects, in the order they came."""
    found = await database.pool.fetch("select company_id, version from effects order by number")
    return [(row["company_id"], row["version"]) for row in found]


async def send_raw(
    settings: ServiceSettings, value: bytes | None, *, key: bytes | None = b"k", headers: Any = ()
) -> None:
    """Send a record that no relay would."""
    producer = producer_for(settings, client_id="test")
    await producer.start()
    await producer.send_and_wait(CompanyRegistered.topic(), value=value, key=key, headers=list(headers))
    await producer.stop()


async def publish(database: Database, *messages: Message) -> None:
    """Commit a change for each message, one after the other."""
    for message in messages:
        async with database.change(message.taskforce_id) as conn:
            await outbox.add(conn, message)


def company(taskforce_id: UUID, company_id: UUID | None = None, version: int = 1, **facts: Any) -> CompanyRegistered:
    """A message to send."""
    return CompanyRegistered(
        taskforce_id=taskforce_id,
        version=version,
        recorded_at=datetime.now(UTC),
        company_id=company_id or uuid4(),
        **{"name": f"Firma {version}"} | facts,
    )
