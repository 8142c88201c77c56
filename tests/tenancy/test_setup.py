"""Every function about a taskforce's first administrator, in a transaction of another taskforce and of none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest_asyncio

from services.events.identity.first_admin import commands, store
from services.events.identity.people.domain import Person
from services.events.register.commands import register_taskforce
from shared.refusals import Refusal
from shared.secrets import hash_secret, to_base64url
from tests.authorisation.register import Register, started
from tests.authorisation.removal import WHOLE_REMOVAL, without_taskforces
from tests.conftest import OTHER_TASKFORCE, TASKFORCE
from tests.tenancy.bound import Cases, tried, unnoticed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.infrastructure import Installation

CODE: Final = to_base64url(TASKFORCE.bytes + bytes(32))


class Unadministered(Register):
    """Two taskforces in which nobody takes part yet."""

    async def fill(self) -> None:
        for id, slug in ((TASKFORCE, "struer"), (OTHER_TASKFORCE, "elsewhere")):
            await register_taskforce(self.db, id=id, slug=slug, name=slug, municipality="0671", since=date(2018, 5, 1))
        await commands.make_first_admin_link(self.db, TASKFORCE)


def _long_ago() -> datetime:
    return datetime.now(UTC) - timedelta(days=1)


# In this order: each leaves what the next one needs.
CASES: Cases = {
    store.delete_link: lambda _, conn: store.delete_link(conn, TASKFORCE),
    commands.make_first_admin_link: lambda _, db: commands.make_first_admin_link(db, TASKFORCE),
    store.replace_link: lambda _, conn: store.replace_link(conn, TASKFORCE, hash_secret(bytes(32)), datetime.now(UTC)),
    store.valid_hash: lambda _, conn: store.valid_hash(conn, TASKFORCE, _long_ago()),
    commands.check_first_admin_link: lambda _, db: commands.check_first_admin_link(db, CODE),
    commands.become_first_administrator: lambda _, db: commands.become_first_administrator(
        db, CODE, Person(uuid4(), "Z Ny", "ny@example.dk", frozenset({"admin"})), device="x"
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(installation: Installation, signing_key: str) -> AsyncIterator[Register]:
    async with started(installation, signing_key, Unadministered) as (world, _):
        yield world


async def test_none_sees_or_changes_anything_as_another_taskforce_or_as_none(world: Register) -> None:
    assert await tried(world, CASES, (Refusal,)) == []


@WHOLE_REMOVAL
async def test_each_would_see_or_change_something_if_the_database_let_it(
    installation: Installation, signing_key: str
) -> None:
    async with started(installation, signing_key, Unadministered) as (world, dsns):
        async with without_taskforces(world, dsns.superuser_dsn("events")):
            found = await tried(world, CASES, (Refusal,))
        assert unnoticed(CASES, found) == []
