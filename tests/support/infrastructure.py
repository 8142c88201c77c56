"""A real PostgreSQL and a real broker for the tests, started in about a second and removed afterwards.

`scratch_installation()` starts both, with the four services' databases provisioned and migrated exactly as an
installation's are (same roles, same rights, row-level security in force), only without fsync, and in memory where
the machine has room there: a copy is some 400 small files, which take a disk longer than PostgreSQL. Those databases
are templates: `fresh_databases(...)` copies them for a test in some 20 ms each, so every test starts right after the
migrations, and tests do not affect each other.

Everything here blocks; call it from async code through `asyncio.to_thread`. It does not depend on pytest; the fixtures
in conftest.py use it.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Collection, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from deploy.local.broker import EmbeddedBroker
from deploy.local.postgres import EmbeddedPostgres
from deploy.postgres.migrate import migrate
from deploy.postgres.provision import provision
from deploy.services import SERVICES, app_role, connections, database, intake_role, owner_role, participants_role, roles
from tests.support.clusters import embedded_postgres

_MEMORY = Path("/dev/shm")
_ROOM_KB = 4 << 20
"""the free memory needed to keep databases in memory: several times what the tests have ever used"""

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Databases:
    """One set of the services' databases."""

    postgres: EmbeddedPostgres
    names: Mapping[str, str]
    """service -> name of its database in this set"""
    passwords: Mapping[str, str] = field(repr=False)

    def app_dsn(self, service: str) -> str:
        """The DSN of the service's app and worker; row-level security applies."""
        return self._dsn(service, app_role(service))

    def intake_dsn(self) -> str:
        """The DSN of the pledges service's app for requests with an event pass."""
        return self._dsn("pledges", intake_role())

    def participants_dsn(self) -> str:
        """The DSN of the pledges service for everything about participants."""
        return self._dsn("pledges", participants_role())

    def subjects_dsn(self, service: str) -> str:
        """The DSN of the role that may read all personal data of a service."""
        return self.participants_dsn() if service == "pledges" else self.app_dsn(service)

    def owner_dsn(self, service: str) -> str:
        """The DSN of migrations. Row-level security does not apply to owners, except on tables that force it."""
        return self._dsn(service, owner_role(service))

    def superuser_dsn(self, service: str) -> str:
        """The DSN of a superuser, to which no policy applies."""
        return self.postgres.superuser_dsn(self.names[service])

    def _dsn(self, service: str, role: str) -> str:
        return self.postgres.dsn(self.names[service], role, self.passwords[role])


@dataclass(frozen=True)
class Installation:
    """A scratch PostgreSQL with migrated template databases, and an empty broker beside it."""

    folder: Path
    """The installation's temporary folder, deleted with it."""
    postgres: EmbeddedPostgres
    broker: EmbeddedBroker
    templates: Databases
    """The migrated databases that `fresh_databases` copies. Nothing may be connected to them at that moment."""


@contextmanager
def scratch_installation(*, services: Collection[str] = SERVICES) -> Iterator[Installation]:
    """PostgreSQL and broker of an installation in a temporary folder; both are stopped and deleted afterwards.

    Args:
        services: the services whose migrations are applied; every service gets its database and roles.
    """
    folder = _new_folder()
    if os.geteuid() == 0:
        folder.chmod(0o711)  # PostgreSQL runs as an unprivileged account, which must be able to enter the folder
    postgres = embedded_postgres(folder / "postgres")
    broker = EmbeddedBroker(record=folder / "broker.json", log=folder / "broker.log")
    try:
        postgres.start()
        broker.start()
        passwords = {role: secrets.token_urlsafe(12) for role in roles()}
        templates = Databases(postgres, {service: database(service) for service in SERVICES}, passwords)
        _run(_provision(templates, services))
        yield Installation(folder, postgres, broker, templates)
    finally:
        broker.kill()
        postgres.stop("immediate")
        postgres.erase()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_databases(installation: Installation, services: Collection[str] = SERVICES) -> Iterator[Databases]:
    """Copies of the migrated databases for one test, dropped at the end even if something is still connected.

    Args:
        installation: the PostgreSQL to use.
        services: the services whose databases are needed; each costs some 20 ms.
    """
    number = next(_numbers)
    names = {service: f"{database(service)}_{number}" for service in services}
    databases = Databases(installation.postgres, names, installation.templates.passwords)
    _run(_copy(databases))
    try:
        yield databases
    finally:
        _run(_drop(databases))


def _new_folder() -> Path:
    """Return a new folder in memory if there is enough room (a container has 64 MB), else on disk."""
    try:
        here = os.statvfs(_MEMORY)
        [available] = re.findall(r"MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text())
        room = min(here.f_bavail * here.f_frsize // 1024, int(available))
    except (OSError, ValueError):
        room = 0
    if room < _ROOM_KB or not os.access(_MEMORY, os.W_OK):
        return Path(tempfile.mkdtemp(prefix="tilsagn-test-"))
    for left in _MEMORY.glob("tilsagn-test-*"):
        if left.stat().st_uid == os.geteuid() and not Path(f"/proc/{left.name.split('-')[2]}").exists():
            shutil.rmtree(left, ignore_errors=True)  # left by a killed run: nothing else cleans up memory
    return Path(tempfile.mkdtemp(prefix=f"tilsagn-test-{os.getpid()}-", dir=_MEMORY))


def _run(work: Coroutine[object, object, None]) -> None:
    """Run in a new thread, because the caller's thread may have an event loop."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, work).result()


async def _provision(databases: Databases, services: Collection[str]) -> None:
    await provision(databases.postgres.superuser_dsn(), databases.passwords)
    await asyncio.gather(*(migrate(service, databases.owner_dsn(service)) for service in services))


async def _copy(databases: Databases) -> None:
    connection = await asyncpg.connect(databases.postgres.superuser_dsn(), command_timeout=30)
    try:
        for service, name in databases.names.items():
            # Block by block through the log, which is the default, costs nearly twice as much.
            await connection.execute(
                f"create database {name} template {database(service)} owner {owner_role(service)} strategy file_copy"
            )
            # Privileges on a database are not copied with it.
            await connection.execute(f"revoke all on database {name} from public")
            await connection.execute(f"grant connect on database {name} to {', '.join(connections(service))}")
    finally:
        await connection.close(timeout=5)


async def _drop(databases: Databases) -> None:
    connection = await asyncpg.connect(databases.postgres.superuser_dsn(), command_timeout=30)
    try:
        for name in databases.names.values():
            statement = f"drop database if exists {name} with (force)"
            try:
                await connection.execute(statement)
            except TimeoutError:
                # In about one of ten thousand drops it hung, for an unknown reason. Report the sessions that block it.
                await connection.execute(statement)
    finally:
        await connection.close(timeout=5)
