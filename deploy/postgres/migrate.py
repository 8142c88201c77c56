"""Applies a service's migrations with dbmate, quickly when there are none."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from deploy.services import DATA_SUBJECTS, IDEMPOTENCY_KEYS, app_role

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROOT = Path(__file__).parents[2]
_TIMEOUT_SECONDS = 600.0  # seconds for all pending migrations of one service; each limits its own locks
_LOCK_TIMEOUT_SECONDS = 300.0  # seconds of retries for a locked table
_LOCK_RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0)  # seconds between retries, in which queued statements can run
_LOCK_KEY = 0x7E_11_5A_62  # any constant: each service has its own database
_VERSION = re.compile(r"^(\d+)_.+\.sql$")
_FIRST = "20261201000000"  # the version of the first migration, of release 0.2


class MigrationFailed(RuntimeError):
    """A service's migrations could not be applied; the message says which one and why."""


class SchemaTooOld(MigrationFailed):
    """The database was made by a version before 0.2, which cannot be migrated. Nothing was changed."""


class _LockTimeout(MigrationFailed):
    """Another transaction holds a lock that a migration needs. The migration was rolled back and may be retried."""


async def migrate(service: str, owner_dsn: str) -> list[str]:
    """Apply the pending migrations of `shared` and of the service, in the order of their versions.

    Each runs in its own transaction. Concurrent calls wait for each other. Unknown versions in the database belong to a
    newer release that was rolled back; they stay.

    If a migration does not get its locks soon (another transaction reads the table for long: a dump, a report), it is
    rolled back, so that queued statements can run, and is retried later.

    Args:
        service: one of deploy.services.SERVICES.
        owner_dsn: connection URL of the service's owner role to its database.

    Returns:
        The applied file names, in order; empty when the tables were up to date.

    Raises:
        SchemaTooOld: the database is of a version before 0.2.
        MigrationFailed: a migration failed (those before it stay applied), did not get its locks for five minutes,
            or two have one version.
        asyncpg.PostgresError, OSError: the database is not available.
    """
    files = known(service)
    connection = await asyncpg.connect(owner_dsn, command_timeout=30, timeout=10)
    try:
        before = await _applied(connection)
        if predates_first(before):
            raise SchemaTooOld(
                f"{service}: this installation was made by a version before 0.2, whose data cannot be brought up to "
                "date. Nothing was changed. Keep it with the version that made it, or start over: `make forget` "
                "deletes the data of `tilsagn up` and of the demo, `make forget ARGS=--demo` those of the demo alone; "
                "of a deployment, drop the four databases and empty the broker's topics."
            )
        if files.keys() <= before:
            return []
        await _run_dbmate_with_retries(service, owner_dsn)
        after = await _applied(connection)
        # dbmate created this table; the service must not change it.
        async with connection.transaction():
            # Concurrent calls would update the same row of the catalogue, which PostgreSQL refuses.
            await connection.execute("select pg_advisory_xact_lock($1)", _LOCK_KEY)
            await connection.execute(f"revoke all on schema_migrations from {app_role(service)}")
    finally:
        await connection.close(timeout=5)
    return [files[version] for version in sorted(files) if version in after - before]


def folders(service: str) -> list[Path]:
    """Return the folders of the service's migrations: those of `shared` and its own."""
    shared = _ROOT / "shared"
    found = [shared / room / "migrations" for room in ("db", "messaging", "privacy")]
    if service in IDEMPOTENCY_KEYS:
        found.append(shared / "db" / "migrations" / "idempotency")
    if service in DATA_SUBJECTS:
        found.append(shared / "privacy" / "migrations" / "data_subjects")
    return [*found, _ROOT / "services" / service / "migrations"]


def known(service: str) -> dict[str, str]:
    """Return the file names of the service's migrations in this release, by version.

    Raises:
        MigrationFailed: two have one version.
    """
    files: dict[str, str] = {}
    for folder in folders(service):
        for path in folder.iterdir():
            match = _VERSION.match(path.name)
            if match is None:
                continue
            version = match.group(1)
            if version in files:
                raise MigrationFailed(f"{service}: {path.name} and {files[version]} have the same version")
            files[version] = path.name
    return files


def predates_first(versions: Iterable[str]) -> bool:
    """Return whether one of these migrations is of a version before 0.2."""
    return any(version < _FIRST for version in versions)


async def _applied(connection: asyncpg.Connection) -> set[str]:
    if await connection.fetchval("select to_regclass('public.schema_migrations')") is None:
        return set()
    return {row["version"] for row in await connection.fetch("select version from schema_migrations")}


async def _run_dbmate_with_retries(service: str, owner_dsn: str) -> None:
    deadline = time.monotonic() + _LOCK_TIMEOUT_SECONDS
    for pause in itertools.chain(_LOCK_RETRY_SECONDS, itertools.repeat(_LOCK_RETRY_SECONDS[-1])):
        try:
            return await _run_dbmate(service, owner_dsn)
        except _LockTimeout:
            if time.monotonic() + pause > deadline:
                raise
        await asyncio.sleep(pause)
    raise AssertionError("there is always another attempt")


async def _run_dbmate(service: str, owner_dsn: str) -> None:
    arguments = [f"--migrations-dir={folder}" for folder in folders(service)]
    dbmate = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("dbmate"),
        "--env-file=",
        "--no-dump-schema",
        "--migration-lock",
        "--migration-lock-timeout=60s",
        *arguments,
        "migrate",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        # In the environment, because every user of the machine can read arguments.
        env={"PATH": os.defpath, "DATABASE_URL": owner_dsn},
        cwd=_ROOT,
    )
    try:
        output, _ = await asyncio.wait_for(dbmate.communicate(), _TIMEOUT_SECONDS)
    except TimeoutError:
        dbmate.kill()
        await dbmate.wait()
        raise MigrationFailed(f"{service}: migrations took longer than {_TIMEOUT_SECONDS:.0f} s") from None
    if dbmate.returncode != 0:
        text = output.decode("utf-8", "replace")
        # dbmate returns the server's message, but not its code (55P03).
        failed = _LockTimeout if "due to lock timeout" in text else MigrationFailed
        raise failed(f"{service}: {_error_text(text)}")


def _error_text(output: str) -> str:
    """Return dbmate's last applied file and its error, without irrelevant lines."""
    lines = [line.removeprefix("Error: ") for line in output.splitlines() if line.strip()]
    applying = [line for line in lines if line.startswith("Applying: ")]
    complaint = [line for line in lines if not line.startswith(("Applying: ", "Applied: "))]
    return "\n".join([*(line.removeprefix("Applying: ") for line in applying[-1:]), *complaint])
