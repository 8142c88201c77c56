"""`python -m deploy.postgres SERVICE|all`: the migrate job of a deployment.

For each service it reads from the environment, with the service's prefix (here PLEDGES_):

    PLEDGES_DATABASE_OWNER_URL   connection URL of the owner role, which runs the migrations
    PLEDGES_DATABASE_URL         connection URL of the app role, the same as for the service
    PLEDGES_INTAKE_DATABASE_URL  connection URL of the intake role; only for pledges
    PLEDGES_PARTICIPANTS_DATABASE_URL  connection URL of the role for participants; only for pledges

and, only if it must also create roles and databases,

    POSTGRES_SUPERUSER_URL       connection URL of a superuser

It waits up to a minute for the server, prints a line about the result, and exits with 1 and the reason on failure.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

import asyncpg

from deploy.postgres.migrate import MigrationFailed, migrate
from deploy.postgres.provision import ProvisionFailed, provision
from deploy.services import SERVICES, connections, environment_prefix

_TIMEOUT_SECONDS = 60.0  # seconds to wait for the server


async def run(services: Sequence[str], environment: Mapping[str, str]) -> None:
    """Provision (if the superuser's URL is set) and migrate. Raises what `main` prints."""
    owners = {service: _url(environment, service, "DATABASE_OWNER_URL") for service in services}
    superuser = environment.get("POSTGRES_SUPERUSER_URL")
    if superuser:
        passwords = {
            role: _password(_url(environment, service, name))
            for service in services
            for role, name in connections(service).items()
        }
        await _wait_for(superuser)
        await provision(superuser, passwords, services)
        print("roles and databases are in place")
    for service, owner in owners.items():
        await _wait_for(owner)
        applied = await migrate(service, owner)
        print(f"{service}: {', '.join(applied) or 'up to date'}")


def main() -> int:
    """Run the command and return its exit code."""
    arguments = sys.argv[1:]
    if len(arguments) != 1 or arguments[0] not in (*SERVICES, "all"):
        print(f"usage: python -m deploy.postgres {'|'.join(SERVICES)}|all", file=sys.stderr)
        return 2
    try:
        asyncio.run(run(SERVICES if arguments == ["all"] else arguments, os.environ))
    except asyncpg.InvalidPasswordError as error:
        print(
            f"{error}: the databases were made with other passwords. Put .env back from its backup; with new keys "
            "everybody would be signed out, printed QR codes would stop working, and repeats of earlier requests would "
            "be refused (docs/operations.md, “Backing up”)",
            file=sys.stderr,
        )
        return 1
    except (MigrationFailed, ProvisionFailed, asyncpg.PostgresError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _url(environment: Mapping[str, str], service: str, name: str) -> str:
    variable = f"{environment_prefix(service)}{name}"
    if not environment.get(variable):
        raise ProvisionFailed(f"{variable} is not set")
    return environment[variable]


def _password(url: str) -> str:
    return unquote(urlsplit(url).password or "")


async def _wait_for(url: str) -> None:
    deadline = asyncio.get_running_loop().time() + _TIMEOUT_SECONDS
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=5)
        except ssl.SSLCertVerificationError:
            raise  # it is an OSError too, but waiting does not help
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError):
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.5)
        else:
            await connection.close(timeout=5)
            return


if __name__ == "__main__":
    raise SystemExit(main())
