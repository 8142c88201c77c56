"""What runs as the tables' owner passes by row-level security: it has to ask for the taskforce itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import asyncpg
import pytest

from deploy.services import SERVICES

if TYPE_CHECKING:
    from tests.support.infrastructure import Databases

EVERYBODYS: Final = {
    "discard_rows": "deletes what is left of a generation of the dashboard's that was dropped, whosever it is",
}


@pytest.mark.parametrize("service", SERVICES)
async def test_every_function_that_runs_as_the_owner_keeps_to_one_taskforce(databases: Databases, service: str) -> None:
    conn = await asyncpg.connect(databases.superuser_dsn(service))
    try:
        found = await conn.fetch(
            """
            select proname as name,
                   pg_get_functiondef(oid) as definition
              from pg_proc
             where pronamespace = 'public'::regnamespace
               and prosecdef
            """
        )
    finally:
        await conn.close()
    for one in found:
        definition = one["definition"].lower()
        assert "current_taskforce()" in definition or one["name"] in EVERYBODYS, one["name"]
        # Whoever calls it may not choose what its tables are.
        assert "set search_path to 'pg_catalog', 'public', 'pg_temp'" in definition, one["name"]
    assert {one["name"] for one in found} >= {"pledges": {"forget_companies_of_pledges"}}.get(service, set())
