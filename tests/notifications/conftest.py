"""The service's parts on a fresh database, with a real mail server and a test double of the owning services."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import pytest_asyncio

from services.notifications.consumer import create_consumer
from services.notifications.deliveries.courier import Courier
from services.notifications.settings import NotificationsSettings
from shared.contracts.pledges import HireConfirmed, PledgeLogged
from shared.http.auth import Principal, public_jwks, sign_token
from tests.notifications.mail_server import MailServer
from tests.notifications.messages import as_records
from tests.notifications.owners import Owners
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from shared.contracts.message import Message
    from shared.db.database import Database
    from tests.support.infrastructure import Databases


@pytest_asyncio.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    """A mail server that accepts everything unless a test changes that."""
    async with MailServer() as server:
        yield server


@pytest_asyncio.fixture
async def owners(signing_key: str) -> AsyncIterator[Owners]:
    """Events and pledges, without any person or contact yet."""
    async with Owners(public_jwks(signing_key)) as owners:
        yield owners


@pytest.fixture
def notifications_settings(
    base_settings: dict[str, Any],
    notifications_dsns: Databases,
    signing_key: str,
    mail_server: MailServer,
    owners: Owners,
) -> NotificationsSettings:
    """Settings that point to the fixtures."""
    service = Principal("service:notifications", frozenset({"service"}), None)
    return NotificationsSettings(
        **base_settings,
        database_url=notifications_dsns.app_dsn("notifications"),
        service_token=sign_token(signing_key, service, lifetime_seconds=600),
        events_url=owners.url,
        pledges_url=owners.url,
        smtp_host="127.0.0.1",
        smtp_port=mail_server.port,
        sender="Tilsagn <tilsagn@struer.example>",
    )


@pytest.fixture
def settings(base_settings: dict[str, Any]) -> NotificationsSettings:
    """Settings that lead nowhere, for what needs neither a database nor a server."""
    return NotificationsSettings(
        **base_settings,
        database_url="postgresql://nowhere/none",
        service_token="token",
        events_url="http://127.0.0.1:9",
        pledges_url="http://127.0.0.1:9",
        smtp_host="127.0.0.1",
        sender="Tilsagn <tilsagn@struer.example>",
    )


@dataclass
class Harness:
    """The service's consumer and courier, and what they have stored."""

    settings: NotificationsSettings
    database: Database
    owners: Owners
    _random: random.Random = field(default_factory=lambda: random.Random(7))

    def __post_init__(self) -> None:
        self.consumer = create_consumer()
        self.consumer._database = self.database

    async def consume(self, *messages: Message, copies: int = 1, shuffled: bool = False) -> None:
        """Consume the messages, in batches as a broker would hand them over."""
        records = as_records(messages, copies=copies)
        if shuffled:
            self._random.shuffle(records)
        for start in range(0, len(records), 7):
            await self.consumer.handle(records[start : start + 7])  # type: ignore[arg-type]

    def set_contact(self, pledge: PledgeLogged, email: str | None = "mette@firma.example", **facts: Any) -> None:
        """Set the contact that pledges answers with for a pledge."""
        self.owners.contacts[pledge.taskforce_id, pledge.pledge_id] = {
            "email": email,
            "name": "Mette Sørensen",
            "company": "Bager & Søn",
            "language": "da",
        } | facts

    def set_logger(self, hire: HireConfirmed, email: str = "anne@medlem.example", **facts: Any) -> None:
        """Set the person that events answers with for who logged a hire's pledge, and the company that pledges does."""
        assert hire.logged_by is not None
        assert hire.pledge_id is not None
        self.owners.people[hire.taskforce_id, hire.logged_by] = {
            "email": email,
            "name": "Anne Holm",
            "language": "da",
        } | facts
        self.owners.contacts[hire.taskforce_id, hire.pledge_id] = {
            "email": None,
            "name": "Mette Sørensen",
            "company": "Bager & Søn",
            "language": "da",
        }

    @asynccontextmanager
    async def courier(
        self, lease: timedelta = timedelta(seconds=15), kind: type[Courier] = Courier
    ) -> AsyncIterator[Courier]:
        """A running courier."""
        courier = kind(self.settings, lease=lease)
        task = asyncio.create_task(courier.run(self.database))
        try:
            yield courier
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def rows(self, taskforce_id: UUID) -> list[Any]:
        """Every delivery of a taskforce, oldest first."""
        async with self.database.read(taskforce_id) as conn:
            return list(await conn.fetch("select * from deliveries order by created_at, id"))

    async def statuses(self, taskforce_id: UUID) -> Counter[tuple[str, str | None]]:
        """The number of deliveries by status and reason."""
        return Counter((row["status"], row["reason"]) for row in await self.rows(taskforce_id))

    async def settled(self, taskforce_id: UUID) -> Counter[tuple[str, str | None]]:
        """Wait until no delivery of the taskforce is waiting, and return their statuses."""

        async def done() -> bool:
            return all(status != "waiting" for status, _ in await self.statuses(taskforce_id))

        await eventually(done)
        left = await self.database.pool.fetchval(
            "select count(*) from due_deliveries where taskforce_id = $1", taskforce_id
        )
        assert left == 0
        return await self.statuses(taskforce_id)

    async def published(self, taskforce_id: UUID) -> list[tuple[str, UUID, str | None]]:
        """Return what was published about mails: the kind of message, the pledge, and why it did not arrive."""
        rows = await self.database.pool.fetch(
            """
            select split_part(type, '.', 3) as kind,
                   (payload ->> 'pledge_id')::uuid as pledge_id,
                   payload ->> 'reason' as reason
              from outbox
             where taskforce_id = $1
            """,
            taskforce_id,
        )
        return [tuple(row) for row in rows]

    async def make_all_due(self) -> None:
        """Make every delivery that waits for its next attempt due now."""
        await self.database.pool.execute(
            "update due_deliveries set due_at = clock_timestamp() where claimed_by is null"
        )


@pytest.fixture
def harness(notifications_settings: NotificationsSettings, notifications_database: Database, owners: Owners) -> Harness:
    """The service's parts, none of them running yet."""
    return Harness(notifications_settings, notifications_database, owners)


__all__ = ["Harness"]
