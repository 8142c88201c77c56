"""Transactions: nothing of one is visible to the next on the same connection."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

import services
import shared
from shared.db.database import TRANSIENT_ERRORS

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Database
    from tests.support.infrastructure import Databases

_TENANT = "select nullif(current_setting('app.taskforce', true), '')"
_CONNECTION = "select pg_backend_pid()"

ROOT = Path(shared.__file__).parents[1]
OURS = sorted(path for package in (services, shared) for path in Path(str(package.__file__)).parent.rglob("*.py"))

# Text within parentheses is not part of the selected columns.
_WHATEVER_COLUMNS = re.compile(r"(^|[^(\s])\s*\b(select|returning)\s+(\w+\.)?\*", re.IGNORECASE)


async def test_the_taskforce_of_a_transaction_is_unset_after_it(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    async with dashboard_database.change(taskforce_id) as conn:
        assert await conn.fetchval(_TENANT) == str(taskforce_id)
        first = await conn.fetchval(_CONNECTION)
    with pytest.raises(ZeroDivisionError):
        async with dashboard_database.change(taskforce_id) as conn:
            raise ZeroDivisionError
    async with dashboard_database.system() as conn:
        assert await conn.fetchval(_CONNECTION) == first
        assert await conn.fetchval(_TENANT) is None


async def test_a_statement_waits_neither_for_parallel_workers_nor_for_a_compiler(dashboard_database: Database) -> None:
    async with dashboard_database.system() as conn:
        assert await conn.fetchval("show max_parallel_workers_per_gather") == "0"
        assert await conn.fetchval("show jit") == "off"


async def test_a_transaction_that_was_left_open_is_rolled_back(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    async with dashboard_database.pool.acquire() as conn:
        first = await conn.fetchval(_CONNECTION)
        await conn.execute(f"begin; set local app.taskforce = '{taskforce_id}'")
        assert await conn.fetchval(_TENANT) == str(taskforce_id)
    async with dashboard_database.system() as conn:
        assert await conn.fetchval(_CONNECTION) == first
        assert await conn.fetchval(_TENANT) is None


async def test_a_prepared_statement_from_before_a_migration_fails_once_with_a_transient_error(
    dashboard_database: Database, dashboard_dsns: Databases, taskforce_id: UUID
) -> None:
    query = "select * from dead_letters"  # which no statement of ours says, for this is what comes of it
    async with dashboard_database.read(taskforce_id) as conn:
        await conn.fetch(query)
    owner = await asyncpg.connect(dashboard_dsns.owner_dsn("dashboard"))
    await owner.execute("alter table dead_letters add column wide integer")
    await owner.close()
    with pytest.raises(TRANSIENT_ERRORS):
        async with dashboard_database.read(taskforce_id) as conn:
            await conn.fetch(query)
    async with dashboard_database.read(taskforce_id) as conn:
        await conn.fetch(query)


def test_no_statement_selects_all_columns() -> None:
    """A column that a newer release adds would make it fail on every connection that has prepared it before."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in OURS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _WHATEVER_COLUMNS.search(node.value)
    ]
    assert not found
