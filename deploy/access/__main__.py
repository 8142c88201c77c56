"""`python -m deploy.access`: who may do what on a deployment's Kafka, as the messages' publishers and readers say.

Gives every user the password that the environment names and the rights that are missing, takes none away, and says
which there are besides: whether somebody relies on them is for an operator to judge. Doing it again changes nothing;
a new password takes the old one's place. From the environment, as somebody whom Kafka lets do so:

    KAFKA_BOOTSTRAP_SERVERS, KAFKA_SECURITY_PROTOCOL, KAFKA_CA_FILE    how Kafka is reached
    KAFKA_USERNAME, KAFKA_PASSWORD                                     as whom
    PLEDGES_KAFKA_PASSWORD, … , OPERATOR_KAFKA_PASSWORD                what the users' passwords are to be
    PLEDGES_KAFKA_USERNAME, … , OPERATOR_KAFKA_USERNAME                what they are called, if not tilsagn-pledges, …

`--check` changes nothing. `--print` says the rights as commands of Kafka's own tool, for a cluster that others look
after, and asks nobody. `--secrets` makes the lines of an env file with which all of it is switched on.

Exit code: 0 all is there (and, with --check, as declared); 1 --check found a difference; 2 it could not look, with
the reason. It waits up to a minute for the broker.
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

from deploy.access.broker import grant, rights_of, set_passwords
from deploy.access.rights import Right, declared, users
from deploy.secrets import as_env_file
from shared.messaging.access import KafkaAccess, access_from

if TYPE_CHECKING:
    from collections.abc import Mapping

ADMINISTRATOR = "tilsagn-admin"

_PATIENCE_SECONDS = 60.0


def make() -> dict[str, str]:
    """Return what switches it on: names and new passwords of every user and of the administrator."""
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


def names_in(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the users are called in an environment, by whose they are."""
    return {part: environment.get(f"{part.upper()}_KAFKA_USERNAME") or name for part, name in users().items()}


async def run(
    kafka: KafkaAccess, passwords: Mapping[str, str], wanted: list[Right], *, change: bool
) -> tuple[list[Right], list[Right]]:
    """Set the passwords and grant what is missing, if asked to, as soon as the broker answers.

    Returns:
        What was missing (and has been granted, if asked to), and what there is besides.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    known = {right.user for right in wanted}
    while True:
        try:
            if change and passwords:
                await set_passwords(kafka, passwords)
            found = await rights_of(kafka, known)
            missing = sorted(set(wanted) - found)
            if change:
                await grant(kafka, missing)
            return missing, sorted(found - set(wanted))
        except (KafkaError, OSError, TimeoutError) as error:
            if time.monotonic() > deadline or (isinstance(error, KafkaError) and _is_final(error)):
                raise
            await asyncio.sleep(0.5)


def _is_final(error: KafkaError) -> bool:
    return type(error).__name__.endswith(("AuthorizationFailedError", "SecurityDisabled", "SecurityDisabledError"))


def main() -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.access", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="change nothing; exit 1 where a right is not as declared")
    mode.add_argument("--print", action="store_true", dest="tell", help="print commands of Kafka's own tool instead")
    mode.add_argument("--secrets", action="store_true", help="print names and new passwords as an env file's lines")
    asked = parser.parse_args()
    environment = os.environ
    if asked.secrets:
        sys.stdout.write(as_env_file(make()))
        return 0
    names = names_in(environment)
    wanted = declared(names)
    if asked.tell:
        for right in wanted:
            print(right.command(environment.get("KAFKA_BOOTSTRAP_SERVERS") or "SERVER"))
        return 0
    try:
        kafka = access_from(environment)
        if kafka.protocol == "PLAINTEXT":
            print("Kafka is reached in the clear, and asks nobody who they are: there are no rights to give")
            return 0
        given = {name: environment.get(f"{part.upper()}_KAFKA_PASSWORD") or "" for part, name in names.items()}
        passwords = {name: password for name, password in given.items() if password}
        missing, besides = asyncio.run(run(kafka, passwords, wanted, change=not asked.check))
    except (KafkaError, OSError, TimeoutError, ValueError) as error:
        done = "looked at" if asked.check else "given"
        print(f"the rights could not be {done}: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    for right in besides:
        print(f"{right}, and nobody declared it", file=sys.stderr)
    for right in missing:
        print(f"{right}: {'missing' if asked.check else 'granted'}", file=sys.stderr if asked.check else sys.stdout)
    if not missing and not besides:
        print("all rights are as declared")
    return 1 if asked.check and (missing or besides) else 0


if __name__ == "__main__":
    raise SystemExit(main())
