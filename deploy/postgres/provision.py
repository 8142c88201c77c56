"""Creates the roles and databases: one database per service, and roles without privileges in any other."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from deploy.services import SERVICES, app_role, connections, database, owner_role, participants_role, roles

_FOLDER = Path(__file__).parent
_TIMEOUT_SECONDS = 30.0  # seconds for any one statement
_ITERATIONS = 4096
"""PostgreSQL's default for SCRAM. The passwords are random, so more would only cost time."""
_TEMPLATES = (
    "roles.sql",
    "restricted_role.sql",
    "inheriting_role.sql",
    "database.sql",
    "restricted_role_in_database.sql",
)


class ProvisionFailed(RuntimeError):
    """The databases could not be provisioned; the message gives the reason."""


async def provision(superuser_dsn: str, passwords: Mapping[str, str], services: Collection[str] = SERVICES) -> None:
    """Create each service's roles and database, or update them; running it again changes nothing.

    Args:
        superuser_dsn: connection URL of a superuser, to any database of the server.
        passwords: one for each of `deploy.services.roles(services)`; a changed one is set.
        services: the services to provision.

    Raises:
        ProvisionFailed: a password is missing.
        asyncpg.PostgresError: the server refuses, for example because the role is no superuser.
    """
    missing = [role for role in roles(services) if not passwords.get(role)]
    if missing:
        raise ProvisionFailed(f"no password for {', '.join(missing)}")
    server = await asyncpg.connect(superuser_dsn, command_timeout=_TIMEOUT_SECONDS)
    try:
        stamp = _stamp()
        if await _is_provisioned(server, stamp, passwords, services):
            return
        # Migrate jobs may start concurrently, and roles and databases belong to the whole server.
        await server.execute("select pg_advisory_lock(hashtext('tilsagn provision'))")
        await server.execute("revoke connect on database postgres, template1 from public")
        for service in services:
            await server.execute(_sql("roles.sql", service, database(service)))
            for role in _restricted_roles(service):
                await server.execute(_sql("restricted_role.sql", service, database(service), role))
                if role == participants_role():
                    await server.execute(_sql("inheriting_role.sql", service, database(service), role))
            for role in connections(service):
                await _set_password(server, role, passwords[role])
            if not await server.fetchval("select true from pg_database where datname = $1", database(service)):
                await _create_database(server, service, database(service))
        await asyncio.gather(*(_grant_access(superuser_dsn, service, database(service)) for service in services))
        # The last step, so that an interrupted run does not count as complete.
        for service in services:
            await server.execute(f"comment on database {database(service)} is '{stamp}'")
    finally:
        await server.close(timeout=5)


async def provision_database(superuser_dsn: str, service: str, name: str) -> None:
    """Create a database like the service's own under another name, to be swapped in later.

    Args:
        superuser_dsn: as for `provision`, which must have created the roles.
        service: the service that gets the database.
        name: the name of the new database.

    Raises:
        asyncpg.PostgresError: the server refuses, for example because the database exists.
    """
    server = await asyncpg.connect(superuser_dsn, command_timeout=_TIMEOUT_SECONDS)
    try:
        await _create_database(server, service, name)
        await _grant_access(superuser_dsn, service, name)
        await server.execute(f"comment on database {name} is '{_stamp()}'")
    finally:
        await server.close(timeout=5)


def dsn_of(dsn: str, *, database: str, user: str | None = None, password: str | None = None) -> str:
    """Return the connection URL of another database on the same server, with another user if one is given."""
    parts = urlsplit(dsn)
    where = parts.netloc.rpartition("@")[2]
    who = parts.netloc.rpartition("@")[0] if user is None else f"{user}:{password}"
    return urlunsplit(parts._replace(netloc=f"{who}@{where}", path=f"/{database}"))


async def _is_provisioned(
    server: asyncpg.Connection, stamp: str, passwords: Mapping[str, str], services: Collection[str]
) -> bool:
    """Return whether the last run was complete, with these statements and passwords. One query on a warm start."""
    stamped = await server.fetchval(
        """
        select count(*)
        from pg_database
        where datname = any($1) and shobj_description(oid, 'pg_database') = $2
        """,
        [database(service) for service in services],
        stamp,
    )
    if stamped != len(services):
        return False
    verifiers = await server.fetch(
        "select rolname, rolpassword from pg_authid where rolname = any($1)", list(roles(services))
    )
    return len(verifiers) == len(roles(services)) and all(
        _matches(row["rolpassword"], passwords[row["rolname"]]) for row in verifiers
    )


async def _create_database(server: asyncpg.Connection, service: str, name: str) -> None:
    await server.execute(
        f"create database {name} owner {owner_role(service)} template template0 "
        "encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
    )


async def _grant_access(superuser_dsn: str, service: str, name: str) -> None:
    inside = await asyncpg.connect(dsn_of(superuser_dsn, database=name), command_timeout=_TIMEOUT_SECONDS)
    try:
        async with inside.transaction():
            await inside.execute(_sql("database.sql", service, name))
            for role in _restricted_roles(service):
                await inside.execute(_sql("restricted_role_in_database.sql", service, name, role))
    finally:
        await inside.close(timeout=5)


async def _set_password(server: asyncpg.Connection, role: str, password: str) -> None:
    verifier = await server.fetchval("select rolpassword from pg_authid where rolname = $1", role)
    if not _matches(verifier, password):
        await server.execute(f"alter role {role} password '{_scram_verifier(password, secrets.token_bytes(16))}'")


def _matches(verifier: str | None, password: str) -> bool:
    try:
        salt = base64.b64decode((verifier or "").split("$")[1].split(":")[1])
    except (IndexError, ValueError):
        return False
    return hmac.compare_digest(verifier or "", _scram_verifier(password, salt))


def _scram_verifier(password: str, salt: bytes) -> str:
    """Return PostgreSQL's SCRAM verifier of a password (RFC 5802, 7677), so that the password itself is never sent."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${_ITERATIONS}:{encoded[0]}${encoded[1]}:{encoded[2]}"


def _restricted_roles(service: str) -> list[str]:
    """Return the roles without default privileges."""
    return [role for role in connections(service) if role not in {owner_role(service), app_role(service)}]


def _sql(template: str, service: str, name: str, role: str = "") -> str:
    text = _template(template)
    for mark, word in (
        (":database", name),
        (":owner", owner_role(service)),
        (":app", app_role(service)),
        (":role", role),
    ):
        text = text.replace(mark, word)
    return text


@cache
def _template(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


@cache
def _stamp() -> str:
    content = "".join(_template(name) for name in _TEMPLATES)
    return f"provisioned by {hashlib.sha256(content.encode()).hexdigest()[:16]}"
