"""The report of a session: it passes only if all runs were done, every fault took effect, and no invariant was
violated."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING

from tests.faults.catalogue import FAULTS
from tests.faults.report import Session, write
from tests.faults.run import Result
from tests.faults.verdict import INVARIANTS, Verdict

if TYPE_CHECKING:
    from pathlib import Path

KILL = FAULTS["kill: pledges-app"]


def green(number: int = 1) -> Result:
    verdict = Verdict(acknowledged=20, checked=set(INVARIANTS))
    return Result(number, KILL.name, KILL.kind, seed=number, fired=1, verdict=verdict)


def test_a_session_passes_when_every_run_was_done_and_passed() -> None:
    assert Session(1, 2, "embedded", [green(1), green(2)]).passed
    assert not Session(1, 3, "embedded", [green(1), green(2)]).passed
    assert not Session(1, 1, "embedded", [green()], trouble=["interrupted"]).passed


def test_a_violation_or_problem_fails_a_run_and_the_report_says_how_to_repeat_it() -> None:
    lost, silent = green(1), green(2)
    lost.verdict.broke("I1", "pledges_are_those_acknowledged", "acknowledged and lost: x")
    silent.trouble.append("the fault did not fire")
    session = Session(1, 2, "apache", [lost, silent])
    assert session.red == [lost, silent]
    assert lost.why == ["I1: acknowledged and lost: x"]
    assert lost.verdict.caught_by() == {"I1 pledges_are_those_acknowledged": 1}
    assert session.repeat(silent) == 'make faults SEED=2 RUNS=1 FAULT="kill: pledges-app" BROKER=apache'


def test_the_report_files_are_self_contained_and_have_every_run_and_fault(tmp_path: Path) -> None:
    red = green(2)
    red.verdict.broke("I3", "check", "<script>alert(1)</script>")
    as_json, as_html = write(Session(7, 2, "embedded", [green(1), red], {"disk full: postgres": "no disk"}), tmp_path)
    written = json.loads(as_json.read_text())
    assert written["fired"] == {KILL.name: 2}
    assert [run["red"] for run in written["results"]] == [False, True]
    assert written["passed"] is False
    page = as_html.read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "no disk" in page
    assert "http" not in page
    assert all(html.escape(fault.strikes) in page for fault in FAULTS.values())
