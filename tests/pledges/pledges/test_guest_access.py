"""Guests are served as a database role of their own, which can do little."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio

from deploy.services import app_role, intake_role, owner_role
from services.pledges.app import create_app
from services.pledges.pledges import store
from services.pledges.register.domain import TypedCompany
from services.pledges.register.store import load_register_context
from shared.db.database import Database
from tests.pledges.conftest import Caller, hire_body, pledge_body
from tests.pledges.intake.test_api import as_pass

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from services.pledges.settings import PledgesSettings
    from tests.support.infrastructure import Databases

READS: Final = {
    "attendances": {"taskforce_id", "event_id", "company_id", "undone_at"},
    "companies": {"taskforce_id", "id", "name", "name_key", "cvr", "municipality"},
    "employer_events": {
        "taskforce_id",
        "id",
        "title",
        "place",
        "status",
        "starts_at",
        "ends_at",
        "closed_at",
        "opened_at",
        "pass_generation",
    },
    "idempotency_keys": {"taskforce_id", "operation", "key"},
    "pledges": {
        "taskforce_id",
        "id",
        "event_id",
        "company_name",
        "company_cvr",
        "company_p_number",
        "company_municipality",
        "company_id",
        "job_type",
        "weekly_hours_from",
        "weekly_hours_to",
        "tasks",
        "earliest_start",
        "captured_by",
        "logged_by",
        "logged_with_pass",
        "captured_at",
        "received_at",
        "pledged_on",
        "flags",
        "version",
        "status",
        "review",
        "pass_generation",
        "position_count",
        "ended_on",
        "withdrawn_because",
        "merged_into",
        "pass_event_id",
    },
    "positions": {"taskforce_id", "id", "pledge_id", "number", "status"},
    "phones": {"taskforce_id", "event_id", "practice", "id", "announced", "discarded", "waiting_since"},
    "task_catalogues": {"taskforce_id", "version", "tasks"},
    "phone_captures": {
        "taskforce_id",
        "event_id",
        "practice",
        "phone_id",
        "number",
        "pledge_id",
        "received_at",
    },
    "practice_pledges": {"taskforce_id", "id", "received_at", "request_fingerprint"},
}
"""The data for the intake of guests: their event, its companies, and pledges logged with passes."""
WRITES: Final = {
    "pledges",
    "pledge_contacts",
    "positions",
    "idempotency_keys",
    "outbox",
    "phones",
    "phone_captures",
    "practice_pledges",
}
CHANGES: Final = {"phones"}
"""How far a phone's numbers go, and what it is called."""
NOWHERE: Final = "postgresql://nobody@127.0.0.1:9/nothing"


@pytest_asyncio.fixture
async def narrow(pledges_settings: PledgesSettings) -> AsyncIterator[Database]:
    """The database as the intake role."""
    database = await Database.connect(pledges_settings, name="tests", url=pledges_settings.intake_database_url)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def logged(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]], add_company: Callable[..., Awaitable[UUID]]
) -> dict[str, dict[str, Any]]:
    """A pledge of a member and one of a guest, both with a contact and a hire."""
    event_id = await add_event()
    await add_company("B&O", checked_in_at=event_id)
    bodies = {"member": pledge_body(), "guest": pledge_body(event_id=str(event_id))}
    await caller.log(bodies["member"])
    await caller.log(bodies["guest"], "event_pass", **as_pass(event_id))
    for body in bodies.values():
        assert (await caller.confirm(hire_body(pledge_id=body["id"]))).status_code == 201
    return bodies


async def test_the_intake_role_reads_and_writes_only_what_is_listed(pledges_dsns: Databases) -> None:
    conn = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    try:
        rows = await conn.fetch(
            """
            select table_.relname as name,
                   table_.relkind::text as kind,
                   array_agg(column_.attname::text)
                     filter (where has_column_privilege($1, table_.oid, column_.attnum, 'select')) as reads,
                   has_table_privilege($1, table_.oid, 'insert') as inserts,
                   bool_or(has_column_privilege($1, table_.oid, column_.attnum, 'update'))
                     or has_table_privilege($1, table_.oid, 'delete')
                     or has_table_privilege($1, table_.oid, 'truncate') as changes
              from pg_class as table_
              join pg_attribute as column_
                on column_.attrelid = table_.oid
               and column_.attnum > 0
               and not column_.attisdropped
             where table_.relnamespace = 'public'::regnamespace
               and table_.relkind in ('r', 'p', 'v', 'm', 'f')
             group by table_.oid
            """,
            intake_role(),
        )
        runs = await conn.fetch(
            """
            select proname as name
              from pg_proc
             where pronamespace = 'public'::regnamespace
               and provolatile <> 'i'  -- those see their arguments alone
               and has_function_privilege($1, oid, 'execute')
            """,
            intake_role(),
        )
    finally:
        await conn.close()
    assert len(rows) > 12
    assert {row["name"]: set(row["reads"]) for row in rows if row["reads"]} == READS
    assert {row["name"] for row in rows if row["inserts"]} == WRITES
    assert {row["name"] for row in rows if row["changes"]} == CHANGES
    assert {row["name"] for row in runs} == {"current_taskforce", "pledge_of_request", "subject_of_request"}


