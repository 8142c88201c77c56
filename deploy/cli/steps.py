"""Telling what is being done, one line for each step: a spinner while it lasts, then a tick and its time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

Tell = Callable[[int, int], None]
"""Told how much of a step is done, and how much there is."""


class Steps:
    """The steps of a start on a console; without a terminal, a plain line when each is done."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def __call__(self, what: str) -> Iterator[Tell]:
        """Show `what` as being done until the block is left; yields how to tell how far it is."""
        began = time.monotonic()
        line = _Line(what)
        if self._console.is_terminal:
            with Live(line, console=self._console, transient=True, refresh_per_second=12):
                yield line.tell
        else:
            yield line.tell
        seconds = f"{time.monotonic() - began:.1f} s"
        self._console.print(f"[green]✓[/] {what:<44}[dim]{seconds:>8}[/]")


class _Line:
    """A step as it is being done, with a bar where its size is known."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._done = 0
        self._all = 0
        self._spinner = Spinner("dots", style="cyan")

    def tell(self, done: int, total: int) -> None:
        self._done, self._all = done, total

    def __rich__(self) -> Table:
        row = Table.grid(padding=(0, 1))
        bar = ProgressBar(self._all, self._done, width=24) if self._all else Text("")
        count = f"{self._done}/{self._all}" if self._all else ""
        row.add_row(self._spinner, Text(f"{self._what:<28}"), bar, Text(count, style="dim"))
        return row
