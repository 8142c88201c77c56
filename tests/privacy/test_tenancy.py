"""The erasure ledger and the access log are isolated by taskforce, and append-only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from deploy.services import DATA_SUBJECTS
from shared.db.database import Database
from shared.privacy.access_log import CASEWORK, AccessLogUnavailable, Disclosure
from shared.privacy.subjects import Erasure, ledger, write_ledger
from shared.settings import ServiceSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.infrastructure import Databases


@pytest.fixture(params=DATA_SUBJECTS)
async def database(
    request: pytest.FixtureRequest, databases: Databases, base_settings: dict[str, Any]
) -> AsyncIterator[Database]:
    """The databases of the services that own personal data, as their app roles."""
    settings = ServiceSettings(**base_settings, database_url=databases.app_dsn(request.param))
    database = await Database.connect(settings, name="tenancy")
    yield database
    await database.close()


def _line(taskforce_id: UUID) -> Erasure:
    return Erasure(uuid4(), taskforce_id, "people", uuid4(), None, datetime(2026, 11, 22, 12, tzinfo=UTC))


async def test_the_ledger_is_visible_only_to_its_own_taskforce(
    database: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    line = _line(taskforce_id)
    async with database.change(taskforce_id) as conn:
        await write_ledger(conn, [line])
    async with database.read(taskforce_id) as conn:
        assert await ledger(conn) == [line]
    async with database.read(other_taskforce_id) as conn:
        assert await ledger(conn) == []
        assert await conn.fetchval("select count(*) from erasures") == 0
    async with database.system() as conn:
        assert await conn.fetchval("select count(*) from erasures") == 0


async def test_another_taskforces_ledger_and_log_cannot_be_written(
    database: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with database.change(taskforce_id) as conn:
            await write_ledger(conn, [_line(other_taskforce_id)])
    with pytest.raises(AccessLogUnavailable) as refused:
        async with database.change(taskforce_id) as conn:
            await Disclosure(conn, other_taskforce_id, "person:1", CASEWORK, "read").log("people", [uuid4()])
    assert "row-level security" in str(refused.value.__cause__)


async def test_without_a_taskforce_the_log_shows_nothing_and_loses_nothing(
    database: Database, taskforce_id: UUID
) -> None:
    key = uuid4()
    async with database.change(taskforce_id) as conn:
        await Disclosure(conn, taskforce_id, "person:1", CASEWORK, "read").log("people", [key])
    async with database.system() as conn:
        assert await conn.fetch("select who from accesses_of($1)", [key]) == []
        assert await conn.fetch("select what_key from accesses_by('person:1')") == []
        assert await conn.fetch("select id from accesses_before(now() + interval '1 day')") == []


async def test_an_old_look_up_is_deleted_only_by_its_own_taskforce(
    request: pytest.FixtureRequest,
    databases: Databases,
    database: Database,
    taskforce_id: UUID,
    other_taskforce_id: UUID,
) -> None:
    superuser = await asyncpg.connect(databases.superuser_dsn(request.node.callspec.params["database"]))
    look = await superuser.fetchval(
        """
        insert into access_log (taskforce_id, who, action, what_table, what_key, why, basis, looked_at)
        values ($1, 'x', 'read', 'x', $1, 'x', 'x', now() - interval '3 years')
        returning id
        """,
        taskforce_id,
    )
    await superuser.close()
    forget = "select forget_accesses($1)"
    async with database.change(other_taskforce_id) as conn:
        assert await conn.fetch(forget, [look]) == []
    async with database.system() as conn:
        assert await conn.fetch(forget, [look]) == []
    async with database.change(taskforce_id) as conn:
        assert [row[0] for row in await conn.fetch(forget, [look])] == [look]


async def test_overdue_rows_are_counted_for_the_own_taskforce_only(
    database: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    async with database.change(taskforce_id) as conn:
        await Disclosure(conn, taskforce_id, "person:1", CASEWORK, "read").log("people", [uuid4()])
    for tenant, found in ((taskforce_id, 1), (other_taskforce_id, 0)):
        async with database.read(tenant) as conn:
            assert await conn.fetchval("select count(*) from accesses_before(now() + interval '1 day')") == found


async def test_last_runs_are_shown_for_the_own_taskforce_only(
    database: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    async with database.change(taskforce_id) as conn:
        await conn.execute("insert into retention_runs values ($1, 'x', now(), 7)", taskforce_id)
    async with database.read(other_taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from retention_runs") == 0
    async with database.change(other_taskforce_id) as conn:
        assert await conn.execute("update retention_runs set removed = 8") == "UPDATE 0"
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with database.change(taskforce_id) as conn:
            await conn.execute("insert into retention_runs values ($1, 'y', now(), 7)", other_taskforce_id)


async def test_who_has_looked_is_shown_for_the_own_taskforce_only(
    database: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    key = uuid4()
    async with database.change(taskforce_id) as conn:
        await Disclosure(conn, taskforce_id, "person:1", CASEWORK, "read").log("people", [key])
    for tenant, found in ((taskforce_id, ["person:1"]), (other_taskforce_id, [])):
        async with database.read(tenant) as conn:
            assert [row["who"] for row in await conn.fetch("select who from accesses_of($1)", [key])] == found
            assert await conn.fetch("select who from accesses_of($1)", [uuid4()]) == []


async def test_a_persons_look_ups_are_shown_for_the_own_taskforce_only(
    database: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    key = uuid4()
    async with database.change(taskforce_id) as conn:
        await Disclosure(conn, taskforce_id, "person:1", CASEWORK, "read").log("people", [key])
    for tenant, found in ((taskforce_id, [key]), (other_taskforce_id, [])):
        async with database.read(tenant) as conn:
            looks = await conn.fetch("select what_key from accesses_by('person:1')")
            assert [row["what_key"] for row in looks] == found
            assert await conn.fetch("select what_key from accesses_by('person:2')") == []
