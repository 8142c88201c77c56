"""What `isolate` does to a table."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from deploy.services import app_role

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Database
    from tests.support.infrastructure import Databases


@pytest_asyncio.fixture
async def notes(events_database: Database, events_dsns: Databases, taskforce_id: UUID) -> Database:
    """A database with an isolated table, in which one taskforce has a row."""
    owner = await asyncpg.connect(events_dsns.owner_dsn("events"))
    await owner.execute("create table notes (taskforce_id uuid, id uuid, primary key (taskforce_id, id))")
    await owner.execute("call isolate('notes')")
    await owner.execute(f"grant select, insert, update, delete on notes to {app_role('events')}")
    await owner.close()
    async with events_database.change(taskforce_id) as conn:
        await conn.execute("insert into notes values ($1, $2)", taskforce_id, uuid4())
    return events_database


async def test_rows_are_visible_only_to_their_own_taskforce(
    notes: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    async with notes.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from notes") == 1
    async with notes.read(other_taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from notes") == 0
    async with notes.system() as conn:
        assert await conn.fetchval("select count(*) from notes") == 0
        await conn.execute("select set_config('app.taskforce', '', true)")
        assert await conn.fetchval("select count(*) from notes") == 0


async def test_another_taskforce_cannot_change_or_delete_rows(
    notes: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    async with notes.change(other_taskforce_id) as conn:
        assert await conn.execute("update notes set id = gen_random_uuid()") == "UPDATE 0"
        assert await conn.execute("delete from notes") == "DELETE 0"
    async with notes.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from notes") == 1


@pytest.mark.parametrize(
    "statement", ["insert into notes values ($1, gen_random_uuid())", "update notes set taskforce_id = $1"]
)
async def test_no_row_can_be_inserted_into_or_moved_to_another_taskforce(
    notes: Database, taskforce_id: UUID, other_taskforce_id: UUID, statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with notes.change(taskforce_id) as conn:
            await conn.execute(statement, other_taskforce_id)
