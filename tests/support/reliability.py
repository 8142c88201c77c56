"""`python -m tests.support.reliability FILE.json …`: the tables of docs/reliability.md from measurements.

Takes what `make faults`, `make faults-planted` and `make bench ARGS="--json FILE"` have written, in any number and
order, and prints a table for each. No figure of that page is typed by hand.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.report import number, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Document = dict[str, Any]


def main(files: Sequence[str]) -> int:
    """Print the tables. Returns 2 if a file is not one of these documents."""
    for file in files:
        document = json.loads(Path(file).read_text(encoding="utf-8"))
        kind = next((kind for kind in _TABLES if kind in document), None)
        if kind is None:
            print(f"{file} was not written by the faults, the planted bugs or the bench", file=sys.stderr)
            return 2
        print("\n".join([*_TABLES[kind](document), ""]))
    return 0


def faults(session: Document) -> Iterator[str]:
    """The matrix: a line for each kind of fault."""
    totals = session["totals"]
    verdict = "green" if session["passed"] else "not green"
    yield (
        f"**{session['broker']} broker, seed {session['seed']}: {session['done']} of {session['runs']} runs, "
        f"{verdict}, in {session['seconds'] / 60:.0f} min.** Acknowledged {totals['acknowledged']:,} pledges, lost "
        f"{totals['lost']}, duplicated {totals['duplicated']}, unexpected {totals['unexpected']}; hires "
        f"{totals['hires']:,}; mails {totals['mails']:,}, of which twice {totals['duplicate_mails']}; longest time to "
        f"lag zero {totals['longest_seconds_to_lag_zero']:.1f} s."
    )
    yield ""
    yield from _head("fault", "hit", "runs", "fired", "acknowledged", "longest to lag zero", "red")
    kinds: dict[str, list[Document]] = defaultdict(list)
    for result in session["results"]:
        kinds[result["kind"]].append(result)
    for kind, results in sorted(kinds.items()):
        yield _line(
            kind,
            ", ".join(sorted({result["fault"].removeprefix(f"{kind}: ") for result in results})),
            len(results),
            sum(result["fired"] for result in results),
            sum(result["verdict"]["acknowledged"] for result in results),
            f"{max(result['verdict']['seconds_to_lag_zero'] for result in results):.1f} s",
            sum(result["red"] for result in results) or "",
        )
    for fault, why in session["not_done"].items():
        yield _line(fault, f"not done: {why}", 0, "", "", "", "")


def planted(trials: Document) -> Iterator[str]:
    """A line for each planted bug, with the check that detected it."""
    yield (
        f"**{trials['broker']} broker, seed {trials['seed']}, each {_times_in_words(trials['runs'])}, in "
        f"{trials['seconds'] / 60:.0f} min: {'all caught' if not trials['survivors'] else 'NOT all caught'}.** The "
        f"control, a copy without a mistake, is {'green' if trials['control_is_green'] else 'red'} under each fault."
    )
    yield ""
    yield from _head("planted bug", "under", "caught", "by")
    for bug in trials["bugs"]:
        if not bug["checks"]:
            continue
        by: dict[str, int] = defaultdict(int)
        for trial in bug["trials"]:
            for check, times in trial["caught_by"].items():
                by[check] += times
        caught = f"{sum(trial['passed'] for trial in bug['trials'])} of {len(bug['trials'])}"
        checks = (f"{f'**{check}**' if check in bug['checks'] else check} ({times})" for check, times in by.items())
        yield _line(bug["name"], bug["fault"], caught, ", ".join(checks))


def bench(measured: Document) -> Iterator[str]:
    """A line for each figure, with its bound."""
    machine = measured["machine"]
    yield (
        f"**{machine['rounds']} rounds on {machine['processors']} processors, {machine['broker']} broker, load "
        f"{machine['load_before'][0]} before and {machine['load_after'][0]} after.**"
    )
    yield ""
    yield from _head("measured", "median", "lowest - highest", "floor", "of floor", "target", "met")
    for one in measured["measures"]:
        unit, target, floor, of_floor = one["unit"], one["target"], one["floor"], one["of_floor"]
        bound = ""
        if target:
            of = target["of_floor"]
            bound = f"≥ {target['bound']:.2f} of it" if of else f"≤ {number(target['bound'], unit)}"
        yield _line(
            one["name"],
            number(one["measured"]["median"], unit),
            f"{plain(one['measured']['lowest'])} - {plain(one['measured']['highest'])}",
            f"{number(floor['median'], unit)} ({one['floor_name']})" if floor else "",
            f"{of_floor['median']:.2f}" if of_floor else "",
            bound,
            {True: "yes", False: "**no**", None: ""}[one["met"]],
        )


_TABLES = {"results": faults, "bugs": planted, "measures": bench}
"""By the key that only a document of this kind has."""


def _times_in_words(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _head(*columns: str) -> Iterable[str]:
    return _line(*columns), _line(*("---" for _ in columns))


def _line(*cells: object) -> str:
    return f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
