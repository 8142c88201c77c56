"""`tilsagn export` and `tilsagn import-installation`: move a local installation to servers."""

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

from rich.text import Text

from deploy.cli.console import OK, CommandError, print_json, reporting_change, stderr_console, stdout_console
from deploy.cli.installation import kafka_of
from deploy.cli.step_progress import StepProgress
from deploy.local.state import AlreadyRunning, State
from deploy.services import SERVICES, connections, environment_prefix
from deploy.transfer import export_file, importing
from deploy.transfer.export_file import ExportDamaged, ExportTooNew, Keys, Manifest
from deploy.transfer.exporting import export_installation
from deploy.transfer.importing import Deployment, ImportRefused
from deploy.transfer.postgres_programs import ProgramFailed
from services.events.settings import derived_request_key
from shared.http.auth import InvalidToken, TokenVerifier, public_jwks

_SUPERUSER = "POSTGRES_SUPERUSER_URL"


def export(file: Path, *, as_json: bool) -> None:
    """Write the local installation into a new file.

    Raises:
        CommandError: there is no installation, it is running, or the file exists.
    """
    if "PLEDGES_DATABASE_URL" in os.environ:
        raise CommandError(
            "`export` is for the installation of `tilsagn up`. This is a deployment of separate processes: "
            "docs/operations.md says how it is backed up and restored."
        )
    state = State()
    if not state.used:
        raise CommandError(f"There is no installation in {state.folder} to export: TILSAGN_STATE names another folder.")
    if not file.absolute().parent.is_dir():
        raise CommandError(f"There is no folder {file.absolute().parent}.")
    try:
        manifest = export_installation(state, file.absolute(), progress=StepProgress(stderr_console()))
    except AlreadyRunning as running:
        raise CommandError(
            f"Stop it first{f' ({running.running.url})' if running.running else ''}: what it accepted after the export "
            "would be lost."
        ) from None
    except FileExistsError:
        raise CommandError(f"{file} is there already: name a file that is not.") from None
    except ProgramFailed as why:
        raise CommandError(f"The export failed, and {file} was not made: {why}.") from None
    with reporting_change(f"{file} was written"):
        _print_export(file, manifest, as_json=as_json)


def _print_export(file: Path, manifest: Manifest, *, as_json: bool) -> None:
    if as_json:
        print_json(_as_json(manifest) | {"file": str(file), "bytes": file.stat().st_size})
        return
    console = stdout_console()
    holds = f"{file} holds {_contents(manifest)} ({file.stat().st_size / 1e6:,.1f} MB)."
    console.print(Text.assemble(OK, f" {holds}"))
    console.print(
        "\nIt holds contacts' names and numbers, and the keys of the installation: anybody who has it can sign in as\n"
        "anybody. Only you can read it (0600). Keep it so, and delete it when it has been imported.\n"
        "\nDo not start this installation again once the other one runs: what it accepts would be missing there,\n"
        "and both would send the same mails. What comes next is in docs/operations.md."
    )


def import_installation(file: Path, *, as_json: bool) -> None:
    """Import an exported installation into the empty deployment that the environment describes.

    Args:
        file: the export; `-` reads it from stdin.
        as_json: print the result as JSON.

    Raises:
        CommandError: the file is damaged or too new, or the deployment cannot take it. The deployment is unchanged.
    """
    with _unpacked(file) as (folder, manifest, keys):
        deployment = _deployment(os.environ)
        _check_keys(keys, os.environ)
        try:
            messages = asyncio.run(
                importing.import_export(folder, manifest, deployment, progress=StepProgress(stderr_console()))
            )
        except ImportRefused as why:
            raise CommandError(str(why)) from None
        except ProgramFailed as why:
            raise CommandError(f"The import failed, and the deployment is as it was: {why}.") from None
    with reporting_change("The installation was imported"):
        _print_import(manifest, messages, as_json=as_json)


