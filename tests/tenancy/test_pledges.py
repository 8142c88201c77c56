"""Every function of the pledges service's, in a transaction of another taskforce and of none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest_asyncio

from services.pledges import consumer
from services.pledges.hires.domain import Confirmation, Hire
from services.pledges.imports import commands as imports
from services.pledges.pledges import commands, idempotency, queries, store
from services.pledges.pledges.domain import Limits, Person, Pledge, Promise, open_positions
from services.pledges.pledges.queries import HireFilter, PledgeFilter
from services.pledges.register import store as register_store
from services.pledges.register.domain import Contact, TypedCompany
from shared.messaging.envelope import Delivery
from shared.refusals import Refusal
from tests.authorisation.matrix import person_of
from tests.authorisation.promises import NOW, TONIGHT, Logged, Promises, started
from tests.authorisation.removal import WHOLE_REMOVAL, without_taskforces
from tests.conftest import TASKFORCE
from tests.dashboard.messages import company
from tests.pledges.conftest import REQUEST_KEY
from tests.tenancy.bound import Cases, Exempt, functions, named, tried, unnoticed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.infrastructure import Installation

KEY = "a key that was used"
FILE = b"virksomhed;dato;pladser;timer fra;kontaktperson\nNy;01-02-2024;1;5;Eva\n"


class Prepared(Promises):
    """Pledges and hires, one of each as the domain sees it, and a key that was used."""

    async def fill(self) -> None:
        await super().fill()
        self.logged: Logged = self.pledge("member", "own")
        async with self.db.change(TASKFORCE) as conn:
            pledge = await store.load_pledge(conn, TASKFORCE, self.logged.id)
            hire = await store.load_hire(conn, TASKFORCE, self.logged.hire_id)
            await idempotency.claim(conn, TASKFORCE, "log_pledge", [(_asked(KEY), uuid4(), NOW)])
        assert pledge is not None
        assert hire is not None
        self.whole: Pledge = pledge[0]
        self.hired: Hire = hire[0]
        self.digest: bytes = pledge[1]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(installation: Installation, signing_key: str) -> AsyncIterator[Prepared]:
    async with started(installation, signing_key, Prepared) as (world, _):
        assert isinstance(world, Prepared)
        yield world


def _asked(key: str) -> idempotency.Asked:
    return commands.asked(key, {}, request_key=REQUEST_KEY)


def _promise() -> Promise:
    return Promise(
        id=uuid4(),
        company=TypedCompany("Ny", None, None, None),
        contact=Contact("Eva", "97850000", None),
        job_type="smaajob",
        positions=1,
        hours_from=Decimal(5),
        hours_to=Decimal(5),
        tasks=(),
        earliest_start=None,
        captured_at=NOW,
        captured_by="phone",
    )


def _confirmation(pledge_id: UUID) -> Confirmation:
    contact = Contact("Jonas", "96848484", None)
    return Confirmation(uuid4(), NOW.date(), Decimal(5), contact, pledge_id=pledge_id)


async def _log(_: Prepared, db: Any) -> Any:
    promise = _promise()
    by = Person(person_of("member"))
    return await commands.log_pledge(db, TASKFORCE, promise, by=by, asked=_asked(str(promise.id)), limits=Limits())


async def _confirm(world: Prepared, db: Any) -> Any:
    confirmation = _confirmation(world.logged.id)
    asked = _asked(str(confirmation.id))
    return await commands.confirm_hire(db, TASKFORCE, confirmation, confirmed_by=None, asked=asked, limits=Limits())


async def _check(world: Prepared, db: Any) -> bool:
    await commands.check_hire(db, TASKFORCE, _confirmation(world.logged.id), limits=Limits())
    return True


async def _import(_: Prepared, db: Any) -> Any:
    return await imports.import_pledges(db, TASKFORCE, FILE, dry_run=False, limits=Limits(), request_key=REQUEST_KEY)


def _another_pledge(world: Prepared) -> Pledge:
    id = uuid4()
    return replace(world.whole, promise=replace(world.whole.promise, id=id), positions=open_positions(id, 1))


async def _save_filled(world: Prepared, conn: Any) -> None:
    position = replace(world.whole.positions[-1], status="filled", hire_id=uuid4())
    await store.save_filled(conn, replace(world.whole, version=9), position)


async def _take_over(_: Prepared, conn: Any) -> None:
    await consumer.apply(conn, [Delivery(company(taskforce_id=TASKFORCE), uuid4(), uuid4())])


def _event_row() -> tuple[Any, ...]:
    times = (NOW, NOW + timedelta(hours=2), NOW, None)
    return (TASKFORCE, uuid4(), 1, "employer_event", "open", "Ny", None, *times, 50, 1)


CASES: Cases = {
    commands.log_pledge: _log,
    commands.confirm_hire: _confirm,
    commands.check_hire: _check,
    consumer.apply: _take_over,
    imports.import_pledges: _import,
    register_store.save_companies: lambda _, conn: register_store.save_companies(
        conn, [(TASKFORCE, uuid4(), 1, "Ny", "ny", None, None, False)]
    ),
    register_store.save_events: lambda _, conn: register_store.save_events(conn, [_event_row()]),
    register_store.save_attendances: lambda _, conn: register_store.save_attendances(
        conn, [(TASKFORCE, uuid4(), 1, TONIGHT, uuid4(), NOW)]
    ),
    queries.pledges: lambda _, conn: queries.pledges(conn, TASKFORCE, PledgeFilter(), limit=10),
    queries.waiting_pledges: lambda _, conn: queries.waiting_pledges(conn, TASKFORCE, PledgeFilter(), limit=10),
    queries.waiting_totals: lambda _, conn: queries.waiting_totals(conn, TASKFORCE, PledgeFilter()),
    queries.receipt: lambda w, conn: queries.receipt(conn, TASKFORCE, w.logged.id),
    queries.pledge: lambda w, conn: queries.pledge(conn, TASKFORCE, w.logged.id),
    queries.hires: lambda _, conn: queries.hires(conn, TASKFORCE, HireFilter(), limit=10),
    queries.hire: lambda w, conn: queries.hire(conn, TASKFORCE, w.logged.hire_id),
    queries.last_contact_person: lambda _, conn: queries.last_contact_person(conn, TASKFORCE, person_of("member")),
    queries.event: lambda _, conn: queries.event(conn, TASKFORCE, TONIGHT),
    queries.events: lambda _, conn: queries.events(conn, TASKFORCE, ("open",)),
    queries.events_with_pledges: lambda _, conn: queries.events_with_pledges(conn, TASKFORCE),
    queries.companies_at: lambda _, conn: queries.companies_at(conn, TASKFORCE, TONIGHT),
    queries.companies: lambda _, conn: queries.companies(conn, TASKFORCE),
    queries.contact_address: lambda w, conn: queries.contact_address(conn, TASKFORCE, w.logged.id),
    idempotency.look_around: lambda w, conn: idempotency.look_around(
        conn, TASKFORCE, [(TONIGHT, TypedCompany(w.companies["own"], None, None, None))]
    ),
    idempotency.claim: lambda _, conn: idempotency.claim(
        conn, TASKFORCE, "log_pledge", [(_asked(str(uuid4())), uuid4(), NOW)]
    ),
    idempotency.claimed_before: lambda _, conn: idempotency.claimed_before(conn, TASKFORCE, "log_pledge", KEY),
    idempotency.request_digests: lambda w, conn: idempotency.request_digests(conn, TASKFORCE, [w.logged.id]),
    store.event_is_known: lambda _, conn: store.event_is_known(conn, TASKFORCE, TONIGHT),
    store.insert_pledge: lambda w, conn: store.insert_pledge(conn, _another_pledge(w), b"\1" * 32),
    store.insert_pledges: lambda w, conn: store.insert_pledges(conn, [(_another_pledge(w), b"\1" * 32)]),
    store.load_pledge: lambda w, conn: store.load_pledge(conn, TASKFORCE, w.logged.id),
    idempotency.subject_of_request: lambda _, conn: idempotency.subject_of_request(conn, KEY, _asked(KEY).digest),
    store.pledge_of_request: lambda w, conn: store.pledge_of_request(conn, TASKFORCE, w.logged.id, w.digest),
    store.lock_pledge: lambda w, conn: store.lock_pledge(conn, TASKFORCE, w.logged.id),
    store.save_filled: _save_filled,
    store.insert_hire: lambda w, conn: store.insert_hire(
        conn, replace(w.hired, id=uuid4(), pledge_id=None, position=None), b"\1" * 32
    ),
    store.load_hire: lambda w, conn: store.load_hire(conn, TASKFORCE, w.logged.hire_id),
    store.all_events: lambda _, conn: store.all_events(conn, TASKFORCE),
    store.all_companies: lambda _, conn: store.all_companies(conn, TASKFORCE),
}
BY_POLICY: Cases = {
    function: case
    for function, case in CASES.items()
    if function not in {store.pledge_of_request, idempotency.subject_of_request}
}
"""Those that a policy keeps to their taskforce; the others ask for it by themselves (test_definers.py)."""
EXEMPT: Exempt = {
    idempotency.taskforces_of_outbox: "says whom the outbox is of, which no taskforce limits",
}


def test_every_function_is_tried() -> None:
    assert named(functions("pledges")) == named({*CASES, *EXEMPT})


async def test_none_sees_or_changes_anything_as_another_taskforce_or_as_none(world: Prepared) -> None:
    assert await tried(world, CASES, (Refusal,)) == []


@WHOLE_REMOVAL
async def test_each_would_see_or_change_something_if_the_database_let_it(
    installation: Installation, signing_key: str
) -> None:
    async with started(installation, signing_key, Prepared) as (world, dsns):
        async with without_taskforces(world, dsns.superuser_dsn("pledges")):
            found = await tried(world, BY_POLICY, (Refusal,))
        assert unnoticed(BY_POLICY, found) == []
