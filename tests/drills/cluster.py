"""PostgreSQL as docker-compose.yml configures it: archived, backed up, lost and restored.

The archive settings are read from that file, and the restore is deploy/postgres/restore.sh, so the drill uses what an
operator has. Only paths and the archive's timeout differ, and programs run without docker.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from deploy.local.unprivileged import programs
from tests.support.topology import ROOT, compose_services

if TYPE_CHECKING:
    from datetime import datetime

    from deploy.local.postgres import EmbeddedPostgres

_RESTORE = ROOT / "deploy" / "postgres" / "restore.sh"


def compose_settings() -> dict[str, str]:
    """Return the PostgreSQL settings of docker-compose.yml."""
    _, *arguments = compose_services()["postgres"]["command"]
    return dict(str(argument).removeprefix("-c").split("=", 1) for argument in arguments)


@dataclass
class Cluster:
    """One cluster with its archive in `archive`."""

    postgres: EmbeddedPostgres
    archive: Path

    async def begin_archiving(self, *, timeout_seconds: int) -> None:
        """Apply the settings of compose, with this archive and another timeout, and restart."""
        about = self.postgres.cluster.stat()
        for folder in (self.archive, self.archive / "wal", self.archive / "base"):
            folder.mkdir(mode=0o700, exist_ok=True)
            os.chown(folder, about.st_uid, about.st_gid)
        command = compose_settings()["archive_command"].replace("/archive/", f"{self.archive}/")
        connection = await asyncpg.connect(self.postgres.superuser_dsn())
        for name, value in (
            ("archive_mode", "on"),
            ("archive_timeout", f"{timeout_seconds}"),
            ("archive_command", command.replace("'", "''")),
        ):
            await connection.execute(f"alter system set {name} = '{value}'")
        await connection.close()
        await asyncio.to_thread(self.postgres.restart, immediate=False)

    async def back_up(self, name: str) -> float:
        """Take a base backup while everything runs, and verify it. Returns its size in MB."""
        folder = self.archive / "base" / name
        url = self.postgres.superuser_dsn()
        password = url.partition("://")[2].partition("@")[0].partition(":")[2]
        dsn = url.replace(f":{password}@", "@")
        await asyncio.to_thread(
            self._run, ["pg_basebackup", f"--dbname={dsn}", f"--pgdata={folder}", "--checkpoint=fast"], password
        )
        await asyncio.to_thread(self._run, ["pg_verifybackup", "--quiet", str(folder)])
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6

    def archived(self) -> tuple[int, float]:
        """Return the number of segments in the archive and their size in MB."""
        files = list((self.archive / "wal").glob("*.gz"))
        return len(files), sum(file.stat().st_size for file in files) / 1e6

    async def archive_now(self) -> None:
        """Switch the WAL segment, and return when it is archived."""
        connection = await asyncpg.connect(self.postgres.superuser_dsn())
        try:
            segment = await connection.fetchval("select pg_walfile_name(pg_switch_wal())")
            async with asyncio.timeout(30):
                while not (self.archive / "wal" / f"{segment}.gz").exists():
                    await asyncio.sleep(0.02)
        finally:
            await connection.close()

    def lose_storage(self) -> None:
        """Kill the server and delete its disk."""
        self.postgres.stop("immediate")
        self._empty_folder(keep=None)

    def set_aside(self, where: Path) -> None:
        """Stop the server gracefully and move its files away."""
        self.postgres.stop()
        self._empty_folder(keep=where)

    def put_back(self, backup: str, until: datetime | None = None) -> None:
        """Run deploy/postgres/restore.sh."""
        arguments = ["sh", str(_RESTORE), backup, *([until.isoformat()] if until else [])]
        environment = {"PATH": os.defpath, "PGDATA": str(self.postgres.cluster), "ARCHIVE": str(self.archive)}
        # Pass the content of the script, because the account may not be able to enter the checkout.
        with _RESTORE.open("rb") as script:
            self._as_account(["sh", "-s", "--", *arguments[2:]], environment, stdin=script.fileno())

    async def recovered_to(self) -> datetime:
        """Return the commit time of the last recovered transaction."""
        connection = await asyncpg.connect(self.postgres.superuser_dsn())
        try:
            moment: datetime = await connection.fetchval("select pg_last_xact_replay_timestamp()")
            return moment
        finally:
            await connection.close()

    def _empty_folder(self, *, keep: Path | None) -> None:
        cluster = self.postgres.cluster
        about = cluster.stat()
        if keep is None:
            shutil.rmtree(cluster)
        else:
            cluster.rename(keep)
        cluster.mkdir(mode=0o700)
        os.chown(cluster, about.st_uid, about.st_gid)

    def _run(self, arguments: list[str], password: str = "") -> None:
        about = self.postgres.cluster.stat()
        folder = programs((about.st_uid, about.st_gid) if os.geteuid() == 0 else None)
        self._as_account([str(folder / arguments[0]), *arguments[1:]], {"PATH": os.defpath, "PGPASSWORD": password})

    def _as_account(self, arguments: list[str], environment: dict[str, str], stdin: int = subprocess.DEVNULL) -> None:
        """Run a program as PostgreSQL's account, as in its container."""
        about = self.postgres.cluster.stat()
        root = os.geteuid() == 0
        done = subprocess.run(
            arguments,
            env=environment,
            cwd="/",
            stdin=stdin,
            capture_output=True,
            text=True,
            check=False,
            user=about.st_uid if root else None,
            group=about.st_gid if root else None,
            extra_groups=[] if root else None,
        )
        assert done.returncode == 0, f"{arguments[0]}: {done.stdout}{done.stderr}"
