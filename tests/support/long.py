"""`make test-long`: selects which of the tests marked `long` a run includes.

All of them, or with `--long-share=0.3` a share that `--long-seed` chooses. Tests that the change touches are always
included: when a file in the test's folder has changed, or under a path that its mark names, such as
`@pytest.mark.long("shared/messaging")`. The summary names the omitted tests and how to run them.
"""

from __future__ import annotations

import random
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

ROOT: Final = Path(__file__).parents[2]
_LEFT_OUT: Final = "long_tests_left_out"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `make test-long`."""
    group = parser.getgroup("long")
    group.addoption("--long-seed", type=int, default=1, help="which share of the long tests is tried")
    group.addoption("--long-share", type=float, default=1.0, help="how much of the long tests is tried, at most 1")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the long tests that this run omits. All workers of a run omit the same ones."""
    share, seed = config.getoption("--long-share"), config.getoption("--long-seed")
    marks = {item.nodeid: mark for item in items if (mark := item.get_closest_marker("long")) is not None}
    if share >= 1 or not marks:
        return
    changed = changed_files(ROOT)
    always = {nodeid for nodeid, mark in marks.items() if is_touched(nodeid, mark.args, changed)}
    chosen = choose(marks, always=always, share=share, seed=seed)
    left_out = [item for item in items if item.nodeid in marks and item.nodeid not in chosen]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
    _note(config, [item.nodeid for item in left_out])


def pytest_testnodedown(node: Any) -> None:
    """Add the tests that a worker has omitted."""
    _note(node.config, getattr(node, "workeroutput", {}).get(_LEFT_OUT, []))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Name the omitted tests."""
    left_out = config.stash.get(_KEY, ())
    if left_out:
        share, seed = config.getoption("--long-share"), config.getoption("--long-seed")
        terminalreporter.write_line(f"Long tests left out by SHARE={share} SEED={seed}; SHARE=1 tries them all:")
        for nodeid in sorted(left_out):
            terminalreporter.write_line(f"  {nodeid}")


_KEY = pytest.StashKey[set[str]]()


def _note(config: pytest.Config, left_out: Iterable[str]) -> None:
    noted = config.stash.setdefault(_KEY, set())
    noted.update(left_out)
    if hasattr(config, "workeroutput"):
        config.workeroutput[_LEFT_OUT] = sorted(noted)


def choose(nodeids: Iterable[str], *, always: Collection[str], share: float, seed: int) -> set[str]:
    """Return `always`, and of the others the share that the seed chooses: at least one if there are any."""
    others = sorted(set(nodeids) - set(always))
    count = min(len(others), max(1, round(share * len(others))))
    return set(always) | set(random.Random(seed).sample(others, count))


def is_touched(nodeid: str, paths: Sequence[str], changed: Collection[str]) -> bool:
    """Whether a changed file is in the test's folder or under one of the paths."""
    folder = nodeid.partition("::")[0].rpartition("/")[0]
    return any(file.startswith(f"{prefix}/") or file == prefix for file in changed for prefix in (folder, *paths))


def changed_files(root: Path) -> set[str]:
    """Return the files that differ from the branch point on origin/main (on main itself: from the previous commit).

    If Git fails, nothing counts as changed.
    """
    base = _git(root, "merge-base", "HEAD", "origin/main")
    if base == _git(root, "rev-parse", "HEAD"):
        base = ["HEAD~1"]
    return set(_git(root, "diff", "--name-only", *base[:1])) if base else set()


def _git(root: Path, *arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.split("\n")[:-1] if done.returncode == 0 else []
