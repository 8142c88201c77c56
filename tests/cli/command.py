"""Runs the `tilsagn` command like a user: in its own process, with output and exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from deploy.cli.app import app
from deploy.cli.console import CommandError

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "deploy.cli")


@dataclass(frozen=True)
class Ran:
    """The output and exit code of a command."""

    exit_code: int
    output: str
    notes: str

    @property
    def json(self) -> Any:
        """Its output as JSON."""
        return json.loads(self.output)


def tilsagn(*arguments: str, state: Path, environment: dict[str, str] | None = None, seconds: float = 180) -> Ran:
    """Run the command on a state folder, without the caller's settings and without a terminal."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=clean_environment(state) | (environment or {}),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=seconds,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def in_process(*arguments: str, state: Path, environment: dict[str, str] | None = None) -> Ran:
    """Run the command in this process, which is faster than a new interpreter."""
    result = CliRunner().invoke(app, arguments, env={"TILSAGN_STATE": str(state)} | (environment or {}))
    if isinstance(result.exception, CommandError):
        return Ran(result.exception.exit_code, result.stdout, str(result.exception))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)


def clean_environment(state: Path) -> dict[str, str]:
    """Return the environment variables that a command needs, and none that names another installation."""
    kept = {
        name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV"}
    }
    return kept | {"TILSAGN_STATE": str(state), "COLUMNS": "100"}
