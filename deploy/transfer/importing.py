"""Imports an export into the empty databases of a deployment: all four, or none.

Each database is restored under a staging name. Its rows are counted, its migrations applied, and all its changes marked
as unpublished. Then the four databases are renamed in one transaction. A failure before that leaves the deployment
unchanged.

The deployment's broker has no messages of the installation, so every change in the outboxes is published again. The
consumers recognise what they applied before the move, because their databases were moved too: the dashboard by
aggregate and version, notifications by the subject of the mail. So nothing is counted twice and no mail is sent twice;
a change older than a day causes no mail.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from deploy import topic_contents
from deploy.postgres.migrate import known, migrate, predates_first
from deploy.postgres.provision import dsn_of, provision, provision_database
from deploy.services import SERVICES, database, owner_role
from deploy.transfer import export_file, postgres_programs
from deploy.transfer.exporting import count_rows
from shared.messaging.replay import replay_all

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

    from deploy.transfer.export_file import Manifest
    from shared.messaging.access import Kafka

_LOCK: Final = "select pg_try_advisory_lock(hashtext('tilsagn import'))"
# Migrations, or workers without any input, fill these tables.
_MADE_BY_MIGRATIONS: Final = {"schema_migrations", "generations", "national_hour_rules", "retention_runs"}
_RESTORE_SECONDS: Final = 3600.0


class ImportRefused(Exception):
    """The file cannot be imported into this deployment; the message gives reason and remedy. Nothing changed."""


@dataclass(frozen=True)
class Deployment:
    """The deployment to import into.

    Attributes:
        superuser_url: connection URL of a role that may create databases and roles.
        passwords: one for each role of deploy.services.roles().
        kafka: how to connect to the broker.
    """

    superuser_url: str = field(repr=False)
    passwords: Mapping[str, str] = field(repr=False)
    kafka: Kafka

    def owner_url(self, service: str, name: str) -> str:
        """Return the connection URL of the service's owner role for the database `name`."""
        role = owner_role(service)
        return dsn_of(self.superuser_url, database=name, user=role, password=self.passwords[role])


async def import_export(
    folder: Path,
    manifest: Manifest,
    to: Deployment,
    *,
    progress: Callable[[str], AbstractContextManager[object]] = lambda _: nullcontext(),
) -> int:
    """Import what `export_file.unpack` has taken apart in `folder`.

    Returns:
        How many changes will be published anew once the services run.

    Raises:
        ImportRefused: the deployment is not empty, runs, or is older than the file, or the file is of a version
            before 0.2.
        deploy.transfer.postgres_programs.ProgramFailed, deploy.postgres.migrate.MigrationFailed, asyncpg.PostgresError,
            aiokafka.errors.KafkaError, OSError: it could not be done; the deployment is as it was.
    """
    async with _import_lock(to) as server:
        with progress("Looking whether there is room"):
            await _check_importable(server, manifest, to)
        await provision(to.superuser_url, to.passwords)
        messages = 0
        try:
            for service in SERVICES:
                with progress(f"Unpacking {service}"):
                    messages += await _restore(service, folder, manifest, to)
            with progress("Putting the databases in their places"):
                await _swap(server)
        finally:
            # After a failure, the restored databases; after a success, the empty ones.
            await _drop_staging_databases(server)
        return messages


def _staging_name(service: str) -> str:
    return f"{database(service)}_import"


@asynccontextmanager
async def _import_lock(to: Deployment) -> AsyncIterator[asyncpg.Connection]:
    server = await asyncpg.connect(to.superuser_url, timeout=10, command_timeout=60)
    try:
        if not await server.fetchval(_LOCK):
            raise ImportRefused("Another import is under way there: wait until it is done.")
        yield server
    finally:
        await server.close(timeout=5)


# ---- checks


