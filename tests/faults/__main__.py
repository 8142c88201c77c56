"""`make faults SEED=… RUNS=… [FAULT=…] [BROKER=embedded|apache]`: seeded fault runs on the eight processes.

Every run injects one fault while the clients of two taskforces work, and checks I1 to I8 after recovery. All kinds of
faults take turns; the seed decides everything that is random. The processes, PostgreSQL and the broker are shared by
the runs; after a failed run they are replaced.

Exit status: 0 every run passed and every fault took effect; 1 otherwise; 130 interrupted.
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
from typing import TYPE_CHECKING, Any, Final, TypeVar

from rich.console import Console

from tests.faults import rebuild, report
from tests.faults.catalogue import FAULTS, in_turn, not_done, possible
from tests.faults.disk import small_disk
from tests.faults.links import links
from tests.faults.report import Session
from tests.faults.run import run
from tests.faults.table import LiveTable
from tests.support import brokers
from tests.support.topology import RAISED_LIMITS, ROOT, topology

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from tests.faults.fault import Fault
    from tests.support.topology import Topology

T = TypeVar("T")

RESULTS: Final = ROOT / "test-results" / "faults"
VERIFY_EVERY: Final = 10
"""How often `tilsagn verify` runs, because it compares the whole, growing installation: at every tenth run and the
last. Such a session also ends with a rebuild of the dashboard."""


def main() -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__.partition("\n")[2])
    parser.add_argument("--seed", type=int, default=1, help="decides everything that is left to chance")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--fault", default="", help="only these: a regular expression for how the name begins")
    parser.add_argument("--nodes", type=int, default=1, help="brokers, with BROKER=apache")
    parser.add_argument("--list", action="store_true", help="say which faults there are, and run nothing")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for faults.json and faults.html")
    options = parser.parse_args()
    chosen = [fault for name, fault in FAULTS.items() if re.match(options.fault, name)]
    if options.list or not chosen:
        for fault in FAULTS.values():
            print(f"{fault.name:<60} {fault.strikes}; then {fault.heals}")
        return 0 if chosen else 2
    # A shell that starts this in the background makes it ignore SIGINT, so both signals are handled.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    # The connection errors of our own clients to a killed broker are expected.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    session = Session(options.seed, options.runs, brokers.FLAVOUR)
    started = time.monotonic()
    interrupted = False
    with LiveTable(session) as table:
        try:
            asyncio.run(_all_runs(session, table, chosen, options))
        except KeyboardInterrupt:
            interrupted = True
            session.trouble.append("interrupted")
    session.seconds = time.monotonic() - started
    written = report.write(session, options.results)
    _say(session, written)
    return 130 if interrupted else int(not session.passed)


async def _all_runs(session: Session, table: LiveTable, chosen: list[Fault], options: argparse.Namespace) -> None:
    order: Iterator[Fault] | None = None
    numbers = iter(range(1, session.runs + 1))
    number = next(numbers, None)
    while number is not None:
        with ExitStack() as stack:
            table.doing("starting PostgreSQL, the broker and the eight processes")
            try:
                stage = await _finished(asyncio.to_thread(_set_up, stack, options.nodes))
            except AssertionError as not_ready:
                session.trouble.append(f"the eight processes were not ready: {not_ready}")
                return
            if order is None:
                session.not_done = not_done(stage)
                order = in_turn([fault for fault in possible(stage) if fault in chosen], session.seed)
            for fault in order:
                table.doing(fault.name)
                verify = number % VERIFY_EVERY == 0 or number == session.runs
                result = await run(stage, fault, seed=session.seed + number - 1, number=number, verify=verify)
                session.results.append(result)
                table.done(result)
                number = next(numbers, None)
                if result.red:
                    _keep_logs(stage, options.results / f"red-{result.number}")
                if result.red or number is None:
                    break
            else:
                session.trouble.append("none of these faults can be done here")
                return
            if number is None and session.runs >= VERIFY_EVERY and not session.results[-1].red:
                table.doing("rebuilding the dashboard from scratch")
                session.trouble += await rebuild.differences(stage)
                session.rebuilt = True
            table.doing("stopping everything")


async def _finished(work: Coroutine[Any, Any, T]) -> T:
    """Wait for work in a thread, even when cancelled: an incomplete set-up cannot be stopped."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


def _set_up(stack: ExitStack, nodes: int) -> Topology:
    disk = stack.enter_context(small_disk())
    return stack.enter_context(
        topology(links=stack.enter_context(links()), disk=disk, nodes=nodes, variables=RAISED_LIMITS)
    )


def _keep_logs(stage: Topology, folder: Path) -> None:
    """Keep the logs of the processes, which contain no personal data."""
    folder.mkdir(parents=True, exist_ok=True)
    for log in itertools.chain(stage.folder.rglob("*.log"), stage.folder.glob("*.marks")):
        if "data" not in log.parts:  # Kafka's log segments
            shutil.copy(log, folder / log.name)


def _say(session: Session, written: tuple[Path, Path]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    totals = ", ".join(
        f"{name.replace('_', ' ')} {value:.1f}" if isinstance(value, float) else f"{name.replace('_', ' ')} {value}"
        for name, value in session.totals().items()
    )
    console.print(f"\n{len(session.results)} of {session.runs} runs in {session.seconds / 60:.1f} min: {totals}")
    for why in sorted(set(session.not_done.values())):
        names = [name for name, reason in session.not_done.items() if reason == why]
        console.print(f"Not done here, {why}: {', '.join(names)}", markup=False)
    for result in session.red:
        console.print(f"Red: run {result.number}, {result.fault}. Again: {session.repeat(result)}", markup=False)
    for trouble in session.trouble:
        console.print(trouble, markup=False)
    console.print("Every run is green, and every fault has fired." if session.passed else "Not green.")
    console.print(f"{written[0]}\n{written[1]}")


if __name__ == "__main__":
    sys.exit(main())
