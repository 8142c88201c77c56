"""Exports a stopped installation of `tilsagn up` into a file.

The installation must be stopped so that the four databases are consistent with each other: every applied message has
its source in the file, every sent mail is recorded as sent, and nothing is accepted after the export. The export holds
the lock of the state folder, so no launcher can run and nobody writes.
"""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from deploy.local.postgres import EmbeddedPostgres
from deploy.services import SERVICES, database
from deploy.transfer import export_file, postgres_programs
from deploy.transfer.export_file import DatabaseExport, Keys, Manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deploy.local.state import State

_TABLES = """
    select case table_schema when 'public' then '' else table_schema || '.' end || table_name as name,
           format('%I.%I', table_schema, table_name) as quoted
      from information_schema.tables
     where table_schema in ('public', 'participants')
       and table_type = 'BASE TABLE'
     order by table_schema, table_name
"""
_TASKFORCES = "select slug from taskforces order by slug"


def export_installation(
    state: State, path: Path, *, progress: Callable[[str], AbstractContextManager[object]] = lambda _: nullcontext()
) -> Manifest:
    """Write the installation into a new file that only its owner can read (0600). Blocks.

    Args:
        state: the state folder. Only PostgreSQL is started, for the duration of the export.
        path: the new file.
        progress: a context manager around each step, called with its name.

    Returns:
        The manifest of the file.

    Raises:
        deploy.local.state.StateFailed: the installation runs, or the state folder cannot be used.
        deploy.local.postgres.PostgresFailed: PostgreSQL does not start.
        FileExistsError: `path` exists.
        deploy.transfer.postgres_programs.ProgramFailed, OSError: the export failed; nothing is left at `path`.
    """
    if path.exists():
        raise FileExistsError(path)
    with (
        state,
        # Next to the file: the dumps need space on the same disk as the file.
        tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder,
        EmbeddedPostgres(state.postgres) as postgres,
    ):
        secrets = state.secrets()
        packed: dict[str, DatabaseExport] = {}
        for service in SERVICES:
            with progress(f"Packing {service}"):
                url = postgres.superuser_dsn(database(service))
                packed[service] = asyncio.run(_dump(url, Path(folder) / export_file.dump_name(service)))
        manifest = asyncio.run(_describe(postgres.superuser_dsn(database("events")), packed))
        with progress("Writing the file"):
            export_file.write(path, Path(folder), manifest, Keys(secrets.token_private_key, secrets.request_key))
    return manifest


async def count_rows(connection: asyncpg.Connection) -> dict[str, int]:
    """Return the number of rows of each table. The connection must be the owner's, who bypasses row-level security."""
    tables = await connection.fetch(_TABLES)
    # The names come from the catalogue.
    return {
        table["name"]: await connection.fetchval(f"select count(*) from {table['quoted']}", timeout=600)  # noqa: S608
        for table in tables
    }


async def _describe(events: str, packed: Mapping[str, DatabaseExport]) -> Manifest:
    connection = await asyncpg.connect(events, timeout=10, command_timeout=60)
    try:
        return Manifest(
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            postgresql=connection.get_server_version().major,
            taskforces=tuple(row["slug"] for row in await connection.fetch(_TASKFORCES)),
            databases=packed,
        )
    finally:
        await connection.close(timeout=5)


async def _dump(url: str, file: Path) -> DatabaseExport:
    """Dump one database and count its rows, both in the same snapshot."""
    connection = await asyncpg.connect(url, timeout=10, command_timeout=60)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await connection.fetchval("select pg_export_snapshot()")
            arguments = ["--format=custom", f"--snapshot={snapshot}", "--lock-wait-timeout=10s", f"--file={file}"]
            await asyncio.to_thread(postgres_programs.run, "pg_dump", url, arguments)
            migrations = await connection.fetch("select version from schema_migrations order by version")
            return DatabaseExport(tuple(row["version"] for row in migrations), await count_rows(connection))
    finally:
        await connection.close(timeout=5)
