"""`python -m tests.bench`: measure and report. `--help` lists the options."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.status import Status

from tests.bench import arrival, figures, imports, intake, local_run, machine, phone, queue, report
from tests.bench.plan import Plan
from tests.support import brokers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.measures import Measure

SECTIONS: dict[str, Callable[[Plan, Callable[[str], None]], Iterator[Measure]]] = {
    section.SECTION: section.measure for section in (intake, arrival, figures, queue, imports, phone, local_run)
}
SIZES = (10_000, 100_000, 1_000_000)
MINUTES = 60
"""The time limit, in minutes."""

_WIDTH = 120
"""The width of the table without a terminal."""


def main(arguments: list[str]) -> int:
    """Run the selected benchmarks. Returns the exit status: 0 measured, even if a target was missed; 1 a measurement
    failed."""
    options = _parser().parse_args(arguments)
    sizes = tuple(size for size in SIZES if size <= options.size) or SIZES[:1]
    plan = Plan(rounds=options.rounds, sizes=sizes, pledges=options.pledges, steady_seconds=options.seconds)
    console = Console(stderr=options.json == "-")
    if not console.is_terminal:
        console.width = _WIDTH
    for ending in (signal.SIGTERM, signal.SIGALRM):
        # Raise an exception, so that child processes are ended.
        signal.signal(ending, _stop)
    signal.alarm(60 * options.minutes)
    began, before = time.monotonic(), machine.load()
    measures: list[Measure] = []
    taken: dict[str, float] = {}
    status = 0
    try:
        with console.status("") as status_line:
            for name in options.only or SECTIONS:
                taken[name] = _quiet_before(console, name)
                measures.extend(SECTIONS[name](plan, _told(console, status_line)))
    except (Exception, SystemExit) as error:
        console.print(f"{type(error).__name__}: {error}", style="red", markup=False)
        status = 1
    except KeyboardInterrupt:
        status = 130
    signal.alarm(0)
    seen: dict[str, Any] = machine.describe() | {
        "broker": brokers.FLAVOUR,
        "load_before": before,
        "load_after": machine.load(),
        "busy_before": {name: round(share, 2) for name, share in taken.items()},
        "rounds": plan.rounds,
        "seconds": round(time.monotonic() - began),
    }
    if measures:
        console.print(report.table(measures))
        for line in report.notes(measures):
            console.print(line, style="dim", markup=False, highlight=False)
    busiest = max(taken.values(), default=0.0)
    console.print(
        f"{plan.rounds} rounds in {seen['seconds']} s on {seen['processors']} processors, broker: {seen['broker']}; "
        f"load {before[0]} before and {seen['load_after'][0]} after, others took up to {busiest:.0%} of the machine"
    )
    if options.json:
        text = json.dumps(report.document(measures, seen), indent=1)
        print(text) if options.json == "-" else Path(options.json).write_text(text + "\n", encoding="utf-8")
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure how fast it is.")
    parser.add_argument("--rounds", type=int, choices=range(1, 21), default=5, metavar="N", help="default 5")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, help="these parts; all where left out")
    parser.add_argument(
        "--size", type=int, choices=SIZES, default=100_000, help="pledges on the dashboard at most; default 100000"
    )
    parser.add_argument("--pledges", type=int, default=2_000, help="pledges to the intake in a round; default 2000")
    parser.add_argument("--seconds", type=float, default=10.0, help="of 50 pledges a second in a round; default 10")
    parser.add_argument("--minutes", type=int, default=MINUTES, help=f"end after so many; default {MINUTES}")
    parser.add_argument("--json", metavar="FILE", help="also write everything there; - is standard output")
    return parser


def _stop(_number: int, _frame: object) -> None:
    raise SystemExit("ended before it was done")


def _told(console: Console, status: Status) -> Callable[[str], None]:
    def tell(words: str) -> None:
        status.update(words)
        if not console.is_terminal:
            console.print(words, style="dim")

    return tell


def _quiet_before(console: Console, name: str) -> float:
    taken = machine.busy()
    if taken > machine.BUSY:
        console.print(
            f"{name}: other work takes {taken:.0%} of the machine. Read the ratios, not the figures.", style="yellow"
        )
    return taken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
