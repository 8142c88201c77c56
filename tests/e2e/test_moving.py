"""Moving from a laptop to servers: the data of `tilsagn up` continues in the eight processes.

One installation is filled, stopped and exported. One deployment of docker-compose.yml, whose processes are not started
yet, refuses invalid imports and then imports it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import shutil
import stat
import tarfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaProducer

from deploy import secrets
from deploy.local.postgres import SUPERUSER, connection_url
from deploy.local.state import State
from deploy.scenarios.identities import taskforce_id
from deploy.services import SERVICES, database
from deploy.transfer import export_file, importing
from shared.ui.formats import local_date
from tests.cli.command import Ran, in_process, tilsagn
from tests.cli.local_run import local_run, state_folder
from tests.support.topology import Topology, topology
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.processes, pytest.mark.long("deploy/transfer", "deploy/cli", "services")]

SLUG = "struer"
TASKFORCE = taskforce_id(SLUG)
PARTICIPANTS = "/api/pledges/v1/participants"
QUIETLY, HASTILY = 6, 4
"""The number of pledges whose mails were sent, and of those published but not applied at the power failure."""


@dataclass
class Laptop:
    """The installation on the laptop and its data."""

    file: Path
    state: Path
    exported: Ran
    refused_while_running: Ran
    pledges: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    hires: list[str] = field(default_factory=list)
    token: str = ""
    """a member's token, issued on the laptop"""
    caseworker: str = ""
    """a case worker's"""

    def mails(self) -> list[str]:
        """Return the recipients of the mails sent there."""
        return [_recipient(path.read_bytes()) for path in sorted((self.state / "mail").glob("*.eml"))]


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    """An installation with pledges and hires, killed while it worked, and exported."""
    file = tmp_path_factory.mktemp("moving") / "struer.export"
    with state_folder() as state:
        with local_run("up", "--no-browser", "--taskforce", SLUG, state=state) as run:
            run.wait_for("Ctrl-C stops it")
            token = tilsagn("token", "--role", "member", state=state).output.strip()
            caseworker = tilsagn("token", "--role", "caseworker", state=state).output.strip()
            refused = tilsagn("export", str(file), state=state)
            done = Laptop(file, state, refused, refused, token=token, caseworker=caseworker)
            with httpx.Client(base_url=run.url, timeout=60, trust_env=False) as http:
                for _ in range(QUIETLY):
                    _log(http, done)
                for pledge in done.pledges[:2]:
                    hire = _hire(pledge["id"])
                    answer = http.post("/api/pledges/v1/hires", json=hire, headers=_headers(caseworker, hire["id"]))
                    assert answer.status_code == 201, answer.text
                    done.hires.append(hire["id"])
                answer = http.post(PARTICIPANTS, json={"case_reference": "S-4711"}, headers=_casework(caseworker))
                assert answer.status_code == 201, answer.text
                assert asyncio.run(_all(state, "notifications", "deliveries", "status <> 'waiting'")) >= QUIETLY
                with _consumers_held_up(state):
                    for _ in range(HASTILY):
                        _log(http, done)
                    asyncio.run(_all(state, "pledges", "outbox", "published_at is not null"))
                    run.process.kill()
        done.exported = tilsagn("export", str(file), "--json", state=state)
        assert done.exported.exit_code == 0, done.exported.notes
        yield done


@pytest.fixture(scope="module")
def servers(laptop: Laptop) -> Iterator[Topology]:
    """A new deployment with the installation's keys, migrated; its apps and workers are not started."""
    with topology(processes=False) as whole:
        kept = parcel_of(laptop.file)[1]
        moved = secrets.make(token_private_key=kept.token_private_key, request_key=kept.request_key)
        for name in (
            "TOKEN_PRIVATE_KEY",
            "TOKEN_JWKS",
            "PLEDGES_REQUEST_KEY",
            "EVENTS_REQUEST_KEY",
            "NOTIFICATIONS_SERVICE_TOKEN",
            "DASHBOARD_SERVICE_TOKEN",
        ):
            whole.secrets[name] = whole.variables[name] = moved[name]
        yield whole


# ---- the file


def test_a_running_installation_is_not_exported(laptop: Laptop) -> None:
    assert laptop.refused_while_running.exit_code == 1
    assert "Stop it first (http://localhost:" in laptop.refused_while_running.notes


