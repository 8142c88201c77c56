"""A fresh taskforce for each fault; the eight processes are `running` (tests/conftest.py)."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from services.events import commands
from shared.postgres import Database
from shared.settings import ServiceSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.topology import Topology


@pytest.fixture(scope="session")
def seed() -> int:
    """`SEED=…` repeats a run; the default is the same every time."""
    return int(os.environ.get("SEED", "2018"))


@pytest_asyncio.fixture
async def taskforce(running: Topology) -> AsyncIterator[UUID]:
    """A taskforce of the fault's own, known to every service before the fault begins."""
    taskforce_id = uuid4()
    settings = ServiceSettings(
        database_url=running.app_dsn("events"), token_jwks=running.secrets["TOKEN_JWKS"], kafka_flavour="embedded"
    )
    database = await Database.connect(settings, name="faults")
    await commands.register_taskforce(
        database,
        id=taskforce_id,
        slug=f"t{taskforce_id.hex[:12]}",
        name="Taskforce",
        municipality="0671",
        since=date(2018, 5, 1),
    )
    yield taskforce_id
    await database.close()
