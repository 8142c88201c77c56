"""Every function of the notifications service's, in a transaction of another taskforce and of none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest_asyncio

from services.notifications import consumer
from services.notifications.deliveries import queries, store
from services.notifications.notices.rules import notices
from shared.messaging.envelope import Delivery
from tests.authorisation.mails import Mails, started
from tests.authorisation.removal import WHOLE_REMOVAL, without_taskforces
from tests.conftest import TASKFORCE
from tests.notifications.facts import pledge
from tests.tenancy.bound import Cases, Exempt, functions, named, tried, unnoticed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.infrastructure import Installation


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(installation: Installation, signing_key: str) -> AsyncIterator[Mails]:
    async with started(installation, signing_key) as (world, _):
        yield world


async def _take_over(_: Mails, conn: Any) -> None:
    await consumer.apply(conn, [Delivery(pledge(TASKFORCE), uuid4(), uuid4())])


async def _record(_: Mails, conn: Any) -> Any:
    return await store.record(conn, TASKFORCE, notices(pledge(TASKFORCE)), datetime.now(UTC))


CASES: Cases = {
    consumer.apply: _take_over,
    queries.deliveries: lambda _, conn: queries.deliveries(conn, TASKFORCE, limit=10),
    queries.counts: lambda _, conn: queries.counts(conn, TASKFORCE),
    store.record: _record,
}
_COURIER = "the courier delivers for all taskforces, and binds the transaction to each delivery's own"
EXEMPT: Exempt = {
    store.remember_taskforce: "the registry of taskforces holds nothing that is not public",
    store.claim: _COURIER,
    store.renew: _COURIER,
    store.settle: _COURIER,
    store.postpone: _COURIER,
}


def test_every_function_is_tried() -> None:
    assert named(functions("notifications")) == named({*CASES, *EXEMPT})


async def test_none_sees_or_changes_anything_as_another_taskforce_or_as_none(world: Mails) -> None:
    assert await tried(world, CASES, ()) == []


@WHOLE_REMOVAL
async def test_each_would_see_or_change_something_if_the_database_let_it(
    installation: Installation, signing_key: str
) -> None:
    async with started(installation, signing_key) as (world, dsns):
        async with without_taskforces(world, dsns.superuser_dsn("notifications")):
            found = await tried(world, CASES, ())
        assert unnoticed(CASES, found) == []
