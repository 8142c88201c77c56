"""From the stopped installation of `tilsagn up` into a file.

Stopped, because four databases have to be taken at one moment: what a consumer has applied must have its source in
the file, what has been mailed must be known as mailed, and nothing may be accepted afterwards that the file has not
got. Holding the state folder's lock makes that certain: no launcher runs, so nobody writes.
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
from deploy.transfer import parcel, programs
from deploy.transfer.parcel import Keys, Manifest, Packed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deploy.local.state import State

_TABLES = """
    select table_name as name
      from information_schema.tables
     where table_schema = 'public'
       and table_type = 'BASE TABLE'
     order by table_name
"""
_TASKFORCES = "select slug from taskforces order by slug"


def pack(
    state: State, path: Path, *, progress: Callable[[str], AbstractContextManager[object]] = lambda _: nullcontext()
) -> Manifest:
    """Write the installation into a new file at `path`, readable by its owner alone. Blocks.

    Args:
        state: its state folder. PostgreSQL is started on it for as long as this takes, and nothing else.
        progress: told about every step.

    Raises:
        deploy.local.state.StateFailed: it runs, or cannot be used.
        deploy.local.postgres.PostgresFailed: its database does not start.
        FileExistsError: there is a file at `path` already.
        deploy.transfer.programs.ProgramFailed, OSError: it could not be written; nothing is left at `path`.
    """
    if path.exists():
        raise FileExistsError(path)
    with (
        state,
        # Beside the file, so that what the dumps need is needed where there is to be room for them.
        tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder,
        EmbeddedPostgres(state.postgres) as postgres,
    ):
        kept = state.secrets()
        packed: dict[str, Packed] = {}
        for service in SERVICES:
            with progress(f"Packing {service}"):
                url = postgres.superuser_dsn(database(service))
                packed[service] = asyncio.run(_dump(url, Path(folder) / parcel.dump_of(service)))
        manifest = asyncio.run(_describe(postgres.superuser_dsn(database("events")), packed))
        with progress("Writing the file"):
            parcel.write(path, Path(folder), manifest, Keys(kept.token_private_key, kept.request_key))
    return manifest


async def count_rows(connection: asyncpg.Connection) -> dict[str, int]:
    """How many rows each table of the database has, whatever its policies show to others; by its owner's right."""
    names = [row["name"] for row in await connection.fetch(_TABLES)]
    # The names are those of the catalogue, quoted.
    return {name: await connection.fetchval(f'select count(*) from "{name}"', timeout=600) for name in names}  # noqa: S608


async def _describe(events: str, packed: Mapping[str, Packed]) -> Manifest:
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


async def _dump(url: str, file: Path) -> Packed:
    """Dump one database and count what is in the dump: both see the same moment of it."""
    connection = await asyncpg.connect(url, timeout=10, command_timeout=60)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await connection.fetchval("select pg_export_snapshot()")
            arguments = ["--format=custom", f"--snapshot={snapshot}", "--lock-wait-timeout=10s", f"--file={file}"]
            await asyncio.to_thread(programs.run, "pg_dump", url, arguments)
            migrations = await connection.fetch("select version from schema_migrations order by version")
            return Packed(tuple(row["version"] for row in migrations), await count_rows(connection))
    finally:
        await connection.close(timeout=5)
