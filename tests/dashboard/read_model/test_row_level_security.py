"""The database itself keeps taskforces apart, whatever a query forgets."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import pytest

from services.dashboard.read_model import projections
from tests.dashboard.messages import check_in, company, employer_event, hire, pledge, taskforce, tell

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Database
    from tests.support.infrastructure import Databases

BUSINESS = sorted(set(projections.TABLES) - {"taskforces"})


@pytest.fixture
async def both(dashboard_database: Database, other_taskforce_id: UUID) -> Database:
    """Two taskforces with one row of everything each, under the same ids."""
    evening, here, promised, confirmed = employer_event(), company(), pledge(), hire()
    told = [taskforce(), evening, here, check_in(evening.event_id), promised, confirmed]
    await tell(dashboard_database, *told)
    await tell(dashboard_database, *(m.model_copy(update={"taskforce_id": other_taskforce_id}) for m in told))
    return dashboard_database


@pytest.mark.parametrize("table", BUSINESS)
async def test_one_taskforces_transaction_sees_its_rows_only(both: Database, table: str, taskforce_id: UUID) -> None:
    async with both.read(taskforce_id) as conn:
        seen = await conn.fetch(f"select distinct taskforce_id from {table}")
    assert [row["taskforce_id"] for row in seen] == [taskforce_id]


@pytest.mark.parametrize("table", BUSINESS)
async def test_a_transaction_of_no_taskforce_sees_nothing(both: Database, table: str) -> None:
    async with both.system() as conn:
        assert await conn.fetchval(f"select count(*) from {table}") == 0
        await conn.execute("select set_config('app.taskforce', '', true)")
        assert await conn.fetchval(f"select count(*) from {table}") == 0


@pytest.mark.parametrize("table", BUSINESS)
async def test_another_taskforces_rows_can_be_neither_changed_nor_deleted(
    both: Database, dashboard_dsns: Databases, table: str, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    async with both.change(taskforce_id) as conn:
        assert await conn.execute(f"delete from {table} where taskforce_id = $1", other_taskforce_id) == "DELETE 0"
        changed = await conn.execute(
            f"update {table} set taskforce_id = taskforce_id where taskforce_id <> $1", taskforce_id
        )
        assert changed == "UPDATE 0"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with both.change(taskforce_id) as conn:
            await conn.execute(f"update {table} set taskforce_id = $1", other_taskforce_id)
    superuser = await asyncpg.connect(dashboard_dsns.superuser_dsn("dashboard"))
    assert await superuser.fetchval(f"select count(distinct taskforce_id) from {table}") == 2
    await superuser.close()


async def test_rows_of_another_taskforce_cannot_be_written(both: Database, taskforce_id: UUID) -> None:
    foreign = pledge(taskforce_id=uuid4())
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with both.change(taskforce_id) as conn:
            await projections.write(conn, [foreign], await projections.generations(conn))


async def test_the_role_of_the_service_is_bound_and_owns_nothing(dashboard_database: Database) -> None:
    async with dashboard_database.system() as conn:
        role = await conn.fetchrow("select rolsuper, rolbypassrls from pg_roles where rolname = current_user")
        assert role is not None
        assert not any(role.values())
        owned = await conn.fetchval("select count(*) from pg_tables where tableowner = current_user")
        assert owned == 0
        unbound = await conn.fetch(
            """
            select relname
              from pg_class
             where relkind = 'r'
               and relnamespace = 'public'::regnamespace
               and not relrowsecurity
             order by relname
            """
        )
        assert [row["relname"] for row in unbound] == [
            "dead_letters",
            "generations",
            "outbox",
            "schema_migrations",
            "taskforces",
        ]
