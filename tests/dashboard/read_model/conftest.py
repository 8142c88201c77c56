"""The publishers of the messages that a rebuild reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.messaging import outbox

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from shared.contracts.message import Message
    from shared.db.database import Database
    from tests.support.infrastructure import Databases

    Publish = Callable[..., Awaitable[None]]


@pytest.fixture
def publish(events_database: Database, pledges_database: Database) -> Publish:
    """Records messages in their publishers' outboxes, as the services do."""

    async def publish(*messages: Message) -> None:
        for message in messages:
            publisher = events_database if message.aggregate.startswith("events.") else pledges_database
            async with publisher.change(message.taskforce_id) as conn:
                await outbox.add(conn, message)

    return publish


@pytest.fixture
def outboxes(events_dsns: Databases, pledges_dsns: Databases) -> Mapping[str, str]:
    """Where the publishers' outboxes are, as each service's own app role reaches them."""
    return {"events": events_dsns.app_dsn("events"), "pledges": pledges_dsns.app_dsn("pledges")}
