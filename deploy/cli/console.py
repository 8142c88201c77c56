"""How the command speaks: results on stdout, everything else on stderr, colour and motion only on a terminal."""

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
"""Something was found wrong, or could not be done."""
NOT_RUNNING: Final = 3
"""The command needs a running installation and found none."""

_UNBROKEN: Final = 1000  # columns


_SAID: Final = re.compile(
    r"(?<![\w/.-])tilsagn(?= (?:up|demo|status|doctor|scenario|import|figures|verify|token|dead-letters|rebuild|replay"
    r"|export|reconcile|retention|person|erasures|COMMAND)\b)"
)


@functools.cache
def command_name() -> str:
    """How this command can be typed here: by its name where the shell finds it, else by the way to it."""
    own = Path(sys.executable).with_name("tilsagn")
    found = shutil.which("tilsagn")
    if not own.exists() or (found is not None and own.samefile(found)):
        return "tilsagn"
    here = Path.cwd()
    return str(own.relative_to(here)) if own.is_relative_to(here) else str(own)


def as_typed(text: str) -> str:
    """The text with `tilsagn up` and its like as they can be typed here: `.venv/bin/tilsagn up` in a checkout."""
    return _SAID.sub(lambda _name: command_name(), text)


class Refusal(Exception):
    """The command cannot do what was asked. The message is one clear sentence with what to do."""

    def __init__(self, sentence: str, *, exit_code: int = FAILED) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def output() -> Console:
    """Where results go. Lines are never broken where a program reads them."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _UNBROKEN)


def notes() -> Console:
    """Where progress and advice go: stderr, so that results can be piped."""
    return Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else _UNBROKEN)


def say_json(value: Any) -> None:
    """Print a result for a program."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


@contextmanager
def progress(console: Console | None = None) -> Iterator[Progress]:
    """Progress bars on stderr that leave no trace; without a terminal nothing is drawn."""
    console = console or notes()
    columns = (
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        yield bars