def test_the_file_is_readable_by_its_owner_only_and_has_a_manifest(laptop: Laptop) -> None:
    assert stat.S_IMODE(laptop.file.stat().st_mode) == 0o600
    manifest = laptop.exported.json
    assert manifest["taskforces"] == [SLUG]
    assert manifest["databases"]["pledges"]["rows"]["pledges"] == QUIETLY + HASTILY
    assert manifest["databases"]["pledges"]["rows"]["hires"] == len(laptop.hires)
    assert list(laptop.file.parent.glob(".*")) == []


def test_an_export_never_replaces_a_file(laptop: Laptop) -> None:
    before = laptop.file.read_bytes()
    again = in_process("export", str(laptop.file), state=laptop.state)
    assert again.exit_code == 1
    assert "is there already" in again.notes
    assert laptop.file.read_bytes() == before


def test_a_deployments_env_can_be_made_with_its_keys(laptop: Laptop, capsys: pytest.CaptureFixture[str]) -> None:
    secrets.main(["--keys-of", str(laptop.file)])
    made = dict(line.split("=", 1) for line in capsys.readouterr().out.splitlines())
    kept = State(laptop.state).secrets()
    assert made["PLEDGES_REQUEST_KEY"] == f"'{kept.request_key}'"
    assert json.loads(made["TOKEN_PRIVATE_KEY"].strip("'")) == json.loads(kept.token_private_key)
    assert set(made) == set(secrets.make())


# ---- refused imports


