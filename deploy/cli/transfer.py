"""`tilsagn export` and `tilsagn import-installation`: from a laptop to servers."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from deploy.cli.console import Refusal, notes, output, say_json
from deploy.cli.installation import kafka_of
from deploy.cli.steps import Steps
from deploy.local.state import AlreadyRunning, State
from deploy.services import SERVICES, connections, environment_prefix
from deploy.transfer import parcel
from deploy.transfer.packing import pack
from deploy.transfer.parcel import Keys, Manifest, ParcelDamaged, ParcelTooNew
from deploy.transfer.programs import ProgramFailed
from deploy.transfer.unpacking import Deployment, ImportRefused, unpack
from shared.http.auth import InvalidToken, TokenVerifier, public_jwks

_SUPERUSER = "POSTGRES_SUPERUSER_URL"


def export(file: Path, *, as_json: bool) -> None:
    """Write the local installation into `file`.

    Raises:
        Refusal: there is none, it runs, or there is such a file already.
    """
    if "PLEDGES_DATABASE_URL" in os.environ:
        raise Refusal(
            "`export` is for the installation of `tilsagn up`. This is a deployment of separate processes: "
            "docs/operations.md says how it is backed up and restored."
        )
    state = State()
    if not (state.folder / "secrets.json").exists():
        raise Refusal(f"There is no installation in {state.folder} to export: TILSAGN_STATE names another folder.")
    if not file.absolute().parent.is_dir():
        raise Refusal(f"There is no folder {file.absolute().parent}.")
    try:
        manifest = pack(state, file.absolute(), progress=Steps(notes()))
    except AlreadyRunning as running:
        raise Refusal(
            f"Stop it first{f' ({running.running.url})' if running.running else ''}: what it accepted after the export "
            "would be lost."
        ) from None
    except FileExistsError:
        raise Refusal(f"{file} is there already: name a file that is not.") from None
    except ProgramFailed as why:
        raise Refusal(f"The export failed, and {file} was not made: {why}.") from None
    if as_json:
        say_json(_as_json(manifest) | {"file": str(file), "bytes": file.stat().st_size})
        return
    console = output()
    console.print(f"[green]✓[/] {file} holds {_contents(manifest)} ({file.stat().st_size / 1e6:,.1f} MB).")
    console.print(
        "\nIt holds contacts' names and numbers, and the keys of the installation: whoever has it can sign in as\n"
        "anybody. Only you can read it (0600). Keep it so, and delete it when it has been imported.\n"
        "\nDo not start this installation again once the other one runs: what it accepts would be missing there,\n"
        "and both would send the same mails. What comes next is in docs/operations.md."
    )


def import_installation(file: Path, *, as_json: bool) -> None:
    """Bring an exported installation into the empty deployment that the environment names.

    Args:
        file: `-` reads it from the standard input.

    Raises:
        Refusal: it is damaged, too new, or has no place there. The deployment is as it was.
    """
    with _opened(file) as (folder, manifest, keys):
        deployment = _deployment(os.environ)
        _refuse_other_keys(keys, os.environ)
        try:
            messages = asyncio.run(unpack(folder, manifest, deployment, progress=Steps(notes())))
        except ImportRefused as why:
            raise Refusal(str(why)) from None
        except ProgramFailed as why:
            raise Refusal(f"The import failed, and the deployment is as it was: {why}.") from None
    if as_json:
        say_json(_as_json(manifest) | {"messages": messages})
        return
    console = output()
    console.print(f"[green]✓[/] {_contents(manifest)} of {manifest.made_at} are in their places.")
    console.print(
        f"\nStart the apps and workers now: {messages:,} changes are published anew, and nobody gets a mail twice.\n"
        "Then `tilsagn verify` compares every row and figure, and the file can be deleted."
    )


def keys_of(file: Path) -> Keys:
    """The keys in an export, for the `.env` of the deployment it is to be imported into. Raises `Refusal`."""
    with _opened(file) as (_, _, keys):
        return keys


@contextmanager
def _opened(file: Path) -> Iterator[tuple[Path, Manifest, Keys]]:
    """The file taken apart in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="tilsagn-import-") as folder:
        whole = file
        if str(file) == "-":
            whole = Path(folder) / "export"
            with whole.open("xb") as copy:
                shutil.copyfileobj(sys.stdin.buffer, copy)
        elif file.is_file() and file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            notes().print(f"[yellow]Others can read {file}, and the keys in it: chmod 600 it.[/]")
        inside = Path(folder) / "inside"
        inside.mkdir(mode=0o700)
        try:
            manifest, keys = parcel.unpack(whole, inside)
        except FileNotFoundError:
            raise Refusal(f"There is no file {file}.") from None
        except ParcelDamaged as why:
            raise Refusal(f"{file} is damaged or no export: {why}. Copy it again, or export again.") from None
        except ParcelTooNew:
            raise Refusal(f"{file} was made by a newer version of Tilsagn: bring this one up to date first.") from None
        yield inside, manifest, keys


