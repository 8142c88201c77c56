"""Migrations: applied once and in order, readable errors, and rules for our own."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from deploy.postgres import migrate as module
from deploy.postgres.migrate import MigrationFailed, SchemaTooOld, folders, migrate
from deploy.services import SERVICES, app_role, owner_role
from tests.deploy.processes import CHECKOUT
from tests.support.infrastructure import Databases, Installation
from tests.support.waiting import PATIENCE_SECONDS

OURS = sorted({path for service in SERVICES for folder in folders(service) for path in folder.glob("*.sql")})


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with additional migrations, applied together with the service's own."""
    here = tmp_path / "with space"
    here.mkdir()
    ours = folders("events")
    monkeypatch.setattr(module, "folders", lambda _: [*ours, here])
    return here


def write(folder: Path, name: str, statements: str) -> None:
    (folder / name).write_text(f"-- migrate:up\n{statements}\n-- migrate:down\n")


async def test_migrate_applies_pending_migrations_and_returns_their_names(
    migrations: Path, events_dsns: Databases
) -> None:
    dsn = events_dsns.owner_dsn("events")
    write(migrations, "20991231000000_one.sql", "create table one (id int);")
    write(migrations, "20991231000001_two.sql", "create table two (id int);")
    assert await migrate("events", dsn) == ["20991231000000_one.sql", "20991231000001_two.sql"]
    assert await migrate("events", dsn) == []


async def test_concurrent_migrations_wait_for_each_other(migrations: Path, events_dsns: Databases) -> None:
    dsn = events_dsns.owner_dsn("events")
    write(migrations, "20991231000000_slow.sql", "select pg_sleep(0.5); create table slow (id int);")
    applied = await asyncio.gather(migrate("events", dsn), migrate("events", dsn))
    assert ["20991231000000_slow.sql"] in applied


async def test_a_failed_migration_is_rolled_back_and_named_with_the_reason(
    migrations: Path, events_dsns: Databases
) -> None:
    dsn = events_dsns.owner_dsn("events")
    write(migrations, "20991231000000_good.sql", "create table good (id int);")
    write(migrations, "20991231000001_bad.sql", "create table half (id int); select from nowhere;")
    with pytest.raises(MigrationFailed, match=r'events: 20991231000001_bad.sql\n.*"nowhere" does not exist'):
        await migrate("events", dsn)
    connection = await asyncpg.connect(dsn)
    assert await connection.fetchval("select to_regclass('good')") is not None
    assert await connection.fetchval("select to_regclass('half')") is None
    await connection.close()


