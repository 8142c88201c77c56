"""The planted bugs still apply to the tree, so that no refactoring disables them unnoticed.

`make faults-planted` runs them.
"""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest

from tests.faults import checker, privacy, register, tenancy
from tests.faults.catalogue import FAULTS
from tests.faults.copies import COPIED, Change
from tests.faults.planted.bugs import BUGS, CONTROL, NOTHING
from tests.faults.planted.plant import Bug, NotPlanted, changed, planted
from tests.faults.planted.report import Trial
from tests.faults.run import Result
from tests.faults.verdict import INVARIANTS, Verdict
from tests.support.topology import ROOT

if TYPE_CHECKING:
    from pathlib import Path

CHECKS = "".join(inspect.getsource(module) for module in (checker, privacy, register, tenancy))


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_applies_to_the_tree_and_leaves_valid_python(bug: Bug) -> None:
    for file, text in changed(bug).items():
        assert text != (ROOT / file).read_text(encoding="utf-8")
        if file.endswith(".py"):
            ast.parse(text)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_names_a_fault_a_check_and_a_figure(bug: Bug) -> None:
    assert bug.checks
    for invariant, _, check in (one.partition(" ") for one in bug.checks):
        assert invariant in {*INVARIANTS, "surprise"}
        assert f'"{check}"' in CHECKS
    assert bug.figure in {"", *(one.name for one in fields(Verdict))}
    assert bug.fault is NOTHING or FAULTS[bug.fault.name] is bug.fault
    assert bug.thought


def test_there_are_enough_bugs_with_unique_names() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 12


def test_a_text_that_does_not_occur_exactly_once_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("a = 1\nb = 1\n")
    for old in (" = 1\n", "c = 1\n"):
        with pytest.raises(NotPlanted, match="not once"):
            changed(replace(CONTROL, changes=(Change("one.py", old, ""),)), tmp_path)
    with pytest.raises(NotPlanted, match=r"there is no two\.py"):
        changed(replace(CONTROL, changes=(Change("two.py", "", ""),)), tmp_path)


def test_a_bug_is_planted_in_a_copy_and_the_checkout_does_not_change(tmp_path: Path) -> None:
    for part in COPIED:
        (tmp_path / part).mkdir()
    files = {"services/__init__.py": "", "services/one.py": "a = 1\n", "shared/two.py": "b = 1\n"}
    for file, text in files.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    with planted(replace(CONTROL, changes=(Change("services/one.py", "a = 1", "a = 2"),)), tmp_path) as root:
        assert (root / "services/one.py").read_text(encoding="utf-8").startswith("a = 2\n")
        assert (root / "shared/two.py").read_text(encoding="utf-8") == "b = 1\n"
    assert {file: (tmp_path / file).read_text(encoding="utf-8") for file in files} == files
    assert not root.exists()


def test_only_the_named_check_detects_a_bug() -> None:
    bug = replace(BUGS[0], checks=("I2 mails_came_once", "I2 canaries"), figure="duplicated")
    trial = Trial(bug, Result(1, "", "", 1))
    assert not trial.caught
    trial.result.trouble.append("it was not over after 240 s")
    trial.result.verdict.broke("I6", "lag_zero", "after 30 s")
    assert not trial.caught
    trial.result.verdict.broke("I2", "mails_came_once", "2 mails twice")
    assert not trial.caught
    trial.result.verdict.duplicated = 2
    assert trial.caught
