"""The selection of long tests."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.long import changed_files, choose, is_touched
from tests.support.scheduling import scope_of

if TYPE_CHECKING:
    from pathlib import Path

NODEIDS = [f"tests/faults/test_faults.py::test[{number}]" for number in range(20)]


def test_a_seed_chooses_the_same_share_every_time_and_another_seed_another() -> None:
    chosen = choose(NODEIDS, always=(), share=0.3, seed=1)
    assert len(chosen) == 6
    assert choose(reversed(NODEIDS), always=(), share=0.3, seed=1) == chosen
    assert any(choose(NODEIDS, always=(), share=0.3, seed=seed) != chosen for seed in range(2, 10))


def test_tests_that_a_change_touches_run_besides_the_share() -> None:
    always = NODEIDS[:5]
    chosen = choose(NODEIDS, always=always, share=0.2, seed=1)
    assert chosen >= set(always)
    assert len(chosen) == 5 + 3


def test_at_least_one_long_test_runs() -> None:
    assert len(choose(NODEIDS, always=(), share=0.0, seed=1)) == 1
    assert choose([], always=(), share=0.5, seed=1) == set()


@pytest.mark.parametrize(
    ("changed", "touched"),
    [
        ("tests/faults/run.py", True),
        ("tests/faults/kinds/broker.py", True),
        ("shared/messaging/relay.py", True),
        ("shared/messaging_of_others.py", False),
        ("tests/fuzz/run.py", False),
        ("docs/contributing.md", False),
    ],
)
def test_a_test_is_touched_by_changes_in_its_folder_and_in_the_paths_of_its_mark(changed: str, touched: bool) -> None:
    assert is_touched(NODEIDS[0], ("shared/messaging",), {changed}) is touched


def test_changed_files_are_those_since_the_branch_point(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.dk"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    assert changed_files(tmp_path) == set(), "no checkout"
    git("init", "--quiet")
    for name in ("first", "second"):
        (tmp_path / name).touch()
        git("add", name)
        git("commit", "--message", name)
    assert changed_files(tmp_path) == set(), "nothing to compare with"
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    assert changed_files(tmp_path) == {"second"}
    (tmp_path / "third").touch()
    git("add", "third")
    git("commit", "--message", "third")
    (tmp_path / "first").write_text("changed, and not committed")
    assert changed_files(tmp_path) == {"first", "third"}


def test_files_that_share_a_deployment_share_a_worker() -> None:
    assert scope_of("tests/e2e/deployment/test_a.py::test") == scope_of("tests/e2e/deployment/test_b.py::test")
    assert scope_of("tests/e2e/test_moving.py::test") == "tests/e2e/test_moving.py"
