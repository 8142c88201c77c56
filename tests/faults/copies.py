"""Copies of the source tree with changes, which run in its place: with a planted bug, or as another release."""

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
"""A module that every process imports."""


class DoesNotFit(Exception):
    """A change cannot be applied to the tree; the message says which one and why."""


@dataclass(frozen=True)
class Change:
    """Replace the text `old`, which occurs exactly once in `file`, with `new`. With an empty `old`, append `new`."""

    file: str
    old: str
    new: str


def changed(changes: Sequence[Change], root: Path = ROOT) -> dict[str, str]:
    """Return the new text of each changed file, by its path within the tree.

    Raises:
        DoesNotFit: a file is missing, or the text to replace does not occur exactly once.
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
    """Yield a changed copy of a tree; it is deleted at the end.

    Every changed module and every service writes a line to stderr when it is imported: see `says`.

    Args:
        tree: the checkout, or a copy.
        new: the text of new files, by their paths within the tree.

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
    """Whether the process has logged that it imported this module of the copy."""
    return f"copy: {root / file}\n" in process.log.read_text(encoding="utf-8", errors="replace")
