"""Fixtures of the tests of retention, subject requests and the access log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import pytest

from services.pledges.participants.access import SIGHT_OF_ALL
from shared.db.database import Database
from shared.settings import ServiceSettings
from tests.privacy.aged_rows import AgedRows, months_ago
from tests.privacy.installation import Installation
from tests.privacy.participant_rows import Participants
from tests.privacy.serving import Services, serving

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


@pytest.fixture
async def known(whole: Installation) -> dict[str, UUID]:
    """Participants with rows in every table: one, and others with nearly the same reference."""
    conn = await asyncpg.connect(whole.databases.superuser_dsn("pledges"))
    try:
        here, elsewhere = Participants(conn, whole.taskforce_id), Participants(conn, whole.other)
        found = {
            "one": await here.add(reference="S-4711"),
            "other reference": await here.add(reference="S-47111"),
            "other municipality": await here.add(reference="S-4711", municipality="0661"),
        }
        for participant in found.values():
            await here.everything(participant)
        found["other taskforce"] = await elsewhere.add(reference="S-4711")
        await elsewhere.everything(found["other taskforce"])
        hire = await AgedRows(conn, whole.taskforce_id).hire(months_ago(3), ended=months_ago(1))
        await conn.execute("update hires set citizen_id = $2, end_reason = 'health' where id = $1", hire, found["one"])
    finally:
        await conn.close()
    return found


@pytest.fixture
async def services(
    whole: Installation,
    databases: Databases,
    base_settings: dict[str, Any],
    signing_key: str,
    taskforce_id: UUID,
) -> AsyncIterator[Services]:
    """The four services, with the data of `whole`."""
    async with serving(databases, base_settings, signing_key, taskforce_id) as services:
        yield services
