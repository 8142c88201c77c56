"""The results of the planted bugs: a table for the terminal, JSON for programs, one HTML file for people."""

from __future__ import annotations

import html
import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from rich.table import Table
from rich.text import Text

from tests.faults.planted.bugs import CONTROL
from tests.faults.report import STYLE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.planted.plant import Bug
    from tests.faults.run import Result

_FIGURES: Final = ("lost", "duplicated", "unexpected", "order_violations")


@dataclass
class Trial:
    """One run of one bug."""

    bug: Bug
    result: Result

    @property
    def caught(self) -> bool:
        """Whether the right check has detected the bug, and the figure shows it."""
        verdict = self.result.verdict
        has_shown = not self.bug.figure or float(getattr(verdict, self.bug.figure)) > 0
        return has_shown and not verdict.caught_by().keys().isdisjoint(self.bug.checks)

    @property
    def passed(self) -> bool:
        """Whether the result is as expected: the control passed, or the bug was detected."""
        return not self.result.red if self.bug is CONTROL else self.caught

    @property
    def restless(self) -> bool:
        """Whether the run left something behind that would affect the next one."""
        return bool(self.result.trouble or self.result.verdict.of("I6"))

    def lines(self) -> list[str]:
        """The lines to print when the run is done."""
        by = ", ".join(f"{check} ({times})" for check, times in self.result.verdict.caught_by().items())
        words = ("RED", "green") if self.bug is CONTROL else ("SURVIVED", "caught")
        verdict = words[self.passed]
        about = f"{self.bug.name:<34} {self.result.fault:<60} seed {self.result.seed}  {self.result.seconds:4.0f} s"
        lines = [f"{verdict:<9} {about}  {by}"]
        return lines + ([f"          {why}" for why in self.result.why] if not self.passed else [])


@dataclass
class Trials:
    """All runs of one command."""

    seed: int
    runs: int
    broker: str
    bugs: list[Bug]
    done: list[Trial] = field(default_factory=list)
    seconds: float = 0.0

    def of(self, bug: Bug) -> list[Trial]:
        """The runs of one bug."""
        return [trial for trial in self.done if trial.bug is bug]

    @property
    def survivors(self) -> list[str]:
        """The bugs that their check did not detect with every seed."""
        return [
            bug.name
            for bug in self.bugs
            if bug is not CONTROL and (len(self.of(bug)) < self.runs or not all(trial.passed for trial in self.of(bug)))
        ]

    @property
    def control_is_green(self) -> bool:
        """Whether every control run passed; true if there was none."""
        return CONTROL not in self.bugs or (bool(self.of(CONTROL)) and all(trial.passed for trial in self.of(CONTROL)))

    @property
    def passed(self) -> bool:
        """Whether the checker has passed this test."""
        return self.control_is_green and not self.survivors

    @property
    def summary(self) -> str:
        """The last line of the output."""
        planted = sum(bug is not CONTROL for bug in self.bugs)
        control = "" if CONTROL not in self.bugs else f"The control is {'green' if self.control_is_green else 'RED'}. "
        if not planted:
            return control.strip()
        if self.survivors:
            return f"{control}{len(self.survivors)} of {planted} bugs survived: {', '.join(self.survivors)}."
        return f"{control}All {planted} bugs were caught, in {self.seconds / 60:.1f} min."


def table(trials: Trials) -> Table:
    """A line for each bug."""
    result = Table(
        "bug", "fault", "has to be caught by", title=f"Planted bugs, seed {trials.seed}, {trials.broker} broker"
    )
    result.add_column("caught", justify="right")
    result.add_column("by which checks, how often")
    for bug in trials.bugs:
        of_bug = trials.of(bug)
        passed = sum(trial.passed for trial in of_bug)
        fault = bug.fault.name if bug is not CONTROL else "every one below"
        good = bool(of_bug) and passed == len(of_bug)
        summary = f"{passed} of {len(of_bug)}{' green' if bug is CONTROL else ''}"
        result.add_row(bug.name, fault, _has_to(bug), Text(summary, "green" if good else "bold red"), _by(of_bug))
    return result