def test_a_damaged_file_is_refused(laptop: Laptop, servers: Topology, tmp_path: Path) -> None:
    content = laptop.file.read_bytes()
    middle = content.index(b"PGDMP") + 500
    damaged = {
        "flipped": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        "cut": content[: len(content) // 2],
        "other": b"not an export at all",
        "empty": b"",
    }
    for name, spoilt in damaged.items():
        file = tmp_path / name
        file.write_bytes(spoilt)
        file.chmod(0o600)
        refused = _import(file, servers)
        assert refused.exit_code == 1, name
        assert "damaged or no export" in refused.notes, refused.notes
    assert _rows(servers) == 0


def test_a_file_with_unexpected_members_is_refused(laptop: Laptop, servers: Topology, tmp_path: Path) -> None:
    file = tmp_path / "more"
    shutil.copy(laptop.file, file)
    with tarfile.open(file, "a") as archive:
        archive.addfile(tarfile.TarInfo("../elsewhere"))
    assert "holds '../elsewhere', which no export does" in _import(file, servers).notes
    assert not (tmp_path.parent / "elsewhere").exists()


def test_a_file_of_a_version_before_the_first_migration_is_refused(
    laptop: Laptop, servers: Topology, tmp_path: Path
) -> None:
    manifest, _keys = parcel_of(laptop.file)
    older = dataclasses.replace(manifest.databases["events"], migrations=("20261101000000",))
    file = _repacked(laptop, tmp_path, databases={**manifest.databases, "events": older})
    assert "made by a version of Tilsagn before 0.2" in _import(file, servers).notes


def test_a_file_of_a_newer_version_is_refused(laptop: Laptop, servers: Topology, tmp_path: Path) -> None:
    manifest, keys = parcel_of(laptop.file)
    events = manifest.databases["events"]
    newer = dataclasses.replace(events, migrations=(*events.migrations, "29990101000000"))
    file = _repacked(laptop, tmp_path, databases={**manifest.databases, "events": newer})
    refused = _import(file, servers)
    assert refused.exit_code == 1
    assert "made by a newer version of Tilsagn (migration 29990101000000 of events" in refused.notes
    newer_still = _repacked(laptop, tmp_path / "format", format=2)
    assert "made by a newer version" in _import(newer_still, servers).notes
    assert keys.request_key not in refused.notes


def test_a_deployment_with_keys_of_its_own_is_refused(laptop: Laptop, servers: Topology) -> None:
    own = secrets.make()
    for variable, name, message in (
        ("EVENTS_TOKEN_PRIVATE_KEY", "TOKEN_PRIVATE_KEY", "printed QR codes"),
        ("PLEDGES_REQUEST_KEY", "PLEDGES_REQUEST_KEY", "PLEDGES_REQUEST_KEY of its own"),
        ("EVENTS_REQUEST_KEY", "EVENTS_REQUEST_KEY", "EVENTS_REQUEST_KEY of its own"),
        ("NOTIFICATIONS_SERVICE_TOKEN", "NOTIFICATIONS_SERVICE_TOKEN", "no mail would go out"),
    ):
        refused = _import(laptop.file, servers, {variable: own[name]})
        assert refused.exit_code == 1
        assert message in refused.notes


def test_a_deployment_that_is_in_use_is_refused(laptop: Laptop, servers: Topology) -> None:
    async def attempt() -> Ran:
        app = await asyncpg.connect(servers.app_dsn("events"), server_settings={"application_name": "events-app"})
        try:
            return await asyncio.to_thread(_import, laptop.file, servers)
        finally:
            await app.close()

    refused = asyncio.run(attempt())
    assert refused.exit_code == 1
    assert "is in use (events-app): stop its apps and workers first" in refused.notes


def test_a_deployment_without_its_environment_is_refused(laptop: Laptop, tmp_path: Path) -> None:
    refused = in_process("import-installation", str(laptop.file), state=tmp_path)
    assert refused.exit_code == 1
    assert "DATABASE_OWNER_URL is not set" in refused.notes


def test_a_broker_with_other_messages_is_refused(laptop: Laptop, servers: Topology) -> None:
    asyncio.run(_send_something(servers.broker.bootstrap_servers))
    refused = _import(laptop.file, servers)
    servers.replace_broker()
    assert refused.exit_code == 1
    assert "the broker's topics are not" in refused.notes


def test_an_import_that_fails_at_the_last_moment_changes_nothing(
    laptop: Laptop, servers: Topology, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_server: Any) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(importing, "_swap", never)
        with pytest.raises(OSError, match="the disk is full"):
            _import(laptop.file, servers)
    assert _rows(servers) == 0
    assert set(_databases(servers)) == {database(service) for service in SERVICES}


# ---- after the import


def test_everything_continues_after_the_import(laptop: Laptop, servers: Topology) -> None:
    imported = _import(laptop.file, servers, arguments=("--json",))
    assert imported.exit_code == 0, imported.notes
    assert set(_databases(servers)) == {database(service) for service in SERVICES}
    exported = laptop.exported.json["databases"]
    assert {name: found["rows"] for name, found in imported.json["databases"].items()} == {
        name: found["rows"] for name, found in exported.items()
    }
    before = laptop.mails()
    servers.start_processes()
    servers.wait_until_ready()

    with _client(servers) as http:
        # Mails that the laptop had not sent are sent, and none is sent twice.
        everybody = Counter(pledge["contact"]["email"] for pledge in laptop.pledges)
        _until(lambda: Counter(before + _mails(servers)) >= everybody)
        _verified(servers)
        assert Counter(before + _mails(servers)) == everybody

        assert asyncio.run(_ids(servers, "pledges")) == {UUID(pledge["id"]) for pledge in laptop.pledges}
        assert asyncio.run(_ids(servers, "hires")) == set(map(UUID, laptop.hires))

        moved = http.get(PARTICIPANTS, headers=_casework(laptop.caseworker)).json()["items"]
        assert [participant["case_reference"] for participant in moved] == ["S-4711"]

        # A phone that lost an answer repeats its request with its old token and gets the same answer.
        for pledge in laptop.pledges[:2]:
            again = http.post("/api/pledges/v1/pledges", json=pledge, headers=_headers(laptop.token, pledge["id"]))
            assert (again.status_code, again.json()) == (201, laptop.answers[pledge["id"]])

        # New pledges go the whole way.
        new = _pledge()
        logged = http.post("/api/pledges/v1/pledges", json=new, headers=_headers(laptop.token, new["id"]))
        assert logged.status_code == 201, logged.text
        _until(lambda: new["contact"]["email"] in _mails(servers))
        _verified(servers)
        assert Counter(before + _mails(servers)) == everybody + Counter([new["contact"]["email"]])


def test_a_deployment_with_data_is_refused(laptop: Laptop, servers: Topology) -> None:
    for process in servers.processes.values():
        process.stop()
    refused = _import(laptop.file, servers)
    assert refused.exit_code == 1
    assert "is not empty" in refused.notes
    assert f"{QUIETLY + HASTILY + 1} in pledges" in refused.notes


# ---- helpers


def _casework(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}", "x-purpose": "casework", "idempotency-key": "4711"}


def parcel_of(file: Path) -> tuple[export_file.Manifest, export_file.Keys]:
    """Return the manifest of an export."""
    with state_folder() as folder:
        folder.mkdir()
        return export_file.unpack(file, folder)


def _repacked(laptop: Laptop, folder: Path, **changes: Any) -> Path:
    inside = folder / "inside"
    inside.mkdir(parents=True)
    manifest, keys = export_file.unpack(laptop.file, inside)
    export_file.write(folder / "changed", inside, dataclasses.replace(manifest, **changes), keys)
    return folder / "changed"


def _import(
    file: Path, servers: Topology, environment: dict[str, str] | None = None, arguments: tuple[str, ...] = ()
) -> Ran:
    return in_process(
        "import-installation",
        str(file),
        *arguments,
        state=servers.folder / "none",
        environment=servers.operator_environment() | (environment or {}),
    )


def _laptop_dsn(state: Path, service: str) -> str:
    port = int((state / "postgres" / "port").read_text())
    return connection_url(port, database(service), SUPERUSER, (state / "postgres" / "superuser-password").read_text())


@contextmanager
def _consumers_held_up(state: Path) -> Iterator[None]:
    """Lock the tables of the dashboard and notifications, so that they apply nothing meanwhile."""
    with asyncio.Runner() as runner:
        held = []
        for service, table in (("dashboard", "pledge_versions"), ("notifications", "deliveries")):
            conn = runner.run(asyncpg.connect(_laptop_dsn(state, service)))
            held.append(conn)
            runner.run(conn.execute(f"begin; lock table {table}"))
        yield
        for conn in held:
            conn.terminate()


async def _all(state: Path, service: str, table: str, condition: str) -> int:
    """Return the number of rows once the condition is true for all of them."""
    conn = await asyncpg.connect(_laptop_dsn(state, service))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                row = await conn.fetchrow(f"select count(*), count(*) filter (where {condition}) as good from {table}")
                assert row is not None
                if row["count"] == row["good"] > 0:
                    return int(row["count"])
                await asyncio.sleep(0.05)
    finally:
        await conn.close()


def _verified(servers: Topology) -> None:
    ran = in_process("verify", "--json", state=servers.folder / "none", environment=servers.operator_environment())
    assert ran.exit_code == 0, ran.output + ran.notes


def _log(http: httpx.Client, done: Laptop) -> None:
    pledge = _pledge()
    answer = http.post("/api/pledges/v1/pledges", json=pledge, headers=_headers(done.token, pledge["id"]))
    assert answer.status_code == 201, answer.text
    done.pledges.append(pledge)
    done.answers[pledge["id"]] = answer.json()


def _pledge() -> dict[str, Any]:
    # Letters only in the address: digits may look like a CPR number.
    name = uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))
    return {
        "id": str(uuid4()),
        "company": {"name": f"Virksomhed {name[:8]}", "municipality": "0671"},
        "contact": {"name": "Karen Kontakt", "email": f"{name}@firma.example"},
        "job_type": "smaajob",
        "positions": 2,
        "weekly_hours": {"from": 10, "to": 10},
        "tasks": [],
        "captured_at": datetime.now(UTC).isoformat(),
    }


