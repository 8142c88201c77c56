"""Participants of a municipality, and the database as the role that may use them and as superuser."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from services.pledges.participants.access import ParticipantsDatabase, Reader, disclose_participants
from services.pledges.participants.domain import Participant
from services.pledges.participants.store import insert_participant
from shared.db.database import Database
from shared.privacy.access_log import CASEWORK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.pledges.settings import PledgesSettings
    from tests.support.infrastructure import Databases

STRUER = "0671"
HOLSTEBRO = "0661"


def participant(taskforce_id: UUID, **fields: Any) -> Participant:
    """Return a participant of Struer of whom nothing else is known."""
    id_ = uuid4()
    known: dict[str, Any] = {
        "taskforce_id": taskforce_id,
        "id": id_,
        "municipality": STRUER,
        "case_reference": f"S-{id_.hex[:8]}",
        "citizen_id": uuid4(),
        "registered_by": None,
        "registered_at": datetime.now(UTC),
    }
    return Participant(**known | fields)


@pytest_asyncio.fixture
async def participants_database(pledges_settings: PledgesSettings) -> AsyncIterator[ParticipantsDatabase]:
    """The database as the role that may use participants."""
    database = await Database.connect(pledges_settings, name="tests", url=pledges_settings.participants_database_url)
    yield ParticipantsDatabase(database)
    await database.close()


@pytest_asyncio.fixture
async def superuser(pledges_dsns: Databases) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A superuser's connection to the database."""
    conn = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    yield conn
    await conn.close()


@pytest.fixture
def struer(taskforce_id: UUID) -> Reader:
    """A case worker of Struer."""
    return Reader(taskforce_id, f"person:{uuid4()}", STRUER)


async def add(db: ParticipantsDatabase, reader: Reader, *participants: Participant) -> None:
    """Save participants."""
    async with disclose_participants(db, reader, purpose=CASEWORK, action="change") as disclosure:
        for one in participants:
            await insert_participant(disclosure, one)
