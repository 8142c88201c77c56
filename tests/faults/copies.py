"""A copy of the tree with some of its text changed, run in its place: a mistake that is looked for, another release."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tests.support.topology import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.support.topology import Process

COPIED: Final = ("services", "shared", "deploy", "tests")
EVERYBODYS: Final = "services/__init__.py"
"""A module of the copy that every process imports."""


class DoesNotFit(Exception):
    """A change does not fit the tree (any more); the message says which and why."""


@dataclass(frozen=True)
class Change:
    """In `file`, the text `old`, which is there exactly once, becomes `new`. With no `old`, `new` is put at the end."""

    file: str
    old: str
    new: str


def changed(changes: Sequence[Change], root: Path = ROOT) -> dict[str, str]:
    """Return each file that is changed with its text after the changes, by its path within the tree.

    Raises:
        DoesNotFit: a file is not there, or a text that is to be replaced is not in it exactly once.
    """
    texts: dict[str, str] = {}
    for change in changes:
        path = root / change.file
        if not path.is_file():
            raise DoesNotFit(f"there is no {change.file}")
        text = texts.get(change.file) or path.read_text(encoding="utf-8")
        if not change.old:
            texts[change.file] = text + change.new
            continue
        times = text.count(change.old)
        if times != 1:
            raise DoesNotFit(f"{change.file} has this {times} times, not once:\n{change.old}")
        texts[change.file] = text.replace(change.old, change.new)
    return texts


@contextmanager
def copy_of(tree: Path, changes: Sequence[Change], new: Mapping[str, str] = MappingProxyType({})) -> Iterator[Path]:
    """A copy of a tree with changes in it, gone at the end.

    Every changed module says so on stderr when it is imported, and so does every service: see `says`.

    Args:
        tree: the checkout, or a copy.
        new: the text of files that are not in the tree, by their paths within it.

    Raises:
        DoesNotFit: as for `changed`.
    """
    with TemporaryDirectory(prefix="tilsagn-copy-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        for part in COPIED:
            shutil.copytree(tree / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        for file, text in {**changed(changes, tree), **new}.items():
            (root / file).write_text(text, encoding="utf-8")
        for file in {EVERYBODYS, *(change.file for change in changes)}:
            if file.endswith(".py"):
                with (root / file).open("a", encoding="utf-8") as module:
                    module.write('\n__import__("sys").stderr.write(f"copy: {__file__}\\n")\n')
        yield root


def says(process: Process, root: Path, file: str = EVERYBODYS) -> bool:
    """Whether a process has said in its log that it imported this module of the copy."""
    return f"copy: {root / file}\n" in process.log.read_text(encoding="utf-8", errors="replace")