def _hire(pledge_id: str) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "pledge_id": pledge_id,
        "start_date": (local_date(datetime.now(UTC)) + timedelta(days=1)).isoformat(),
        "weekly_hours": 10,
        "contact_person": {"name": "Kommunens Kontakt", "phone": "+4596848484"},
    }


def _headers(token: str, key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}", "idempotency-key": key}


@contextmanager
def _client(servers: Topology) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=servers.url("/api/pledges/v1/pledges").partition("/api")[0], timeout=60) as http:
        yield http


def _mails(servers: Topology) -> list[str]:
    return [str(mail["to"].addresses[0].addr_spec) for mail in servers.mail.mails]


def _recipient(content: bytes) -> str:
    return str(message_from_bytes(content, policy=policy.default)["to"].addresses[0].addr_spec)


def _until(met: Any) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not met():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def _rows(servers: Topology) -> int:
    """Return the number of rows in the outboxes of events and pledges."""

    async def count() -> int:
        total = 0
        for service in ("events", "pledges"):
            conn = await asyncpg.connect(servers.superuser_dsn(service))
            total += await conn.fetchval("select count(*) from outbox")
            await conn.close()
        return total

    return asyncio.run(count())


def _databases(servers: Topology) -> list[str]:
    async def names() -> list[str]:
        conn = await asyncpg.connect(servers.postgres.superuser_dsn())
        try:
            rows = await conn.fetch("select datname from pg_database where datname like 'tilsagn%'")
            return [row["datname"] for row in rows]
        finally:
            await conn.close()

    return asyncio.run(names())


async def _ids(servers: Topology, table: str) -> set[UUID]:
    conn = await asyncpg.connect(servers.superuser_dsn("pledges"))
    try:
        return {row["id"] for row in await conn.fetch(f"select id from {table} where taskforce_id = $1", TASKFORCE)}
    finally:
        await conn.close()


async def _send_something(bootstrap_servers: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all")
    await producer.start()
    await producer.send_and_wait("tilsagn.pledges.pledge", b"{}", key=b"somebody")
    await producer.stop()
