"""The database keeps what was logged from being changed, and taskforces apart (see also tests/tenancy)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.pledges.hires import store as hires
from services.pledges.pledges import store
from services.pledges.queue.search import hires_of_company, pledges_of_company
from services.pledges.register.domain import TypedCompany
from tests.pledges.conftest import Caller, hire_body, pledge_body

if TYPE_CHECKING:
    from shared.db.database import Database
    from tests.support.infrastructure import Databases


async def test_what_answers_to_the_sender_of_a_request_does_so_in_their_taskforce_alone(
    caller: Caller, pledges_database: Database, pledges_dsns: Databases, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    body = pledge_body()
    await caller.log(body)
    id = UUID(body["id"])
    superuser = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    fingerprint = await superuser.fetchval("select request_fingerprint from pledges where id = $1", id)
    [key] = await superuser.fetch("select key, request_fingerprint as fingerprint from idempotency_keys")
    await superuser.close()
    sent: Any = SimpleNamespace(**key)
    async with pledges_database.read(taskforce_id) as conn:
        assert await store.pledge_of_request(conn, taskforce_id, id, fingerprint) is not None
        assert await store.pledge_id_of_request(conn, sent) == id
    async with pledges_database.read(other_taskforce_id) as conn:
        for named in (taskforce_id, other_taskforce_id):
            assert await store.pledge_of_request(conn, named, id, fingerprint) is None
        assert await store.pledge_id_of_request(conn, sent) is None
    async with pledges_database.system() as conn:
        assert await store.pledge_of_request(conn, taskforce_id, id, fingerprint) is None
        assert await store.pledge_id_of_request(conn, sent) is None


async def test_a_correction_reaches_only_pledges_of_its_taskforce(
    caller: Caller, pledges_database: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    body = pledge_body()
    await caller.log(body)
    async with pledges_database.read(taskforce_id) as conn:
        loaded = await store.load_pledge(conn, taskforce_id, UUID(body["id"]))
    assert loaded is not None
    pledge = replace(loaded[0], terms=replace(loaded[0].terms, contact=None), version=2, positions=[])

    async with pledges_database.change(other_taskforce_id) as conn:
        await store.save_correction(conn, pledge, uuid4(), at=pledge.received_at)
    async with pledges_database.system() as conn:
        await store.save_correction(conn, pledge, uuid4(), at=pledge.received_at)

    async with pledges_database.read(taskforce_id) as conn:
        assert await store.load_pledge(conn, taskforce_id, pledge.id) == loaded
        assert await conn.fetchval("select count(*) from pledge_former_terms") == 0


async def test_a_correction_reaches_only_hires_of_its_taskforce(
    caller: Caller, pledges_database: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    hire_id = UUID((await caller.confirm(hire_body(company="B&O"))).json()["id"])
    async with pledges_database.read(taskforce_id) as conn:
        loaded = await hires.load_hire(conn, taskforce_id, hire_id)
    assert loaded is not None
    hire = replace(loaded[0], company=TypedCompany("Trælast"))

    async with pledges_database.change(other_taskforce_id) as conn:
        await hires.save_company(conn, hire, uuid4(), at=hire.confirmed_at)
    async with pledges_database.system() as conn:
        await hires.save_company(conn, hire, uuid4(), at=hire.confirmed_at)

    async with pledges_database.read(taskforce_id) as conn:
        assert await hires.load_hire(conn, taskforce_id, hire_id) == loaded
        assert await conn.fetchval("select count(*) from hire_former_companies") == 0


async def test_a_search_finds_only_cases_of_its_taskforce(
    caller: Caller, pledges_database: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    await caller.log(pledge_body())
    await caller.confirm(hire_body(company={"name": "Struer Smede"}))
    found = {}
    for whose in (taskforce_id, other_taskforce_id):
        async with pledges_database.read(whose) as conn:
            found[whose] = [len(await of(conn, "struer", 10)) for of in (pledges_of_company, hires_of_company)]
    async with pledges_database.system() as conn:
        unknown = [await of(conn, "struer", 10) for of in (pledges_of_company, hires_of_company)]

    assert (found, unknown) == ({taskforce_id: [1, 1], other_taskforce_id: [0, 0]}, [[], []])


@pytest.mark.parametrize(
    "statement",
    [
        "delete from pledges",
        "delete from positions",
        "delete from hires",
        "delete from idempotency_keys",
        "update pledges set company_name = 'x'",
        "update pledge_former_terms set company_name = 'x'",
        "delete from pledge_former_terms",
        "insert into pledge_former_contacts values (current_taskforce(), gen_random_uuid(), 'x')",
        "update pledge_changes set changed_at = now()",
        "delete from pledge_changes",
        "update pledges set received_at = now()",
        "update idempotency_keys set subject_id = gen_random_uuid()",
        "update hires set company_name = 'x'",
        "update hires set confirmed_at = now()",
        "update hire_changes set changed_at = now()",
        "delete from hire_changes",
        "update hire_former_companies set company_name = 'x'",
        "delete from hire_former_companies",
        "alter table pledges disable row level security",
        "truncate pledges cascade",
    ],
)
async def test_the_service_cannot_change_or_delete_a_logged_pledge(
    pledges_database: Database, taskforce_id: UUID, statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with pledges_database.change(taskforce_id) as conn:
            await conn.execute(statement)


async def test_a_contact_is_stored_in_one_place_and_can_be_erased(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    body = pledge_body()
    first = await caller.log(body)
    async with pledges_database.change(taskforce_id) as conn:
        await conn.execute("delete from pledge_contacts where id = $1", body["id"])

    again = await caller.log(body)

    assert again.status_code == 201
    assert again.json() == first.json() | {"contact": None}
    service = caller.headers("service", taskforce_id=None, subject="service:notifications")
    path = f"/internal/pledges/v1/pledges/{body['id']}/contact?taskforce={taskforce_id}"
    assert (await caller.client.get(path, headers=service)).status_code == 404


async def test_two_taskforces_may_use_the_same_ids_and_keys(caller: Caller, other_taskforce_id: UUID) -> None:
    body = pledge_body()
    elsewhere = body | {"positions": 1}

    ours = await caller.log(body, key="one")
    theirs = await caller.log(elsewhere, key="one", taskforce_id=other_taskforce_id)

    assert (ours.status_code, theirs.status_code) == (201, 201)
    assert (ours.json()["positions"], theirs.json()["positions"]) == (3, 1)
    path = f"/api/pledges/v1/pledges/{body['id']}"
    assert (await caller.get(path, "coordinator")).json()["positions"] == 3
    assert (await caller.get(path, "coordinator", taskforce_id=other_taskforce_id)).json()["positions"] == 1


async def test_taskforces_stay_apart_under_concurrent_requests(caller: Caller) -> None:
    bodies = {uuid4(): pledge_body(positions=1 + number) for number in range(20)}

    await asyncio.gather(*(caller.log(body, taskforce_id=of) for of, body in bodies.items()))

    for of, body in bodies.items():
        items = (await caller.get("/api/pledges/v1/pledges", "coordinator", taskforce_id=of)).json()["items"]
        assert [(one["id"], one["positions"]) for one in items] == [(body["id"], body["positions"])]
