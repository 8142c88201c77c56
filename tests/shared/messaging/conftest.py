"""A small publisher and a small consumer on real parts."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.events import CompanyRegistered
from shared.settings import ServiceSettings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from deploy.local.broker import EmbeddedBroker
    from tests.infrastructure import Databases


@pytest.fixture
def publisher_settings(
    base_settings: dict[str, Any], events_dsns: Databases, broker: EmbeddedBroker
) -> ServiceSettings:
    """Settings of a service with an outbox."""
    return ServiceSettings(
        **base_settings | {"kafka_bootstrap_servers": broker.bootstrap_servers},
        database_url=events_dsns.app_dsn("events"),
    )


def company(taskforce_id: UUID, company_id: UUID | None = None, version: int = 1, **facts: Any) -> CompanyRegistered:
    """A message to send."""
    return CompanyRegistered(
        taskforce_id=taskforce_id,
        version=version,
        recorded_at=datetime.now(UTC),
        company_id=company_id or uuid4(),
        **{"name": f"Firma {version}"} | facts,
    )


async def eventually(check: Callable[[], Awaitable[bool]], *, seconds: float = 15) -> None:
    """Return as soon as `check` holds; fail the test if it does not in time."""
    deadline = time.monotonic() + seconds
    while not await check():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        await asyncio.sleep(0.05)
