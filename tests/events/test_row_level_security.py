"""Row-level security: the database isolates taskforces whatever SQL the service's role sends."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from services.events.calendar import commands as calendar
from services.events.identity.administration.commands import add_person
from services.events.identity.api_keys.commands import make_key
from services.events.identity.first_admin.commands import make_first_admin_link
from services.events.identity.magic_links.commands import request_links
from services.events.identity.oidc import store as oidc
from services.events.identity.passkeys import store as passkeys
from services.events.identity.passkeys.domain import EnrolmentCode, Passkey
from services.events.identity.people.domain import Person
from services.events.identity.sessions import commands as sessions
from services.events.privacy import store as personal_data
from services.events.register import commands as register
from services.events.register.domain import Company

if TYPE_CHECKING:
    from shared.db.database import Connection, Database

NOW = datetime.now(UTC)
# A challenge is of no taskforce: who will answer it is not known when it is made.
EXEMPT = {"taskforces", "outbox", "dead_letters", "schema_migrations", "passkey_challenges"}
# Nor is it known who comes back from a provider.
EXEMPT |= {"provider_sign_ins"}
BUSINESS = (
    "api_keys",
    "attendances",
    "companies",
    "employer_events",
    "enrolment_codes",
    "erasure_order_parts",
    "erasure_orders",
    "link_requests",
    "passkeys",
    "people",
    "person_roles",
    "provider_links",
    "retention_runs",
    "sessions",
    "setup_links",
)


@pytest_asyncio.fixture
async def filled(db: Database, taskforce_id: UUID) -> Database:
    """One taskforce with a row in every business table."""
    company, event = uuid4(), uuid4()
    await register.register_company(db, taskforce_id, Company.as_typed(id=company, name="A"))
    await calendar.draft_event(
        db, taskforce_id, id=event, title="Aften", starts_at=NOW, ends_at=NOW.replace(year=NOW.year + 1)
    )
    await calendar.publish_event(db, taskforce_id, event)
    await calendar.open_event(db, taskforce_id, event)
    await calendar.check_in(db, taskforce_id, event, company, by="test")
    karen = Person(uuid4(), "Karen", "karen@struer.example", frozenset({"coordinator"}))
    await make_key(db, taskforce_id, name="Byen", scopes=["events:read"], days=30, made_by=uuid4())
    await make_first_admin_link(db, taskforce_id)
    await add_person(db, taskforce_id, karen)
    await request_links(db, karen.email, browser=bytes(32), next="/")
    await sessions.start(db, taskforce_id, karen.id, proof="demonstration", device="Firefox")
    async with db.change(taskforce_id) as conn:
        await oidc.insert_link(conn, taskforce_id, karen.id, bytes(32), NOW)
        passkey = Passkey(uuid4(), karen.id, uuid4().bytes, b"key", 0, "Telefon", backed_up=True, created_at=NOW)
        await passkeys.insert(conn, taskforce_id, passkey)
        await passkeys.save_code(conn, taskforce_id, karen.id, EnrolmentCode(bytes(32), NOW, 0), NOW)
        await personal_data.insert_order(conn, taskforce_id, uuid4(), by="person:1", keys={})
        await conn.execute("insert into retention_runs values ($1, 'sessions', now(), 0)", taskforce_id)
    return db


async def test_every_table_but_the_registries_is_under_row_level_security(db: Database) -> None:
    async with db.system() as conn:
        rows = await conn.fetch(
            "select relname, relrowsecurity from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
    only_added_to = {"erasures", "access_log"}  # tests/privacy/test_tenancy.py
    assert {row["relname"] for row in rows if row["relrowsecurity"]} == set(BUSINESS) | only_added_to
    assert {row["relname"] for row in rows if not row["relrowsecurity"]} == EXEMPT


async def test_every_business_table_is_keyed_by_taskforce_first(db: Database) -> None:
    async with db.system() as conn:
        keys = await conn.fetch(
            """
            select relname, attname
              from pg_index
              join pg_class on pg_class.oid = indrelid
              join pg_attribute on attrelid = indrelid and attnum = indkey[0]
             where indisprimary
               and relname = any($1)
            """,
            list(BUSINESS),
        )
    assert {(key["relname"], key["attname"]) for key in keys} == {(table, "taskforce_id") for table in BUSINESS}


async def test_the_services_role_neither_owns_the_tables_nor_escapes_them(db: Database) -> None:
    async with db.system() as conn:
        assert await conn.fetchval("select not (rolsuper or rolbypassrls) from pg_roles where rolname = current_user")
        assert await conn.fetchval("select count(*) from pg_tables where tableowner = current_user") == 0


@pytest.mark.parametrize("table", BUSINESS)
async def test_a_table_shows_its_rows_to_their_own_taskforce_alone(
    filled: Database, table: str, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    async with filled.read(taskforce_id) as conn:
        assert await _count(conn, table) > 0
    async with filled.read(other_taskforce_id) as conn:
        assert await _count(conn, table) == 0
    async with filled.system() as conn:
        assert await _count(conn, table) == 0


@pytest.mark.parametrize("table", BUSINESS)
async def test_a_table_cannot_be_changed_by_another_taskforce(
    filled: Database, table: str, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    async with filled.change(other_taskforce_id) as conn:
        assert await conn.execute(f"update {table} set taskforce_id = taskforce_id") == "UPDATE 0"
        assert await conn.execute(f"delete from {table}") == "DELETE 0"
    async with filled.read(taskforce_id) as conn:
        assert await _count(conn, table) > 0


@pytest.mark.parametrize("table", BUSINESS)
async def test_a_row_cannot_be_put_into_or_handed_to_another_taskforce(
    filled: Database, table: str, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    async with filled.read(taskforce_id) as conn:
        columns = await conn.fetch(
            """
            select column_name
              from information_schema.columns
             where table_name = $1
               and is_generated = 'NEVER'
               and column_name <> 'taskforce_id'
            """,
            table,
        )
    others = ", ".join(column["column_name"] for column in columns)
    for statement in (
        f"insert into {table} (taskforce_id, {others}) select $1, {others} from {table}",
        f"update {table} set taskforce_id = $1",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with filled.change(taskforce_id) as conn:
                await conn.execute(statement, other_taskforce_id)


async def test_an_invalid_tenant_sees_nothing(filled: Database) -> None:
    async with filled.system() as conn:
        await conn.execute("select set_config('app.taskforce', '', true)")
        assert await _count(conn, "companies") == 0


async def _count(conn: Connection, table: str) -> int:
    return int(await conn.fetchval(f"select count(*) from {table}"))
