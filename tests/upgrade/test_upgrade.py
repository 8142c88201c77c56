"""An installation of every former release, with its data, goes on with this one."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx
import pytest

from deploy.local.postgres import SUPERUSER, EmbeddedPostgres, connection_url
from deploy.local.state import State
from deploy.postgres import migrate as migrations
from deploy.postgres import released
from deploy.postgres.migrate import known, migrate
from deploy.postgres.provision import provision
from deploy.services import SERVICES, database, owner_role
from deploy.transfer import postgres_programs
from tests.cli.command import tilsagn
from tests.cli.local_run import LocalRun, local_run, state_folder
from tests.upgrade.record import REQUEST_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.infrastructure import Installation

pytestmark = pytest.mark.processes

RELEASES = sorted(Path(__file__).with_name("releases").iterdir())


@dataclass
class Upgraded:
    """An installation of a former release that `tilsagn up` of this one has started."""

    release: Path
    state: Path
    run: LocalRun

    def superuser_dsn(self, service: str) -> str:
        """The superuser's connection URL to a service's database."""
        return _superuser_dsn(self.state, database(service))

    def recorded(self, file: str) -> Any:
        """What the release recorded in a JSON file."""
        return json.loads((self.release / file).read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=RELEASES, ids=lambda release: release.name)
def upgraded(request: pytest.FixtureRequest) -> Iterator[Upgraded]:
    release: Path = request.param
    with state_folder() as folder:
        folder.mkdir()
        (folder / "secrets.json").write_text(json.dumps({"request_key": REQUEST_KEY}))
        with State(folder) as state:
            passwords = state.secrets().passwords
            with EmbeddedPostgres(state.postgres) as postgres:
                asyncio.run(_install(postgres, release, passwords))
        with local_run("up", "--no-browser", state=folder) as run:
            run.wait_for("Ctrl-C stops it")
            yield Upgraded(release, folder, run)


async def _install(postgres: EmbeddedPostgres, release: Path, passwords: dict[str, str]) -> None:
    """Make the four databases as the release has made them, with what it has recorded."""
    await provision(postgres.superuser_dsn(), passwords)
    with pytest.MonkeyPatch.context() as former, state_folder() as folder:
        for service in SERVICES:
            _copy_migrations(service, release.name, folder / service)
        former.setattr(migrations, "folders", lambda service: [folder / service])
        for service in SERVICES:
            await migrate(service, postgres.dsn(database(service), owner_role(service), passwords[owner_role(service)]))
    for service in SERVICES:
        conn = await asyncpg.connect(postgres.superuser_dsn(database(service)))
        try:
            await _load(conn, (release / f"{service}.sql").read_text(encoding="utf-8"))
        finally:
            await conn.close()


def _copy_migrations(service: str, release: str, to: Path) -> None:
    """Copy the service's migrations up to a release, which are in the checkout unchanged."""
    to.mkdir(parents=True)
    ours = {path.name: path for folder in migrations.folders(service) for path in folder.glob("*.sql")}
    for version, of_release in released.read().items():
        for name in (Path(path).name for path in of_release):
            if name in ours:
                shutil.copy(ours[name], to)
        if version == release:
            return
    raise AssertionError(f"{release} is not in {released.LIST}")


async def _load(conn: asyncpg.Connection[Any], statements: str) -> None:
    tables = await conn.fetch(
        """
        select quote_ident(table_name) as name
          from information_schema.tables
         where table_schema = 'public'
           and table_type = 'BASE TABLE'
           and table_name <> 'schema_migrations'
        """
    )
    async with conn.transaction():
        await conn.execute(f"truncate {', '.join(row['name'] for row in tables)}")  # what migrations have inserted
        await conn.execute("set local session_replication_role = replica")  # rows come in the order of the tables
        await conn.execute(statements)


def test_every_release_is_recorded() -> None:
    """After a release: `python -m tests.upgrade.record tests/upgrade/releases/VERSION`."""
    assert [release.name for release in RELEASES] == list(released.read())


def test_every_migration_is_applied(upgraded: Upgraded) -> None:
    for service in SERVICES:
        versions = asyncio.run(_column(upgraded.superuser_dsn(service), "select version from schema_migrations"))
        assert versions == known(service).keys()


def test_the_databases_are_as_those_of_a_new_installation(upgraded: Upgraded, installation: Installation) -> None:
    for service in SERVICES:
        old = _definitions(upgraded.superuser_dsn(service), upgraded.state)
        new = _definitions(installation.postgres.superuser_dsn(database(service)), upgraded.state)
        assert old == new, service


def test_the_figures_are_those_of_the_records(upgraded: Upgraded) -> None:
    verified = tilsagn("verify", "--json", state=upgraded.state)
    assert (verified.exit_code, verified.json["differences"]) == (0, [])
    compared = verified.json["compared"]
    pledges = asyncio.run(_column(upgraded.superuser_dsn("pledges"), "select id from pledges"))
    assert compared["pledge"] == len(pledges) > 0


def test_a_request_that_was_answered_before_is_answered_alike(upgraded: Upgraded) -> None:
    repeated = upgraded.recorded("repeated.json")
    token = tilsagn("token", "--role", "member", state=upgraded.state).output.strip()
    headers = {"authorization": f"Bearer {token}", "idempotency-key": repeated["request"]["id"]}
    answer = httpx.post(
        f"{upgraded.run.url}/api/pledges/v1/pledges", headers=headers, json=repeated["request"], trust_env=False
    )
    assert answer.status_code == 201, answer.text
    assert _common_part(answer.json(), repeated["answer"]) == repeated["answer"]


def _common_part(answer: Any, former: Any) -> Any:
    """Return an answer without the fields that a former release did not answer. A later one may answer more."""
    if isinstance(answer, dict) and isinstance(former, dict):
        return {name: _common_part(value, former[name]) for name, value in answer.items() if name in former}
    if isinstance(answer, list) and isinstance(former, list) and len(answer) == len(former):
        return [_common_part(one, other) for one, other in zip(answer, former, strict=True)]
    return answer


def _superuser_dsn(state: Path, name: str) -> str:
    port = int((state / "postgres" / "port").read_text())
    return connection_url(port, name, SUPERUSER, (state / "postgres" / "superuser-password").read_text())


async def _column(url: str, query: str) -> set[Any]:
    conn = await asyncpg.connect(url)
    try:
        return {row[0] for row in await conn.fetch(query)}
    finally:
        await conn.close()


def _definitions(url: str, folder: Path) -> list[str]:
    """The definitions in a database, a statement each, in a fixed order: columns that were added later are last."""
    file = folder / "definitions.sql"
    postgres_programs.run("pg_dump", url, ["--schema-only", "--no-comments", f"--file={file}"])
    text = re.sub(r"^(\\.*|--.*)\n", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return sorted(text.split(";\n"))
