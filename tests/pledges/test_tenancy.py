"""One taskforce never sees another's rows, and what was logged cannot be changed: the database sees to it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
import pytest

from tests.pledges.conftest import Caller, hire_body, pledge_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from shared.db.database import Database
    from tests.support.infrastructure import Databases

EXEMPT = {"outbox", "dead_letters", "schema_migrations"}


async def test_every_business_table_is_bound_to_a_taskforce(pledges_dsns: Databases) -> None:
    conn = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    try:
        tables = await conn.fetch(
            """
            select relname, relrowsecurity,
                   (select array_agg(attname::text order by array_position(indkey::int2[], attnum))
                      from pg_index join pg_attribute on attrelid = indrelid and attnum = any(indkey)
                     where indrelid = c.oid and indisprimary) as key,
                   (select count(*) from pg_policy where polrelid = c.oid and polpermissive) as policies
              from pg_class c
             where relnamespace = 'public'::regnamespace and relkind = 'r'
            """
        )
    finally:
        await conn.close()
    business = {row["relname"]: row for row in tables if row["relname"] not in EXEMPT}
    assert len(business) >= 9
    for name, row in business.items():
        assert row["relrowsecurity"], name
        assert row["policies"] == 1, name
        assert row["key"][0] == "taskforce_id", name


async def _fill(caller: Caller, know_company: Callable[..., Awaitable[UUID]], know_event: Any) -> dict[str, Any]:
    await know_event()
    await know_company("B&O", checked_in_at=await know_event())
    pledge = pledge_body()
    await caller.log(pledge)
    await caller.confirm(hire_body(pledge_id=pledge["id"]))
    return pledge


async def test_without_a_taskforce_or_with_another_no_table_shows_a_row(
    caller: Caller,
    pledges_database: Database,
    taskforce_id: UUID,
    other_taskforce_id: UUID,
    know_company: Callable[..., Awaitable[UUID]],
    know_event: Callable[..., Awaitable[UUID]],
) -> None:
    await _fill(caller, know_company, know_event)
    async with pledges_database.pool.acquire() as conn:
        names = [
            row["relname"]
            for row in await conn.fetch("select relname from pg_class where relrowsecurity and relkind = 'r'")
            if row["relname"] not in {"erasures", "access_log", "retention_runs"}  # tests/privacy/test_tenancy.py
        ]
    for name in names:
        query = f"select count(*) from {name}"
        async with pledges_database.system() as conn:
            assert await conn.fetchval(query) == 0, name
        async with pledges_database.read(other_taskforce_id) as conn:
            assert await conn.fetchval(query) == 0, name
        async with pledges_database.read(taskforce_id) as conn:
            assert await conn.fetchval(query) > 0, name


async def test_no_row_can_be_written_into_another_taskforce(
    pledges_database: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with pledges_database.change(taskforce_id) as conn:
            await conn.execute(
                "insert into companies (taskforce_id, id, version, member) values ($1, $2, 1, false)",
                other_taskforce_id,
                uuid4(),
            )


@pytest.mark.parametrize(
    "statement",
    [
        "delete from pledges",
        "delete from positions",
        "delete from hires",
        "delete from idempotency_keys",
        "update pledges set company_name = 'x'",
        "update pledges set received_at = now()",
        "update idempotency_keys set subject_id = gen_random_uuid()",
        "update hires set weekly_hours = 1",
        "alter table pledges disable row level security",
        "truncate pledges cascade",
    ],
)
async def test_the_service_itself_cannot_undo_what_it_acknowledged(
    pledges_database: Database, taskforce_id: UUID, statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with pledges_database.change(taskforce_id) as conn:
            await conn.execute(statement)


async def test_a_contact_can_be_erased_in_one_place(
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


async def test_another_taskforces_pledge_does_not_exist(caller: Caller, other_taskforce_id: UUID) -> None:
    body = pledge_body()
    await caller.log(body)
    elsewhere: dict[str, Any] = {"taskforce_id": other_taskforce_id}

    read = await caller.get(f"/api/pledges/v1/pledges/{body['id']}", "coordinator", **elsewhere)
    listed = await caller.get("/api/pledges/v1/pledges", "coordinator", **elsewhere)
    hired = await caller.confirm(hire_body(pledge_id=body["id"]), "caseworker", **elsewhere)

    assert read.status_code == 404
    assert listed.json()["items"] == []
    assert hired.status_code == 422
    assert hired.json()["errors"][0]["pointer"] == "/pledge_id"


async def test_many_taskforces_at_once_stay_apart(caller: Caller) -> None:
    bodies = {uuid4(): pledge_body(positions=1 + number) for number in range(20)}

    await asyncio.gather(*(caller.log(body, taskforce_id=of) for of, body in bodies.items()))

    for of, body in bodies.items():
        items = (await caller.get("/api/pledges/v1/pledges", "coordinator", taskforce_id=of)).json()["items"]
        assert [(one["id"], one["positions"]) for one in items] == [(body["id"], body["positions"])]
