"""Output of the command: results on stdout, everything else on stderr, colours and progress bars only on a terminal.

Text is printed as it is: square brackets and colons in data are no markup. Styled output is made of `rich.text.Text`.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.segment import Segment
from rich.text import Text

FAILED: Final = 1
"""Exit code: the command failed or found a problem."""
NOT_RUNNING: Final = 3
"""Exit code: the command needs a running installation and found none."""

OK: Final = ("✓", "green")
"""A part of a styled line, for `Text.assemble`: it is done, or as it should be."""
NOTE: Final = ("!", "yellow")
BAD: Final = ("✗", "red")

_WIDE_COLUMNS: Final = 1000  # columns
_CONTROL_PICTURES: Final = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"},
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    0x7F: 0x2421,
}
"""Translates each control character, but for the end of a line and the tabulator, to a sign for it."""

_COMMAND_MENTION: Final = re.compile(
    r"(?<![\w/.-])tilsagn(?= (?:up|demo|status|doctor|scenario|import|figures|pack|verify|token|dead-letters|rebuild"
    r"|replay|export|reconcile|rehearse|retention|person|erasures|COMMAND)\b)"
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


class _Console(Console):
    """A console that prints text as it is, and goes on when the reader of its output has left."""

    def __init__(self, *, stderr: bool) -> None:
        stream = sys.stderr if stderr else sys.stdout
        # Lines are not wrapped unless the output is a terminal.
        width = None if stream.isatty() else _WIDE_COLUMNS
        super().__init__(stderr=stderr, markup=False, emoji=False, highlight=False, width=width)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Render with visible signs for control characters of data, which could take over the terminal."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(segment.text.translate(_CONTROL_PICTURES), segment.style)

    def on_broken_pipe(self) -> None:
        """Drop the rest of the output: what the command does, and its exit code, do not depend on the reader."""
        self.quiet = True
        discard_output(self.file)


def stdout_console() -> Console:
    """Return the console for results."""
    return _Console(stderr=False)


def stderr_console() -> Console:
    """Return the console for progress and advice: stderr, so that results can be piped."""
    return _Console(stderr=True)


def print_result(text: str) -> None:
    """Print a result that a program or another command reads, without any layout."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        discard_output(sys.stdout)


def print_json(value: Any) -> None:
    """Print a result as JSON. Letters that the output's encoding lacks are escaped: the value stays the same."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        text = json.dumps(value, ensure_ascii=True, indent=2, default=str)
    print_result(text)


@contextmanager
def reporting_change(what: str) -> Iterator[None]:
    """Print the report of a committed change in the block. An error of the report is a warning: the change stays.

    With another exit code than 0, a script would make the change again.

    Args:
        what: what happened, such as `The pledges were imported`.
    """
    try:
        yield
    except Exception as error:
        discard_output(sys.stdout)
        reason = f"{error.strerror}" if isinstance(error, OSError) and error.strerror else type(error).__name__
        warning = f"{what}, but the report of it could not be printed ({reason})."
        with suppress(OSError):
            stderr_console().print(Text.assemble(NOTE, f" {warning}"))


def discard_output(stream: IO[str]) -> None:
    """Send the buffered rest and everything after it nowhere; else the interpreter fails with the rest at its end."""
    with suppress(OSError):  # a stream without a file
        descriptor = stream.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)


@contextmanager
def progress(console: Console | None = None, *, time_left: bool = False) -> Iterator[Progress]:
    """Show progress bars on stderr and remove them afterwards; without a terminal nothing is shown.

    Args:
        time_left: whether to estimate how long the rest takes, beside the time that has passed.
    """
    console = console or stderr_console()
    columns = (
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        *((TextColumn("time left"), TimeRemainingColumn()) if time_left else ()),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        yield bars
