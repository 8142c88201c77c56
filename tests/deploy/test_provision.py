"""Roles and privileges in the services' databases."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from deploy.postgres.migrate import migrate
from deploy.postgres.provision import ProvisionFailed, dsn_of, provision
from deploy.services import SERVICES, app_role, database, intake_role, owner_role, roles
from tests.support.infrastructure import Databases, Installation, fresh_databases


async def refused(dsn: str, statement: str) -> bool:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return True
    finally:
        await connection.close()
    return False


async def may_connect(dsn: str) -> bool:
    try:
        connection = await asyncpg.connect(dsn)
    except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidPasswordError):
        return False
    await connection.close()
    return True


@pytest.mark.parametrize(("service", "role"), [(service, role) for service in SERVICES for role in roles([service])])
async def test_a_role_can_connect_only_to_its_own_database(installation: Installation, service: str, role: str) -> None:
    password = installation.templates.passwords[role]
    mine = installation.postgres.dsn(database(service), role, password)
    with fresh_databases(installation, [service]) as databases:
        assert await may_connect(dsn_of(mine, database=databases.names[service]))
    others = [database(other) for other in SERVICES if other != service]
    for other in (*others, "postgres", "template1"):
        assert not await may_connect(dsn_of(mine, database=other)), other


async def test_roles_have_no_server_privileges(installation: Installation) -> None:
    connection = await asyncpg.connect(installation.postgres.superuser_dsn())
    try:
        rows = await connection.fetch(
            """
            select rolname
              from pg_roles
             where rolname like 'tilsagn%'
               and (rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolreplication)
            """
        )
    finally:
        await connection.close()
    assert rows == []


@pytest.mark.parametrize(
    "statement",
    [
        "create table mine (id int)",
        "create schema mine",
        "create temporary table mine (id int)",
        "drop table outbox",
        "alter table outbox disable row level security",
        "truncate outbox",
        "insert into schema_migrations values ('1')",
        "copy outbox to program 'cat'",
        f"set role {owner_role('pledges')}",
    ],
)
async def test_the_app_role_cannot_change_tables(pledges_dsns: Databases, statement: str) -> None:
    assert await refused(pledges_dsns.app_dsn("pledges"), statement)


async def test_the_app_role_can_use_new_tables_of_the_owner(pledges_dsns: Databases) -> None:
    owner = await asyncpg.connect(pledges_dsns.owner_dsn("pledges"))
    await owner.execute("create table things (id bigint generated always as identity, name text)")
    await owner.close()
    app = await asyncpg.connect(pledges_dsns.app_dsn("pledges"))
    await app.execute("insert into things (name) values ('one')")
    await app.execute("update things set name = 'two'")
    assert await app.fetchval("select name from things") == "two"
    await app.execute("delete from things")
    await app.close()


@pytest.mark.parametrize("role", [app_role("pledges"), intake_role()])
async def test_app_roles_have_timeouts(pledges_dsns: Databases, role: str) -> None:
    dsns = {app_role("pledges"): pledges_dsns.app_dsn("pledges"), intake_role(): pledges_dsns.intake_dsn()}
    app = await asyncpg.connect(dsns[role])
    for setting in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        assert await app.fetchval("select current_setting($1)", setting) != "0", setting
    await app.close()


async def test_databases_have_the_same_collation_on_every_machine(pledges_dsns: Databases) -> None:
    connection = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    row = await connection.fetchrow(
        """
        select datlocprovider::text as provider, datlocale as locale, pg_encoding_to_char(encoding) as encoding
          from pg_database
         where datname = current_database()
        """
    )
    await connection.close()
    assert row is not None
    assert dict(row) == {"provider": "b", "locale": "C.UTF-8", "encoding": "UTF8"}


async def test_provisioning_again_changes_nothing(installation: Installation) -> None:
    before = await verifiers(installation)
    await provision(installation.postgres.superuser_dsn(), installation.templates.passwords)
    assert await verifiers(installation) == before


async def test_a_new_password_replaces_the_old_one(installation: Installation) -> None:
    passwords = dict(installation.templates.passwords)
    role = app_role("dashboard")
    dsn = installation.postgres.superuser_dsn()
    new = {**passwords, role: "it's a \\ new $one"}
    try:
        await provision(dsn, new)
        # The template database itself must stay free of connections while other tests copy it.
        with fresh_databases(installation, ["dashboard"]) as databases:
            name = databases.names["dashboard"]
            assert await may_connect(installation.postgres.dsn(name, role, new[role]))
            assert not await may_connect(installation.postgres.dsn(name, role, passwords[role]))
    finally:
        await provision(dsn, passwords)


async def test_the_next_run_completes_an_interrupted_one(installation: Installation) -> None:
    dsn = installation.postgres.superuser_dsn()
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"comment on database {database('events')} is null")
    await connection.execute(f"alter role {app_role('events')} superuser")
    await provision(dsn, installation.templates.passwords)
    assert not await connection.fetchval("select rolsuper from pg_roles where rolname = $1", app_role("events"))
    await connection.close()


async def test_a_missing_password_is_named(installation: Installation) -> None:
    passwords = {**installation.templates.passwords, app_role("events"): ""}
    with pytest.raises(ProvisionFailed, match="no password for tilsagn_events_app"):
        await provision(installation.postgres.superuser_dsn(), passwords)


async def test_passwords_never_reach_the_servers_log_or_its_statements(installation: Installation) -> None:
    log = installation.postgres.log.read_text()
    assert not any(password in log for password in installation.templates.passwords.values())


async def test_provisioned_databases_are_not_changed(installation: Installation) -> None:
    with fresh_databases(installation) as databases:
        applied = await asyncio.gather(*(migrate(service, databases.owner_dsn(service)) for service in SERVICES))
        assert applied == [[], [], [], []]


async def verifiers(installation: Installation) -> dict[str, str]:
    connection = await asyncpg.connect(installation.postgres.superuser_dsn())
    rows = await connection.fetch("select rolname, rolpassword from pg_authid where rolname like 'tilsagn%'")
    await connection.close()
    return {row["rolname"]: row["rolpassword"] for row in rows}
