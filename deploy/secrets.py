"""`python -m deploy.secrets > .env`: the secrets docker-compose.yml asks for, made anew, one a line.

Every database role's password, the key that signs tokens with its public half, the token by which notifications is
known to the other services, and the key with which pledges seals what it recognises a repeated request by. Keep the
file like the keys of the house (0600), and back it up; making a new one signs everybody out, has repeats of what was
received before refused, and, once the databases exist, needs their roles' passwords set again by the migrate job.

`python -m deploy.secrets PLEDGES_REQUEST_KEY >> .env`: only those named, for what a newer version asks for besides.

`python -m deploy.secrets --keys-of FILE > .env`: with the keys of an installation that is to be moved here (FILE is
what `tilsagn export` wrote), and passwords made anew.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.services import SERVICES
from shared.http.auth import Principal, new_private_jwk, public_jwks, sign_token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SERVICE_TOKEN_DAYS = 366


def make(*, token_private_key: str | None = None, request_key: str | None = None) -> dict[str, str]:
    """Return the variables by name, with the keys given and the rest made anew."""
    key = token_private_key or new_private_jwk()
    passwords = {
        f"{service.upper()}_{kind}_PASSWORD": secrets.token_urlsafe(32)
        for service in SERVICES
        for kind in ("OWNER", "APP", *(("INTAKE",) if service == "pledges" else ()))
    }
    return {
        "POSTGRES_PASSWORD": secrets.token_urlsafe(32),
        **passwords,
        "TOKEN_PRIVATE_KEY": key,
        "TOKEN_JWKS": public_jwks(key),
        "PLEDGES_REQUEST_KEY": request_key or secrets.token_urlsafe(32),
        "NOTIFICATIONS_SERVICE_TOKEN": service_token(key),
    }


def service_token(key: str) -> str:
    """Return a token by which notifications is known to the other services for a year, signed with `key`."""
    notifications = Principal("service:notifications", frozenset({"service"}), None)
    return sign_token(key, notifications, lifetime_seconds=SERVICE_TOKEN_DAYS * 86_400)


def as_env_file(variables: Mapping[str, str]) -> str:
    """Return the lines of an env file. Single quotes keep the JSON as it is; no value holds one."""
    return "".join(f"{name}='{value}'\n" for name, value in variables.items())


def main(arguments: Sequence[str]) -> None:
    """Write the variables named in `arguments`; all of them where none is. A wrong name ends it with status 1."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.secrets", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="only this one; all of them if none is named")
    parser.add_argument("--keys-of", metavar="FILE", type=Path, help="take the keys from what `tilsagn export` wrote")
    asked = parser.parse_args(arguments)
    variables = make() if asked.keys_of is None else _moved(asked.keys_of)
    if unknown := sorted(set(asked.names) - set(variables)):
        raise SystemExit(f"no secret is called {', '.join(unknown)}: there are {', '.join(variables)}")
    sys.stdout.write(as_env_file({name: variables[name] for name in asked.names or variables}))


def _moved(file: Path) -> dict[str, str]:
    # Only this needs what an export is made with; where secrets are made there may be no more than Python.
    # Only `--keys-of` needs them: making secrets has to work where nothing else is configured.
    from deploy.cli.console import Refusal  # noqa: PLC0415
    from deploy.cli.transfer import keys_of  # noqa: PLC0415

    try:
        keys = keys_of(file)
    except Refusal as why:
        raise SystemExit(str(why)) from None
    return make(token_private_key=keys.token_private_key, request_key=keys.request_key)


if __name__ == "__main__":
    main(sys.argv[1:])
