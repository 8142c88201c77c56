"""Every function about somebody's data, in a transaction of another taskforce and of none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import pytest_asyncio

from services.events import privacy
from services.events.identity.administration.commands import add_person
from services.events.identity.people.domain import Person
from services.events.privacy import commands, store
from shared.privacy.subject_requests import SubjectRequest
from shared.refusals import Refusal
from tests.authorisation.personal_data import HoldNothing
from tests.authorisation.register import Register, started
from tests.authorisation.removal import WHOLE_REMOVAL, without_taskforces
from tests.authorisation.subjects import ADMINISTRATOR
from tests.conftest import TASKFORCE
from tests.tenancy.bound import Cases, Exempt, functions, named, tried, unnoticed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.infrastructure import Installation

OTHERS: Final = HoldNothing()


class Prepared(Register):
    """The register with orders that wait, and somebody who is to be erased."""

    async def fill(self) -> None:
        await super().fill()
        self.orders = {use: uuid4() for use in ("open_keys", "mark_done", "carry_out", "order", "open")}
        for order in self.orders.values():
            async with self.db.change(TASKFORCE) as conn:
                await store.insert_order(conn, TASKFORCE, order, by=ADMINISTRATOR, keys=_keys())
        await add_person(self.db, TASKFORCE, Person(uuid4(), "Z Slettes", "z@example.dk", frozenset({"member"})))
        self.seen = (await commands.look_up(self.db, OTHERS, _inquiry("z@example.dk"))).digest


def _keys() -> dict[str, dict[str, list[UUID]]]:
    return {"pledges": {"company_contacts.pledge_contacts": [uuid4()]}}


def _inquiry(email: str) -> SubjectRequest:
    return SubjectRequest(
        taskforce=TASKFORCE, emails=(email,), who=ADMINISTRATOR, purpose="subject_access", action="search"
    )


async def _look_up(world: Prepared, db: Any) -> Any:
    found = await commands.look_up(db, OTHERS, _inquiry(world.people["own"].email))
    return found.groups


CASES: Cases = {
    commands.look_up: _look_up,
    commands.order_erasure: lambda w, db: commands.order_erasure(db, OTHERS, _inquiry("z@example.dk"), seen=w.seen),
    commands.carry_out: lambda w, db: commands.carry_out(db, OTHERS, TASKFORCE, w.orders["carry_out"]),
    commands.ledgers: lambda _, db: commands.ledgers(db, OTHERS, TASKFORCE),
    store.insert_order: lambda _, conn: store.insert_order(conn, TASKFORCE, uuid4(), by=ADMINISTRATOR, keys=_keys()),
    store.open_keys: lambda w, conn: store.open_keys(conn, TASKFORCE, w.orders["open_keys"]),
    store.mark_done: lambda w, conn: store.mark_done(conn, TASKFORCE, w.orders["mark_done"], "pledges", 1),
    store.open_orders: lambda _, conn: store.open_orders(conn, TASKFORCE),
    store.order: lambda w, conn: store.order(conn, TASKFORCE, w.orders["order"]),
    store.latest_orders: lambda _, conn: store.latest_orders(conn, TASKFORCE, limit=10),
}
EXEMPT: Exempt = {
    commands.deadlines: "counts what is past its deadline, of one taskforce: tests/privacy/test_inquiries.py",
    commands.retry_orders: "goes from taskforce to taskforce, each in transactions of its own",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(installation: Installation, signing_key: str) -> AsyncIterator[Prepared]:
    async with started(installation, signing_key, Prepared) as (world, _):
        assert isinstance(world, Prepared)
        yield world


def test_every_function_is_tried() -> None:
    found = {one for one in functions("events") if one.__module__.startswith(f"{privacy.__name__}.")}
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
