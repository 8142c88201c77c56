"""The deployment of this folder."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest

from deploy.scenarios.identities import taskforce_id
from tests.support.topology import Topology, topology

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def stopped() -> Iterator[Topology]:
    """A deployment with one taskforce whose apps and workers do not run."""
    with topology(processes=False) as whole:
        asyncio.run(_register_taskforce(whole))
        yield whole


async def _register_taskforce(whole: Topology) -> None:
    conn = await asyncpg.connect(whole.superuser_dsn("events"))
    try:
        await conn.execute(
            """
            insert into taskforces (id, slug, name, municipality, since, version, registered_at)
            values ($1, 'struer', 'Struer', '0671', '2018-05-01', 1, now())
            """,
            taskforce_id("struer"),
        )
    finally:
        await conn.close()
