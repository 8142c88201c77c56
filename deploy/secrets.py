"""`python -m deploy.secrets > .env`: the secrets docker-compose.yml asks for, made anew, one a line.

Every database role's password, the key that signs tokens with its public half, the token by which notifications is
known to the other services, and the key with which pledges seals what it recognises a repeated request by. Keep the
file like the keys of the house (0600), and back it up; making a new one signs everybody out, has repeats of what was
received before refused, and, once the databases exist, needs their roles' passwords set again by the migrate job.

`python -m deploy.secrets PLEDGES_REQUEST_KEY >> .env`: only those named, for what a newer version asks for besides.
"""

from __future__ import annotations

import secrets
import sys
from typing import TYPE_CHECKING

from deploy.services import SERVICES
from shared.auth import Principal, new_private_jwk, public_jwks, sign_token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SERVICE_TOKEN_DAYS = 366


def make() -> dict[str, str]:
    """Return the variables by name."""
    key = new_private_jwk()
    notifications = Principal("service:notifications", frozenset({"service"}), None)
    passwords = {
        f"{service.upper()}_{kind}_PASSWORD": secrets.token_urlsafe(32)
        for service in SERVICES
        for kind in ("OWNER", "APP")
    }
    return {
        "POSTGRES_PASSWORD": secrets.token_urlsafe(32),
        **passwords,
        "TOKEN_PRIVATE_KEY": key,
        "TOKEN_JWKS": public_jwks(key),
        "PLEDGES_REQUEST_KEY": secrets.token_urlsafe(32),
        "NOTIFICATIONS_SERVICE_TOKEN": sign_token(key, notifications, lifetime_seconds=SERVICE_TOKEN_DAYS * 86_400),
    }


def as_env_file(variables: Mapping[str, str]) -> str:
    """Return the lines of an env file. Single quotes keep the JSON as it is; no value holds one."""
    return "".join(f"{name}='{value}'\n" for name, value in variables.items())


def main(names: Sequence[str]) -> None:
    """Write the variables of these names; all of them where none is named. A wrong name ends it with status 1."""
    variables = make()
    if unknown := sorted(set(names) - set(variables)):
        raise SystemExit(f"no secret is called {', '.join(unknown)}: there are {', '.join(variables)}")
    sys.stdout.write(as_env_file({name: variables[name] for name in names or variables}))


if __name__ == "__main__":
    main(sys.argv[1:])
