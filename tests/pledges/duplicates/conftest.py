"""Two pledges of an evening that may be the same promise, and a search for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from services.pledges.duplicates.detection import compare_new
from tests.pledges.conftest import Caller, pledge_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from shared.db.database import Database

API = "/api/pledges/v1/duplicates"


@pytest.fixture
def log_twins(
    caller: Caller,
    add_event: Callable[..., Awaitable[UUID]],
    pledges_database: Database,
    taskforce_id: UUID,
) -> Callable[..., Awaitable[list[dict[str, Any]]]]:
    """`await log_twins({...}, {...})`: logs one promise once for each argument, with its changes, at one event, and
    searches; returns the pledges."""

    async def log(*changes: dict[str, Any]) -> list[dict[str, Any]]:
        event_id = str(await add_event())
        twins = [await caller.log(pledge_body(event_id=event_id) | one) for one in changes or ({}, {})]
        assert {answer.status_code for answer in twins} == {201}
        await compare_new(pledges_database, taskforce_id)
        return [answer.json() for answer in twins]

    return log


async def proposals(caller: Caller, status: str = "open") -> list[dict[str, Any]]:
    """Return the proposals of a status, as the API lists them."""
    answer = await caller.get(f"{API}?status={status}", "coordinator")
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json()["items"]
    return items
