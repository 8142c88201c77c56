"""Every function about signing in at a provider, in a transaction of another taskforce and of none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest_asyncio

from services.events.identity import oidc
from services.events.identity.administration.commands import add_person
from services.events.identity.oidc import commands, store
from services.events.identity.oidc.domain import Identity
from services.events.identity.people.domain import Person
from services.events.settings import GroupGrants
from shared.refusals import Refusal
from tests.authorisation.register import Register, started
from tests.authorisation.removal import WHOLE_REMOVAL, without_taskforces
from tests.conftest import TASKFORCE
from tests.tenancy.bound import Cases, Exempt, functions, named, tried, unnoticed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.infrastructure import Installation


def now() -> datetime:
    return datetime.now(UTC)


GROUPS = {"Taskforce": GroupGrants(roles=frozenset({"coordinator"}))}


class Prepared(Register):
    """The register with people who are known at a provider."""

    async def fill(self) -> None:
        await super().fill()
        self.linked = [await self._somebody(uuid4().bytes * 2) for _ in range(4)]
        self.known, _ = self.linked[0]
        self.unknown = [(await self._somebody(None))[0] for _ in range(6)]
        self.identity = Identity("https://x", "y", None, False, None, frozenset({"Taskforce"}))
        async with self.db.change(TASKFORCE) as conn:
            await store.delete_link(conn, TASKFORCE, self.known)
            await store.insert_link(conn, TASKFORCE, self.known, self.identity.hash(), now())

    async def _somebody(self, hash: bytes | None) -> tuple[UUID, bytes]:
        person = Person(uuid4(), "Z Ny", f"{uuid4()}@example.dk", frozenset({"member"}))
        await add_person(self.db, TASKFORCE, person)
        if hash is not None:
            async with self.db.change(TASKFORCE) as conn:
                await store.insert_link(conn, TASKFORCE, person.id, hash, now())
        return person.id, hash or b""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(installation: Installation, signing_key: str) -> AsyncIterator[Prepared]:
    async with started(installation, signing_key, Prepared) as (world, _):
        assert isinstance(world, Prepared)
        yield world


CASES: Cases = {
    commands.sign_in: lambda w, db: commands.sign_in(
        db, TASKFORCE, GROUPS, w.identity, language="da", device="x", now=now()
    ),
    store.find_person: lambda w, conn: store.find_person(conn, TASKFORCE, w.linked[1][1]),
    store.is_linked: lambda w, conn: store.is_linked(conn, TASKFORCE, w.linked[1][0]),
    store.insert_link: lambda w, conn: store.insert_link(conn, TASKFORCE, w.unknown.pop(), uuid4().bytes * 2, now()),
    store.record_use: lambda w, conn: store.record_use(conn, TASKFORCE, w.linked[1][0], datetime.now(UTC)),
    store.delete_link: lambda w, conn: store.delete_link(conn, TASKFORCE, w.linked[2][0]),
    store.save_provided: lambda w, conn: store.save_provided(
        conn, TASKFORCE, w.linked[3][0], roles=frozenset({"auditor"}), municipality="0756", programme=None
    ),
}
_OF_NOBODY = "what a browser has pending is of no taskforce: nobody knows yet who will come back"
_REGISTRY = "asks the registry of taskforces, which is of none"
EXEMPT: Exempt = {
    store.insert_pending: _OF_NOBODY,
    store.take_pending: _OF_NOBODY,
    commands.consume: _OF_NOBODY,
    commands.start_sign_in: _REGISTRY,
    commands.taskforce_of: _REGISTRY,
    commands.groups_of: _REGISTRY,
}


def test_every_function_is_tried() -> None:
    found = {one for one in functions("events") if one.__module__.startswith(f"{oidc.__name__}.")}
    assert named(found) == named({*CASES, *EXEMPT})


async def test_none_sees_or_changes_anything_as_another_taskforce_or_as_none(world: Prepared) -> None:
    assert await tried(world, CASES, (Refusal,)) == []


@WHOLE_REMOVAL
async def test_each_would_see_or_change_something_if_the_database_let_it(
    installation: Installation, signing_key: str
) -> None:
    async with started(installation, signing_key, Prepared) as (world, dsns):
        async with without_taskforces(world, dsns.superuser_dsn("events")):
            found = await tried(world, CASES, (Refusal,))
        assert unnoticed(CASES, found) == []
