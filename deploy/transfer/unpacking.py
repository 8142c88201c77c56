"""From a file into the empty databases of a deployment: all four, or none.

Each database is restored beside the empty one, counted, brought up to date and told to publish everything anew;
then the four take their places in one transaction. Whatever fails before leaves the deployment as it was.

The broker of the deployment knows nothing of the installation and is told everything: the services' outboxes are
their whole histories. What a consumer has applied before it recognises, for what it knows has come along: the
dashboard by aggregate and version, the mails by what they tell of. So nothing is counted twice and no mail is sent
twice, and news older than a day is told to nobody.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from deploy import bus
from deploy.postgres.migrate import known, migrate, predates_first
from deploy.postgres.provision import dsn_of, provision, provision_database
from deploy.services import SERVICES, database, owner_role
from deploy.transfer import parcel, programs
from deploy.transfer.packing import count_rows
from shared.messaging.replay import replay_all

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

    from deploy.transfer.parcel import Manifest
    from shared.messaging.access import Kafka

_LOCK: Final = "select pg_try_advisory_lock(hashtext('tilsagn import'))"
# And by workers, whether there is anything or not.
_MADE_BY_MIGRATIONS: Final = {"schema_migrations", "generations", "retention_runs"}
_RESTORE_SECONDS: Final = 3600.0


class ImportRefused(Exception):
    """The file cannot be imported there; the message says why and what to do. Nothing has been changed."""


@dataclass(frozen=True)
class Deployment:
    """Where to import to.

    Attributes:
        superuser_url: connection URL of a role that may make databases and roles.
        passwords: one for each role of deploy.services.roles().
        kafka: its broker.
    """

    superuser_url: str = field(repr=False)
    passwords: Mapping[str, str] = field(repr=False)
    kafka: Kafka

    def owner_url(self, service: str, name: str) -> str:
        """How the owner of a service's tables reaches the database of that name."""
        role = owner_role(service)
        return dsn_of(self.superuser_url, database=name, user=role, password=self.passwords[role])


async def unpack(
    folder: Path,
    manifest: Manifest,
    to: Deployment,
    *,
    progress: Callable[[str], AbstractContextManager[object]] = lambda _: nullcontext(),
) -> int:
    """Import what `parcel.unpack` has taken apart in `folder`.

    Returns:
        How many changes will be published anew once the services run.

    Raises:
        ImportRefused: the deployment is not empty, runs, or is older than the file, or the file is of a version
            before 0.2.
        deploy.transfer.programs.ProgramFailed, deploy.postgres.migrate.MigrationFailed, asyncpg.PostgresError,
            aiokafka.errors.KafkaError, OSError: it could not be done; the deployment is as it was.
    """
    async with _alone(to) as server:
        with progress("Looking whether there is room"):
            await _refuse_unless_possible(server, manifest, to)
        await provision(to.superuser_url, to.passwords)
        messages = 0
        try:
            for service in SERVICES:
                with progress(f"Unpacking {service}"):
                    messages += await _restore(service, folder, manifest, to)
            with progress("Putting the databases in their places"):
                await _swap(server)
        finally:
            # Ours when it failed, the empty ones when it did not.
            await _drop_beside(server)
        return messages


def _beside(service: str) -> str:
    return f"{database(service)}_import"


@asynccontextmanager
async def _alone(to: Deployment) -> AsyncIterator[asyncpg.Connection]:
    server = await asyncpg.connect(to.superuser_url, timeout=10, command_timeout=60)
    try:
        if not await server.fetchval(_LOCK):
            raise ImportRefused("Another import is under way there: wait until it is done.")
        yield server
    finally:
        await server.close(timeout=5)


# ---- may it be


async def _refuse_unless_possible(server: asyncpg.Connection, manifest: Manifest, to: Deployment) -> None:
    _refuse_other_versions(manifest, server.get_server_version().major)
    await _drop_beside(server)
    there = {
        row["datname"]
        for row in await server.fetch(
            "select datname from pg_database where datname = any($1)", [database(service) for service in SERVICES]
        )
    }
    for service in SERVICES:
        if database(service) in there:
            await _refuse_filled(service, dsn_of(to.superuser_url, database=database(service)))
    await _refuse_running(server)
    if not await bus.is_empty(to.kafka):
        raise ImportRefused(
            "The databases are empty, but the broker's topics are not: they hold another installation's messages. "
            "Delete the topics with Kafka's own tools, make them anew with `python -m deploy.topics`, and try again."
        )


def _refuse_other_versions(manifest: Manifest, server_major: int) -> None:
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


async def _refuse_filled(service: str, url: str) -> None:
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


async def _refuse_running(server: asyncpg.Connection) -> None:
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


# ---- do it


async def _restore(service: str, folder: Path, manifest: Manifest, to: Deployment) -> int:
    name = _beside(service)
    await provision_database(to.superuser_url, service, name)
    url = to.owner_url(service, name)
    await asyncio.to_thread(
        programs.run,
        "pg_restore",
        url,
        ["--exit-on-error", "--single-transaction", str(folder / parcel.dump_of(service))],
    )
    inside = await asyncpg.connect(url, timeout=10, command_timeout=_RESTORE_SECONDS)
    try:
        expected, found = dict(manifest.databases[service].rows), await count_rows(inside)
        if found != expected:
            wrong = sorted(table for table in expected.keys() | found.keys() if expected.get(table) != found.get(table))
            raise ImportRefused(f"The tables {', '.join(wrong)} of {service} did not arrive whole: try again.")
        await migrate(service, url)
        messages = await _publish_anew(inside)
        await inside.execute("analyze")
    finally:
        await inside.close(timeout=5)
    return messages


async def _publish_anew(connection: Any) -> int:
    async with connection.transaction():
        return await replay_all(connection)


async def _swap(server: asyncpg.Connection) -> None:
    """The four at once: renaming a database is transactional, unlike making or dropping one."""
    async with server.transaction():
        for service in SERVICES:
            await server.execute(f"alter database {database(service)} rename to {_beside(service)}_empty")
            await server.execute(f"alter database {_beside(service)} rename to {database(service)}")


async def _drop_beside(server: asyncpg.Connection) -> None:
    for service in SERVICES:
        for name in (_beside(service), f"{_beside(service)}_empty"):
            await server.execute(f"drop database if exists {name} with (force)")


__all__ = ["Deployment", "ImportRefused", "unpack"]