def _print_import(manifest: Manifest, messages: int, *, as_json: bool) -> None:
    if as_json:
        print_json(_as_json(manifest) | {"messages": messages})
        return
    console = stdout_console()
    console.print(Text.assemble(OK, f" {_contents(manifest)} of {manifest.made_at} are in their places."))
    console.print(
        f"\nStart the apps and workers now: {messages:,} changes are published anew, and nobody gets a mail twice.\n"
        "Then `tilsagn verify` compares every row and figure, and the file can be deleted."
    )


def keys_of(file: Path) -> Keys:
    """Return the keys of an export, for the `.env` of the new deployment. Raises `CommandError`."""
    with _unpacked(file) as (_, _, keys):
        return keys


@contextmanager
def _unpacked(file: Path) -> Iterator[tuple[Path, Manifest, Keys]]:
    """Unpack the export into a temporary folder, which is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="tilsagn-import-") as folder:
        whole = file
        if str(file) == "-":
            whole = Path(folder) / "export"
            with whole.open("xb") as copy:
                shutil.copyfileobj(sys.stdin.buffer, copy)
        elif file.is_file() and file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            stderr_console().print(f"Others can read {file}, and the keys in it: chmod 600 it.", style="yellow")
        inside = Path(folder) / "inside"
        inside.mkdir(mode=0o700)
        try:
            manifest, keys = export_file.unpack(whole, inside)
        except FileNotFoundError:
            raise CommandError(f"There is no file {file}.") from None
        except ExportDamaged as why:
            raise CommandError(f"{file} is damaged or no export: {why}. Copy it again, or export again.") from None
        except ExportTooNew:
            raise CommandError(
                f"{file} was made by a newer version of Tilsagn: bring this one up to date first."
            ) from None
        yield inside, manifest, keys


def _deployment(environment: Mapping[str, str]) -> Deployment:
    passwords: dict[str, str] = {}
    for service in SERVICES:
        prefix = environment_prefix(service)
        for role, name in connections(service).items():
            passwords[role] = unquote(urlsplit(_required(environment, f"{prefix}{name}")).password or "")
    return Deployment(
        superuser_url=_required(environment, _SUPERUSER),
        passwords=passwords,
        kafka=kafka_of(environment),
    )


def _check_keys(keys: Keys, environment: Mapping[str, str]) -> None:
    """Raise `CommandError` unless the deployment has the installation's keys: earlier tokens must stay valid."""
    remedy = "make its .env with `python -m deploy.secrets --keys-of FILE`, and try again"
    if json.loads(_required(environment, "EVENTS_TOKEN_PRIVATE_KEY")) != json.loads(keys.token_private_key):
        raise CommandError(
            "The deployment signs with a key of its own, not with the installation's: everybody would be signed out, "
            f"and printed QR codes would stop working. TOKEN_PRIVATE_KEY and TOKEN_JWKS: {remedy}."
        )
    if _required(environment, "PLEDGES_REQUEST_KEY") != keys.request_key:
        raise CommandError(
            "The deployment has a PLEDGES_REQUEST_KEY of its own, not the installation's: what was received before "
            f"would not be recognised when it is sent again; {remedy}."
        )
    derived = derived_request_key(keys.token_private_key)
    if environment.get("EVENTS_REQUEST_KEY") not in {None, "", derived}:
        raise CommandError(
            "The deployment has an EVENTS_REQUEST_KEY of its own, not the installation's: what was received before "
            f"would not be recognised when it is sent again; {remedy}."
        )
    try:
        TokenVerifier(public_jwks(keys.token_private_key)).verify(
            _required(environment, "NOTIFICATIONS_SERVICE_TOKEN"),
        )
    except InvalidToken:
        raise CommandError(
            "NOTIFICATIONS_SERVICE_TOKEN is not signed with the installation's key, and no mail would go out; "
            f"{remedy}."
        ) from None


def _required(environment: Mapping[str, str], name: str) -> str:
    if not environment.get(name):
        raise CommandError(
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
