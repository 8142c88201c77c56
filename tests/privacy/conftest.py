"""Fixtures of the tests of retention, subject requests and the access log."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import pytest

from tests.privacy.aged_rows import AgedRows
from tests.privacy.installation import Installation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.infrastructure import Databases


@pytest.fixture
async def rows(pledges_dsns: Databases, taskforce_id: UUID) -> AsyncIterator[AgedRows]:
    conn = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    yield AgedRows(conn, taskforce_id)
    await conn.close()


@pytest.fixture
async def whole(databases: Databases, taskforce_id: UUID, other_taskforce_id: UUID) -> Installation:
    """The installation with data."""
    installation = Installation(databases, taskforce_id, other_taskforce_id)
    await installation.fill()
    return installation
