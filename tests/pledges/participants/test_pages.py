"""The pages of participants, as a case worker and a facilitator see them, and others do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest_asyncio

from tests.pledges.browsing import HTML, text_of
from tests.pledges.participants.conftest import STRUER, add, participant

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from services.pledges.participants.access import ParticipantsDatabase, Reader
    from services.pledges.participants.domain import Participant
    from tests.pledges.conftest import Caller
    from tests.support.infrastructure import Databases


@pytest_asyncio.fixture
async def one(participants_database: ParticipantsDatabase, struer: Reader, taskforce_id: UUID) -> Participant:
    """A participant of Struer."""
    found = participant(taskforce_id, case_reference="S-2041", programme="job_network")
    await add(participants_database, struer, found)
    return found


@pytest_asyncio.fixture
async def superuser(pledges_dsns: Databases) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A superuser's connection to the database."""
    conn = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    yield conn
    await conn.close()


async def _page(caller: Caller, path: str, role: str = "caseworker", **principal: str) -> tuple[int, str]:
    where = principal or {"municipality": STRUER}
    answer = await caller.client.get(path, headers=caller.headers(role, **where) | HTML)  # type: ignore[arg-type]
    return answer.status_code, text_of(answer.text)


async def test_the_page_asks_what_is_not_known(caller: Caller, one: Participant) -> None:
    status, text = await _page(caller, f"/participants/{one.id}")
    assert (status, "S-2041" in text) == (200, True)
    assert "Hvor mange timer om ugen kan borgeren arbejde?" in text


async def test_nothing_is_shown_while_the_access_log_cannot_be_written(
    caller: Caller, one: Participant, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    await superuser.execute("alter table access_log add constraint full_disk check (false) not valid")
    for path in ("/participants", f"/participants/{one.id}"):
        status, text = await _page(caller, path)
        assert status == 503
        assert "Adgangsloggen kan ikke skrives" in text
        assert "S-2041" not in text
    await superuser.execute("alter table access_log drop constraint full_disk")
    async with superuser.transaction():
        await superuser.execute("lock table access_log in exclusive mode")
        status, text = await _page(caller, f"/participants/{one.id}")
    assert (status, "S-2041" in text) == (503, False)
    assert await superuser.fetchval("select count(*) from access_log where action = 'read'") == 0
