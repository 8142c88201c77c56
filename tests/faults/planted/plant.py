"""A copy of the tree with a mistake in it, and proof that the processes really run the copy."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from tests.topology import PROCESSES, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.fault import Fault
    from tests.topology import Topology

COPIED: Final = ("services", "shared", "deploy", "tests")
_ALL: Final = "services/__init__.py"


class NotPlanted(Exception):
    """A bug does not fit the tree (any more), or did not run; the message says which and why."""


@dataclass(frozen=True)
class Change:
    """In `file`, the text `old`, which is there exactly once, becomes `new`."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Bug:
    """A mistake that would pass an ordinary review.

    Attributes:
        thought: what a founder might have thought when writing it.
        fault: what brings it to light.
        checks: which check has to see it, as `I2 mails_came_once`; with several, one of them, by what it hits.
        figure: the verdict's figure that has to show it: `lost`, `duplicated`, `unexpected`, `order_violations` or
            `seconds_to_lag_zero`; empty where there is none.
        pace: seconds between a phone's pledges, at least.
    """

    name: str
    thought: str
    changes: tuple[Change, ...]
    fault: Fault
    checks: tuple[str, ...]
    figure: str = ""
    pace: float = 0.2


def changed(bug: Bug, root: Path = ROOT) -> dict[str, str]:
    """Return each file that a bug changes with its text after the change, by its path within the tree.

    Raises:
        NotPlanted: a file is not there, or a text that is to be replaced is not in it exactly once.
    """
    texts: dict[str, str] = {}
    for change in bug.changes:
        path = root / change.file
        if not path.is_file():
            raise NotPlanted(f"{bug.name}: there is no {change.file}")
        text = texts.get(change.file) or path.read_text(encoding="utf-8")
        times = text.count(change.old)
        if times != 1:
            raise NotPlanted(f"{bug.name}: {change.file} has this {times} times, not once:\n{change.old}")
        texts[change.file] = text.replace(change.old, change.new)
    return texts


@contextmanager
def planted(bug: Bug) -> Iterator[Path]:
    """A copy of the tree with the bug in it, gone at the end.

    Every changed module says so when it is imported, and so does every service: see `not_running`.
    """
    with TemporaryDirectory(prefix="tilsagn-planted-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        for part in COPIED:
            shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        for file, text in changed(bug).items():
            (root / file).write_text(text, encoding="utf-8")
        for file in {_ALL, *(change.file for change in bug.changes)}:
            if file.endswith(".py"):
                with (root / file).open("a", encoding="utf-8") as module:
                    module.write('\n__import__("sys").stderr.write(f"planted: {__file__}\\n")\n')
        yield root


def not_running(bug: Bug, root: Path, topology: Topology) -> list[str]:
    """What is not as it should be with the running processes: empty if they run the copy, mistake included.

    By what they wrote to their logs: all eight have imported the copy's services, and the changed modules are
    imported by one at least. Migrations are no modules; the jobs that apply them are started in the copy as well.
    """
    said = {name: topology.processes[name].log.read_text(encoding="utf-8", errors="replace") for name in PROCESSES}
    wrong = [f"{name} does not run the copy" for name, log in said.items() if f"planted: {root / _ALL}" not in log]
    return wrong + [
        f"nobody runs the copy's {change.file}"
        for change in bug.changes
        if change.file.endswith(".py") and not any(f"planted: {root / change.file}" in log for log in said.values())
    ]