async def test_a_migration_without_its_lock_is_retried_until_it_succeeds(
    migrations: Path, events_dsns: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOCK_RETRY_SECONDS", (0.5,))
    dsn = events_dsns.owner_dsn("events")
    write(
        migrations, "20991231000000_wide.sql", "set local lock_timeout = '200ms'; alter table companies add wide int;"
    )
    reader = await asyncpg.connect(dsn)
    other = await asyncpg.connect(dsn, command_timeout=PATIENCE_SECONDS)
    reading = reader.transaction()
    await reading.start()
    await reader.execute("lock table companies in access share mode")
    migrating = asyncio.create_task(migrate("events", dsn))
    # Readers sometimes queue behind the migration, but never for as long as the long reader.
    queued = False
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not queued:
            await other.execute("select from companies limit 1")
            queued = await reader.fetchval(
                "select exists (select from pg_locks where relation = 'companies'::regclass and not granted)"
            )
        for _ in range(10):
            await other.execute("select from companies limit 1")
    assert not migrating.done()
    await reading.rollback()
    assert await migrating == ["20991231000000_wide.sql"]
    await reader.close()
    await other.close()


async def test_a_migration_that_never_gets_its_lock_fails_with_the_reason(
    migrations: Path, events_dsns: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOCK_TIMEOUT_SECONDS", 0.0)
    dsn = events_dsns.owner_dsn("events")
    write(
        migrations, "20991231000000_wide.sql", "set local lock_timeout = '100ms'; alter table companies add wide int;"
    )
    reader = await asyncpg.connect(dsn)
    async with reader.transaction():
        await reader.execute("lock table companies in access share mode")
        with pytest.raises(MigrationFailed, match=r"20991231000000_wide.sql\n.*lock timeout"):
            await migrate("events", dsn)
    assert not await reader.fetchval("select count(*) from schema_migrations where version = '20991231000000'")
    await reader.close()


async def test_migrations_of_a_newer_release_stay(migrations: Path, events_dsns: Databases) -> None:
    dsn = events_dsns.owner_dsn("events")
    write(migrations, "20991231000000_newer.sql", "alter table companies add newer int;")
    await migrate("events", dsn)
    (migrations / "20991231000000_newer.sql").unlink()
    assert await migrate("events", dsn) == []
    write(migrations, "20991230000000_ours.sql", "create table ours (id int);")
    assert await migrate("events", dsn) == ["20991230000000_ours.sql"]


async def test_a_database_from_before_the_first_migration_is_refused_unchanged(
    migrations: Path, events_dsns: Databases
) -> None:
    dsn = events_dsns.owner_dsn("events")
    write(migrations, "20991231000000_one.sql", "create table one (id int);")
    connection = await asyncpg.connect(dsn)
    await connection.execute("truncate schema_migrations")
    await connection.execute("insert into schema_migrations values ('20261101000000'), ('20261102000000')")
    with pytest.raises(SchemaTooOld, match=r"^events: .* made by a version before 0\.2.* `make forget`"):
        await migrate("events", dsn)
    assert await connection.fetchval("select to_regclass('one')") is None
    await connection.close()


async def test_a_version_used_twice_is_refused(migrations: Path, events_dsns: Databases) -> None:
    existing = next(path for path in OURS if path.is_relative_to(CHECKOUT / "shared" / "messaging"))
    write(migrations, existing.name.replace(".sql", "_again.sql"), "select 1;")
    with pytest.raises(MigrationFailed, match="have the same version"):
        await migrate("events", events_dsns.owner_dsn("events"))


def test_the_migrate_job_provisions_and_migrates_from_its_environment(installation: Installation) -> None:
    passwords, postgres = installation.templates.passwords, installation.postgres
    owner, app = owner_role("events"), app_role("events")
    environment = {
        "PATH": os.defpath,
        "POSTGRES_SUPERUSER_URL": postgres.superuser_dsn(),
        "EVENTS_DATABASE_OWNER_URL": postgres.dsn("tilsagn_events", owner, passwords[owner]),
        "EVENTS_DATABASE_URL": postgres.dsn("tilsagn_events", app, passwords[app]),
    }
    done = job("events", environment)
    assert (done.returncode, done.stdout) == (0, "roles and databases are in place\nevents: up to date\n"), done.stderr


def test_the_migrate_job_says_what_to_put_back_when_the_passwords_are_new(installation: Installation) -> None:
    postgres = installation.postgres
    environment = {
        "PATH": os.defpath,
        "POSTGRES_SUPERUSER_URL": postgres.dsn("postgres", "postgres", "made anew"),
        "EVENTS_DATABASE_OWNER_URL": postgres.dsn("tilsagn_events", owner_role("events"), "made anew"),
        "EVENTS_DATABASE_URL": postgres.dsn("tilsagn_events", app_role("events"), "made anew"),
    }
    done = job("events", environment)
    assert done.returncode == 1
    assert "made with other passwords. Put .env back from its backup" in done.stderr


def test_the_migrate_job_names_a_missing_variable() -> None:
    done = job("events", {"PATH": os.defpath})
    assert (done.returncode, done.stderr) == (1, "EVENTS_DATABASE_OWNER_URL is not set\n")


def job(service: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.postgres", service]
    return subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_migrations_have_no_down_section(path: Path) -> None:
    up, down = path.read_text().split("-- migrate:down")
    assert up.startswith("-- migrate:up\n")
    # dbmate insists on the block; nothing may be in it.
    assert re.sub(r"--.*", "", down).strip() == ""


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_migrations_have_a_short_lock_timeout(path: Path) -> None:
    found = re.search(r"^set (local )?lock_timeout = '(\d+)s';$", path.read_text(), re.MULTILINE)
    assert found
    assert int(found[2]) <= 2  # the longest acceptable wait of a request


def test_our_migrations_have_unique_versions() -> None:
    versions = [path.name.split("_", 1)[0] for path in OURS]
    assert len(versions) == len(set(versions))
