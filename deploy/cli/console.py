"""Output of the command: results on stdout, everything else on stderr, colours and progress bars only on a terminal."""

from __future__ import annotations

import functools
import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

FAILED: Final = 1
"""Exit code: the command failed or found a problem."""
NOT_RUNNING: Final = 3
"""Exit code: the command needs a running installation and found none."""

_WIDE_COLUMNS: Final = 1000  # columns


_COMMAND_MENTION: Final = re.compile(
    r"(?<![\w/.-])tilsagn(?= (?:up|demo|status|doctor|scenario|import|figures|verify|token|dead-letters|rebuild|replay"
    r"|export|reconcile|retention|person|erasures|COMMAND)\b)"
)


@functools.cache
def command_name() -> str:
    """Return how the user can type this command: its name if the shell finds it, else its path."""
    own = Path(sys.executable).with_name("tilsagn")
    found = shutil.which("tilsagn")
    if not own.exists() or (found is not None and own.samefile(found)):
        return "tilsagn"
    here = Path.cwd()
    return str(own.relative_to(here)) if own.is_relative_to(here) else str(own)


def with_command_name(text: str) -> str:
    """Return the text with each `tilsagn` command as the user can type it: `.venv/bin/tilsagn up` in a checkout."""
    return _COMMAND_MENTION.sub(lambda _name: command_name(), text)


class CommandError(Exception):
    """The command cannot continue. The message is one sentence with the reason and the remedy."""

    def __init__(self, sentence: str, *, exit_code: int = FAILED) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def stdout_console() -> Console:
    """Return the console for results. Lines are not wrapped unless stdout is a terminal."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE_COLUMNS)


def stderr_console() -> Console:
    """Return the console for progress and advice: stderr, so that results can be piped."""
    return Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else _WIDE_COLUMNS)


def print_json(value: Any) -> None:
    """Print a result as JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


@contextmanager
def progress(console: Console | None = None) -> Iterator[Progress]:
    """Show progress bars on stderr and remove them afterwards; without a terminal nothing is shown."""
    console = console or stderr_console()
    columns = (
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        yield bars
