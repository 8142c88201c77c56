"""Every function about people, in a transaction of another taskforce and of none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest_asyncio

from services.events import domain, people
from services.events.people import commands, queries, store
from services.events.people.domain import Person
from tests.authorisation.register import Register, started
from tests.authorisation.removal import without_taskforces
from tests.conftest import TASKFORCE
from tests.tenancy.bound import Cases, functions, named, tried, unnoticed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.infrastructure import Installation

NOW = datetime.now(UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(installation: Installation, signing_key: str) -> AsyncIterator[Register]:
    async with started(installation, signing_key) as (world, _):
        yield world


def _person() -> Person:
    return Person(uuid4(), "Z Ny", f"{uuid4()}@example.dk", frozenset({"member"}))


CASES: Cases = {
    commands.add_person: lambda _, db: commands.add_person(db, TASKFORCE, _person()),
    queries.people: lambda _, conn: queries.people(conn, TASKFORCE, limit=10),
    queries.address: lambda w, conn: queries.address(conn, TASKFORCE, w.people["own"].id),
    queries.filled_roles: lambda _, conn: queries.filled_roles(conn, TASKFORCE),
    store.insert_person: lambda _, conn: store.insert_person(conn, TASKFORCE, _person(), at=NOW),
    store.load_person: lambda w, conn: store.load_person(conn, TASKFORCE, w.people["own"].id),
    store.first_in_role: lambda _, conn: store.first_in_role(conn, TASKFORCE, "admin"),
}


def test_every_function_is_tried() -> None:
    found = {one for one in functions("events") if one.__module__.startswith(f"{people.__name__}.")}
    assert named(found) == named(set(CASES))


async def test_none_sees_or_changes_anything_as_another_taskforce_or_as_none(world: Register) -> None:
    assert await tried(world, CASES, (domain.Refusal,)) == []


async def test_each_would_see_or_change_something_if_the_database_let_it(
    installation: Installation, signing_key: str
) -> None:
    async with started(installation, signing_key) as (world, dsns):
        async with without_taskforces(world, dsns.superuser_dsn("events")):
            found = await tried(world, CASES, (domain.Refusal,))
        assert unnoticed(CASES, found) == []
