"""Shows the runs in the terminal while they happen; without a terminal, one line for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from tests.faults.report import Session
    from tests.faults.run import Result

_SHOWN = 30
"""The number of runs on the screen; the others are in the result folder."""


class LiveTable:
    """Use it as a context manager around the runs, and call it for each step."""

    def __init__(self, session: Session, console: Console | None = None) -> None:
        self._session = session
        self._console = console or Console()
        self._now = "starting"
        # At most one update a second, to save processor time.
        self._live = Live(console=self._console, refresh_per_second=1, get_renderable=self._picture)

    def __enter__(self) -> LiveTable:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: Any) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def doing(self, what: str) -> None:
        """Show the current step."""
        self._now = what

    def done(self, result: Result) -> None:
        """Show a finished run (the session has it already)."""
        if not self._console.is_terminal:
            verdict = result.verdict
            self._console.print(
                f"{result.number:>4}  {'RED ' if result.red else 'ok  '} {result.fault:<55} seed {result.seed}  "
                f"fired {result.fired:>4}  acknowledged {verdict.acknowledged:>4}  "
                f"lag zero {verdict.seconds_to_lag_zero:4.1f} s  {result.seconds:4.0f} s  {'; '.join(result.notes)}",
                soft_wrap=True,
                highlight=False,
                markup=False,
            )
        if result.red:
            for line in result.why:
                self._console.print(Text(f"      {line}", "red"), soft_wrap=True)
            self._console.print(f"      again: {self._session.repeat(result)}", soft_wrap=True, markup=False)

    def _picture(self) -> Group:
        table = Table("run", "fault", title=f"Faults, seed {self._session.seed}, {self._session.broker} broker")
        for name in ("fired", "acked", "lost", "dupl.", "unexp.", "recov.", "order", "lag zero", "run"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("")
        for result in self._session.results[-_SHOWN:]:
            verdict = result.verdict
            numbers = (
                result.fired,
                verdict.acknowledged,
                verdict.lost,
                verdict.duplicated,
                verdict.unexpected,
                verdict.recovered,
                verdict.order_violations,
            )
            table.add_row(
                str(result.number),
                result.fault,
                *map(str, numbers),
                f"{verdict.seconds_to_lag_zero:.1f} s",
                f"{result.seconds:.0f} s",
                Text("red", "bold red") if result.red else Text("ok", "green"),
            )
        done, red = len(self._session.results), len(self._session.red)
        return Group(table, Text(f"{done} of {self._session.runs} done, {red} red. Now: {self._now}"))
