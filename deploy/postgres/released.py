"""The released migrations: installations have applied them, so no release may change, rename or remove one.

`released_migrations.toml` names every migration of each release with the hash of its content. At a release,
`python -m deploy.postgres.released 0.3.0` adds the new ones under its version.
"""

from __future__ import annotations

import hashlib
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deploy.postgres.migrate import folders
from deploy.services import SERVICES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIST: Final = Path(__file__).with_name("released_migrations.toml")

_ROOT: Final = Path(__file__).parents[2]


def read(file: Path = LIST) -> dict[str, dict[str, str]]:
    """Return the migrations of each release, oldest first: SHA-256 in hexadecimal by path in the repository."""
    releases: dict[str, dict[str, str]] = tomllib.loads(file.read_text(encoding="utf-8"))
    return releases


def present() -> dict[str, str]:
    """Return the migrations of this checkout: SHA-256 in hexadecimal by path in the repository."""
    paths = {path for service in SERVICES for folder in folders(service) for path in folder.glob("*.sql")}
    return {path.relative_to(_ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(paths)}


def violations(releases: Mapping[str, Mapping[str, str]], found: Mapping[str, str]) -> list[str]:
    """Return a sentence for each released migration that `found` changes or lacks, and each new one before the last.

    Installations have applied the released ones already: one with an older version would run after them there, and
    before them in a new installation.

    Args:
        releases: as `read` returns.
        found: as `present` returns.
    """
    released = {path: digest for of_release in releases.values() for path, digest in of_release.items()}
    last = max((_version(path) for path in released), default="")
    sentences = []
    for path, digest in released.items():
        if path not in found:
            sentences.append(f"{path} is released: put it back, and make a new migration for what is to change")
        elif found[path] != digest:
            sentences.append(f"{path} is released: undo the change, and make a new migration for it")
    sentences += [
        f"{path} is older than released ones: give it a version after {last}"
        for path in found
        if path not in released and _version(path) < last
    ]
    return sentences


def add_release(release: str, file: Path = LIST) -> list[str]:
    """Add the migrations that are not released yet to the list.

    Args:
        release: the version that is being released, such as 0.3.0.

    Returns:
        Their paths.

    Raises:
        ValueError: the release is in the list, or a released migration was changed.
    """
    releases, found = read(file), present()
    if release in releases:
        raise ValueError(f"{release} is in the list already")
    if sentences := violations(releases, found):
        raise ValueError("; ".join(sentences))
    released = {path for of_release in releases.values() for path in of_release}
    new = {path: digest for path, digest in found.items() if path not in released}
    lines = [f'\n["{release}"]', *(f'"{path}" = "{digest}"' for path, digest in new.items())]
    with file.open("a", encoding="utf-8") as opened:
        opened.write("\n".join(lines) + "\n")
    return list(new)


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code."""
    if len(arguments) != 1:
        print("usage: python -m deploy.postgres.released VERSION", file=sys.stderr)
        return 2
    try:
        new = add_release(arguments[0])
    except ValueError as why:
        print(f"Nothing was changed: {why}.", file=sys.stderr)
        return 1
    print("\n".join(new) or f"{arguments[0]} has no new migrations")
    return 0


def _version(path: str) -> str:
    return Path(path).name.partition("_")[0]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