async def _check_importable(server: asyncpg.Connection, manifest: Manifest, to: Deployment) -> None:
    _check_versions(manifest, server.get_server_version().major)
    await _drop_staging_databases(server)
    there = {
        row["datname"]
        for row in await server.fetch(
            "select datname from pg_database where datname = any($1)", [database(service) for service in SERVICES]
        )
    }
    for service in SERVICES:
        if database(service) in there:
            await _check_empty(service, dsn_of(to.superuser_url, database=database(service)))
    await _check_stopped(server)
    if not await topic_contents.is_empty(to.kafka):
        raise ImportRefused(
            "The databases are empty, but the broker's topics are not: they hold another installation's messages. "
            "Delete the topics with Kafka's own tools, make them anew with `python -m deploy.topics`, and try again."
        )


def _check_versions(manifest: Manifest, server_major: int) -> None:
    if manifest.postgresql > server_major:
        raise ImportRefused(
            f"The file comes from PostgreSQL {manifest.postgresql}, the server is {server_major}: "
            "it has to be as new at least."
        )
    for service, packed in manifest.databases.items():
        if predates_first(packed.migrations):
            raise ImportRefused(
                "The file was made by a version of Tilsagn before 0.2, whose data cannot be brought up to date: start "
                "a new installation instead."
            )
        if unknown := sorted(set(packed.migrations) - known(service).keys()):
            raise ImportRefused(
                f"The file was made by a newer version of Tilsagn (migration {unknown[-1]} of {service} is not known "
                "here): bring the deployment up to date first."
            )


async def _check_empty(service: str, url: str) -> None:
    inside = await asyncpg.connect(url, timeout=10, command_timeout=60)
    try:
        rows = {name: count for name, count in (await count_rows(inside)).items() if name not in _MADE_BY_MIGRATIONS}
    finally:
        await inside.close(timeout=5)
    filled = [f"{count:,} in {name}" for name, count in rows.items() if count]
    if filled:
        raise ImportRefused(
            f"The database {database(service)} is not empty (rows: {', '.join(filled)}), and two installations cannot "
            "be made into one: import into a new deployment."
        )


async def _check_stopped(server: asyncpg.Connection) -> None:
    found = await server.fetch(
        """
        select distinct coalesce(nullif(application_name, ''), usename) as name
          from pg_stat_activity
         where datname = any($1)
         order by name
        """,
        [database(service) for service in SERVICES],
    )
    if found:
        raise ImportRefused(
            f"The deployment is in use ({', '.join(row['name'] for row in found)}): stop its apps and workers first. "
            "PostgreSQL and the broker have to run."
        )


# ---- import


async def _restore(service: str, folder: Path, manifest: Manifest, to: Deployment) -> int:
    name = _staging_name(service)
    await provision_database(to.superuser_url, service, name)
    url = to.owner_url(service, name)
    await asyncio.to_thread(
        postgres_programs.run,
        "pg_restore",
        url,
        ["--exit-on-error", "--single-transaction", str(folder / export_file.dump_name(service))],
    )
    inside = await asyncpg.connect(url, timeout=10, command_timeout=_RESTORE_SECONDS)
    try:
        expected, found = dict(manifest.databases[service].rows), await count_rows(inside)
        if found != expected:
            wrong = sorted(table for table in expected.keys() | found.keys() if expected.get(table) != found.get(table))
            raise ImportRefused(f"The tables {', '.join(wrong)} of {service} did not arrive whole: try again.")
        await migrate(service, url)
        messages = await _mark_unpublished(inside)
        await inside.execute("analyze")
    finally:
        await inside.close(timeout=5)
    return messages


async def _mark_unpublished(connection: Any) -> int:
    async with connection.transaction():
        return await replay_all(connection)


async def _swap(server: asyncpg.Connection) -> None:
    """Rename all databases in one transaction: renaming is transactional, creating and dropping are not."""
    async with server.transaction():
        for service in SERVICES:
            await server.execute(f"alter database {database(service)} rename to {_staging_name(service)}_empty")
            await server.execute(f"alter database {_staging_name(service)} rename to {database(service)}")


async def _drop_staging_databases(server: asyncpg.Connection) -> None:
    for service in SERVICES:
        for name in (_staging_name(service), f"{_staging_name(service)}_empty"):
            await server.execute(f"drop database if exists {name} with (force)")


__all__ = ["Deployment", "ImportRefused", "import_export"]
