"""The tables of docs/reliability.md are those of the measured files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.bench.measures import Measure, Target, spread
from tests.bench.report import document
from tests.faults.report import Session, write
from tests.faults.test_report import KILL, green
from tests.support.reliability import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_fault_report_has_a_line_for_each_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    red = green(2)
    red.verdict.broke("I1", "check", "lost")
    as_json, _ = write(Session(7, 3, "apache", [green(1), red], {"disk full: postgres": "no disk"}), tmp_path)

    assert main([str(as_json)]) == 0

    output = capsys.readouterr().out
    assert "**apache broker, seed 7: 2 of 3 runs, not green" in output
    assert f"| {KILL.kind} | pledges-app | 2 | 2 | 40 | 0.0 s | 1 |" in output
    assert "| disk full: postgres | not done: no disk | 0 |" in output


def test_a_figure_is_shown_with_its_bound_and_whether_it_was_met(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rates = spread([40.0, 50.0, 60.0])
    measured = [
        Measure("intake", "pledges", "/s", rates, "raw", spread([100.0] * 3), Target(0.6, of_floor=True)),
        Measure("figures", "page", "ms", rates, target=Target(50.0)),
    ]
    machine = {"rounds": 3, "processors": 2, "broker": "embedded", "load_before": [1.0], "load_after": [2.0]}
    file = tmp_path / "bench.json"
    file.write_text(json.dumps(document(measured, machine)))

    assert main([str(file)]) == 0

    output = capsys.readouterr().out
    assert "| pledges | 50.0/s | 40.0 - 60.0 | 100/s (raw) | 0.50 | ≥ 0.60 of it | **no** |" in output
    assert "| page | 50.0 ms | 40.0 - 60.0 |  |  | ≤ 50.0 ms | yes |" in output


def test_an_unknown_document_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}")
    assert main([str(other)]) == 2
    assert "was not written by" in capsys.readouterr().err
