"""A small disk that can be filled: a tmpfs, which only root may mount."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_SPACE: Final = b"No space left on device"
_NAME: Final = "tilsagn-faults-"
MEBIBYTE: Final = 1024 * 1024
SIZE: Final = 768
"""The size in MiB for PostgreSQL, which keeps up to 512 MiB of write-ahead log."""


@contextmanager
def small_disk(*, mebibytes: int = SIZE) -> Iterator[Path | None]:
    """Yield a folder on a new tmpfs of this size; None if mounting is not permitted."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix="tilsagn-disk-"))
    folder.chmod(0o711)  # PostgreSQL's unprivileged account must be able to enter the folder
    mounted = False
    try:
        command = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=0711", f"{_NAME}{os.getpid()}", str(folder)]
        try:
            mounted = subprocess.run(command, capture_output=True, check=False, timeout=10).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            mounted = False
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=False, timeout=10)
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Unmount the disks of killed processes, whose ids are in the names of the disks."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/mounts").read_text().splitlines():
            name, folder, *_ = line.split(" ")
            if name.startswith(_NAME) and not Path(f"/proc/{name.removeprefix(_NAME)}").exists():
                subprocess.run(["umount", "--lazy", folder], capture_output=True, check=False, timeout=10)
                shutil.rmtree(folder, ignore_errors=True)


def fill(ballast: Path) -> None:
    """Grow a file until the disk is full."""
    with ballast.open("ab", buffering=0) as file:
        for size in (MEBIBYTE, 4096):
            block = b"\0" * size
            try:
                while file.write(block) == size:
                    pass
            except OSError as refused:
                if refused.errno != errno.ENOSPC:
                    raise
        os.fsync(file.fileno())
