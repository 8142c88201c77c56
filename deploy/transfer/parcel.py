"""The one file an installation travels in: a tar archive of four dumps, the keys and a list of what there is.

    manifest.json       versions, taskforces, and how many rows each table has
    keys.json           what the data depends on and no database holds
    <service>.dump      pg_dump's custom format
    SHA256SUMS          of all the others, as `sha256sum --check` reads it

The sums find out what a bad disk or a broken copy has done, not what somebody has done on purpose: a file from
elsewhere must not be imported.
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


class ParcelDamaged(Exception):
    """The file is not whole, or is none of ours; the message says what is wrong with it."""


class ParcelTooNew(Exception):
    """The file was made by a newer version."""


@dataclass(frozen=True)
class Packed:
    """One service's database.

    Attributes:
        migrations: versions of those applied to it, in order.
        rows: how many each table has.
    """

    migrations: tuple[str, ...]
    rows: Mapping[str, int]


@dataclass(frozen=True)
class Manifest:
    """What is in the file.

    Attributes:
        made_at: when, in UTC, RFC 3339.
        postgresql: the major version it was dumped from.
        taskforces: short names.
        databases: by service.
    """

    made_at: str
    postgresql: int
    taskforces: tuple[str, ...]
    databases: Mapping[str, Packed]
    format: int = FORMAT


@dataclass(frozen=True)
class Keys:
    """What the data depends on: without them printed codes no longer work and repeated requests are not known."""

    token_private_key: str = field(repr=False)
    request_key: str = field(repr=False)


def dump_of(service: str) -> str:
    """The name of a service's dump in the file."""
    return f"{service}.dump"


def write(path: Path, folder: Path, manifest: Manifest, keys: Keys) -> None:
    """Make the file at `path` (0600), durably and in one step, from the dumps in `folder`.

    Args:
        path: where nothing is yet.
        folder: holds `dump_of(service)` of every service; the other members are added to it.

    Raises:
        FileExistsError: there is something at `path`.
        OSError: it cannot be written; nothing is left behind.
    """
    (folder / _MANIFEST).write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    (folder / _KEYS).write_text(json.dumps(asdict(keys)) + "\n", encoding="utf-8")
    names = [_MANIFEST, _KEYS, *map(dump_of, SERVICES)]
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
        os.link(new, path)  # unlike a rename, never over something that is there
    finally:
        new.unlink(missing_ok=True)
    sync_folder(path.parent)


def unpack(path: Path, folder: Path) -> tuple[Manifest, Keys]:
    """Take the file apart into `folder` (the caller's own, 0700) and check that it is whole.

    Raises:
        ParcelDamaged, ParcelTooNew: see there.
        OSError: the file or the folder cannot be used.
    """
    wanted = {_MANIFEST, _KEYS, _SUMS, *map(dump_of, SERVICES)}
    try:
        with tarfile.open(path, mode="r:") as archive:
            for member in archive:
                if member.name not in wanted or not member.isfile():
                    raise ParcelDamaged(f"it holds {member.name!r}, which no export does")
                source = archive.extractfile(member)
                assert source is not None  # a regular file has content
                _copy(source, folder / member.name)
    except (tarfile.TarError, EOFError) as error:
        raise ParcelDamaged(f"it cannot be read as an export ({error})") from None
    if missing := sorted(name for name in wanted if not (folder / name).exists()):
        raise ParcelDamaged(f"{', '.join(missing)} is missing from it")
    _check_sums(folder)
    return _manifest(_json(folder / _MANIFEST)), _keys(_json(folder / _KEYS))


def _check_sums(folder: Path) -> None:
    try:
        lines = (folder / _SUMS).read_text(encoding="ascii").splitlines()
        sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    except UnicodeDecodeError:
        raise ParcelDamaged(f"its {_SUMS} cannot be read") from None
    for name in (_MANIFEST, _KEYS, *map(dump_of, SERVICES)):
        if sums.get(name) != _sum(folder / name):
            raise ParcelDamaged(f"{name} in it is not what was exported")


def _manifest(document: Mapping[str, Any]) -> Manifest:
    try:
        if document["format"] > FORMAT:
            raise ParcelTooNew
        databases = {
            service: Packed(tuple(found["migrations"]), dict(found["rows"]))
            for service, found in document["databases"].items()
        }
        manifest = Manifest(
            made_at=document["made_at"],
            postgresql=document["postgresql"],
            taskforces=tuple(document["taskforces"]),
            databases=databases,
        )
    except (KeyError, TypeError, AttributeError):
        raise ParcelDamaged(f"its {_MANIFEST} does not say what it should") from None
    if set(databases) != set(SERVICES):
        raise ParcelDamaged(f"its {_MANIFEST} names other databases than {', '.join(SERVICES)}")
    return manifest


def _keys(document: Mapping[str, Any]) -> Keys:
    try:
        return Keys(str(document["token_private_key"]), str(document["request_key"]))
    except (KeyError, TypeError):
        raise ParcelDamaged(f"its {_KEYS} does not hold the keys") from None


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise ParcelDamaged(f"its {path.name} cannot be read") from None


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
