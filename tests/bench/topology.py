"""The processes of docker-compose.yml, as in the fault tests, with a PostgreSQL that syncs to disk."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import asyncpg

from deploy.local import ports
from deploy.local.postgres import EmbeddedPostgres
from services.pledges.register import store
from services.pledges.register.domain import name_key
from shared.db.database import Database
from shared.settings import ServiceSettings
from tests.bench.pledging import COMPANIES, MUNICIPALITY, company_id, company_name
from tests.support.topology import RAISED_LIMITS, Process, Topology

if TYPE_CHECKING:
    from collections.abc import Iterator

TASKFORCE = UUID("6f0c1c1e-6b57-4f26-9a44-0671067106ff")
EVENT = uuid5(TASKFORCE, "evening")
READY_SECONDS = 60.0


class Installation(Topology):
    """A deployment that is started step by step, because each measurement needs other processes."""

    def __init__(self, folder: Path, *, commit_times: bool) -> None:
        super().__init__(folder, variables=RAISED_LIMITS)
        # Commits are durable, as in production.
        self.postgres = EmbeddedPostgres(folder / "postgres")
        self._commit_times = commit_times

    def start_infrastructure(self) -> None:
        """Start PostgreSQL (with commit timestamps if requested) and the broker; create topics and tables."""
        if self._commit_times:
            self.postgres.start()
            asyncio.run(self._execute("postgres", "alter system set track_commit_timestamp = on"))
            self.postgres.restart(immediate=False)
        super().start_infrastructure()

    def start_only(self, *names: str) -> None:
        """Start these of the eight processes and wait until they are ready."""
        for name in names:
            self._add(name, name, {})
        self.wait_until_ready(seconds=READY_SECONDS)

    def start_another(self, name: str) -> Process:
        """Start one more app of a service, on another port, and wait until it is ready."""
        port = ports.any_free()
        service = name.partition("-")[0].upper()
        process = self._add(f"another {name}", name, {f"{service}_PORT": str(port)})
        process.health_port = port
        self.wait_until_ready(seconds=READY_SECONDS)
        return process

    def _add(self, called: str, name: str, changed: dict[str, str]) -> Process:
        command, environment = self._of_compose(name)
        service, _, kind = name.partition("-")
        port = self.variables[f"{service.upper()}_{'PORT' if kind == 'app' else 'HEALTH_PORT'}"]
        log = self.folder / f"{called.replace(' ', '-')}.log"
        process = Process(called, command, environment | changed, int(port), log)
        self.processes[called] = process
        process.start()
        return process

    def port(self, service: str) -> int:
        """Return the port of the service's app."""
        return int(self.variables[f"{service.upper()}_PORT"])

    def insert_event(self) -> None:
        """Insert an open event and its companies into pledges, as if events had published them."""
        asyncio.run(self._insert_event())

    async def _insert_event(self) -> None:
        now = datetime.now(UTC)
        settings = ServiceSettings(database_url=self.app_dsn("pledges"), token_jwks=self.secrets["TOKEN_JWKS"])
        database = await Database.connect(settings, name="bench")
        names = [company_name(number) for number in range(COMPANIES)]
        companies = [
            (TASKFORCE, company_id(TASKFORCE, number), 1, name, name_key(name), None, MUNICIPALITY, False)
            for number, name in enumerate(names)
        ]
        opens, ends = now - timedelta(hours=1), now + timedelta(hours=2)
        event = (TASKFORCE, EVENT, 1, "employer_event", "open", "Småjob-aften", "B&O", opens, ends, opens, None, 50, 1)
        async with database.change(TASKFORCE) as conn:
            await store.save_companies(conn, companies)
            await store.save_events(conn, [event])
        await database.close()

    def execute(self, service: str, statement: str) -> None:
        """Run a statement in a service's database as superuser, to which no policy applies."""
        asyncio.run(self._execute(service, statement))

    async def _execute(self, service: str, statement: str) -> None:
        dsn = self.postgres.superuser_dsn() if service == "postgres" else self.superuser_dsn(service)
        conn = await asyncpg.connect(dsn, command_timeout=300)
        await conn.execute(statement)
        await conn.close()

    def wait_until_published(self, *, seconds: float) -> None:
        """Return when the outboxes are empty. Raises TimeoutError."""
        asyncio.run(self._wait_until_published(time.monotonic() + seconds))

    async def _wait_until_published(self, deadline: float) -> None:
        for service in ("events", "pledges"):
            conn = await asyncpg.connect(self.superuser_dsn(service))
            while await conn.fetchval("select exists (select from outbox where published_at is null)"):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{service} has unpublished changes")
                await asyncio.sleep(0.1)
            await conn.close()


@contextmanager
def installation(*processes: str, commit_times: bool = False) -> Iterator[Installation]:
    """An installation with some of the eight processes ready; stopped and deleted at the end.

    Args:
        commit_times: whether PostgreSQL records commit timestamps.
    """
    folder = Path(tempfile.mkdtemp(prefix="tilsagn-bench-"))
    if os.geteuid() == 0:
        folder.chmod(0o711)  # PostgreSQL runs as an unprivileged account, which must be able to enter the folder
    whole = Installation(folder, commit_times=commit_times)
    try:
        whole.start_infrastructure()
        whole.insert_event()
        whole.start_only(*processes)
        yield whole
    finally:
        whole.stop()
        shutil.rmtree(folder, ignore_errors=True)
