"""Files of the state folder: written atomically, and readable for their owner only."""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
import time
from pathlib import Path
from typing import IO


def write_atomically(path: Path, content: str | bytes, *, mode: int = 0o600) -> None:
    """Replace the content of a file (text as UTF-8) durably and atomically, with exactly the permissions `mode`.

    After a loss of power or a SIGKILL, the file has its old or its new content.
    """
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)  # regardless of the umask
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def open_privately(path: str, flags: int) -> int:
    """Open a file that only its owner can read and write (0600), also if it exists with other permissions.

    For `open(..., opener=open_privately)`.
    """
    handle = os.open(path, flags, 0o600)
    if stat.S_ISREG(os.fstat(handle).st_mode):  # a log may go to /dev/null
        os.fchmod(handle, 0o600)
    return handle


def lock(path: Path, *, patience: float = 0.0) -> IO[bytes]:
    """Take the file's lock (flock) until the returned file is closed or this process ends.

    Args:
        path: created when missing.
        patience: seconds to wait. If a process is killed while it starts a child, the lock is released when the child
            has noticed.

    Raises:
        BlockingIOError: another process holds the lock.
    """
    held = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "rb")
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(0.02)
                continue
            held.close()
            raise
        return held


def sync_folder(folder: Path) -> None:
    """Make renames and deletions in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def may_enter(path: Path, user: int, group: int) -> bool:
    """Return whether the account may pass through `path` and every folder above it (permission bits only)."""
    here = path.resolve()
    return all(_permits(folder, user, group, 0o1) for folder in (here, *here.parents))


def may_read(path: Path, user: int, group: int) -> bool:
    """Return whether the account may read the file and reach it (permission bits only)."""
    return may_enter(path.parent, user, group) and _permits(path, user, group, 0o4)


def _permits(path: Path, user: int, group: int, permission: int) -> bool:
    about = path.stat()
    if about.st_uid == user:
        return bool(about.st_mode >> 6 & permission)
    if about.st_gid == group:
        return bool(about.st_mode >> 3 & permission)
    return bool(about.st_mode & permission)
