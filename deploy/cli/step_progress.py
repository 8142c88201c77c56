"""Shows the steps of a long command, one line each: a spinner while a step runs, then a tick and its duration."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from deploy.cli.console import OK

Update = Callable[[int, int], None]
"""Called with how much of a step is done, and with its total size."""


class StepProgress:
    """Shows steps on a console; without a terminal, it prints a line when each step is done."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def __call__(self, what: str) -> Iterator[Update]:
        """Show `what` as running inside the block; yields a function that updates the progress."""
        started_at = time.monotonic()
        line = _Line(what)
        if self._console.is_terminal:
            with Live(line, console=self._console, transient=True, refresh_per_second=12):
                yield line.update
        else:
            yield line.update
        seconds = f"{time.monotonic() - started_at:.1f} s"
        with suppress(OSError):  # a step is done, whether or not that can be printed
            self._console.print(Text.assemble(OK, f" {what:<44}", (f"{seconds:>8}", "dim")))


class _Line:
    """The line of the running step, with a progress bar once its size is known."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._done = 0
        self._total = 0
        self._spinner = Spinner("dots", style="cyan")

    def update(self, done: int, total: int) -> None:
        self._done, self._total = done, total

    def __rich__(self) -> Table:
        row = Table.grid(padding=(0, 1))
        bar = ProgressBar(self._total, self._done, width=24) if self._total else Text("")
        count = f"{self._done}/{self._total}" if self._total else ""
        row.add_row(self._spinner, Text(f"{self._what:<28}"), bar, Text(count, style="dim"))
        return row
