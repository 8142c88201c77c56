"""The outbox: one message for each version of an aggregate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest

from shared.contracts.events import CompanyRegistered
from shared.messaging import outbox
from tests.shared.messaging.conftest import company, publish

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Database


async def test_a_version_of_an_aggregate_is_added_once(events_database: Database, taskforce_id: UUID) -> None:
    first = company(taskforce_id)
    await publish(events_database, first)
    with pytest.raises(asyncpg.UniqueViolationError):
        await publish(events_database, first)
    assert await events_database.pool.fetchval("select count(*) from outbox") == 1


async def test_a_version_is_added_in_two_versions_of_its_type(events_database: Database, taskforce_id: UUID) -> None:
    class Next(CompanyRegistered):
        @classmethod
        def type_name(cls) -> str:
            return CompanyRegistered.type_name().removesuffix("1") + "2"

    first = company(taskforce_id)
    following = Next(**first.model_dump())
    async with events_database.change(taskforce_id) as conn:
        await outbox.add(conn, first)
        await outbox.add(conn, following)
    types = await events_database.pool.fetch("select type from outbox order by position")
    assert [row["type"] for row in types] == [first.type_name(), following.type_name()]
    with pytest.raises(asyncpg.UniqueViolationError):
        await publish(events_database, following)
