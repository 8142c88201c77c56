"""Idempotency keys in a real database, as the app role of a service."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import asyncpg
import pytest
from pydantic import SecretStr

from shared.db.idempotency import (
    ClaimingDatabase,
    IdempotencyKeyReused,
    IdempotentRequest,
    claim_key,
    claim_keys,
    find_claim,
    idempotent_request,
)

if TYPE_CHECKING:
    from shared.db.database import Database

NOW = datetime.now(UTC)


def request(body: object, key: str = "one") -> IdempotentRequest:
    return replace(idempotent_request(key, body, sender="person:1", key=SecretStr("k" * 32)), key=key)


async def claimed(db: Database, taskforce_id: UUID, what: IdempotentRequest, subject_id: UUID) -> UUID | None:
    async with db.change(taskforce_id) as conn:
        return await claim_key(conn, taskforce_id, "confirm_hire", what, subject_id, at=NOW)


async def test_the_same_request_again_finds_what_it_made(events_database: Database, taskforce_id: UUID) -> None:
    hire = uuid4()

    assert await claimed(events_database, taskforce_id, request({"a": 1}), hire) is None
    assert await claimed(events_database, taskforce_id, request({"a": 1}), uuid4()) == hire


async def test_another_request_under_the_key_is_refused(events_database: Database, taskforce_id: UUID) -> None:
    await claimed(events_database, taskforce_id, request({"a": 1}), uuid4())

    with pytest.raises(IdempotencyKeyReused):
        await claimed(events_database, taskforce_id, request({"a": 2}), uuid4())


async def test_a_key_belongs_to_one_operation_of_one_taskforce(
    events_database: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    await claimed(events_database, taskforce_id, request({"a": 1}), uuid4())

    assert await claimed(events_database, other_taskforce_id, request({"a": 2}), uuid4()) is None
    async with events_database.change(taskforce_id) as conn:
        assert await claim_keys(conn, taskforce_id, "log_pledge", [(request({"a": 2}), uuid4(), NOW)]) == {"one"}


async def test_a_claim_is_undone_with_its_transaction(events_database: Database, taskforce_id: UUID) -> None:
    with pytest.raises(ZeroDivisionError):
        async with events_database.change(taskforce_id) as conn:
            await claim_key(conn, taskforce_id, "confirm_hire", request({"a": 1}), uuid4(), at=NOW)
            raise ZeroDivisionError
    async with events_database.read(taskforce_id) as conn:
        assert await find_claim(conn, taskforce_id, "confirm_hire", "one") is None


async def test_no_app_can_change_or_delete_a_claim(events_database: Database, taskforce_id: UUID) -> None:
    await claimed(events_database, taskforce_id, request({"a": 1}), uuid4())

    for statement in ("delete from idempotency_keys", "update idempotency_keys set key = 'two'"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with events_database.change(taskforce_id) as conn:
                await conn.execute(statement)


async def test_a_claiming_database_claims_the_key_in_each_change(events_database: Database, taskforce_id: UUID) -> None:
    first = ClaimingDatabase(events_database, "draft_event", request({"a": 1}))
    other = ClaimingDatabase(events_database, "draft_event", request({"a": 2}))

    for _ in range(2):
        async with first.change(taskforce_id) as conn:
            assert await find_claim(conn, taskforce_id, "draft_event", "one") is not None
    with pytest.raises(IdempotencyKeyReused):
        async with other.change(taskforce_id):
            pytest.fail("the block must not run")
