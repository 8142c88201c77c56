"""The file format of an exported installation: a tar archive of four dumps, the keys and a manifest.

    manifest.json       versions, taskforces, and the number of rows of each table
    keys.json           keys that the data depends on and that are in no database
    <service>.dump      pg_dump's custom format
    SHA256SUMS          checksums of all other members, in the format of `sha256sum --check`

The checksums detect a bad disk or an incomplete copy, not tampering: do not import a file from somebody else.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from deploy.local.files import sync_folder
from deploy.services import SERVICES

FORMAT: Final = 1

_MANIFEST: Final = "manifest.json"
_KEYS: Final = "keys.json"
_SUMS: Final = "SHA256SUMS"
_CHUNK: Final = 1 << 20


class ExportDamaged(Exception):
    """The file is damaged or is not an export; the message says what is wrong."""


class ExportTooNew(Exception):
    """The file was made by a newer version."""


@dataclass(frozen=True)
class DatabaseExport:
    """The manifest entry of one service's database.

    Attributes:
        migrations: versions of the applied migrations, in order.
        rows: number of rows by table.
    """

    migrations: tuple[str, ...]
    rows: Mapping[str, int]


@dataclass(frozen=True)
class Manifest:
    """The contents of the file.

    Attributes:
        made_at: time of the export in UTC, RFC 3339.
        postgresql: major version of the PostgreSQL server that was dumped.
        taskforces: short names.
        databases: by service.
        format: version of the file format.
    """

    made_at: str
    postgresql: int
    taskforces: tuple[str, ...]
    databases: Mapping[str, DatabaseExport]
    format: int = FORMAT


@dataclass(frozen=True)
class Keys:
    """Keys that the data depends on: without them, printed QR codes and repeated requests are not recognised."""

    token_private_key: str = field(repr=False)
    request_key: str = field(repr=False)


def dump_name(service: str) -> str:
    """Return the name of a service's dump in the file."""
    return f"{service}.dump"


def write(path: Path, folder: Path, manifest: Manifest, keys: Keys) -> None:
    """Write the file at `path` (0600), durably and atomically, from the dumps in `folder`.

    Args:
        path: must not exist.
        folder: contains `dump_name(service)` of every service; the other members are added to it.
        manifest, keys: the other members.

    Raises:
        FileExistsError: `path` exists.
        OSError: the file cannot be written; nothing is left behind.
    """
    (folder / _MANIFEST).write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    (folder / _KEYS).write_text(json.dumps(asdict(keys)) + "\n", encoding="utf-8")
    names = [_MANIFEST, _KEYS, *map(dump_name, SERVICES)]
    sums = "".join(f"{_sum(folder / name)}  {name}\n" for name in names)
    (folder / _SUMS).write_text(sums, encoding="ascii")
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
                for name in (*names, _SUMS):
                    _add(archive, folder / name)
            file.flush()
            os.fsync(file.fileno())
        os.link(new, path)  # unlike rename, link never replaces an existing file
    finally:
        new.unlink(missing_ok=True)
    sync_folder(path.parent)


def unpack(path: Path, folder: Path) -> tuple[Manifest, Keys]:
    """Extract the file into `folder` (a private folder of the caller, 0700) and check its integrity.

    Raises:
        ExportDamaged: the file is damaged or is not an export.
        ExportTooNew: the file was made by a newer version.
        OSError: the file or the folder cannot be used.
    """
    names = {_MANIFEST, _KEYS, _SUMS, *map(dump_name, SERVICES)}
    try:
        with tarfile.open(path, mode="r:") as archive:
            for member in archive:
                if member.name not in names or not member.isfile():
                    raise ExportDamaged(f"it holds {member.name!r}, which no export does")
                source = archive.extractfile(member)
                assert source is not None  # a regular file has content
                _copy(source, folder / member.name)
    except (tarfile.TarError, EOFError) as error:
        raise ExportDamaged(f"it cannot be read as an export ({error})") from None
    if missing := sorted(name for name in names if not (folder / name).exists()):
        raise ExportDamaged(f"{', '.join(missing)} is missing from it")
    _check_sums(folder)
    return _manifest(_json(folder / _MANIFEST)), _keys(_json(folder / _KEYS))


def _check_sums(folder: Path) -> None:
    try:
        lines = (folder / _SUMS).read_text(encoding="ascii").splitlines()
        sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    except UnicodeDecodeError:
        raise ExportDamaged(f"its {_SUMS} cannot be read") from None
    for name in (_MANIFEST, _KEYS, *map(dump_name, SERVICES)):
        if sums.get(name) != _sum(folder / name):
            raise ExportDamaged(f"{name} in it is not what was exported")


def _manifest(document: Mapping[str, Any]) -> Manifest:
    try:
        if document["format"] > FORMAT:
            raise ExportTooNew
        databases = {
            service: DatabaseExport(tuple(found["migrations"]), dict(found["rows"]))
            for service, found in document["databases"].items()
        }
        manifest = Manifest(
            made_at=document["made_at"],
            postgresql=document["postgresql"],
            taskforces=tuple(document["taskforces"]),
            databases=databases,
        )
    except (KeyError, TypeError, AttributeError):
        raise ExportDamaged(f"its {_MANIFEST} does not say what it should") from None
    if set(databases) != set(SERVICES):
        raise ExportDamaged(f"its {_MANIFEST} names other databases than {', '.join(SERVICES)}")
    return manifest


def _keys(document: Mapping[str, Any]) -> Keys:
    try:
        return Keys(str(document["token_private_key"]), str(document["request_key"]))
    except (KeyError, TypeError):
        raise ExportDamaged(f"its {_KEYS} does not hold the keys") from None


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise ExportDamaged(f"its {path.name} cannot be read") from None


def _add(archive: tarfile.TarFile, path: Path) -> None:
    member = tarfile.TarInfo(path.name)
    member.size = path.stat().st_size
    member.mode = 0o600
    with path.open("rb") as content:
        archive.addfile(member, content)


def _copy(source: IO[bytes], path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        while chunk := source.read(_CHUNK):
            file.write(chunk)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
