"""Runs Python code as a separate process that can be killed, as this user or as an unprivileged one."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.support.waiting import PATIENCE_SECONDS

CHECKOUT = Path(__file__).parents[2]

ORDINARY_USER = 65534
"""`nobody`: an unprivileged account on every system."""


def python(code: str, *arguments: object, ordinary: bool = False, log: Path | None = None) -> subprocess.Popen[str]:
    """Start `code` (dedented) in a new interpreter with `arguments` in sys.argv[1:]; its output can be read.

    Args:
        ordinary: run as an ordinary user. If this process is root, the child keeps one capability, to read files:
            the interpreter may lie in a folder that only root may enter.
        log: file for what it says on stderr; None adds that to its output.
    """
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    if ordinary and os.geteuid() == 0:
        account = [f"--reuid={ORDINARY_USER}", f"--regid={ORDINARY_USER}", "--clear-groups"]
        capability = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
        command = ["setpriv", *account, *capability, *command]
    with contextlib.ExitStack() as stack:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stack.enter_context(log.open("ab")) if log else subprocess.STDOUT,
            text=True,
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )


def finished(process: subprocess.Popen[str], seconds: float = PATIENCE_SECONDS) -> str:
    """Wait for the end of the process and return its output; fail the test if the process fails."""
    output, _ = process.communicate(timeout=seconds)
    assert process.returncode == 0, output
    return output


def eventually(met: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
    """Return whether the condition becomes true within `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if met():
            return True
        time.sleep(0.01)
    return met()


def runs(pid: int) -> bool:
    """Return whether the process runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
