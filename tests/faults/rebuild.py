"""The second part of I4, at the end of a session: a rebuilt dashboard has the same rows."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

import asyncpg

from tests.support.topology import ROOT

if TYPE_CHECKING:
    from tests.support.topology import Topology

REBUILD_SECONDS = 120


async def differences(topology: Topology) -> list[str]:
    """Rebuild the dashboard by the operator's command; return the differences. There must be none."""
    before = await _digests(topology)
    rebuild = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.cli", "rebuild", "dashboard", "--json"),
        cwd=ROOT,
        env={"PATH": os.defpath, "TILSAGN_STATE": str(topology.folder / "none")} | topology.operator_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(REBUILD_SECONDS):
        output, complaints = await rebuild.communicate()
    if rebuild.returncode != 0:
        return [f"I4: tilsagn rebuild dashboard: {output.decode()[-500:]} {complaints.decode()[-500:]}"]
    after = await _digests(topology)
    if not before:
        return ["I4: the dashboard has no table with generations: the check is blind"]
    return [
        f"I4: {table} has other rows after a rebuild: {before[table]} and {after.get(table)} (how many, digest)"
        for table in before
        if before[table] != after.get(table)
    ]


async def _digests(topology: Topology) -> dict[str, tuple[int, str]]:
    """Return the number of rows of each table of the read model, and a digest of the sorted rows."""
    conn = await asyncpg.connect(topology.superuser_dsn("dashboard"), command_timeout=REBUILD_SECONDS)
    try:
        tables = await conn.fetch(
            """
            select class.oid::regclass::text as name
              from pg_class as class
              join pg_attribute as attribute
                on attribute.attrelid = class.oid
               and attribute.attname = 'generation'
             where class.relkind = 'r'
               and class.relname <> 'generations'
            """
        )
        digests: dict[str, tuple[int, str]] = {}
        for table in tables:
            row = await conn.fetchrow(
                f"""
                select count(*) as rows, coalesce(md5(string_agg(one, '' order by one)), '') as digest
                  from (
                       select (to_jsonb(served) - 'generation')::text as one
                         from {table["name"]} as served
                        where generation = (select generation from generations where state = 'serving')
                       ) as all_rows
                """
            )
            assert row is not None
            digests[table["name"]] = (row["rows"], row["digest"])
        return digests
    finally:
        conn.terminate()