def write(trials: Trials, folder: Path) -> tuple[Path, Path]:
    """Write `planted.json` and `planted.html` into `folder`; return both."""
    folder.mkdir(parents=True, exist_ok=True)
    as_json, as_html = folder / "planted.json", folder / "planted.html"
    as_json.write_text(json.dumps(_as_json(trials), indent=2, ensure_ascii=False), encoding="utf-8")
    as_html.write_text(_as_html(trials), encoding="utf-8")
    return as_json, as_html


def _as_json(trials: Trials) -> dict[str, Any]:
    return {
        "seed": trials.seed,
        "runs": trials.runs,
        "broker": trials.broker,
        "passed": trials.passed,
        "seconds": round(trials.seconds, 1),
        "control_is_green": trials.control_is_green,
        "survivors": trials.survivors,
        "bugs": [
            {
                "name": bug.name,
                "thought": bug.thought,
                "changes": [asdict(change) for change in bug.changes],
                "fault": bug.fault.name,
                "checks": list(bug.checks),
                "figure": bug.figure,
                "trials": [_trial(trial) for trial in trials.of(bug)],
            }
            for bug in trials.bugs
        ],
    }


def _trial(trial: Trial) -> dict[str, Any]:
    verdict = trial.result.verdict
    return {
        "fault": trial.result.fault,
        "seed": trial.result.seed,
        "fired": trial.result.fired,
        "passed": trial.passed,
        "seconds": round(trial.result.seconds, 1),
        "caught_by": verdict.caught_by(),
        **{name: getattr(verdict, name) for name in _FIGURES},
        "seconds_to_lag_zero": round(verdict.seconds_to_lag_zero, 2),
        "why": trial.result.why,
    }


def _as_html(trials: Trials) -> str:
    rows = "".join(_row(trials, bug) for bug in trials.bugs)
    good = "ok" if trials.passed else "bad"
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Planted bugs</title><style>{STYLE}</style>
<h1>Planted bugs, seed {trials.seed}, {_(trials.broker)} broker</h1>
<p class="{good}">{_(trials.summary)}</p>
<p>Each bug is planted in a copy of the tree, which the eight processes run; the checker is the checkout's.</p>
<div class="scroll"><table><tr><th>bug<th>what one might have thought<th>fault<th>has to be caught by
<th class=n>caught<th>by which checks, how often<th>figures</tr>{rows}</table></div>
</html>
"""


def _row(trials: Trials, bug: Bug) -> str:
    of_bug = trials.of(bug)
    passed = sum(trial.passed for trial in of_bug)
    red = "" if of_bug and passed == len(of_bug) else " class=red"
    fault = bug.fault.name if bug is not CONTROL else "every one below"
    cells = f"<td>{_(bug.thought)}<td>{_(fault)}<td>{_(_has_to(bug))}<td class=n>{passed} of {len(of_bug)}"
    why = "".join(f"<pre>{_(chr(10).join(trial.result.why))}</pre>" for trial in of_bug if not trial.passed)
    return f"<tr{red}><td class=name>{_(bug.name)}{cells}<td>{_(_by(of_bug))}{why}<td>{_(_figures(of_bug))}"


def _has_to(bug: Bug) -> str:
    if bug is CONTROL:
        return "nothing"
    checks = " or ".join(bug.checks)
    return f"{checks}; {bug.figure.replace('_', ' ')}" if bug.figure else checks


def _by(trials: list[Trial]) -> str:
    """The checks that detected it, each with the number of runs."""
    counts = Counter(check for trial in trials for check in trial.result.verdict.caught_by())
    return ", ".join(f"{check} ({times})" for check, times in counts.most_common())


def _figures(trials: list[Trial]) -> str:
    sums = {name: sum(int(getattr(trial.result.verdict, name)) for trial in trials) for name in _FIGURES}
    longest = max((trial.result.verdict.seconds_to_lag_zero for trial in trials), default=0.0)
    parts = [f"{name.replace('_', ' ')} {number}" for name, number in sums.items() if number]
    return ", ".join([*parts, f"lag {longest:.0f} s"])


def _(text: str) -> str:
    return html.escape(text)
