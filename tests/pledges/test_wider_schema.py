"""The service works on while a newer release's migration adds a column to every table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg

from tests.pledges.conftest import Caller, hire_body, pledge_body

if TYPE_CHECKING:
    from tests.support.infrastructure import Databases

_EVERY_TABLE = "select tablename from pg_tables where schemaname = 'public' and tablename <> 'schema_migrations'"


async def _everything(caller: Caller) -> list[int]:
    """Log, confirm, repeat and read; return the status of each."""
    pledge = pledge_body()
    hire = hire_body(pledge_id=pledge["id"])
    answers = [
        *[await caller.log(pledge) for _ in "12"],
        *[await caller.confirm(hire) for _ in "12"],
        await caller.get(f"/api/pledges/v1/pledges/{pledge['id']}", "coordinator"),
        await caller.get("/api/pledges/v1/pledges", "coordinator"),
        await caller.get(f"/api/pledges/v1/hires/{hire['id']}", "caseworker"),
        await caller.get("/api/pledges/v1/hires", "caseworker"),
        await caller.get("/pledges", "coordinator"),
        await caller.get(f"/pledges/{pledge['id']}", "coordinator"),
    ]
    return [answer.status_code for answer in answers]


async def test_no_request_fails_when_a_migration_adds_columns(caller: Caller, pledges_dsns: Databases) -> None:
    before = await _everything(caller)
    assert set(before) == {200, 201}
    owner = await asyncpg.connect(pledges_dsns.owner_dsn("pledges"))
    for table in await owner.fetch(_EVERY_TABLE):
        await owner.execute(f"alter table {table['tablename']} add column season text")
    await owner.close()
    assert await _everything(caller) == before