def _deployment(environment: Mapping[str, str]) -> Deployment:
    passwords: dict[str, str] = {}
    for service in SERVICES:
        prefix = environment_prefix(service)
        for role, name in connections(service).items():
            passwords[role] = unquote(urlsplit(_needed(environment, f"{prefix}{name}")).password or "")
    return Deployment(
        superuser_url=_needed(environment, _SUPERUSER),
        passwords=passwords,
        kafka=kafka_of(environment),
    )


def _refuse_other_keys(keys: Keys, environment: Mapping[str, str]) -> None:
    """The deployment must have the installation's keys, or what was handed out before the move stops working."""
    mend = "make its .env with `python -m deploy.secrets --keys-of FILE`, and try again"
    if json.loads(_needed(environment, "EVENTS_TOKEN_PRIVATE_KEY")) != json.loads(keys.token_private_key):
        raise Refusal(
            "The deployment signs with a key of its own, not with the installation's: everybody would be signed out, "
            f"and printed QR codes would stop working. TOKEN_PRIVATE_KEY and TOKEN_JWKS: {mend}."
        )
    if _needed(environment, "PLEDGES_REQUEST_KEY") != keys.request_key:
        raise Refusal(
            "The deployment has a PLEDGES_REQUEST_KEY of its own, not the installation's: what was received before "
            f"would not be recognised when it is sent again; {mend}."
        )
    try:
        TokenVerifier(public_jwks(keys.token_private_key)).verify(
            _needed(environment, "NOTIFICATIONS_SERVICE_TOKEN"),
        )
    except InvalidToken:
        raise Refusal(
            f"NOTIFICATIONS_SERVICE_TOKEN is not signed with the installation's key, and no mail would go out; {mend}."
        ) from None


def _needed(environment: Mapping[str, str], name: str) -> str:
    if not environment.get(name):
        raise Refusal(
            f"{name} is not set: `import-installation` imports into a deployment of separate processes, and needs the "
            "environment of its services and of their migrate jobs (docs/operations.md)."
        )
    return environment[name]


def _contents(manifest: Manifest) -> str:
    pledges, events = manifest.databases["pledges"].rows, manifest.databases["events"].rows
    counted = (
        (pledges.get("pledges", 0), "pledge", "pledges"),
        (pledges.get("hires", 0), "hire", "hires"),
        (events.get("companies", 0), "company", "companies"),
    )
    things = ", ".join(f"{count:,} {one if count == 1 else many}" for count, one, many in counted)
    return f"{', '.join(manifest.taskforces) or 'no taskforce'}: {things}"


def _as_json(manifest: Manifest) -> dict[str, Any]:
    return {
        "taskforces": list(manifest.taskforces),
        "made_at": manifest.made_at,
        "postgresql": manifest.postgresql,
        "databases": {
            service: {"migrations": list(packed.migrations), "rows": dict(packed.rows)}
            for service, packed in manifest.databases.items()
        },
    }
