"""What one transaction leaves behind for the next one on the same connection: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from uuid import UUID

    from shared.postgres import Database

_TENANT = "select nullif(current_setting('app.taskforce', true), '')"
_CONNECTION = "select pg_backend_pid()"


async def test_the_tenant_of_a_transaction_is_nobodys_after_it(
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
