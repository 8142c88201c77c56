"""`python -m deploy.access`: set the Kafka users' passwords and access rights (ACLs) of a deployment.

Sets the password of every user from the environment and grants the rights that are missing. It removes no right; it
lists the rights that are not declared, and an operator decides about them. Running it again changes nothing; a new
password replaces the old one. It reads from the environment:

    KAFKA_BOOTSTRAP_SERVERS, KAFKA_SECURITY_PROTOCOL, KAFKA_CA_FILE    how to connect to Kafka
    KAFKA_USERNAME, KAFKA_PASSWORD                                     a user that may alter users and ACLs
    PLEDGES_KAFKA_PASSWORD, … , OPERATOR_KAFKA_PASSWORD                the passwords to set
    PLEDGES_KAFKA_USERNAME, … , OPERATOR_KAFKA_USERNAME                the names, if not tilsagn-pledges, …

`--check` changes nothing. `--print` prints the rights as commands for kafka-acls.sh, for a cluster that somebody else
administers; it does not connect to Kafka. `--secrets` prints the lines of an env file that enable all of this.

Exit code: 0 everything exists (and, with --check, is as declared); 1 --check found a difference; 2 the broker could not
be queried; the reason is on stderr. The command waits up to a minute for the broker.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
import time
from typing import TYPE_CHECKING

from aiokafka.errors import KafkaError

from deploy.access.acls import Acl, declared, users
from deploy.access.broker import acls_of, grant, set_passwords
from deploy.secrets import as_env_file
from shared.messaging.access import KafkaAccess, access_from

if TYPE_CHECKING:
    from collections.abc import Mapping

ADMINISTRATOR = "tilsagn-admin"

_TIMEOUT_SECONDS = 60.0


def make() -> dict[str, str]:
    """Return the environment variables that enable users: names and new passwords of all, and the administrator's."""
    variables = {
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_CA_FILE": "/run/tls/ca.pem",
        "KAFKA_USERNAME": ADMINISTRATOR,
        "KAFKA_PASSWORD": secrets.token_urlsafe(32),
    }
    for part, name in users().items():
        variables[f"{part.upper()}_KAFKA_USERNAME"] = name
        variables[f"{part.upper()}_KAFKA_PASSWORD"] = secrets.token_urlsafe(32)
    return variables


def user_names(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the user name of each service and of the operator, as the environment sets them or by default."""
    return {part: environment.get(f"{part.upper()}_KAFKA_USERNAME") or name for part, name in users().items()}


async def run(
    kafka: KafkaAccess, passwords: Mapping[str, str], declared_acls: list[Acl], *, change: bool
) -> tuple[list[Acl], list[Acl]]:
    """Compare the ACLs on the broker with `declared_acls`. Waits up to a minute for the broker.

    Args:
        kafka: how to connect, as a user that may alter users and ACLs.
        passwords: passwords to set, by user; only used with `change`.
        declared_acls: the declared ACLs.
        change: set the passwords and grant the missing ACLs.

    Returns:
        The ACLs that were missing (granted, with `change`), and those that are not declared.

    Raises:
        aiokafka.errors.KafkaError, OSError, TimeoutError: the broker is not available or refuses the request.
    """
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    known = {acl.user for acl in declared_acls}
    while True:
        try:
            if change and passwords:
                await set_passwords(kafka, passwords)
            found = await acls_of(kafka, known)
            missing = sorted(set(declared_acls) - found)
            if change:
                await grant(kafka, missing)
            return missing, sorted(found - set(declared_acls))
        except (KafkaError, OSError, TimeoutError) as error:
            if time.monotonic() > deadline or (isinstance(error, KafkaError) and _is_final(error)):
                raise
            await asyncio.sleep(0.5)


def _is_final(error: KafkaError) -> bool:
    return type(error).__name__.endswith(("AuthorizationFailedError", "SecurityDisabled", "SecurityDisabledError"))


def main() -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.access", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="change nothing; exit 1 where a right is not as declared")
    mode.add_argument(
        "--print", action="store_true", dest="print_commands", help="print commands of Kafka's own tool instead"
    )
    mode.add_argument("--secrets", action="store_true", help="print names and new passwords as an env file's lines")
    options = parser.parse_args()
    environment = os.environ
    if options.secrets:
        sys.stdout.write(as_env_file(make()))
        return 0
    names = user_names(environment)
    acls = declared(names)
    if options.print_commands:
        for acl in acls:
            print(acl.command(environment.get("KAFKA_BOOTSTRAP_SERVERS") or "SERVER"))
        return 0
    try:
        kafka = access_from(environment)
        if kafka.protocol == "PLAINTEXT":
            print("Kafka is reached in the clear, and asks nobody who they are: there are no rights to give")
            return 0
        given = {name: environment.get(f"{part.upper()}_KAFKA_PASSWORD") or "" for part, name in names.items()}
        passwords = {name: password for name, password in given.items() if password}
        missing, undeclared = asyncio.run(run(kafka, passwords, acls, change=not options.check))
    except (KafkaError, OSError, TimeoutError, ValueError) as error:
        done = "looked at" if options.check else "given"
        print(f"the rights could not be {done}: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    for acl in undeclared:
        print(f"{acl}, and nobody declared it", file=sys.stderr)
    for acl in missing:
        print(f"{acl}: {'missing' if options.check else 'granted'}", file=sys.stderr if options.check else sys.stdout)
    if not missing and not undeclared:
        print("all rights are as declared")
    return 1 if options.check and (missing or undeclared) else 0


if __name__ == "__main__":
    raise SystemExit(main())
