"""PostgreSQL over TLS, enabled as in docs/operations.md: only by parameters of the URLs.

A server of its own that takes nothing in the clear, with a certificate of an authority made here; the URLs are those of
docker-compose.yml with DATABASE_TLS in them.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from deploy import secrets
from deploy.certificates import Authority
from deploy.local.ports import LOOPBACK
from deploy.local.postgres import EmbeddedPostgres
from services.pledges.settings import PledgesSettings
from shared.db.database import Database
from shared.http.auth import public_jwks
from shared.messaging.relay import Relay
from tests.deploy.processes import CHECKOUT, eventually
from tests.support.topology import compose_services, interpolate

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.processes


class Encrypted:
    """The server, its CA, and the environment of `pledges` for it."""

    def __init__(self, postgres: EmbeddedPostgres, folder: Path) -> None:
        self.postgres = postgres
        self.folder = folder
        self._secrets = secrets.make() | {"POSTGRES_PASSWORD": postgres.superuser_dsn().split(":")[2].split("@")[0]}

    @property
    def tls(self) -> str:
        """The value of DATABASE_TLS."""
        return f"sslmode=verify-full&sslrootcert={self.folder / 'ca.pem'}"

    def environment(self, tls: str, *, host: str = LOOPBACK) -> dict[str, str]:
        """Of the migrate job and the processes."""
        variables = self._secrets | {"POSTGRES_ADDRESS": f"{host}:{self.postgres.port}", "DATABASE_TLS": tls}
        services = compose_services()
        service_environment = services["pledges-migrate"]["environment"] | services["pledges-app"]["environment"]
        return {name: interpolate(value, variables) for name, value in service_environment.items()}

    def migrate(self, tls: str, *, host: str = LOOPBACK) -> subprocess.CompletedProcess[str]:
        """The migrate job."""
        return subprocess.run(
            [sys.executable, "-m", "deploy.postgres", "pledges"],
            cwd=CHECKOUT, env={"PATH": os.defpath} | self.environment(tls, host=host), capture_output=True, text=True,
            check=False, timeout=60,
        )  # fmt: skip

    def show_certificate_of(self, authority: Authority) -> None:
        """Give the server a new certificate, as it runs."""
        authority.issue("postgres", self.folder, hosts=(LOOPBACK,))
        owner = self.postgres.cluster.stat()
        for name, mode in (("postgres.key", 0o600), ("postgres.pem", 0o644)):
            place = self.postgres.cluster / name
            shutil.copyfile(self.folder / name, place)
            os.chown(place, owner.st_uid, owner.st_gid)
            place.chmod(mode)


@pytest.fixture(scope="module")
def encrypted() -> Iterator[Encrypted]:
    """A server with the databases of pledges, provisioned over TLS."""
    folder = Path(tempfile.mkdtemp(prefix="tilsagn-test-"))
    if os.geteuid() == 0:
        folder.chmod(0o711)
    authority = Authority.new()
    authority.write(folder)
    postgres = EmbeddedPostgres(folder / "postgres", fsync=False)
    try:
        postgres.start()
        made = Encrypted(postgres, folder)
        made.show_certificate_of(authority)
        asyncio.run(switch_on(postgres.superuser_dsn()))
        rules = postgres.cluster / "pg_hba.conf"
        rules.write_text(re.sub(r"^host ", "hostssl ", rules.read_text(), flags=re.MULTILINE))
        postgres.restart(immediate=False)
        done = made.migrate(made.tls)
        assert done.returncode == 0, done.stderr
        yield made
    finally:
        postgres.stop("immediate")
        postgres.erase()
        shutil.rmtree(folder, ignore_errors=True)


async def switch_on(superuser_dsn: str) -> None:
    """Enable TLS like an operator."""
    conn = await asyncpg.connect(superuser_dsn)
    for setting, value in (("ssl", "on"), ("ssl_cert_file", "postgres.pem"), ("ssl_key_file", "postgres.key")):
        await conn.execute(f"alter system set {setting} = '{value}'")
    await conn.close()


def settings_of(environment: dict[str, str], signing_key: str) -> PledgesSettings:
    """Return the settings that `pledges` reads from the environment."""
    values: dict[str, Any] = {
        name.removeprefix("PLEDGES_").lower(): value
        for name, value in environment.items()
        if name.startswith("PLEDGES_") and value
    }
    return PledgesSettings(**values | {"token_jwks": public_jwks(signing_key)})


def test_the_migrate_job_and_a_service_work_over_tls(encrypted: Encrypted, signing_key: str) -> None:
    assert encrypted.migrate(encrypted.tls).stdout.endswith("pledges: up to date\n")

    async def look() -> str:
        settings = settings_of(encrypted.environment(encrypted.tls), signing_key)
        database = await Database.connect(settings, name="test")
        version = await database.pool.fetchval("select version from pg_stat_ssl where pid = pg_backend_pid() and ssl")
        await database.close()
        return str(version)

    assert asyncio.run(look()).startswith("TLSv1.")


def ways(encrypted: Encrypted, folder: Path) -> dict[str, tuple[str, str, type[Exception], str]]:
    """Wrong configurations: the parameters of the URL, the host, and the expected error."""
    Authority.new().write(folder)
    another = f"sslmode=verify-full&sslrootcert={folder / 'ca.pem'}"
    return {
        "clear": ("sslmode=disable", LOOPBACK, asyncpg.InvalidAuthorizationSpecificationError, "no pg_hba.conf entry"),
        "authority": (another, LOOPBACK, ssl.SSLCertVerificationError, "CERTIFICATE_VERIFY_FAILED"),
        "host": (encrypted.tls, "localhost", ssl.SSLCertVerificationError, "CERTIFICATE_VERIFY_FAILED"),
    }


@pytest.mark.parametrize("wrong", ["clear", "authority", "host"])
def test_plain_text_and_unverified_servers_are_refused(
    wrong: str, encrypted: Encrypted, tmp_path: Path, signing_key: str
) -> None:
    tls, host, error, words = ways(encrypted, tmp_path)[wrong]
    environment = encrypted.environment(tls, host=host)

    async def connect() -> None:
        await asyncpg.connect(environment["PLEDGES_DATABASE_URL"], timeout=5)

    with pytest.raises(error, match=words):
        asyncio.run(connect())
    done = encrypted.migrate(tls, host=host)
    assert done.returncode == 1
    assert words in done.stderr

    async def relay() -> set[str]:
        with capture_logs() as logs:

            def errors() -> set[str]:
                return {str(one.get("error")) for one in logs if one["event"] in {"relay.interrupted", "relay.failed"}}

            task = asyncio.create_task(Relay(settings_of(environment, signing_key), service="pledges").run())
            async with asyncio.timeout(30):
                while not errors():
                    await asyncio.sleep(0.05)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return errors()

    assert asyncio.run(relay()) == {error.__name__}


def test_a_renewed_certificate_is_used_without_a_restart(encrypted: Encrypted) -> None:
    def serial() -> int:
        async def look() -> int:
            url = encrypted.environment(encrypted.tls)["PLEDGES_DATABASE_URL"]
            conn: Any = await asyncpg.connect(url, timeout=5)
            certificate = conn._transport.get_extra_info("ssl_object").getpeercert()
            await conn.close()
            return int(certificate["serialNumber"], 16)

        return asyncio.run(look())

    async def reload() -> None:
        superuser = encrypted.environment(encrypted.tls)["POSTGRES_SUPERUSER_URL"]
        conn = await asyncpg.connect(superuser, timeout=5)
        await conn.execute("select pg_reload_conf()")
        await conn.close()

    before = serial()
    encrypted.show_certificate_of(Authority.read(encrypted.folder))
    asyncio.run(reload())
    assert eventually(lambda: serial() != before)
