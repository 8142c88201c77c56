"""`python -m deploy.key_change announce|use|retire .env`: change the key that signs tokens, in three steps.

After each step the services are restarted one after the other; nobody is signed out and no mail waits. `announce`
makes the next key and has everybody know its public half; `use` signs with it; `retire`, an hour later, has everybody
forget the old one. A step that is not next is refused, and changes nothing.

A leaked key cannot wait that long: `python -m deploy.key_change replace .env` does all at once, and signs everybody
out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dotenv import dotenv_values, set_key, unset_key

from deploy.secrets import service_token
from shared.http.auth import new_private_jwk, public_jwks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NEXT: Final = "TOKEN_NEXT_PRIVATE_KEY"
"""Where the next key waits; no service reads it."""
_SIGNING: Final = "TOKEN_PRIVATE_KEY"
_VERIFYING: Final = "TOKEN_JWKS"
_SERVICE: Final = "NOTIFICATIONS_SERVICE_TOKEN"
_STEPS: Final = ("announce", "use", "retire", "replace")

_AFTERWARDS: Final = {
    "announce": "Restart all services, then: use",
    "use": "Restart events and notifications, wait an hour, then: retire. Print the event passes anew",
    "retire": "Restart all services",
    "replace": "Restart all services at once: everybody signs in again. Print the event passes anew",
}


class OutOfTurn(Exception):
    """The step is not next; the message says which is."""


def changed(step: str, variables: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return what a step makes of the variables it is about; None for one that goes.

    Args:
        step: `announce`, `use`, `retire` or `replace`.
        variables: of the env file, by name.

    Raises:
        OutOfTurn: another step is next, or the file has no keys to change.
    """
    signing, known, waiting = variables.get(_SIGNING), variables.get(_VERIFYING), variables.get(NEXT)
    if not signing or not known:
        raise OutOfTurn(f"there is no {_SIGNING} with its {_VERIFYING} in the file")
    if step == "replace":
        fresh = new_private_jwk()
        return _signed_with(fresh) | {_VERIFYING: public_jwks(fresh)}
    if step == "announce":
        if waiting:
            raise OutOfTurn("the next key has been announced already: use it, or take it back with replace")
        fresh = new_private_jwk()
        return {
            NEXT: fresh,
            _VERIFYING: json.dumps({"keys": [*_keys(public_jwks(signing)), *_keys(public_jwks(fresh))]}),
        }
    if step == "use":
        if not waiting:
            raise OutOfTurn("no next key has been announced")
        return _signed_with(waiting)
    if waiting:
        raise OutOfTurn("the next key is not used yet")
    if len(_keys(known)) == 1:
        raise OutOfTurn("there is no old key any more")
    return {_VERIFYING: public_jwks(signing)}


def _signed_with(key: str) -> dict[str, str | None]:
    return {_SIGNING: key, _SERVICE: service_token(key), NEXT: None}


def _keys(jwks: str) -> list[dict[str, str]]:
    keys: list[dict[str, str]] = json.loads(jwks)["keys"]
    return keys


def change(step: str, file: Path) -> None:
    """Do a step in an env file, whole or not at all. Everything else in it stays as it stands. Raises `OutOfTurn`."""
    changes = changed(step, dotenv_values(file, interpolate=False))
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
    """Do what the command line asks for. What is refused ends it with status 1."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.key_change", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=_STEPS)
    parser.add_argument("file", type=Path, help="the env file of the installation")
    asked = parser.parse_args(arguments)
    try:
        change(asked.step, asked.file)
    except OutOfTurn as why:
        raise SystemExit(f"Nothing was changed: {why}.") from None
    except OSError as why:
        raise SystemExit(f"Nothing was changed: {why.strerror}: {asked.file}") from None
    print(f"{_AFTERWARDS[asked.step]}.")


if __name__ == "__main__":
    main(sys.argv[1:])
