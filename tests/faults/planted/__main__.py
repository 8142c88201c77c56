"""`make faults-planted SEED=… RUNS=… [BUG=…] [BROKER=…]`: each planted bug must be detected by its check.

First the control: every fault is injected into a copy without a bug, and every run must pass. Then each bug runs in
its own copy, with RUNS seeds.

A bug that cannot be planted, or does not run, ends everything at once. Exit status: 0 the control passed and every bug
was detected with every seed; 1 otherwise; 130 interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import logging
import re
import shutil
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from tests.faults.links import links
from tests.faults.planted import report
from tests.faults.planted.bugs import BUGS, CONTROL
from tests.faults.planted.plant import NotPlanted, not_running, planted
from tests.faults.planted.report import Trial, Trials
from tests.faults.run import Result, run
from tests.support import brokers
from tests.support.topology import RAISED_LIMITS, ROOT, topology

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.fault import Fault
    from tests.faults.planted.plant import Bug
    from tests.support.topology import Topology

RESULTS = ROOT / "test-results" / "faults"
WIDTH = 200
"""the width in columns without a terminal"""


def main() -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.planted", description=__doc__.partition("\n")[2])
    parser.add_argument("--seed", type=int, default=1, help="decides everything that is left to chance")
    parser.add_argument("--runs", type=int, default=1, help="with how many seeds each bug is tried")
    parser.add_argument("--bug", default="", help="only these: a regular expression for how the name begins")
    parser.add_argument("--only", choices=("control", "bugs"), help="the runs without a mistake, or those with one")
    parser.add_argument("--list", action="store_true", help="say which bugs there are, and run nothing")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for planted.json and planted.html")
    options = parser.parse_args()
    chosen = [bug for bug in BUGS if re.match(options.bug, bug.name)]
    if options.list or not chosen:
        for bug in BUGS:
            print(f"{bug.name:<36} {bug.fault.name:<62} {' or '.join(bug.checks)}")
        return 0 if chosen else 2
    # A shell that starts this in the background makes it ignore SIGINT, so both signals are handled.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    # The connection errors of our own clients to a killed broker are expected.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    faults = {bug.fault.name: bug.fault for bug in chosen}
    bugs = [*([CONTROL] if options.only != "bugs" else []), *(chosen if options.only != "control" else [])]
    trials = Trials(options.seed, options.runs, brokers.FLAVOUR, bugs)
    started = time.monotonic()
    interrupted = False
    try:
        _all_trials(trials, list(faults.values()), console, options.results)
    except KeyboardInterrupt:
        interrupted = True
    except NotPlanted as why:
        console.print(str(why), style="red", markup=False)
    trials.seconds = time.monotonic() - started
    written = report.write(trials, options.results)
    console.print(report.table(trials))
    console.print(trials.summary)
    console.print(f"{written[0]}\n{written[1]}")
    return 130 if interrupted else int(not trials.passed)


def _all_trials(trials: Trials, faults: list[Fault], console: Console, results: Path) -> None:
    for bug in trials.bugs:
        runs: Iterator[tuple[Fault, int]]
        if bug is CONTROL:
            runs = zip(faults, itertools.count(trials.seed), strict=False)
        else:
            runs = ((bug.fault, trials.seed + number) for number in range(trials.runs))
        following = next(runs, None)
        while following is not None:
            with ExitStack() as stack:
                root = stack.enter_context(planted(bug))
                linked = stack.enter_context(links())
                try:
                    stage = stack.enter_context(topology(links=linked, code=root, variables=RAISED_LIMITS))
                except AssertionError as log_tail:
                    raise NotPlanted(f"{bug.name}: the copy does not even start: {log_tail}") from None
                if wrong := not_running(bug, root, stage):
                    raise NotPlanted(f"{bug.name}: {'; '.join(wrong)}")
                while following is not None:
                    trial = Trial(bug, asyncio.run(_one_run(stage, bug, *following)))
                    trials.done.append(trial)
                    for line in trial.lines():
                        console.print(line, markup=False, soft_wrap=True)
                    following = next(runs, None)
                    if bug is CONTROL and trial.result.red:
                        folder = results / f"control-{trial.result.seed}"
                        folder.mkdir(parents=True, exist_ok=True)
                        for log in stage.folder.rglob("*.log"):
                            shutil.copy(log, folder / log.name)
                    if trial.restless:
                        break  # the next run starts with a new deployment


async def _one_run(stage: Topology, bug: Bug, fault: Fault, seed: int) -> Result:
    if (why := fault.impossible(stage)) is not None:
        return Result(seed, fault.name, fault.kind, seed, trouble=[f"cannot be done here: {why}"])
    return await run(stage, fault, seed=seed, number=seed, pace=bug.pace, verify=False)


if __name__ == "__main__":
    sys.exit(main())
