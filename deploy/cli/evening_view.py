"""Shows the demo evening on a terminal: counts, progress, and the latest steps."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from deploy.scenarios.evening import TITLE, CheckInStep, HireStep, PledgeStep

if TYPE_CHECKING:
    from deploy.scenarios.evening import Evening, Step

_LATEST: Final = 5


class EveningView:
    """Counts the acknowledged steps and renders them. Set `board` to the number on the public board."""

    def __init__(self, plan: Evening) -> None:
        self._began = datetime.now().astimezone()
        self._latest: deque[Text] = deque(maxlen=_LATEST)
        self._steps = len(plan.steps)
        self._done = 0
        self.companies = self.pledges = self.positions = self.hires = 0
        self.board: int | None = None

    def record(self, step: Step) -> None:
        """Count a step and show it as the latest."""
        self._done += 1
        if isinstance(step, CheckInStep):
            self.companies += 1
            self._add_line("→", "cyan", step.company.name, "is here")
        elif isinstance(step, PledgeStep):
            self.pledges += 1
            self.positions += step.positions
            what = f"{step.positions} småjob{'s' if step.positions > 1 else ''}"
            hours = f"{step.hours[0]}–{step.hours[1]} h/week"
            self._add_line("+", "yellow", step.company.name, f"pledges {what}, {hours} ({step.by})")
        else:
            assert isinstance(step, HireStep)
            self.hires += 1
            self._add_line("★", "green", step.promise.company.name, f"hires, {step.weekly_hours} h/week")

    def summary(self) -> str:
        """Return the counts in one line."""
        return f"{self.companies} companies, {self.pledges} pledges, {self.positions} positions, {self.hires} hires"

    def _add_line(self, mark: str, colour: str, who: str, what: str) -> None:
        text = Text.assemble(
            (f"  {datetime.now().astimezone():%H.%M.%S}  ", "dim"), (f"{mark} ", colour), (who, "bold"), f" {what}"
        )
        text.no_wrap, text.overflow = True, "ellipsis"
        self._latest.append(text)

    def __rich__(self) -> Group:
        passed = (datetime.now().astimezone() - self._began).total_seconds()
        head = Table.grid(expand=True, padding=(0, 1))
        head.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        head.add_column(justify="right")
        head.add_column(justify="right")
        clock = f"{int(passed) // 60}:{int(passed) % 60:02}"
        head.add_row(
            Text(TITLE, style="bold"),
            ProgressBar(self._steps, self._done, width=18),
            Text(clock, style="dim"),
        )
        counts = Table.grid(expand=True)
        for _ in range(5):
            counts.add_column(justify="center", ratio=1)
        board = "…" if self.board is None else str(self.board)
        numbers = (
            (str(self.companies), "cyan"),
            (str(self.pledges), "yellow"),
            (str(self.positions), "yellow"),
            (str(self.hires), "green"),
            (board, "magenta"),
        )
        counts.add_row(*(Text(number, style=f"bold {colour}") for number, colour in numbers))
        counts.add_row(
            *(Text(word, style="dim") for word in ("companies", "pledges", "positions", "hires", "on the board"))
        )
        blank = Text(" ")
        latest = [*self._latest, *([blank] * (_LATEST - len(self._latest)))]
        return Group(blank, head, blank, counts, blank, *latest)
