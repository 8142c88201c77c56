"""`python -m deploy.secrets > .env`: generate the secrets that docker-compose.yml needs, one per line.

These are the password of every database role, the key that signs tokens with its public key, the service tokens of
notifications and the dashboard, and the keys of the request fingerprints in pledges and events. Restrict the file to
its owner (0600) and back it up. A new file signs everybody out, and repeats of earlier requests are refused. If the
databases exist already, the migrate job must set the new passwords.

`python -m deploy.secrets PLEDGES_REQUEST_KEY >> .env`: only the named secrets, such as one that a new version needs. A
service token takes `--env FILE` as well, to be signed with the key in it.

`python -m deploy.secrets --keys-of FILE > .env`: with the keys of an installation that is moved here (FILE was written
by `tilsagn export`) and new passwords.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values

from deploy.services import SERVICES
from services.events.settings import derived_request_key
from shared.http.auth import Principal, new_private_jwk, public_jwks, sign_token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SERVICE_TOKEN_DAYS = 366


def make(*, token_private_key: str | None = None, request_key: str | None = None) -> dict[str, str]:
    """Return the variables by name. Keys that are not given are generated, like all passwords."""
    key = token_private_key or new_private_jwk()
    # An installation that is moved has derived it (services/events/settings.py).
    events_request_key = derived_request_key(key) if token_private_key else secrets.token_urlsafe(32)
    passwords = {
        f"{service.upper()}_{kind}_PASSWORD": secrets.token_urlsafe(32)
        for service in SERVICES
        for kind in ("OWNER", "APP", *(("INTAKE", "PARTICIPANTS") if service == "pledges" else ()))
    }
    return {
        "POSTGRES_PASSWORD": secrets.token_urlsafe(32),
        **passwords,
        "TOKEN_PRIVATE_KEY": key,
        "TOKEN_JWKS": public_jwks(key),
        "PLEDGES_REQUEST_KEY": request_key or secrets.token_urlsafe(32),
        "EVENTS_REQUEST_KEY": events_request_key,
        "NOTIFICATIONS_SERVICE_TOKEN": service_token(key, "notifications"),
        "DASHBOARD_SERVICE_TOKEN": service_token(key, "dashboard"),
    }


def service_token(key: str, service: str) -> str:
    """Return the token with which a service calls others, signed with `key` and valid for a year."""
    principal = Principal(f"service:{service}", frozenset({"service"}), None)
    return sign_token(key, principal, lifetime_seconds=SERVICE_TOKEN_DAYS * 86_400)


def as_env_file(variables: Mapping[str, str]) -> str:
    """Return the lines of an env file. Some values are JSON, hence the single quotes; no value contains one."""
    return "".join(f"{name}='{value}'\n" for name, value in variables.items())


def main(arguments: Sequence[str]) -> None:
    """Write the variables named in `arguments`, or all of them, to stdout. An unknown name exits with status 1."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.secrets", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="only this one; all of them if none is named")
    parser.add_argument("--keys-of", metavar="FILE", type=Path, help="take the keys from what `tilsagn export` wrote")
    parser.add_argument("--env", metavar="FILE", type=Path, help="sign service tokens with the key in this env file")
    options = parser.parse_args(arguments)
    signing = dotenv_values(options.env, interpolate=False).get("TOKEN_PRIVATE_KEY") if options.env else None
    if options.env and not signing:
        raise SystemExit(f"there is no TOKEN_PRIVATE_KEY in {options.env}")
    variables = make(token_private_key=signing) if options.keys_of is None else _moved(options.keys_of)
    if unknown := sorted(set(options.names) - set(variables)):
        raise SystemExit(f"no secret is called {', '.join(unknown)}: there are {', '.join(variables)}")
    sys.stdout.write(as_env_file({name: variables[name] for name in options.names or variables}))


def _moved(file: Path) -> dict[str, str]:
    # Imported here because only `--keys-of` needs them, and generating secrets must work without other configuration.
    from deploy.cli.console import CommandError  # noqa: PLC0415
    from deploy.cli.transfer import keys_of  # noqa: PLC0415

    try:
        keys = keys_of(file)
    except CommandError as why:
        raise SystemExit(str(why)) from None
    return make(token_private_key=keys.token_private_key, request_key=keys.request_key)


if __name__ == "__main__":
    main(sys.argv[1:])
