"""Fixtures of the tests of retention."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import pytest

from tests.privacy.books import Books

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.infrastructure import Databases


@pytest.fixture
async def books(pledges_dsns: Databases, taskforce_id: UUID) -> AsyncIterator[Books]:
    conn = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    yield Books(conn, taskforce_id)
    await conn.close()
