"""The results of all runs: JSON for programs, and one self-contained HTML file for people."""

from __future__ import annotations

import html
import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.faults.catalogue import FAULTS
from tests.faults.verdict import INVARIANTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.faults.run import Result

_FIGURES: Final = (
    *("attempted", "acknowledged", "lost", "duplicated", "unexpected", "recovered", "order_violations"),
    *("hires", "mails", "duplicate_mails"),
)

_COLUMNS: Final = 14
"""of the table of runs"""

STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem; color: #1b1b1b; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #dcdcdc; vertical-align: top; }
th { background: #f3f3f3; } td.n, th.n { text-align: right; } .scroll { overflow-x: auto; }
td.name { min-width: 16rem; }
.red { background: #fbe3e4; } .ok { color: #2a6a2e; } .bad { color: #a51e22; font-weight: 600; }
pre { white-space: pre-wrap; background: #f7f7f7; padding: .8rem; } code { background: #f3f3f3; padding: 0 .2rem; }
"""


@dataclass
class Session:
    """All runs of one command.

    Attributes:
        seed, runs: from the command line.
        broker: the kind of broker.
        results: in the order of the runs.
        not_done: the impossible faults, with the reasons.
        seconds: the duration.
        rebuilt: whether the dashboard was rebuilt at the end and compared.
        trouble: problems of the session that belong to no run.
    """

    seed: int
    runs: int
    broker: str
    results: list[Result] = field(default_factory=list)
    not_done: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    rebuilt: bool = False
    trouble: list[str] = field(default_factory=list)

    @property
    def red(self) -> list[Result]:
        """The failed runs."""
        return [result for result in self.results if result.red]

    @property
    def passed(self) -> bool:
        """Whether all runs were done and nothing failed."""
        return not self.trouble and not self.red and len(self.results) >= self.runs

    def fired(self) -> dict[str, int]:
        """How often each fault took effect."""
        counts: Counter[str] = Counter()
        for result in self.results:
            counts[result.fault] += result.fired
        return dict(counts)

    def repeat(self, result: Result) -> str:
        """Return the command that repeats one run."""
        broker = f" BROKER={self.broker}" if self.broker != "embedded" else ""
        return f'make faults SEED={result.seed} RUNS=1 FAULT="{result.fault}"{broker}'

    def totals(self) -> dict[str, Any]:
        """The queue's figures over all runs."""
        of_all = [result.verdict for result in self.results]
        sums: dict[str, Any] = {name: sum(getattr(verdict, name) for verdict in of_all) for name in _FIGURES}
        return sums | {"longest_seconds_to_lag_zero": max((v.seconds_to_lag_zero for v in of_all), default=0.0)}


def write(session: Session, folder: Path) -> tuple[Path, Path]:
    """Write `faults.json` and `faults.html` into `folder`; return both."""
    folder.mkdir(parents=True, exist_ok=True)
    as_json, as_html = folder / "faults.json", folder / "faults.html"
    as_json.write_text(json.dumps(_as_json(session), indent=2, ensure_ascii=False), encoding="utf-8")
    as_html.write_text(_as_html(session), encoding="utf-8")
    return as_json, as_html


def _as_json(session: Session) -> dict[str, Any]:
    return {
        "seed": session.seed,
        "runs": session.runs,
        "done": len(session.results),
        "broker": session.broker,
        "passed": session.passed,
        "seconds": round(session.seconds, 1),
        "rebuilt_at_the_end": session.rebuilt,
        "trouble": session.trouble,
        "totals": session.totals(),
        "fired": session.fired(),
        "not_done": dict(session.not_done),
        "results": [
            {
                **asdict(result),
                "seconds": round(result.seconds, 1),
                "verdict": {
                    **asdict(result.verdict),
                    "checked": sorted(result.verdict.checked),
                    "seconds_to_lag_zero": round(result.verdict.seconds_to_lag_zero, 2),
                    "caught_by": result.verdict.caught_by(),
                },
                "red": result.red,
                "repeat": session.repeat(result),
            }
            for result in session.results
        ],
    }


def _as_html(session: Session) -> str:
    totals = session.totals()
    verdict = (
        '<p class="ok">Every run is green, and every fault has fired.</p>'
        if session.passed
        else f'<p class="bad">{len(session.red)} of {len(session.results)} runs are red.</p>'
    )
    figures = "".join(f"<tr><th>{_(name.replace('_', ' '))}<td class=n>{_(_number(totals[name]))}" for name in totals)
    invariants = "".join(
        f"<tr><th>{name}<td>{_(words)}<td class=n>{_checked(session, name)}<td class=n>{_broken(session, name)}"
        for name, words in INVARIANTS.items()
    )
    fired = session.fired()
    runs_of = Counter(result.fault for result in session.results)
    faults = "".join(
        f"<tr><td>{_(fault.kind)}<td>{_(fault.hits)}<td>{_(fault.strikes)}<td>{_(fault.heals)}"
        f"<td class=n>{runs_of[name]}<td class=n>{fired.get(name, 0) if runs_of[name] else ''}"
        f"<td>{_(session.not_done.get(name, ''))}"
        for name, fault in FAULTS.items()
    )
    rows = "".join(_row(session, result) for result in session.results)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Fault runs</title><style>{STYLE}</style>
<h1>Fault runs, seed {session.seed}, {_(session.broker)} broker</h1>
{verdict}{"".join(f'<p class="bad">{_(one)}</p>' for one in session.trouble)}
<p>{len(session.results)} of {session.runs} runs in {session.seconds / 60:.1f} minutes. Again, all of it:
<code>make faults SEED={session.seed} RUNS={session.runs} BROKER={_(session.broker)}</code></p>
{"<p>At the end the dashboard was rebuilt from scratch and compared, row by row.</p>" if session.rebuilt else ""}
<h2>All runs together</h2><table>{figures}</table>
<h2>The invariants</h2>
<table><tr><th><th><th class=n>runs checked<th class=n>violations</tr>{invariants}</table>
<h2>Runs</h2>
<div class="scroll"><table><tr><th class=n>run<th>fault<th class=n>seed<th class=n>fired<th class=n>acknowledged
<th class=n>lost<th class=n>duplicated<th class=n>unexpected<th class=n>recovered<th class=n>out of order
<th class=n>mails (twice)<th class=n>lag zero, s<th class=n>run, s<th>notes</tr>{rows}</table></div>
<h2>Faults</h2>
<div class="scroll"><table><tr><th>fault<th>hits<th>strikes<th>heals<th class=n>runs<th class=n>fired
<th>not done here</tr>{faults}</table></div>
</html>
"""


def _row(session: Session, result: Result) -> str:
    verdict = result.verdict
    numbers = (
        verdict.acknowledged,
        verdict.lost,
        verdict.duplicated,
        verdict.unexpected,
        verdict.recovered,
        verdict.order_violations,
        f"{verdict.mails} ({verdict.duplicate_mails})",
        f"{verdict.seconds_to_lag_zero:.1f}",
        f"{result.seconds:.0f}",
    )
    cells = "".join(f"<td class=n>{_(str(number))}" for number in numbers)
    red = " class=red" if result.red else ""
    why = (
        f"<tr class=red><td><td colspan={_COLUMNS - 1}><pre>{_(_reasons(session, result))}</pre>" if result.red else ""
    )
    return (
        f"<tr{red}><td class=n>{result.number}<td class=name>{_(result.fault)}"
        f"<td class=n>{result.seed}<td class=n>{result.fired}{cells}<td>{_('; '.join(result.notes))}{why}"
    )


def _reasons(session: Session, result: Result) -> str:
    return "\n".join([*result.why, "", f"Again: {session.repeat(result)}"])


def _checked(session: Session, invariant: str) -> int:
    return sum(invariant in result.verdict.checked for result in session.results)


def _broken(session: Session, invariant: str) -> int:
    return sum(len(result.verdict.of(invariant)) for result in session.results)


def _number(value: float) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def _(text: str) -> str:
    return html.escape(text)