@pytest.mark.parametrize(
    "statement",
    [
        "select name from pledge_contacts",
        "select count(*) from hires",
        "select * from hire_contacts",
        "select hire_id from positions",
        "select request_fingerprint from pledges",
        # With it, `pledge_of_request` would show pledges that people have logged.
        "select request_fingerprint from idempotency_keys",
        "select who from access_log",
        "select payload from outbox",
        "select name from phones",
        "delete from phones",
        "update phone_captures set number = 1",
        "select company_id from practice_pledges",
        "select * from dead_letters",
        "update pledges set status = 'fulfilled'",
        "delete from pledge_contacts",
        "select * from accesses_of('{}')",
        f"set role {app_role('pledges')}",
        f"set role {owner_role('pledges')}",
        "create temporary table mine (id int)",
    ],
)
async def test_the_intake_role_is_refused_everything_else(
    logged: dict[str, Any], narrow: Database, taskforce_id: UUID, statement: str
) -> None:
    assert logged
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with narrow.change(taskforce_id) as conn:
            await conn.execute(statement)


async def test_the_intake_role_sees_only_pledges_logged_with_a_pass(
    logged: dict[str, Any], narrow: Database, pledges_database: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    seen = "select id::text from pledges union all select pledge_id::text from positions where number = 1"
    keys = "select key from idempotency_keys where operation = 'confirm_hire'"
    async with pledges_database.read(taskforce_id) as conn:
        assert len(await conn.fetch(seen)) == 4
        assert len(await conn.fetch(keys)) == 2
    async with narrow.read(taskforce_id) as conn:
        assert [row[0] for row in await conn.fetch(seen)] == [logged["guest"]["id"]] * 2
        assert await conn.fetch(keys) == []
    for other in (narrow.read(other_taskforce_id), narrow.system()):
        async with other as conn:
            assert await conn.fetch(seen) == []
            assert await conn.fetch("select id from companies") == []
            assert await conn.fetch("select id from employer_events") == []


async def test_the_intake_role_can_log_only_for_guests(
    logged: dict[str, Any], narrow: Database, pledges_database: Database, taskforce_id: UUID
) -> None:
    async with pledges_database.read(taskforce_id) as conn:
        members = await store.load_pledge(conn, taskforce_id, UUID(logged["member"]["id"]))
    assert members is not None
    pledge = replace(members[0], terms=replace(members[0].terms, id=uuid4()))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with narrow.change(taskforce_id) as conn:
            await store.insert_pledges(conn, [(pledge, b"\1" * 32)])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with narrow.change(taskforce_id) as conn:
            await conn.execute(
                """
                insert into idempotency_keys
                       (taskforce_id, operation, key, request_fingerprint, subject_id, recorded_at)
                values ($1, 'confirm_hire', 'key', '', gen_random_uuid(), now())
                """,
                taskforce_id,
            )


async def test_the_intake_role_recognises_a_registered_company(
    logged: dict[str, Any], narrow: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    event_id = UUID(logged["guest"]["event_id"])
    typed = [(event_id, TypedCompany("B&O", None, None, None))]
    async with narrow.read(taskforce_id) as conn:
        [context] = await load_register_context(conn, taskforce_id, typed)
    assert context.event is not None
    assert len(context.candidates) == 1
    async with narrow.read(other_taskforce_id) as conn:
        [context] = await load_register_context(conn, taskforce_id, typed)
    assert context.event is None
    assert context.candidates == []


async def test_a_pledge_is_shown_only_to_the_request_that_logged_it(
    logged: dict[str, Any], narrow: Database, pledges_database: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    pledge_id = UUID(logged["member"]["id"])
    async with pledges_database.read(taskforce_id) as conn:
        found = await store.load_pledge(conn, taskforce_id, pledge_id)
    assert found is not None
    _pledge, fingerprint = found

    async def is_shown(whose: UUID, fingerprint: bytes) -> bool:
        async with narrow.read(whose) as conn:
            return await store.pledge_of_request(conn, taskforce_id, pledge_id, fingerprint) is not None

    assert await is_shown(taskforce_id, fingerprint)
    assert not await is_shown(taskforce_id, b"\2" * 32)
    assert not await is_shown(taskforce_id, b"")
    assert not await is_shown(other_taskforce_id, fingerprint)


async def test_a_members_request_is_recognised_when_repeated_with_a_pass(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event()
    body = pledge_body(event_id=str(event_id))
    first = await caller.log(body, "member")

    again = await caller.log(body, "event_pass", **as_pass(event_id))
    with_another_key = await caller.log(body, "event_pass", key="another", **as_pass(event_id))
    with_another_body = await caller.log(body | {"positions": 4}, "event_pass", key="third", **as_pass(event_id))

    for answer in (again, with_another_key):
        assert answer.status_code == 201
        assert answer.json() == first.json() | {"contact": None}
    assert with_another_body.status_code == 409


async def test_a_guest_is_never_shown_the_contact(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]], pledges_database: Database, taskforce_id: UUID
) -> None:
    event_id = await add_event()
    body = pledge_body()

    first = await caller.log(body, "event_pass", **as_pass(event_id))
    again = await caller.log(body, "event_pass", **as_pass(event_id))

    assert first.json()["contact"] is None
    assert again.content == first.content
    async with pledges_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select name from pledge_contacts") == body["contact"]["name"]


async def test_a_guests_receipt_names_no_hire(logged: dict[str, Any], caller: Caller) -> None:
    guest = logged["guest"]
    path = f"/api/pledges/v1/pledges/{guest['id']}"
    theirs = await caller.get(path, "event_pass", **as_pass(UUID(guest["event_id"])))
    ours = await caller.get(path, "caseworker")

    assert theirs.status_code == 200
    assert any(position["hire_id"] for position in ours.json()["position_list"])
    assert [position["status"] for position in theirs.json()["position_list"]].count("filled") == 1
    assert not any(position["hire_id"] for position in theirs.json()["position_list"])


@pytest.mark.parametrize("away", ["intake_database_url", "database_url"])
async def test_guests_and_people_use_different_database_roles(
    pledges_settings: PledgesSettings,
    token: Callable[..., str],
    add_event: Callable[..., Awaitable[UUID]],
    away: str,
) -> None:
    event_id = await add_event()
    app = create_app(pledges_settings.model_copy(update={away: NOWHERE}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost:8080") as client,
    ):
        caller = Caller(client, token)
        answers = {
            "guest": await caller.log(pledge_body(), "event_pass", **as_pass(event_id)),
            "member": await caller.log(pledge_body(), "member"),
        }
        pages = {
            "guest": await caller.get("/pledges/new", "event_pass", **as_pass(event_id)),
            "member": await caller.get("/pledges/new", "member"),
        }
        ready = await client.get("/readyz")
    cut_off, served = ("guest", "member") if away == "intake_database_url" else ("member", "guest")
    assert (answers[cut_off].status_code, answers[served].status_code) == (503, 201)
    assert (pages[cut_off].status_code, pages[served].status_code) == (503, 200)
    # A guest's event is known from the pass, so their form can be shown.
    assert ('name="company.name"' in pages["guest"].text, 'name="company.name"' in pages["member"].text) == (
        True,
        served == "member",
    )
    assert ready.status_code == 503
    well = {one["name"]: one["ok"] for one in ready.json()["checks"]}
    assert well == {"database": cut_off == "guest", "intake": cut_off == "member", "participants": True}


async def test_the_app_is_not_ready_without_its_intake_role(
    pledges_settings: PledgesSettings, pledges_dsns: Databases
) -> None:
    wrong = pledges_dsns.intake_dsn().replace(pledges_dsns.passwords[intake_role()], "wrong")
    app = create_app(pledges_settings.model_copy(update={"intake_database_url": wrong}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost:8080") as client,
    ):
        ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["checks"][1] == {"name": "intake", "ok": False, "detail": "InvalidPasswordError"}
