"""`make fuzz SEED=… REQUESTS=…`: generated requests, as every role and signed out.

Exit status: 0 no findings; 1 findings, or too few requests; 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Final

from rich.console import Console

from tests.fuzz.run import Extent, run
from tests.support.topology import ROOT, topology

RESULTS: Final = ROOT / "test-results" / "fuzz"


def main() -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.partition("\n")[2])
    parser.add_argument("--seed", type=int, default=1, help="decides everything that is left to chance")
    parser.add_argument("--requests", type=int, default=20_000, help="how many at least")
    parser.add_argument("--minutes", type=float, default=20, help="red if it takes longer")
    parser.add_argument("--service", default="", help="only this one")
    parser.add_argument("--role", default="", help="only this one")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for fuzz.json")
    options = parser.parse_args()
    console = Console()
    extent = Extent(
        options.requests, options.minutes * 60, service=options.service, callers=(options.role,) if options.role else ()
    )
    started = time.monotonic()
    try:
        with topology() as whole:
            tally = run(whole, seed=options.seed, extent=extent, report=console.print)
    except KeyboardInterrupt:
        return 130
    seconds = time.monotonic() - started
    options.results.mkdir(parents=True, exist_ok=True)
    result = options.results / "fuzz.json"
    document = tally.document(seconds=seconds)
    result.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    console.print(tally.table())
    for finding in document["findings"]:
        where = f"{finding['service']} {finding['operation']}"
        console.print(f"\n{where}: {finding['check']} ({finding['times']} times)", style="bold red", markup=False)
        console.print(finding["detail"], markup=False)
    statuses = ", ".join(f"{status}: {times:,}" for status, times in document["statuses"].items())
    console.print(f"\n{tally.requests:,} requests in {seconds:.0f} s ({statuses})", markup=False)
    if tally.unreached:
        console.print(f"Refused whatever was asked: {', '.join(tally.unreached)}", markup=False)
    console.print(f"{len(document['findings'])} findings; all of it in {result}", markup=False)
    if tally.requests < options.requests:
        console.print(f"Fewer than {options.requests:,}: that proves too little.", style="bold red", markup=False)
        return 1
    return 0 if document["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
