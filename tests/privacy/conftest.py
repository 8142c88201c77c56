"""Fixtures of the tests of retention, subject requests and the access log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import pytest

from services.pledges.participants.access import SIGHT_OF_ALL
from shared.db.database import Database
from shared.settings import ServiceSettings
from tests.privacy.aged_rows import AgedRows
from tests.privacy.installation import Installation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.infrastructure import Databases


@pytest.fixture
async def rows(pledges_dsns: Databases, taskforce_id: UUID) -> AsyncIterator[AgedRows]:
    conn = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    yield AgedRows(conn, taskforce_id)
    await conn.close()


@pytest.fixture
async def whole(databases: Databases, taskforce_id: UUID, other_taskforce_id: UUID) -> Installation:
    """The installation with data."""
    installation = Installation(databases, taskforce_id, other_taskforce_id)
    await installation.fill()
    return installation


async def connect_for_subjects(databases: Databases, base_settings: dict[str, Any], service: str) -> Database:
    """Connect to a service's database as the role that may read all its personal data."""
    settings = ServiceSettings(**base_settings, database_url=databases.subjects_dsn(service))
    return await Database.connect(settings, name="subjects", server_settings=SIGHT_OF_ALL)


@pytest.fixture
async def subjects_database(pledges_dsns: Databases, base_settings: dict[str, Any]) -> AsyncIterator[Database]:
    """The database of pledges as the role that may read all its personal data."""
    database = await connect_for_subjects(pledges_dsns, base_settings, "pledges")
    yield database
    await database.close()
