"""`python -m deploy.key_change announce|use|retire .env`: replace the key that signs tokens, in three steps.

After each step, restart the services one after the other; everybody stays signed in and no mail is delayed. `announce`
generates the next key and adds its public key to those that services accept. `use` signs with the new key. `retire`, an
hour later, removes the old key. A step out of order is refused and changes nothing.

If a key has leaked, `python -m deploy.key_change replace .env` does all of it at once and signs everybody out.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dotenv import dotenv_values, set_key, unset_key

from deploy.secrets import service_token
from services.events.settings import derived_request_key
from shared.http.auth import new_private_jwk, public_jwks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NEXT: Final = "TOKEN_NEXT_PRIVATE_KEY"
"""The announced key; no service reads this variable."""
_SIGNING: Final = "TOKEN_PRIVATE_KEY"
_VERIFYING: Final = "TOKEN_JWKS"
_CALLING: Final = ("notifications", "dashboard")
"""The services that call others, each with a token in `<SERVICE>_SERVICE_TOKEN`."""
_REQUEST_KEY: Final = "EVENTS_REQUEST_KEY"
_STEPS: Final = ("announce", "use", "retire", "replace")

_AFTERWARDS: Final = {
    "announce": "Restart all services, then: use",
    "use": "Restart events, notifications and dashboard, wait an hour, then: retire. Print the event passes anew",
    "retire": "Restart all services",
    "replace": "Restart all services at once: everybody signs in again. Print the event passes anew",
}


class WrongStep(Exception):
    """The step is out of order; the message says why."""


def variables_after(step: str, variables: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the variables that a step changes, with their new values; None for a variable that is removed.

    Args:
        step: `announce`, `use`, `retire` or `replace`.
        variables: of the env file, by name.

    Raises:
        WrongStep: another step is next, or the file has no keys to change.
    """
    signing, known, waiting = variables.get(_SIGNING), variables.get(_VERIFYING), variables.get(NEXT)
    if not signing or not known:
        raise WrongStep(f"there is no {_SIGNING} with its {_VERIFYING} in the file")
    if step == "replace":
        fresh = new_private_jwk()
        # What was derived from the leaked key is known with it.
        request_key = variables.get(_REQUEST_KEY) or secrets.token_urlsafe(32)
        return _signed_with(fresh) | {_VERIFYING: public_jwks(fresh), _REQUEST_KEY: request_key}
    if step == "announce":
        if waiting:
            raise WrongStep("the next key has been announced already: use it, or take it back with replace")
        fresh = new_private_jwk()
        return {
            NEXT: fresh,
            _VERIFYING: json.dumps({"keys": [*_keys(public_jwks(signing)), *_keys(public_jwks(fresh))]}),
        }
    if step == "use":
        if not waiting:
            raise WrongStep("no next key has been announced")
        # So far it was derived from the old key: repeats of earlier requests stay recognised.
        return _signed_with(waiting) | {_REQUEST_KEY: variables.get(_REQUEST_KEY) or derived_request_key(signing)}
    if waiting:
        raise WrongStep("the next key is not used yet")
    if len(_keys(known)) == 1:
        raise WrongStep("there is no old key any more")
    return {_VERIFYING: public_jwks(signing)}


def _signed_with(key: str) -> dict[str, str | None]:
    tokens = {f"{service.upper()}_SERVICE_TOKEN": service_token(key, service) for service in _CALLING}
    return {_SIGNING: key, **tokens, NEXT: None}


def _keys(jwks: str) -> list[dict[str, str]]:
    keys: list[dict[str, str]] = json.loads(jwks)["keys"]
    return keys


def change(step: str, file: Path) -> None:
    """Apply a step to an env file, atomically. Other lines of the file stay unchanged. Raises `WrongStep`."""
    changes = variables_after(step, dotenv_values(file, interpolate=False))
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=".env-")
    os.close(descriptor)
    copy = Path(name)
    try:
        shutil.copyfile(file, copy)
        for variable, value in changes.items():
            if value is not None:
                set_key(copy, variable, value)
            elif variable in dotenv_values(copy, interpolate=False):
                unset_key(copy, variable)
        copy.chmod(0o600)
        copy.replace(file)
    finally:
        copy.unlink(missing_ok=True)


def main(arguments: Sequence[str]) -> None:
    """Run the command. A refused step exits with status 1."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.key_change", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=_STEPS)
    parser.add_argument("file", type=Path, help="the env file of the installation")
    options = parser.parse_args(arguments)
    try:
        change(options.step, options.file)
    except WrongStep as why:
        raise SystemExit(f"Nothing was changed: {why}.") from None
    except OSError as why:
        raise SystemExit(f"Nothing was changed: {why.strerror}: {options.file}") from None
    print(f"{_AFTERWARDS[options.step]}.")


if __name__ == "__main__":
    main(sys.argv[1:])
