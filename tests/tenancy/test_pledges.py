"""Every function of the pledges service's, in a transaction of another taskforce and of none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest_asyncio

from services.pledges import consumer
from services.pledges.hires import commands as hire_commands
from services.pledges.hires import queries as hire_queries
from services.pledges.hires import store as hire_store
from services.pledges.hires.domain import Hire, HireConfirmation
from services.pledges.hires.queries import HireFilter
from services.pledges.imports import commands as imports
from services.pledges.pledges import commands, queries, store
from services.pledges.pledges.domain import Contact, Limits, Person, Pledge, PledgeTerms, open_positions
from services.pledges.pledges.queries import PledgeFilter
from services.pledges.privacy.queries import taskforces_of_outbox
from services.pledges.queue import queries as queue_queries
from services.pledges.register import queries as register_queries
from services.pledges.register import store as register_store
from services.pledges.register.domain import TypedCompany
from shared.db.idempotency import IdempotentRequest, claim_keys, idempotent_request
from shared.messaging.envelope import Delivery
from shared.refusals import Refusal
from tests.authorisation.matrix import person_of
from tests.authorisation.pledges import NOW, TONIGHT, Logged, PledgesWorld, started
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


class Prepared(PledgesWorld):
    """Pledges and hires, one of each as the domain sees it, and a key that was used."""

    async def fill(self) -> None:
        await super().fill()
        self.logged: Logged = self.pledge("member", "own")
        async with self.db.change(TASKFORCE) as conn:
            pledge = await store.load_pledge(conn, TASKFORCE, self.logged.id)
            hire = await hire_store.load_hire(conn, TASKFORCE, self.logged.hire_id)
            await claim_keys(conn, TASKFORCE, "log_pledge", [(_request(KEY), self.logged.id, NOW)])
        assert pledge is not None
        assert hire is not None
        self.whole: Pledge = pledge[0]
        self.fingerprint: bytes = pledge[1]
        self.hired: Hire = hire[0]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(installation: Installation, signing_key: str) -> AsyncIterator[Prepared]:
    async with started(installation, signing_key, Prepared) as (world, _):
        assert isinstance(world, Prepared)
        yield world


def _request(key: str) -> IdempotentRequest:
    return idempotent_request(key, {}, key=REQUEST_KEY)


def _terms() -> PledgeTerms:
    return PledgeTerms(
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


def _confirmation(pledge_id: UUID) -> HireConfirmation:
    contact = Contact("Jonas", "96848484", None)
    return HireConfirmation(uuid4(), NOW.date(), Decimal(5), contact, pledge_id=pledge_id)


def _new() -> commands.NewPledge:
    terms = _terms()
    return commands.NewPledge(
        terms, Person(person_of("member")), _request(str(terms.id)), Limits(), NOW, correlation_id=None
    )


async def _log(_: Prepared, db: Any) -> Any:
    new = _new()
    return await commands.log_pledge(db, TASKFORCE, new.terms, by=new.by, request=new.request, limits=new.limits)


async def _confirm(world: Prepared, db: Any) -> Any:
    confirmation = _confirmation(world.logged.id)
    request = _request(str(confirmation.id))
    return await hire_commands.confirm_hire(
        db, TASKFORCE, confirmation, confirmed_by=None, request=request, limits=Limits()
    )


async def _check(world: Prepared, db: Any) -> bool:
    await hire_commands.check_hire(db, TASKFORCE, _confirmation(world.logged.id), limits=Limits())
    return True


async def _import(_: Prepared, db: Any) -> Any:
    return await imports.import_pledges(db, TASKFORCE, FILE, dry_run=False, limits=Limits(), request_key=REQUEST_KEY)


def _another_pledge(world: Prepared) -> Pledge:
    id = uuid4()
    return replace(world.whole, terms=replace(world.whole.terms, id=id), positions=open_positions(id, 1))


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
    commands.log_pledges: lambda _, conn: commands.log_pledges(conn, TASKFORCE, [_new()]),
    hire_commands.confirm_hire: _confirm,
    hire_commands.check_hire: _check,
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
    queue_queries.waiting_pledges: lambda _, conn: queue_queries.waiting_pledges(
        conn, TASKFORCE, PledgeFilter(), limit=10
    ),
    queue_queries.waiting_totals: lambda _, conn: queue_queries.waiting_totals(conn, TASKFORCE, PledgeFilter()),
    queries.select_pledges: lambda _, conn: queries.select_pledges(
        conn, queries.Where(TASKFORCE), order_by="pledge.id", limit=10
    ),
    queries.receipt: lambda w, conn: queries.receipt(conn, TASKFORCE, w.logged.id),
    queries.pledge: lambda w, conn: queries.pledge(conn, TASKFORCE, w.logged.id),
    hire_queries.hires: lambda _, conn: hire_queries.hires(conn, TASKFORCE, HireFilter(), limit=10),
    hire_queries.hire: lambda w, conn: hire_queries.hire(conn, TASKFORCE, w.logged.hire_id),
    hire_queries.last_contact_person: lambda _, conn: hire_queries.last_contact_person(
        conn, TASKFORCE, person_of("member")
    ),
    register_queries.event: lambda _, conn: register_queries.event(conn, TASKFORCE, TONIGHT),
    register_queries.events: lambda _, conn: register_queries.events(conn, TASKFORCE, ("open",)),
    queries.events_with_pledges: lambda _, conn: queries.events_with_pledges(conn, TASKFORCE),
    register_queries.companies_at: lambda _, conn: register_queries.companies_at(conn, TASKFORCE, TONIGHT),
    register_queries.companies: lambda _, conn: register_queries.companies(conn, TASKFORCE),
    queries.filled_positions: lambda w, conn: queries.filled_positions(conn, TASKFORCE, w.logged.id),
    queries.contact_address: lambda w, conn: queries.contact_address(conn, TASKFORCE, w.logged.id),
    register_store.load_register_context: lambda w, conn: register_store.load_register_context(
        conn, TASKFORCE, [(TONIGHT, TypedCompany(w.companies["own"], None, None, None))]
    ),
    store.fingerprints_of_pledges: lambda w, conn: store.fingerprints_of_pledges(conn, TASKFORCE, [w.logged.id]),
    register_store.event_is_known: lambda _, conn: register_store.event_is_known(conn, TASKFORCE, TONIGHT),
    store.insert_pledge: lambda w, conn: store.insert_pledge(conn, _another_pledge(w), b"\1" * 32),
    store.insert_pledges: lambda w, conn: store.insert_pledges(conn, [(_another_pledge(w), b"\1" * 32)]),
    store.load_pledge: lambda w, conn: store.load_pledge(conn, TASKFORCE, w.logged.id),
    store.pledge_id_of_request: lambda _, conn: store.pledge_id_of_request(conn, _request(KEY)),
    store.pledge_of_request: lambda w, conn: store.pledge_of_request(conn, TASKFORCE, w.logged.id, w.fingerprint),
    store.lock_pledge: lambda w, conn: store.lock_pledge(conn, TASKFORCE, w.logged.id),
    store.save_filled: _save_filled,
    hire_store.insert_hire: lambda w, conn: hire_store.insert_hire(
        conn, replace(w.hired, id=uuid4(), pledge_id=None, position=None), b"\1" * 32
    ),
    hire_store.load_hire: lambda w, conn: hire_store.load_hire(conn, TASKFORCE, w.logged.hire_id),
    register_store.all_events: lambda _, conn: register_store.all_events(conn, TASKFORCE),
    register_store.all_companies: lambda _, conn: register_store.all_companies(conn, TASKFORCE),
}
BY_POLICY: Cases = {
    function: case
    for function, case in CASES.items()
    if function not in {store.pledge_of_request, store.pledge_id_of_request}
}
"""Those that a policy keeps to their taskforce; the others ask for it by themselves (test_definers.py)."""
EXEMPT: Exempt = {taskforces_of_outbox: "says whom the outbox is of, which no taskforce limits"}


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
